//! What this group tells of itself for the OpenAPI document (docs/contracts/company.md). Each capability
//! tells of its own operations.

use tally::domain::customer::{LineOfBusiness, MOST_LINES_OF_BUSINESS};
use tally::domain::password::PasswordFault;
use tally::domain::phone_number::PhoneFault;
use tally::http::section::{self, Carrier, Group, Section};

use crate::ENDPOINTS;
use crate::describing::failure;
use crate::dialect::Company;
use crate::envelope::Error;
use crate::words::{self, Failure};

/// The only content type of a body (docs/contracts/company.md#requests: JSON only).
const CONTENT_TYPES: [&str; 1] = ["application/json"];

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    section::section::<Company, Error>(
        ENDPOINTS,
        Group {
            title: "company",
            description: format!("{DESCRIPTION}\n\n{}", field_faults()),
            carriers: Carrier::session_cookies().into(),
            recognised_by: vec![&["session"], &["deployedSession"]],
            content_types: &CONTENT_TYPES,
            of_bodies: vec![failure(
                "no_object",
                "The body is JSON but not an object.",
                Failure::NotAnObject,
            )],
            ..Group::default()
        },
    )
}

const DESCRIPTION: &str = "The API of a company's customers. Every answer has `status` and `msg`, and the \
    fields of the operation beside them. Every documented outcome of an operation, failures included, has \
    HTTP status 200: `status` is `ok`, `form_error` (registration and login only, with `errors`) or \
    `error`. Any other failure has the HTTP status that fits it, and `error`.\n\n\
    * Bodies are JSON only. A POST from a page of another origin is refused, whether or not the user is \
    logged in; there is no CSRF token.\n\
    * The session cookie is the same as that of `accounts` and `rest-auth`. A cookie of no session is \
    ignored, and so are `Authorization` and `token`.\n\
    * A field that is missing, `null` or blank counts as not filled in. A number is accepted in \
    place of a string only where that is made of digits: `mobile`, `phone`, `recv_phone`, `code`, `qq` and \
    `bookin_type`. White space around a string is ignored, except in passwords; control \
    characters are refused.\n\
    * Where the answer has no `errors`, `msg` says what is wrong with the fields, each message after the \
    field's name.";

/// What may be wrong with any field, by the sentences that say it.
fn field_faults() -> String {
    let mut sentences = vec![
        words::REQUIRED.to_owned(),
        words::NOT_A_TEXT.to_owned(),
        words::NOT_TEXTS.to_owned(),
        words::CONTROL_CHARACTER.to_owned(),
        words::too_long(LineOfBusiness::MOST),
        words::too_many(MOST_LINES_OF_BUSINESS),
        words::INVALID_EMAIL.to_owned(),
        words::phone_sentence(PhoneFault::NotANumber).to_owned(),
        words::phone_sentence(PhoneFault::Country).to_owned(),
        words::MISMATCH.to_owned(),
        words::password_too_long(),
    ];
    let faults = [PasswordFault::TooShort, PasswordFault::TooCommon, PasswordFault::EntirelyNumeric];
    sentences.extend(words::password_sentences(&faults));
    format!("The messages about a field, each with the limit of that field: {}.", sentences.join("; "))
}
