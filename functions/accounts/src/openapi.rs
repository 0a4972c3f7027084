//! What this group tells of itself for the OpenAPI document (docs/contracts/accounts.md).

use std::time::Duration;

use http::Method;
use http::header::SET_COOKIE;
use schemars::JsonSchema;
use serde::Serialize;
use tally::domain::contact::Contact;
use tally::domain::password::PasswordFault;
use tally::domain::username::{self, UsernameFault};
use tally::http::body;
use tally::http::csrf::CsrfFault;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::http::openapi::{self, Carrier, Field, Group, Operation, Outcome, Parameter, Section};
use tally::services::contacts::ContactRefusal;
use tally::services::registration::{RegistrationRefusal, Taken};
use tally::services::sessions::SignInRefusal;

use crate::Accounts;
use crate::contacts::{ALIAS, ContactField, DEPT_ID, JOB_NUMBER, PHONE, shown, user};
use crate::envelope;
use crate::registration::NewUser;
use crate::words::{self, Failure};

/// What a refusal has for a body.
type Refused = envelope::Refused<'static, &'static str>;

/// What a form that is wrong is answered with.
type WrongForm = envelope::Refused<'static, FieldErrors>;

/// The ways to show a session and a token: the token in a header, or as a field of the body.
const WITH_SESSION: [&[&str]; 4] = [
    &["session", "csrfCookie", "csrfHeader"],
    &["session", "csrfCookie"],
    &["deployedSession", "csrfCookie", "csrfHeader"],
    &["deployedSession", "csrfCookie"],
];

/// The ways to show a token where nobody has to be logged in.
const WITH_TOKEN: [&[&str]; 2] = [&["csrfCookie", "csrfHeader"], &["csrfCookie"]];

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    let [session, deployed_session] = Carrier::session_cookies();
    let csrf = |name, meaning, fault| failure::<Refused>(name, meaning, Failure::Csrf(fault));
    openapi::section::<Accounts, Refused>(Group {
        title: "accounts",
        description: DESCRIPTION.to_owned(),
        carriers: vec![
            session,
            deployed_session,
            Carrier::cookie("csrfCookie", "csrftoken", "What `get_token` and `login` set."),
            Carrier::header(
                "csrfHeader",
                "X-CSRFToken",
                "What `get_token` answers, where the body has no `csrfmiddlewaretoken`.",
            ),
        ],
        recognised_by: vec![&["session"], &["deployedSession"]],
        content_types: &body::CONTENT_TYPES,
        parameters: Vec::new(),
        always: Vec::new(),
        of_callers: Vec::new(),
        of_bodies: vec![
            failure::<Refused>("no_object", "The body is JSON, but no object.", Failure::NotAnObject),
            csrf("csrf_token", "The CSRF token is missing, forged or dead.", CsrfFault::Token),
            csrf("no_csrf_cookie", "There is no cookie for the token to fit.", CsrfFault::NoCookie),
        ],
        operations: vec![
            get_token(),
            login(),
            logout(Method::GET, "logout"),
            logout(Method::POST, "logout_by_post"),
            register(),
            show_account(),
            change_account(),
            change_password(),
        ],
    })
}

const DESCRIPTION: &str = "The API that a company's web pages call. Documented outcomes, failures too, \
    have status 200, and 1 or 0 for `code`. A POST, but for the logout, needs a token of `get_token`: as \
    the field `csrfmiddlewaretoken`, or where that is absent or empty, in the header `X-CSRFToken`; with \
    the cookie `csrftoken`. The token belongs to the session, and changes at login, logout and password \
    change: an old one is refused.";

fn get_token() -> Operation {
    let token = "hJ3mQ8xVb2TnLk5RfYw7ZcPd9SgA4uEoNvXi6BtMrUqKyHjCsWlDzFpG1aOeI0xT";
    Operation::new(Method::GET, "/api/accounts/get_token/", "get_token", "Get a CSRF token")
        .described(
            "The token is masked anew every time; all of one secret are good until the secret changes.",
        )
        .answers([success("token", "The token; its cookie is set.", token, "").perhaps_with(SET_COOKIE)])
}

fn login() -> Operation {
    let logged_in =
        success("logged_in", "The user is logged in; `data` is the username.", "zhang", words::LOGGED_IN);
    Operation::new(Method::POST, "/api/accounts/login/", "login", "Log in")
        .described("Unknown, wrong, blank and missing are answered alike.")
        .carried_by(&WITH_TOKEN)
        .reads([
            token(),
            Field::text("username", "In any case.").required().example("zhang"),
            Field::password("password", "The password.").required().example("fswxxz1456"),
        ])
        .answers([
            logged_in.perhaps_with(SET_COOKIE),
            failure::<Refused>(
                "wrong_credentials",
                "No such user, or another password.",
                SignInRefusal::WrongCredentials,
            ),
            failure::<Refused>(
                "frozen",
                "The password is right, but the user is frozen.",
                SignInRefusal::Frozen,
            ),
            throttled(),
        ])
}

fn logout(method: Method, name: &'static str) -> Operation {
    let logged_out =
        success("logged_out", "Nobody is logged in on this device any more.", words::LOGGED_OUT, "");
    Operation::new(method, "/api/accounts/logout/", name, "Log this device out")
        .with(Parameter::everywhere())
        .described(
            "Needs no token. The answer is the same whoever asks; a GET of another page, by HEAD or of a \
             browser that only fetches ahead gets it and no effect.",
        )
        .carried_by(&[&["session"], &["deployedSession"], &[]])
        .answers([logged_out.perhaps_with(SET_COOKIE)])
}

fn register() -> Operation {
    let taken = Taken { username: true, email: true, phone: false };
    let invalid = words::username_sentence(UsernameFault::Characters, "");
    Operation::new(Method::POST, "/api/accounts/register/", "register", "Register")
        .described("Does not log in. All that is wrong is reported at once, in the order of the fields.")
        .carried_by(&WITH_TOKEN)
        .reads([
            token(),
            Field::text("username", "Letters, digits and `@ . + - _`; compared without regard to case.")
                .required()
                .at_most(username::MAX_CHARACTERS)
                .example("zhang"),
            Field::new_password("password1", "The password.").required().example("fswxxz1456"),
            Field::password("password2", "The same again.").required().example("fswxxz1456"),
            contact(ALIAS, "Another name.", "小张"),
            email(),
            contact(PHONE, "A phone number, as the user writes it.", "13800138000").required(),
            contact(JOB_NUMBER, "The number of the employee.", "A-017"),
            contact(DEPT_ID, "The department.", "3").required(),
        ])
        .answers([
            success(
                "registered",
                "The user is registered.",
                words::REGISTERED,
                NewUser { username: "zhang" },
            ),
            wrong_form(
                "required",
                "Fields are blank or missing.",
                FieldErrors::of("username", words::REQUIRED),
            ),
            failure::<WrongForm>(
                "taken",
                "Somebody has the name or the address.",
                RegistrationRefusal::Taken(taken),
            ),
            wrong_form("weak_password", "The password may not be set.", password_errors("password2")),
            wrong_form("mismatch", "The passwords differ.", FieldErrors::of("password2", words::MISMATCH)),
            wrong_form(
                "invalid_username",
                "The username may not be used.",
                FieldErrors::of("username", &invalid),
            ),
            wrong_form(
                "invalid_email",
                "The e-mail address is none.",
                FieldErrors::of("email", words::INVALID_EMAIL),
            ),
            throttled(),
        ])
}

fn show_account() -> Operation {
    let mut account = openapi::person();
    account.contact = Some(own_contact());
    Operation::new(Method::GET, "/api/accounts/account_change/", "account", "Show one's account")
        .described("A user of another group has empty texts.")
        .carried_by(&[&["session"], &["deployedSession"]])
        .answers([success("shown", "The user's own data.", user(&account), words::USER), not_authenticated()])
}

fn change_account() -> Operation {
    let (account, contact_data) = (openapi::person(), own_contact());
    let email_address = account.email.as_ref().expect("the person of the examples has an address");
    let too_long = words::too_long(PHONE.1, PHONE.1 + 1);
    Operation::new(Method::POST, "/api/accounts/account_change/", "account_change", "Change one's account")
        .described("All five fields at once, or none. Nobody has proven the new address: one that was proven goes on recovering the account, else the one before does for 7 days. The account's other sessions end with the old address.")
        .carried_by(&WITH_SESSION)
        .reads([
            token(),
            contact(ALIAS, "Another name.", "小张").required(),
            email(),
            contact(PHONE, "A phone number, as the user writes it.", "13800138000").required(),
            contact(JOB_NUMBER, "The number of the employee.", "A-017").required(),
            contact(DEPT_ID, "The department.", "3").required(),
        ])
        .answers([
            success(
                "changed",
                "The data as they are now.",
                words::CHANGED,
                shown(&contact_data, email_address),
            ),
            wrong_form("required", "Fields are blank or missing.", FieldErrors::of("alias", words::REQUIRED)),
            wrong_form("too_long", "A field is over its limit.", FieldErrors::of(PHONE.0, &too_long)),
            wrong_form(
                "invalid_email",
                "The e-mail address is none.",
                FieldErrors::of("email", words::INVALID_EMAIL),
            ),
            failure::<WrongForm>("email_taken", "Somebody has the address.", ContactRefusal::EmailTaken),
            not_authenticated(),
            throttled(),
        ])
}

fn change_password() -> Operation {
    let new = "new_password2";
    let wrong = |name, meaning, errors| failure::<WrongForm>(name, meaning, Failure::PasswordForm(errors));
    let changed = success("changed", "The password is changed.", words::PASSWORD_CHANGED, "");
    Operation::new(Method::POST, "/api/accounts/password_change/", "password_change", "Change the password")
        .described("Ends every session of the user, in every group, this one too.")
        .carried_by(&WITH_SESSION)
        .reads([
            token(),
            Field::password("old_password", "The password until now.").required().example("fswxxz1456"),
            Field::new_password("new_password1", "The new password.").required().example("fog123456"),
            Field::password(new, "The same again.").required().example("fog123456"),
        ])
        .answers([
            changed.perhaps_with(SET_COOKIE),
            wrong(
                "wrong_old_password",
                "The old password is wrong.",
                FieldErrors::of("old_password", words::WRONG_OLD_PASSWORD),
            ),
            wrong("mismatch", "The new passwords differ.", FieldErrors::of(new, words::MISMATCH)),
            wrong("weak_password", "The new password may not be set.", password_errors(new)),
            wrong("required", "A field is missing.", FieldErrors::of("old_password", words::REQUIRED)),
            not_authenticated(),
            throttled(),
        ])
}

fn token() -> Field {
    Field::text("csrfmiddlewaretoken", "The token, unless the header `X-CSRFToken` has it.")
}

fn email() -> Field {
    Field::text("email", "The e-mail address.").required().email().example("zhang@example.com")
}

fn contact((name, most): ContactField, meaning: &str, example: &str) -> Field {
    Field::text(name, meaning).at_most(most).example(example)
}

fn own_contact() -> Contact {
    let [alias, phone, job_number, dept_id] = ["小张", "13800138000", "A-017", "3"].map(str::to_owned);
    Contact { alias, phone, job_number, dept_id }
}

fn password_errors(field: &'static str) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let faults = [PasswordFault::TooShort, PasswordFault::TooCommon, PasswordFault::EntirelyNumeric];
    errors.add(field, words::password_sentences(&faults));
    errors
}

fn not_authenticated() -> Outcome {
    failure::<Refused>("not_authenticated", "Nobody is logged in.", Refusal::NotAuthenticated)
}

fn throttled() -> Outcome {
    failure::<Refused>("throttled", "Too many tries.", Failure::Throttled(Duration::from_mins(1)))
}

fn wrong_form(name: &'static str, meaning: &str, errors: FieldErrors) -> Outcome {
    failure::<WrongForm>(name, meaning, Failure::UserForm(errors))
}

fn success<D, M>(name: &'static str, meaning: &str, data: D, msg: M) -> Outcome
where
    D: Serialize + JsonSchema,
    M: Serialize + JsonSchema,
{
    Outcome::of::<envelope::Success<D, M>>(name, meaning, envelope::success(data, msg))
}

fn failure<Body: JsonSchema>(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Body>(name, meaning, words::say(failure.into()))
}
