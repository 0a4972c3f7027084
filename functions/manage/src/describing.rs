//! Shorthands for describing operations in the OpenAPI document.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use tally::http::endpoint::Refusal;
use tally::http::openapi::{Field, Outcome};

use crate::envelope::{self, Envelope, Fault, Nothing, Status, Success};
use crate::words::{self, Failure, InputFault};

/// What a failure that the document knows has for a body.
type Failed = Envelope<'static, Fault, Nothing>;

/// What any other refusal has for one.
pub(crate) type Refused = Envelope<'static, Status, Nothing>;

/// The user, by e-mail address.
pub(crate) fn username() -> Field {
    Field::text("username", "The e-mail address.").required().email().example("zhang@example.com")
}

/// A success.
pub(crate) fn success<D: Serialize + JsonSchema>(
    name: &'static str,
    meaning: &str,
    message: &'static str,
    data: D,
) -> Outcome {
    Outcome::of::<Envelope<'static, Success, D>>(name, meaning, envelope::success(message, data))
}

/// A failure that the document describes.
pub(crate) fn failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Failed>(name, meaning, words::say(failure.into()))
}

/// What can be wrong with every form: its username, that field, that text, the whole of it; and too many tries.
pub(crate) fn of_every_form(field: &'static str, text: &'static str) -> [Outcome; 5] {
    let throttled = words::say(Refusal::Throttled(Duration::from_mins(1)).into());
    [
        failure("not_an_email", "The username is not a valid e-mail address.", InputFault::NotAnEmail),
        failure("missing", "A field is missing or empty.", InputFault::Missing(field)),
        failure("not_a_text", "A field is not a string.", InputFault::NotAText(text)),
        failure("no_object", "The body is JSON but not an object.", InputFault::NotAnObject),
        Outcome::of::<Refused>("throttled", "Too many tries.", throttled),
    ]
}
