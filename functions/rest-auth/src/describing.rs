//! Shorthands for describing operations in the OpenAPI document.

use std::time::Duration;

use http::StatusCode;
use http::header::SET_COOKIE;
use schemars::JsonSchema;
use tally::domain::password::PasswordFault;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::http::form_field::FormField;
use tally::http::openapi::Outcome;

use crate::envelope::{Detail, Key, detail, whole_body};
use crate::words::{self, Failure};

/// An answer that hands out the key.
pub(crate) fn key(name: &'static str, meaning: &str, status: StatusCode) -> Outcome {
    let key = Key { key: "0316f71a0b4e6ca1b4a2a2e0a7f9d0c65d1b7f4e" };
    Outcome::json(name, meaning, status, &key).perhaps_with(SET_COOKIE)
}

/// A success, and cookies may go with it.
pub(crate) fn told(name: &'static str, meaning: &str, sentence: &str) -> Outcome {
    Outcome::of::<Detail>(name, meaning, detail(StatusCode::OK, sentence)).perhaps_with(SET_COOKIE)
}

/// A failure.
pub(crate) fn failure<Body: JsonSchema>(
    name: &'static str,
    meaning: &str,
    failure: impl Into<Failure>,
) -> Outcome {
    Outcome::of::<Body>(name, meaning, words::say(failure.into()))
}

/// A field is wrong.
pub(crate) fn wrong(name: &'static str, meaning: &str, field: FormField, sentence: &str) -> Outcome {
    failure::<FieldErrors>(name, meaning, Failure::Fields(FieldErrors::of(field.name, sentence)))
}

/// The body as a whole is wrong.
pub(crate) fn wrong_body(name: &'static str, meaning: &str, sentence: &str) -> Outcome {
    failure::<FieldErrors>(name, meaning, Failure::Fields(whole_body(sentence)))
}

/// The password does not meet the rules.
pub(crate) fn weak(meaning: &str, field: FormField, faults: &[PasswordFault]) -> Outcome {
    let errors = FieldErrors::all(field.name, words::password_sentences(faults));
    failure::<FieldErrors>("weak_password", meaning, Failure::Fields(errors))
}

/// Too many requests.
pub(crate) fn throttled() -> Outcome {
    failure::<Detail>("throttled", "Too many tries.", Refusal::Throttled(Duration::from_mins(1)))
}
