//! Shorthands for describing operations in the OpenAPI document.

use std::iter;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use tally::domain::password::PasswordFault;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::http::form_field::FormField;
use tally::http::openapi::{Field, Outcome};

use crate::envelope;
use crate::words::{self, Failure};

/// What a refusal has for a body.
pub(crate) type Refused = envelope::Refused<'static, &'static str>;

/// What a form that is wrong is answered with.
pub(crate) type WrongForm = envelope::Refused<'static, FieldErrors>;

/// The ways to show a session and a token: the token in a header, or as a field of the body.
pub(crate) const WITH_SESSION: [&[&str]; 4] = [
    &["session", "csrfCookie", "csrfHeader"],
    &["session", "csrfCookie"],
    &["deployedSession", "csrfCookie", "csrfHeader"],
    &["deployedSession", "csrfCookie"],
];

/// The ways to show a token where nobody has to be logged in.
pub(crate) const WITH_TOKEN: [&[&str]; 2] = [&["csrfCookie", "csrfHeader"], &["csrfCookie"]];

/// The fields of a form, and the token that each has.
pub(crate) fn fields(form: impl IntoIterator<Item = FormField>) -> impl Iterator<Item = Field> {
    let meaning = "The CSRF token, unless it is in the header `X-CSRFToken`.";
    let token = Field::text("csrfmiddlewaretoken", meaning);
    iter::once(token).chain(form.into_iter().map(Field::from))
}

/// A success.
pub(crate) fn success<D, M>(name: &'static str, meaning: &str, data: D, msg: M) -> Outcome
where
    D: Serialize + JsonSchema,
    M: Serialize + JsonSchema,
{
    Outcome::of::<envelope::Success<D, M>>(name, meaning, envelope::success(data, msg))
}

/// A failure.
pub(crate) fn failure<Body: JsonSchema>(
    name: &'static str,
    meaning: &str,
    failure: impl Into<Failure>,
) -> Outcome {
    Outcome::of::<Body>(name, meaning, words::say(failure.into()))
}

/// A field that a user told about themselves is wrong.
pub(crate) fn wrong(name: &'static str, meaning: &str, field: FormField, sentence: &str) -> Outcome {
    failure::<WrongForm>(name, meaning, Failure::UserForm(FieldErrors::of(field.name, sentence)))
}

/// That field is blank, and others may be too.
pub(crate) fn required(field: FormField) -> Outcome {
    wrong("required", "Fields are blank or missing.", field, words::REQUIRED)
}

/// Something that is not an e-mail address.
pub(crate) fn invalid_email(field: FormField) -> Outcome {
    wrong("invalid_email", "Not a valid e-mail address.", field, words::INVALID_EMAIL)
}

/// The errors of a weak password.
pub(crate) fn weak(field: FormField) -> FieldErrors {
    let faults = [PasswordFault::TooShort, PasswordFault::TooCommon, PasswordFault::EntirelyNumeric];
    FieldErrors::all(field.name, words::password_sentences(&faults))
}

/// There is no session.
pub(crate) fn not_authenticated() -> Outcome {
    failure::<Refused>("not_authenticated", "Not logged in.", Refusal::NotAuthenticated)
}

/// Too many requests.
pub(crate) fn throttled() -> Outcome {
    failure::<Refused>("throttled", "Too many tries.", Refusal::Throttled(Duration::from_mins(1)))
}
