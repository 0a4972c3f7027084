//! The shape of this group's answers: `{"meta":{"message":…,"code":…},"data":{…}}`.

use http::StatusCode;
use serde::Serialize;
use tally::http::answer::Answer;

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(inline))]
pub(crate) struct Envelope<'a, D> {
    meta: Meta<'a>,
    data: D,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Meta<'a> {
    message: &'a str,
    code: u32,
}

/// `{}`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Nothing {}

/// An answer.
pub(crate) fn answer(status: StatusCode, message: &str, code: u32, data: impl Serialize) -> Answer {
    Answer::json(status, &Envelope { meta: Meta { message, code }, data })
}
