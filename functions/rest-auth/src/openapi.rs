//! What this group tells of itself for the OpenAPI document (docs/contracts/rest-auth.md).

use std::time::Duration;

use http::header::SET_COOKIE;
use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde_json::json;
use tally::domain::details::Details;
use tally::domain::password::PasswordFault;
use tally::domain::username::{self, UsernameFault};
use tally::http::body;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::http::openapi::{self, Carrier, Field, Group, Operation, Outcome, Parameter, Section};
use tally::services::profiles::DetailsRefusal;
use tally::services::registration::{RegistrationRefusal, Taken};
use tally::services::sessions::SignInRefusal;

use crate::RestAuth;
use crate::details::{ADDRESS, COMPANY, TEL, record};
use crate::envelope::{Detail, detail, whole_body};
use crate::fields::Kind;
use crate::sessions::Key;
use crate::words::{self, Failure, TokenFault};

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    let token = Carrier::header("token", "Authorization", "`Token <key>`; the scheme's word in any case.");
    let [session, deployed_session] = Carrier::session_cookies();
    openapi::section::<RestAuth, Detail>(Group {
        title: "rest-auth",
        description: DESCRIPTION.to_owned(),
        carriers: vec![token, session, deployed_session],
        recognised_by: vec![&["token"], &["session"], &["deployedSession"]],
        content_types: &body::CONTENT_TYPES,
        parameters: vec![Parameter::query(
            "format",
            "Overrides `Accept`.",
            &json!({"type": "string", "enum": ["json", "api"]}),
        )],
        always: vec![
            failure::<Detail>("not_acceptable", "`Accept` leaves no JSON.", Refusal::NotAcceptable),
            failure::<Detail>("unknown_format", "`format` asks for something else.", Refusal::NotFound),
        ],
        of_callers: of_callers(),
        of_bodies: vec![
            failure::<FieldErrors>(
                "no_object",
                "The body is JSON, but no object.",
                Failure::NotAnObject(Some("list")),
            ),
            failure::<FieldErrors>("null", "The body is `null`.", Failure::NotAnObject(None)),
        ],
        operations: vec![
            register(),
            login(),
            logout(Method::GET, "logout_by_get"),
            logout(Method::POST, "logout"),
            change_password(),
            create_details(),
            show_details(),
            replace_details(),
            amend_details(),
        ],
    })
}

const DESCRIPTION: &str = "The API that single-page and mobile apps call, as a Django server with \
    django-rest-auth spoke it. A user has one key, the same on every device; a browser gets a session \
    besides. A request that changes something must not come from a page of another origin.\n\n\
    `Accept: application/json; indent=4` prints the answer with so many blanks per level.";

fn of_callers() -> Vec<Outcome> {
    let token = |name, meaning, fault| failure::<Detail>(name, meaning, Failure::Token(fault));
    vec![
        token("invalid_token", "The key is unknown or dead.", TokenFault::Invalid),
        token("no_token", "Nothing stands behind the scheme.", TokenFault::Missing),
        token("spaces_in_token", "More than one word stands behind the scheme.", TokenFault::Spaces),
        token("characters_in_token", "The key is not UTF-8.", TokenFault::Characters),
    ]
}

fn register() -> Operation {
    let weak = [PasswordFault::TooShort, PasswordFault::TooCommon, PasswordFault::EntirelyNumeric];
    let taken = Taken { username: true, email: true, phone: false };
    let mut blank = FieldErrors::default();
    for field in ["username", "password1", "password2"] {
        blank.add(field, [words::BLANK.to_owned()]);
    }
    let invalid = words::username_sentence(UsernameFault::Characters);
    Operation::new(Method::POST, "/rest-auth/registration/", "registration", "Register, and log in")
        .described(
            "All that is wrong is reported at once. A blank username hides what is wrong with the password.",
        )
        .reads([
            Field::text("username", "Letters, digits and `@ . + - _`; compared without regard to case.")
                .required()
                .at_most(username::MAX_CHARACTERS)
                .example("zhang"),
            email("The address, if the user has one.").example("zhang@example.com"),
            Field::new_password("password1", "The password.").required().example("fswxxz1456"),
            Field::password("password2", "The same again.").required().example("fswxxz1456"),
        ])
        .answers([
            key("registered", "The user is registered and logged in.", StatusCode::CREATED),
            wrong("blank", "Fields are blank or missing.", blank),
            failure::<FieldErrors>(
                "taken",
                "Somebody has the name or the address.",
                RegistrationRefusal::Taken(taken),
            ),
            wrong("weak_password", "The password may not be set.", password_errors("password1", &weak)),
            wrong("mismatch", "The passwords differ.", whole_body(words::MISMATCH)),
            wrong("invalid_username", "The username may not be used.", FieldErrors::of("username", &invalid)),
            wrong(
                "invalid_email",
                "The e-mail address is none.",
                FieldErrors::of("email", words::INVALID_EMAIL),
            ),
            throttled(),
        ])
}

fn login() -> Operation {
    Operation::new(Method::POST, "/rest-auth/login/", "login", "Log in")
        .described("The key is the one that registration answered, or a new one after it died.")
        .reads([
            Field::text("username", "In any case.").example("zhang"),
            email("Has to look like an address if it is there, and is of no other use.")
                .example("zhang@example.com"),
            Field::password("password", "The password.").required().example("fswxxz1456"),
        ])
        .answers([
            key("logged_in", "The user is logged in.", StatusCode::OK),
            failure::<FieldErrors>(
                "wrong_credentials",
                "No such user, or another password.",
                SignInRefusal::WrongCredentials,
            ),
            failure::<FieldErrors>(
                "disabled",
                "The password is right, but the user is frozen.",
                SignInRefusal::Frozen,
            ),
            wrong("no_username", "There is no username.", whole_body(words::NO_USERNAME)),
            wrong("required", "The password is missing.", FieldErrors::of("password", words::REQUIRED)),
            throttled(),
        ])
}

fn logout(method: Method, name: &'static str) -> Operation {
    let answer = detail(StatusCode::OK, words::LOGGED_OUT);
    let logged_out =
        Outcome::of::<Detail>("logged_out", "Nobody is logged in on this device any more.", answer);
    Operation::new(method, "/rest-auth/logout/", name, "Log this device out")
        .with(Parameter::everywhere())
        .described(
            "The answer is the same whoever asks. A GET of another page, by HEAD or of a browser that \
             only fetches ahead gets the answer and no effect.",
        )
        .carried_by(&[&["token"], &["session"], &["deployedSession"], &[]])
        .answers([logged_out.perhaps_with(SET_COOKIE)])
}

fn change_password() -> Operation {
    let new = "new_password2";
    let answer = detail(StatusCode::OK, words::PASSWORD_SAVED);
    let changed =
        Outcome::of::<Detail>("changed", "The password is changed; everybody is logged out.", answer);
    Operation::new(Method::POST, "/rest-auth/password/change/", "password_change", "Change the password")
        .described("Ends every session of the user, this one too, and the key.")
        .reads([
            Field::password("old_password", "The password until now.").required().example("fswxxz1456"),
            Field::new_password("new_password1", "The new password.").required().example("fog123456"),
            Field::password(new, "The same again.").required().example("fog123456"),
        ])
        .answers([
            changed.perhaps_with(SET_COOKIE),
            wrong(
                "wrong_old_password",
                "The old password is wrong.",
                FieldErrors::of("old_password", words::INVALID_PASSWORD),
            ),
            wrong("mismatch", "The new passwords differ.", FieldErrors::of(new, words::MISMATCH)),
            wrong(
                "weak_password",
                "The new password may not be set.",
                password_errors(new, &[PasswordFault::TooCommon]),
            ),
            wrong("required", "A field is missing.", FieldErrors::of("old_password", words::REQUIRED)),
            throttled(),
        ])
}

fn create_details() -> Operation {
    let (account, details) = (openapi::person(), details());
    let created = [record(&account, &details)];
    Operation::new(Method::POST, "/api/create_users_info/", "create_users_info", "Submit one's details, once")
        .described("All three fields. The answer is a list, though of one record.")
        .reads(details_fields(true))
        .answers([
            Outcome::json(
                "created",
                "The details are kept: a list of one record.",
                StatusCode::CREATED,
                &created,
            ),
            too_long(),
            blank_details(),
            failure::<[String; 1]>("exist", "The details were submitted before.", DetailsRefusal::Exist),
        ])
}

fn show_details() -> Operation {
    Operation::new(Method::GET, "/api/users_display/", "users_display", "Show one's details")
        .described("The caller's own, with the user as Django's serializer shows one; nobody sees others'.")
        .answers([shown("shown", "The user's own details."), no_details()])
}

fn replace_details() -> Operation {
    Operation::new(Method::PUT, "/api/users_display/", "replace_users_display", "Change one's details")
        .described("All three fields, or none if one is wrong.")
        .reads(details_fields(true))
        .answers([
            shown("changed", "The details as they are now."),
            no_details(),
            too_long(),
            blank_details(),
        ])
}

fn amend_details() -> Operation {
    Operation::new(
        Method::PATCH,
        "/api/users_display/",
        "amend_users_display",
        "Change some of one's details",
    )
    .described("The fields that are there, or none if one is wrong.")
    .reads(details_fields(false))
    .answers([
        shown("changed", "The details as they are now."),
        no_details(),
        too_long(),
        blank_details(),
    ])
}

fn details_fields(are_required: bool) -> [Field; 3] {
    let field = |name, meaning, kind, example| {
        let field = Field::text(name, meaning).example(example);
        let field = match kind {
            Kind::Stored(most) | Kind::Telephone(most) => field.at_most(most),
            Kind::Plain | Kind::Password | Kind::Email => field,
        };
        if are_required { field.required() } else { field }
    };
    let Details { company, tel, address } = details();
    [
        field("company", "The company.", COMPANY, company),
        field("tel", "A telephone number, as the user writes it.", TEL, tel),
        field("address", "A postal address.", ADDRESS, address),
    ]
}

fn details() -> Details {
    Details {
        company: "上海庆科信息技术有限公司".to_owned(),
        tel: "021-52655026".to_owned(),
        address: "上海市普陀区金沙江路2145号".to_owned(),
    }
}

fn shown(name: &'static str, meaning: &str) -> Outcome {
    Outcome::json(name, meaning, StatusCode::OK, &record(&openapi::person(), &details()))
}

fn no_details() -> Outcome {
    failure::<Detail>("no_details", "The user has submitted none.", DetailsRefusal::Missing)
}

fn too_long() -> Outcome {
    let most = match TEL {
        Kind::Stored(most) | Kind::Telephone(most) => most,
        Kind::Plain | Kind::Password | Kind::Email => 0,
    };
    wrong("too_long", "A field is over its limit.", FieldErrors::of("tel", &words::too_long(most)))
}

fn blank_details() -> Outcome {
    wrong("blank", "A field is blank.", FieldErrors::of("company", words::BLANK))
}

fn email(meaning: &str) -> Field {
    Field::text("email", meaning).email()
}

/// An answer that hands out the key.
fn key(name: &'static str, meaning: &str, status: StatusCode) -> Outcome {
    let key = Key { key: "0316f71a0b4e6ca1b4a2a2e0a7f9d0c65d1b7f4e" };
    Outcome::json(name, meaning, status, &key).perhaps_with(SET_COOKIE)
}

fn password_errors(field: &'static str, faults: &[PasswordFault]) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add(field, words::password_sentences(faults));
    errors
}

fn throttled() -> Outcome {
    failure::<Detail>("throttled", "Too many tries.", Failure::Throttled(Duration::from_mins(1)))
}

fn wrong(name: &'static str, meaning: &str, errors: FieldErrors) -> Outcome {
    failure::<FieldErrors>(name, meaning, Failure::Fields(errors))
}

fn failure<Body: JsonSchema>(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Body>(name, meaning, words::say(failure.into()))
}
