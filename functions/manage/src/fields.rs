//! Reading this group's bodies. A field has the type the document gives it, digits in quotes or without.

use tally::domain::code::Code;
use tally::domain::digits::whole_number;
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

/// A verification code; one that came as a number has lost its quotes alone.
pub(crate) fn code(fields: &Fields, name: &'static str) -> Result<Code, Failure> {
    match fields.get(name) {
        Some(Value::Number(number)) => Ok(Code::of_number(number)),
        Some(Value::Text(_) | Value::Null | Value::Bool | Value::List(_) | Value::Object) | None => {
            Ok(Code::typed(text(fields, name)?))
        }
    }
}

/// A whole number, in quotes or without.
pub(crate) fn number(fields: &Fields, name: &'static str) -> Result<i64, Failure> {
    let Some(Value::Number(typed) | Value::Text(typed)) = fields.get(name) else {
        let is_missing = matches!(fields.get(name), None | Some(Value::Null));
        return Err(if is_missing { InputFault::Missing(name) } else { InputFault::NotANumber(name) }.into());
    };
    let number = whole_number(typed).and_then(|number| number.parse().ok());
    number.ok_or_else(|| InputFault::NotANumber(name).into())
}
