//! What this group tells of itself for the OpenAPI document (docs/contracts/manage.md). Each capability tells
//! of its own operations.

use tally::http::body;
use tally::http::section::{self, Carrier, Group, Section};

use crate::ENDPOINTS;
use crate::describing::Refused;
use crate::dialect::Manage;
use crate::envelope::describe;

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    section::section::<Manage, Refused>(
        ENDPOINTS,
        Group {
            title: "manage",
            description: format!("{DESCRIPTION}\n\n{}", describe::table()),
            carriers: vec![Carrier::header(
                "token",
                "Authorization",
                "`Token <key>`, with `Token` case-insensitive.",
            )],
            recognised_by: vec![&["token"]],
            content_types: &body::CONTENT_TYPES,
            ..Group::default()
        },
    )
}

const DESCRIPTION: &str = "The API of the staff console. `meta.code` is 0 for success. Every documented \
    outcome, failures included, has status 200, and each failure has a code of its own:";
