//! The shape of this group's answers: `{"meta":{"message":…,"code":…},"data":{…}}`.

use http::StatusCode;
use serde::{Serialize, Serializer};
use tally::http::answer::Answer;

/// Any answer; `C` stands for the possible codes.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "{C}_with_{D}"))]
pub(crate) struct Envelope<'a, C, D> {
    /// The outcome.
    meta: Meta<'a, C>,
    /// The requested data.
    data: D,
}

/// The outcome.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Meta_of_{C}"))]
struct Meta<'a, C> {
    /// The outcome in words, for people.
    message: &'a str,
    /// The outcome as a code, for programs.
    code: C,
}

/// 0: a success.
pub(crate) struct Success;

/// The reason for a failure that the document describes. A message may be reworded, a code may not.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// The fields are not what the document asks for.
    Input = 1001,
    /// Wrong address or password, or not a member of staff.
    Credentials = 1002,
    /// The account is frozen.
    Frozen = 1003,
    /// The code from the mail is not valid.
    Code = 1004,
    /// The passwords differ.
    Mismatch = 1005,
    /// The password does not meet the rules.
    Password = 1006,
}

/// The HTTP status once more, outside the document.
pub(crate) struct Status(StatusCode);

/// `{}`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Nothing {}

/// A success.
pub(crate) fn success(message: &str, data: impl Serialize) -> Answer {
    answer(StatusCode::OK, message, Success, data)
}

/// A failure that the document describes.
pub(crate) fn failure(fault: Fault, message: &str) -> Answer {
    answer(StatusCode::OK, message, fault, Nothing {})
}

/// A refusal that has an HTTP status of its own.
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

#[cfg(feature = "openapi")]
pub(crate) mod describe {
    //! What `meta.code` can be, for schemas and for people.

    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Fault, Status, Success};

    /// The codes of failures that the document knows, and when each is answered.
    const FAULTS: [(Fault, &str); 6] = [
        (Fault::Input, "a field is missing, empty, of the wrong type, or invalid; the body is not an object"),
        (Fault::Credentials, "unknown address, wrong password, or not a member of staff"),
        (Fault::Frozen, "the password is right, but the user is frozen"),
        (Fault::Code, "the code is wrong, expired or used"),
        (Fault::Mismatch, "the two passwords differ"),
        (Fault::Password, "the password does not meet the rules"),
    ];

    /// What can be the code of a refusal outside the document.
    const STATUSES: [u16; 8] = [400, 403, 405, 413, 415, 429, 500, 503];

    /// A table of them.
    pub(crate) fn table() -> String {
        let lines = FAULTS.map(|(fault, when)| format!("| {} | {when} |\n", fault as u16)).concat();
        format!("| `meta.code` | when |\n| --- | --- |\n{lines}| the HTTP status | any other failure |")
    }

    impl JsonSchema for Success {
        fn schema_name() -> Cow<'static, str> {
            "Success".into()
        }

        fn inline_schema() -> bool {
            true
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "integer", "const": 0})
        }
    }

    impl JsonSchema for Fault {
        fn schema_name() -> Cow<'static, str> {
            "Fault".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            let meanings = FAULTS.map(|(fault, when)| format!("* `{}`: {when}.", fault as u16)).join("\n");
            json_schema!({
                "description": format!("The reason for the failure:\n\n{meanings}"),
                "type": "integer",
                "enum": FAULTS.map(|(fault, _)| fault as u16),
            })
        }
    }

    impl JsonSchema for Status {
        fn schema_name() -> Cow<'static, str> {
            "Status".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"description": "The HTTP status again.", "type": "integer", "enum": STATUSES})
        }
    }
}
