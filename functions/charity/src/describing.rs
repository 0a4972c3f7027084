//! Shorthands for describing operations in the OpenAPI document, and the people whom its examples show.

use std::time::Duration;

use schemars::JsonSchema;
use tally::domain::account::Account;
use tally::domain::account_number::AccountNumber;
use tally::domain::person_name;
use tally::domain::role::Role;
use tally::http::answer::Answer;
use tally::http::endpoint::Refusal;
use tally::http::openapi::{self, Field, Outcome};
use tally::services::sessions::SignInRefusal;

use crate::envelope::{Nothing, Refused, Success, Tail, success};
use crate::words::{self, Failure};

/// It was done.
pub(crate) fn done(name: &'static str, meaning: &str) -> Outcome {
    told::<Nothing>(name, meaning, success(Nothing {}))
}

/// It was done: that answer, which has these data.
pub(crate) fn told<Data: JsonSchema>(name: &'static str, meaning: &str, answer: Answer) -> Outcome {
    Outcome::of::<Success<Data>>(name, meaning, answer)
}

/// It was not done.
pub(crate) fn failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Refused<'_>>(name, meaning, words::say(failure.into()))
}

pub(crate) fn bad_request(meaning: &str) -> Outcome {
    failure("bad_request", meaning, Failure::BadRequest)
}

pub(crate) fn not_permitted(meaning: &str, tail: Tail) -> Outcome {
    failure("not_permitted", meaning, Failure::NotPermitted(tail))
}

pub(crate) fn no_target(tail: Tail) -> Outcome {
    let meaning = "No account has the number, or the account is deleted; only administrators learn this.";
    failure("no_target", meaning, Failure::NoTarget(tail))
}

/// The outcomes of giving number and password.
pub(crate) fn sign_in_refusals() -> [Outcome; 3] {
    let wait = Duration::from_mins(1);
    [
        failure(
            "wrong_credentials",
            "No account has the number, the account is deleted, or the password is wrong.",
            SignInRefusal::WrongCredentials,
        ),
        failure("frozen", "The password is right, but the account is frozen.", SignInRefusal::Frozen),
        failure("throttled", "Too many tries.", Refusal::Throttled(wait)),
    ]
}

pub(crate) fn id(meaning: &str) -> Field {
    let meaning = format!("{meaning} Digits.");
    Field::number("id", &meaning).required().example(donor().number.to_string())
}

pub(crate) fn names() -> [Field; 2] {
    let Account { first_name, last_name, .. } = donor();
    let field = |name, meaning, example: String| {
        Field::text(name, meaning).required().at_most(person_name::MAX_CHARACTERS).example(example)
    };
    [field("first_name", "Given name.", first_name), field("last_name", "Family name.", last_name)]
}

pub(crate) fn role() -> Field {
    let is = Role::ALL.map(|role| format!("`{}` is {}", role.digit(), role.word())).join(", ");
    let meaning = format!("The person's role in the charity: {is}.");
    Field::number_of("role", &meaning, &role_digits(), &[]).required().example(donor().role.digit())
}

pub(crate) fn role_digits() -> [&'static str; 3] {
    Role::ALL.map(Role::digit)
}

/// The words by which answers name roles.
pub(crate) fn role_words() -> [&'static str; 3] {
    Role::ALL.map(Role::word)
}

/// What the token's security scheme is called.
pub(crate) const CARRIER: &str = "charityToken";

/// The password and the token of the contract's examples.
pub(crate) const PASSWORD: &str = "fswxxz1456";
pub(crate) const SESSION: &str = "3a93c15d92e94fa788e666f0134a2961";

/// The donor of the contract's examples.
pub(crate) fn donor() -> Account {
    Account {
        first_name: "Sara".to_owned(),
        last_name: "Hammer".to_owned(),
        username: None,
        email: None,
        ..openapi::person()
    }
}

/// The administrator of the contract's examples.
pub(crate) fn administrator() -> Account {
    Account {
        number: AccountNumber::new(70_671_574),
        first_name: "Sinope".to_owned(),
        last_name: "Nanto".to_owned(),
        role: Role::Administrator,
        ..donor()
    }
}
