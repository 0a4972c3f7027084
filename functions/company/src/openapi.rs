//! What this group tells of itself for the OpenAPI document (docs/contracts/company.md). Each capability
//! tells of its own operations.

use tally::domain::customer::{LineOfBusiness, MOST_LINES_OF_BUSINESS};
use tally::domain::password::PasswordFault;
use tally::domain::phone_number::PhoneFault;
use tally::http::openapi::{self, Carrier, Group, Section};

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
    openapi::section::<Company, Error>(
        ENDPOINTS,
        Group {
            title: "company",
            description: format!("{DESCRIPTION}\n\n{}", field_faults()),
            carriers: Carrier::session_cookies().into(),
            recognised_by: vec![&["session"], &["deployedSession"]],
            content_types: &CONTENT_TYPES,
            parameters: Vec::new(),
            always: Vec::new(),
            of_callers: Vec::new(),
            of_bodies: vec![failure("no_object", "The body is JSON, but no object.", Failure::NotAnObject)],
        },
    )
}

const DESCRIPTION: &str = "The API of a company's customers. Every answer is `status` and `msg`, and what \
    an operation puts beside them. What an operation can end in, failures too, has HTTP status 200: \
    `status` is `ok`, `form_error` (registration and login only, with `errors`) or `error`. What happens \
    around it has the status that HTTP has for it, and `error`.\n\n\
    * Bodies are JSON and nothing else. A POST of a page of another origin is refused, whether anybody is \
    logged in or not; there is no CSRF token.\n\
    * The session cookie is the one of `accounts` and `rest-auth`. One that opens nothing is a \
    stranger's. `Authorization` and `token` open nothing here.\n\
    * A field that is missing, `null` or blank is not filled in. A number is no text, but for \
    `bookin_type`. White space around \
    a text does not count, except in passwords; control characters are refused.\n\
    * Where `errors` has no place, `msg` says what is wrong with the fields, each sentence behind its name.";

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
    format!("What is said of a field, with the number that is its own: {}.", sentences.join("; "))
}
