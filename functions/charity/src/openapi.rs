//! What this group tells of itself for the OpenAPI document (docs/contracts/charity.md).

use tally::http::body;
use tally::http::openapi::{self, Carrier, Group, Section};

use crate::ENDPOINTS;
use crate::describing::{CARRIER, failure};
use crate::dialect::Charity;
use crate::envelope::Refused;
use crate::sessions::TOKEN;
use crate::words::Failure;

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    openapi::section::<Charity, Refused>(
        ENDPOINTS,
        Group {
            title: "charity",
            description: DESCRIPTION.to_owned(),
            carriers: vec![Carrier::header(
                CARRIER,
                TOKEN,
                "The `token` that a login or a registration answered.",
            )],
            recognised_by: vec![&[CARRIER]],
            content_types: &body::CONTENT_TYPES,
            of_bodies: vec![failure("no_object", "The body is JSON, but no object.", Failure::BadRequest)],
            ..Group::default()
        },
    )
}

const DESCRIPTION: &str = "The API of a charity: its administrators, donors and volunteers, who log in by \
    account number. The HTTP status is always `code`; a success has an empty `msg` and `data`.\n\n\
    * Who is asked first, then whether they may, then the fields, then whom it is about: whoever may not \
    is told so whatever they ask. `getuser` reads its field first.\n\
    * A token opens this group and no other, for 30 days, an administrator's for 12 hours. Several \
    different ones are none.\n\
    * Fields are texts. Where one is made of digits (`id`, `role`, `status`, `limit`), a number means the \
    same; elsewhere a number is no text. Whatever is wrong with one is the same bad request.\n\
    * Administrators and superusers cannot be changed here, by nobody, themselves included.";
