//! What this group tells of itself for the OpenAPI document (docs/contracts/manage.md).

mod codes;

use std::time::Duration;

use http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use tally::domain::account::{Account, Group as StaffGroup};
use tally::domain::code;
use tally::domain::password::PasswordFault;
use tally::http::body;
use tally::http::openapi::{self, Carrier, Field, Group, Operation, Outcome, Section};
use tally::services::codes::ResetRefusal;
use tally::services::sessions::SignInRefusal;

use crate::Manage;
use crate::codes::PASSWORD_RESET;
use crate::envelope::{self, Envelope, Fault, Nothing, Status, Success};
use crate::sessions::{Welcome, user};
use crate::words::{self, Failure, InputFault};

/// What a failure that the document knows has for a body.
type Failed = Envelope<'static, Fault, Nothing>;

/// What any other refusal has for one.
type Refused = Envelope<'static, Status, Nothing>;

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    openapi::section::<Manage, Refused>(Group {
        title: "manage",
        description: format!("{DESCRIPTION}\n\n{}", codes::table()),
        carriers: vec![Carrier::header(
            "token",
            "Authorization",
            "`Token <key>`; the scheme's word in any case.",
        )],
        recognised_by: vec![&["token"]],
        content_types: &body::CONTENT_TYPES,
        parameters: Vec::new(),
        always: Vec::new(),
        of_callers: Vec::new(),
        of_bodies: Vec::new(),
        operations: vec![login(), ask_for_code(), reset_password()],
    })
}

const DESCRIPTION: &str = "The API of the staff console. `meta.code` is 0 for success; documented outcomes, \
    failures too, have status 200, and each failure a code of its own:";

fn login() -> Operation {
    let person = openapi::person();
    let groups = vec![StaffGroup { id: 1, name: "运营".to_owned() }];
    let account = Account { is_staff: true, is_superuser: true, groups, ..person };
    let welcome = Welcome { token: "4f1a2c9be0d7683152fab09c4e7d61830b5e9f27", user: user(&account) };
    Operation::new(Method::POST, "/v3_1/manage/login/", "login", "Log a member of staff in")
        .described("The token lasts 12 hours, and opens rest-auth as well.")
        .reads([username(), Field::password("password", "The password.").required().example("fswxxz1456")])
        .answers([
            success("logged_in", "The user is logged in.", words::OK, welcome),
            failure(
                "wrong_credentials",
                "No such user, another password, or no member of staff.",
                SignInRefusal::WrongCredentials,
            ),
            failure("frozen", "The password is right, but the user is frozen.", SignInRefusal::Frozen),
            failure("not_an_email", "The username is no e-mail address.", InputFault::NotAnEmail),
            missing("password"),
            not_a_text("password"),
            no_object(),
            throttled(),
        ])
}

fn ask_for_code() -> Operation {
    let digits = PASSWORD_RESET.to_string();
    let types = format!("{PASSWORD_RESET} resets the password; there is no other.");
    Operation::new(Method::POST, "/v3_1/manage/verCode/", "ask_for_code", "Ask for a code by mail")
        .described("The answer is the same, after the same time, whether or not anybody has the address.")
        .reads([
            username(),
            Field::number_of("code_type", &types, &[&digits], &[]).required().example(PASSWORD_RESET),
        ])
        .answers([
            success("asked", "The request was taken.", words::OK, Nothing {}),
            failure("unknown_code_type", "There is no such kind of code.", InputFault::UnknownCodeType),
            failure("not_a_number", "The kind is no whole number.", InputFault::NotANumber("code_type")),
            failure("not_an_email", "The username is no e-mail address.", InputFault::NotAnEmail),
            missing("code_type"),
            not_a_text("username"),
            no_object(),
            throttled(),
        ])
}

fn reset_password() -> Operation {
    let (minutes, tries) = (code::LASTS.as_secs() / 60, code::TRIES);
    let weak = vec![PasswordFault::TooShort, PasswordFault::EntirelyNumeric];
    let path = "/v3_1/manage/password/reset/";
    Operation::new(Method::POST, path, "reset_password", "Set a new password with a code")
        .described(&format!(
            "A code lives {minutes} minutes and {tries} tries. Ends every session of the user, in every group.",
        ))
        .reads([
            username(),
            Field::new_password("password", "The new password.").required().example("fog123456"),
            Field::password("password2", "The same again.").required().example("fog123456"),
            Field::number("vercode", "The code of the mail.").required().example("123456"),
        ])
        .answers([
            success("reset", "The password is set.", words::PASSWORD_RESET, Nothing {}),
            failure("wrong_code", "The code is wrong, expired or used.", ResetRefusal::WrongCode),
            failure("mismatch", "The passwords differ.", Failure::Mismatch),
            failure("weak_password", "The password may not be set.", Failure::Password(weak)),
            failure("password_too_long", "The password is over the limit.", InputFault::PasswordTooLong),
            failure("not_an_email", "The username is no e-mail address.", InputFault::NotAnEmail),
            missing("vercode"),
            not_a_text("vercode"),
            no_object(),
            throttled(),
        ])
}

fn username() -> Field {
    Field::text("username", "The e-mail address.").required().email().example("zhang@example.com")
}

fn missing(field: &'static str) -> Outcome {
    failure("missing", "A field is missing or empty.", InputFault::Missing(field))
}

fn not_a_text(field: &'static str) -> Outcome {
    failure("not_a_text", "A field is no text.", InputFault::NotAText(field))
}

fn no_object() -> Outcome {
    failure("no_object", "The body is JSON, but no object.", InputFault::NotAnObject)
}

fn throttled() -> Outcome {
    let said = words::say(Failure::Throttled(Duration::from_mins(1)));
    Outcome::of::<Refused>("throttled", "Too many tries.", said)
}

fn success<D: Serialize + JsonSchema>(
    name: &'static str,
    meaning: &str,
    message: &'static str,
    data: D,
) -> Outcome {
    Outcome::of::<Envelope<'static, Success, D>>(name, meaning, envelope::success(message, data))
}

fn failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Failed>(name, meaning, words::say(failure.into()))
}
