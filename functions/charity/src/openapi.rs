//! What this group tells of itself for the OpenAPI document (docs/contracts/charity.md).

mod administration;
mod details;
mod passwords;
mod registration;
mod search;
mod sessions;

use std::time::Duration;

use schemars::JsonSchema;
use tally::domain::account::Account;
use tally::domain::account_number::AccountNumber;
use tally::domain::person_name;
use tally::domain::role::Role;
use tally::http::answer::Answer;
use tally::http::body;
use tally::http::openapi::{self, Carrier, Field, Group, Outcome, Section};
use tally::services::sessions::SignInRefusal;

use crate::Charity;
use crate::envelope::{Nothing, Refused, Success, Tail, success};
use crate::sessions::TOKEN;
use crate::words::{self, Failure};

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    openapi::section::<Charity, Refused>(Group {
        title: "charity",
        description: DESCRIPTION.to_owned(),
        carriers: vec![Carrier::header(
            CARRIER,
            TOKEN,
            "The `token` that a login or a registration answered.",
        )],
        recognised_by: vec![&[CARRIER]],
        content_types: &body::CONTENT_TYPES,
        parameters: Vec::new(),
        always: Vec::new(),
        of_callers: Vec::new(),
        of_bodies: vec![failure("no_object", "The body is JSON, but no object.", Failure::BadRequest)],
        operations: vec![
            registration::register(),
            sessions::login(),
            sessions::logout(),
            administration::change_role(),
            administration::change_standing(),
            passwords::change(),
            details::rename(),
            search::search(),
            details::show(),
        ],
    })
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

/// The statuses of refusals, which are their codes.
pub(crate) const STATUSES: [u16; 10] = [400, 401, 403, 404, 405, 413, 415, 429, 500, 503];

/// What the token's security scheme is called.
const CARRIER: &str = "charityToken";

/// It was done.
fn done(name: &'static str, meaning: &str) -> Outcome {
    told::<Nothing>(name, meaning, success(Nothing {}))
}

/// It was done: that answer, which has these data.
fn told<Data: JsonSchema>(name: &'static str, meaning: &str, answer: Answer) -> Outcome {
    Outcome::of::<Success<Data>>(name, meaning, answer)
}

/// It was not done.
fn failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Refused<'_>>(name, meaning, words::say(failure.into()))
}

fn bad_request(meaning: &str) -> Outcome {
    failure("bad_request", meaning, Failure::BadRequest)
}

fn not_permitted(meaning: &str, tail: Tail) -> Outcome {
    failure("not_permitted", meaning, Failure::NotPermitted(tail))
}

fn no_target(tail: Tail) -> Outcome {
    let meaning = "Nobody has the number, or the account is deleted; told to administrators only.";
    failure("no_target", meaning, Failure::NoTarget(tail))
}

/// What whoever gives number and password may be told.
fn sign_in_refusals() -> [Outcome; 3] {
    let wait = Duration::from_mins(1);
    [
        failure(
            "wrong_credentials",
            "Nobody has the number, the account is deleted, or the password is another one.",
            SignInRefusal::WrongCredentials,
        ),
        failure("frozen", "The password is right, but the account is frozen.", SignInRefusal::Frozen),
        failure("throttled", "Too many tries.", SignInRefusal::Throttled(wait)),
    ]
}

fn id(meaning: &str) -> Field {
    let meaning = format!("{meaning} Digits.");
    Field::number("id", &meaning).required().example(donor().number.to_string())
}

fn names() -> [Field; 2] {
    let Account { first_name, last_name, .. } = donor();
    let field = |name, meaning, example: String| {
        Field::text(name, meaning).required().at_most(person_name::MAX_CHARACTERS).example(example)
    };
    [field("first_name", "Given name.", first_name), field("last_name", "Family name.", last_name)]
}

fn role() -> Field {
    let is = Role::ALL.map(|role| format!("`{}` is {}", role.digit(), role.word())).join(", ");
    let meaning = format!("What the person is to the charity: {is}.");
    Field::number_of("role", &meaning, &role_digits(), &[]).required().example(donor().role.digit())
}

fn role_digits() -> [&'static str; 3] {
    Role::ALL.map(Role::digit)
}

/// The words by which answers name roles.
pub(crate) fn role_words() -> [&'static str; 3] {
    Role::ALL.map(Role::word)
}

/// The password and the token of the contract's examples.
const PASSWORD: &str = "fswxxz1456";
const SESSION: &str = "3a93c15d92e94fa788e666f0134a2961";

/// The donor of the contract's examples.
fn donor() -> Account {
    Account {
        first_name: "Sara".to_owned(),
        last_name: "Hammer".to_owned(),
        username: None,
        email: None,
        ..openapi::person()
    }
}

/// The administrator of the contract's examples.
fn administrator() -> Account {
    Account {
        number: AccountNumber::new(70_671_574),
        first_name: "Sinope".to_owned(),
        last_name: "Nanto".to_owned(),
        role: Role::Administrator,
        ..donor()
    }
}
