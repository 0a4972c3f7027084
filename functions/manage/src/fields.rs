//! Reading this group's bodies. A field has the type the document gives it: nothing is converted.

use tally::domain::email_address::EmailAddress;
use tally::domain::text;
use tally::http::body::{self, Body, Fields};
use tally::http::json::Value;
use tally::http::request::Request;

use crate::words::{Failure, InputFault};

/// The fields of a request's body.
pub(crate) async fn read(request: &Request) -> Result<Fields, Failure> {
    match body::read(request).await? {
        Body::Fields(fields) => Ok(fields),
        Body::NotAnObject(_) => Err(InputFault::NotAnObject.into()),
    }
}

/// A text that has to be there, as it was typed.
pub(crate) fn text<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, Failure> {
    match fields.get(name) {
        Some(Value::Text(text)) if text.is_empty() => Err(InputFault::Missing(name).into()),
        Some(Value::Text(text)) => Ok(text),
        None | Some(Value::Null) => Err(InputFault::Missing(name).into()),
        Some(Value::Bool | Value::Number(_) | Value::List(_) | Value::Object) => {
            Err(InputFault::NotAText(name).into())
        }
    }
}

/// The `username`, which in this group is an e-mail address.
pub(crate) fn username(fields: &Fields) -> Result<EmailAddress, Failure> {
    let typed = text::strip(text(fields, "username")?);
    EmailAddress::parse(typed).map_err(|_| InputFault::NotAnEmail.into())
}

/// A whole number; in a form, which has only texts, its digits.
pub(crate) fn number(fields: &Fields, name: &'static str) -> Result<i64, Failure> {
    let digits = match fields.get(name) {
        None | Some(Value::Null) => return Err(InputFault::Missing(name).into()),
        Some(Value::Number(digits)) => Some(digits),
        Some(Value::Text(digits)) if fields.from_form => Some(digits),
        Some(Value::Text(_) | Value::Bool | Value::List(_) | Value::Object) => None,
    };
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| InputFault::NotANumber(name).into())
}
