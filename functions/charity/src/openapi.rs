//! What this group tells of itself for the OpenAPI document (docs/contracts/charity.md).

use tally::http::body;
use tally::http::section::{self, Carrier, Group, Section};

use crate::ENDPOINTS;
use crate::describing::{CARRIER, failure};
use crate::dialect::Charity;
use crate::envelope::Refused;
use crate::sessions::TOKEN;
use crate::words::Failure;

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    section::section::<Charity, Refused>(
        ENDPOINTS,
        Group {
            title: "charity",
            description: DESCRIPTION.to_owned(),
            carriers: vec![Carrier::header(CARRIER, TOKEN, "The `token` from a login or a registration.")],
            recognised_by: vec![&[CARRIER]],
            content_types: &body::CONTENT_TYPES,
            of_bodies: vec![failure("no_object", "The body is JSON but not an object.", Failure::BadRequest)],
            ..Group::default()
        },
    )
}

const DESCRIPTION: &str = "The API of a charity: its administrators, donors and volunteers, who log in by \
    account number. The HTTP status is always `code`; a success has an empty `msg`, and `data`.\n\n\
    * Checks come in this order: who the caller is, whether they have permission, the fields, the target. \
    A caller without permission learns nothing else. `getuser` reads its field first.\n\
    * A token is valid in this group only, for 30 days, or 12 hours for an administrator. Several \
    different tokens count as none.\n\
    * Fields are strings. Where a field consists of digits (`id`, `role`, `status`, `limit`), a number \
    means the same; elsewhere a number is not accepted. Every invalid field gets the same bad request.\n\
    * Nobody can change administrators and superusers here, not even they themselves.";
