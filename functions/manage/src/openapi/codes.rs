//! What `meta.code` can be, for schemas and for people.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::envelope::{Fault, Status, Success};

/// The codes of failures that the document knows, and when each is answered.
const FAULTS: [(Fault, &str); 6] = [
    (
        Fault::Input,
        "a field is missing, empty, of another type, or not what it has to be; the body is no object",
    ),
    (Fault::Credentials, "unknown address, wrong password, or no member of staff"),
    (Fault::Frozen, "the password is right, but the user is frozen"),
    (Fault::Code, "the code is wrong, expired or used"),
    (Fault::Mismatch, "the two passwords differ"),
    (Fault::Password, "the password may not be set"),
];

/// What can be the code of a refusal outside the document.
const STATUSES: [u16; 8] = [400, 403, 405, 413, 415, 429, 500, 503];

/// A table of them.
pub(super) fn table() -> String {
    let lines = FAULTS.map(|(fault, when)| format!("| {} | {when} |\n", fault as u16)).concat();
    format!("| `meta.code` | when |\n| --- | --- |\n{lines}| the status | outside the document |")
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
            "description": format!("In which of the ways it failed that the document knows:\n\n{meanings}"),
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
        json_schema!({"description": "The HTTP status once more.", "type": "integer", "enum": STATUSES})
    }
}
