//! The shape of this group's answers: `{"meta":{"message":…,"code":…},"data":{…}}`.

use http::StatusCode;
use serde::{Serialize, Serializer};
use tally::http::answer::Answer;

/// Any answer; `C` is what the code can be.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "{C}_with_{D}"))]
pub(crate) struct Envelope<'a, C, D> {
    /// How it ended.
    meta: Meta<'a, C>,
    /// What was asked for.
    data: D,
}

/// How it ended.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Meta_of_{C}"))]
struct Meta<'a, C> {
    /// The same in words, for people.
    message: &'a str,
    /// How it ended, for programs.
    code: C,
}

/// 0: it worked.
pub(crate) struct Success;

/// In which of the ways it failed that the document knows. A sentence may be reworded, a code may not.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// The fields are not what the document asks for.
    Input = 1001,
    /// Wrong address or password, or no member of staff.
    Credentials = 1002,
    /// The account is frozen.
    Frozen = 1003,
    /// The code by mail does not do.
    Code = 1004,
    /// The passwords differ.
    Mismatch = 1005,
    /// The password may not be set.
    Password = 1006,
}

/// The HTTP status once more, outside the document.
pub(crate) struct Status(StatusCode);

/// `{}`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Nothing {}

/// It worked.
pub(crate) fn success(message: &str, data: impl Serialize) -> Answer {
    answer(StatusCode::OK, message, Success, data)
}

/// It did not, in a way that the document knows.
pub(crate) fn failure(fault: Fault, message: &str) -> Answer {
    answer(StatusCode::OK, message, fault, Nothing {})
}

/// It did not, in a way that HTTP has a status for.
pub(crate) fn refusal(status: StatusCode, message: &str) -> Answer {
    answer(status, message, Status(status), Nothing {})
}

fn answer(status: StatusCode, message: &str, code: impl Serialize, data: impl Serialize) -> Answer {
    Answer::json(status, &Envelope { meta: Meta { message, code }, data })
}

impl Serialize for Success {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(0)
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(*self as u16)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0.as_u16())
    }
}
