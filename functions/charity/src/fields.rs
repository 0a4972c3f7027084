//! Reading this group's bodies. A field has the type the document gives it, which is text, and where it
//! is made of digits a number is as good. Whatever is wrong with one is the same bad request.

use tally::domain::account::Names;
use tally::domain::digits::whole_number;
use tally::domain::password::Password;
use tally::domain::person_name::PersonName;
use tally::domain::role::Role;
use tally::domain::text;
use tally::http::body::{self, Body, Fields};
use tally::http::json::Value;
use tally::http::request::Request;

use crate::words::Failure;

/// The fields of a request's body.
pub(crate) async fn read(request: &Request) -> Result<Fields, Failure> {
    match body::read(request).await? {
        Body::Fields(fields) => Ok(fields),
        Body::NotAnObject(_) => Err(Failure::BadRequest),
    }
}

/// A text that has to be there, as it was typed.
pub(crate) fn text<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Failure> {
    match fields.get(name) {
        Some(Value::Text(text)) if !text.is_empty() => Ok(text),
        Some(
            Value::Text(_) | Value::Null | Value::Bool | Value::Number(_) | Value::List(_) | Value::Object,
        )
        | None => Err(Failure::BadRequest),
    }
}

/// An account's number; whether anybody has it is not asked here. What is no number is as it was typed,
/// and nobody's.
pub(crate) fn id(fields: &Fields) -> Result<String, Failure> {
    let typed = digits(fields, "id")?;
    match whole_number(typed) {
        Some(number) => Ok(number),
        None if text::has_control(typed) => Err(Failure::BadRequest),
        None => Ok(typed.to_owned()),
    }
}

/// A role, by its digit.
pub(crate) fn role(fields: &Fields) -> Result<Role, Failure> {
    Role::with_digit(&number(fields, "role")?).ok_or(Failure::BadRequest)
}

/// A whole number that has to be there, in quotes or without, as the servers read it that the document is
/// of: `int(post_data['role'])`.
pub(crate) fn number(fields: &Fields, name: &str) -> Result<String, Failure> {
    whole_number(digits(fields, name)?).ok_or(Failure::BadRequest)
}

/// What was typed where digits belong, in quotes or without.
fn digits<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Failure> {
    let typed = fields.get(name).and_then(Value::typed);
    typed.filter(|typed| !typed.is_empty()).ok_or(Failure::BadRequest)
}

/// A person's given or family name.
pub(crate) fn name(fields: &Fields, name: &str) -> Result<PersonName, Failure> {
    PersonName::parse(text(fields, name)?).map_err(|_| Failure::BadRequest)
}

/// A password to be set by the person with these names, if it may be.
pub(crate) fn new_password(fields: &Fields, name: &str, names: &Names<'_>) -> Result<Password, Failure> {
    let password = Password::new(text(fields, name)?).map_err(|_| Failure::BadRequest)?;
    if password.faults(names).is_empty() { Ok(password) } else { Err(Failure::BadRequest) }
}
