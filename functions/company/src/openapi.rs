//! What this group tells of itself for the OpenAPI document (docs/contracts/company.md). Each capability
//! tells of its own operations.

mod bookings;
mod codes;
mod company;
mod contacts;
mod passwords;
mod phones;
mod registration;
mod sessions;
mod weixin;

use std::time::Duration;

use schemars::{JsonSchema, json_schema};
use tally::domain::account::Account;
use tally::domain::company::{Company as Customer, ReceivingAddress};
use tally::domain::email_address::EmailAddress;
use tally::domain::password::PasswordFault;
use tally::domain::phone_number::{CallingCodes, PhoneFault, PhoneNumber};
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::field_errors::FieldErrors;
use tally::http::openapi::{self, Carrier, Field, Group, Operation, Outcome, Section};

use crate::Company;
use crate::company::{LONGEST_FIELD, MOST_FIELDS};
use crate::envelope::{Error, FormError, Nothing, Success, success};
use crate::fields::Kind;
use crate::words::{self, Failure};

/// The only content type of a body (docs/contracts/company.md#requests: JSON only).
const CONTENT_TYPES: [&str; 1] = ["application/json"];

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    openapi::section::<Company, Error>(Group {
        title: "company",
        description: format!("{DESCRIPTION}\n\n{}", field_faults()),
        carriers: Carrier::session_cookies().into(),
        recognised_by: vec![&["session"], &["deployedSession"]],
        content_types: &CONTENT_TYPES,
        parameters: Vec::new(),
        always: Vec::new(),
        of_callers: Vec::new(),
        of_bodies: vec![failure("no_object", "The body is JSON, but no object.", Failure::NotAnObject)],
        operations: operations(),
    })
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
        words::too_long(LONGEST_FIELD),
        words::too_many(MOST_FIELDS),
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

fn operations() -> Vec<Operation> {
    let mut operations = vec![registration::register(), phones::change(), bookings::book()];
    operations.extend(sessions::operations());
    operations.extend(codes::operations());
    operations.extend(passwords::operations());
    operations.extend(company::operations());
    operations.extend(contacts::operations());
    operations.extend(weixin::operations());
    operations
}

/// It worked, and there is no more to tell.
fn done(name: &'static str, meaning: &str, msg: &str) -> Outcome {
    told::<Nothing>(name, meaning, success(msg, Nothing {}))
}

/// It worked: that answer, which has those fields.
fn told<Fields: JsonSchema>(name: &'static str, meaning: &str, answer: Answer) -> Outcome {
    Outcome::of::<Success<'_, Fields>>(name, meaning, answer)
}

/// It did not work.
fn failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Error<'_>>(name, meaning, words::say(failure.into()))
}

/// The form is wrong, where the document has a form's errors.
fn form_failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<FormError<'_>>(name, meaning, words::say(failure.into()))
}

/// Fields are wrong.
fn wrong(name: &'static str, meaning: &str, faults: &[(&'static str, &str)]) -> Outcome {
    failure(name, meaning, Failure::Input(errors(faults)))
}

fn errors(faults: &[(&'static str, &str)]) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (field, sentence) in faults {
        errors.add(field, [(*sentence).to_owned()]);
    }
    errors
}

fn throttled(meaning: &str) -> Outcome {
    failure("throttled", meaning, Failure::Throttled(Duration::from_mins(1)))
}

/// A text of at most so many characters as the handler lets in.
fn stored(name: &'static str, meaning: &str, kind: Kind) -> Field {
    let field = if kind.takes_numbers() { Field::number(name, meaning) } else { Field::text(name, meaning) };
    kind.most().map_or(field.clone(), |most| field.at_most(most))
}

/// The caller's own password, asked for once more.
fn own_password() -> Field {
    Field::password("password", "The caller's own password.").required().example(PASSWORD)
}

fn mobile(name: &'static str, meaning: &str) -> Field {
    let meaning = format!(
        "{meaning} Mainland numbers with or without `+86`, `86` or `0086`; those of other countries that \
         the deployment serves with `+` or `00`. Single blanks and hyphens do not count."
    );
    Field::number(name, &meaning).required().example(MOBILE)
}

fn code(meaning: &str) -> Field {
    Field::number("code", meaning).required().example("087629")
}

/// The lines of business.
fn select_fields() -> Field {
    let one = json_schema!({"type": "string", "minLength": 1, "maxLength": LONGEST_FIELD});
    let schema = json_schema!({"type": "array", "items": one});
    Field::of("select_fields", "The lines of business that the company chose.", schema.as_value())
        .at_most(MOST_FIELDS)
        .example(customer().select_fields)
}

const EMAIL: &str = "liming@example.com";
const PASSWORD: &str = "fswxxz1456";
const MOBILE: &str = "13800138000";

/// The account of the customer whom the examples show.
fn account() -> Account {
    Account {
        username: Some(Username::stored(EMAIL.to_owned())),
        email: EmailAddress::parse(EMAIL).ok(),
        phone: PhoneNumber::parse(MOBILE, &CallingCodes::every()).ok(),
        ..openapi::person()
    }
}

/// What the customer told.
fn customer() -> Customer {
    Customer {
        realname: "李明".to_owned(),
        qq: "10001".to_owned(),
        company_name: "例子公司".to_owned(),
        company_url: "https://www.example.com".to_owned(),
        select_fields: vec!["金融".to_owned(), "物流".to_owned()],
        receiving: ReceivingAddress {
            province: "江苏省".to_owned(),
            city: "南京市".to_owned(),
            area: "玄武区".to_owned(),
            street: "中山路 1 号".to_owned(),
            recv_name: "李明".to_owned(),
            recv_phone: "025-8438 9999".to_owned(),
        },
    }
}
