//! `POST /rest-auth/login/`, `/rest-auth/logout/`, and who is calling.

use http::StatusCode;
use http::header::AUTHORIZATION;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::password::Password;
use tally::domain::session::{Carrier, SessionToken};
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, Welcoming, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::origin;
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::sessions::{self, Caller, LoginName, NewSession, Recognition, SignIn};
use tally::store::key::Identifier;

use crate::envelope::{Key, detail, whole_body};
use crate::form::Form;
use crate::words::{self, Failure, TokenFault};

pub(crate) const LOGIN: Endpoint<Failure> =
    Endpoint::at("/rest-auth/login/", "Login").post(Welcoming(&login), described!(describe::login));
/// Whatever is presented, the answer is the same (docs/contracts/rest-auth.md).
pub(crate) const LOGOUT: Endpoint<Failure> = Endpoint::at("/rest-auth/logout/", "Logout")
    .get(Open(&logout), described!(|| describe::logout("logout_by_get")))
    .post(Open(&logout), described!(|| describe::logout("logout")));

/// The fields, in the order in which the framework reports them.
const FORM: [FormField; 3] = {
    let of_email = "Must look like an address if present, and is otherwise ignored.";
    [
        FormField::new("username", Kind::Plain, "Case-insensitive.", "zhang").optional(),
        FormField::new("email", Kind::Email, of_email, "zhang@example.com").optional(),
        FormField::new("password", Kind::Password, "The password.", "fswxxz1456"),
    ]
};

/// Logs a user in on this device.
async fn login(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    // An address has to look like one, and is of no other use (docs/contracts/rest-auth.md).
    let [username, _, password] = FORM.map(|field| form.text(field));
    let Some(password) = password.filter(|_| form.errors.is_empty()) else {
        return Err(Failure::Fields(form.errors.in_order(&FORM)));
    };
    let Some(username) = username.filter(|name| !name.is_empty()) else {
        return Err(Failure::Fields(whole_body(words::NO_USERNAME)));
    };
    let sign_in = SignIn {
        name: LoginName::Claimed(Identifier::typed_username(&username)),
        password: Password::new(&password).ok(),
        asker: request.asker,
        session: NewSession { carrier: Carrier::Cookie, lasts: session_cookie::LASTS, holds_key: true },
        staff_only: false,
        replaces: caller,
    };
    let signed_in = Box::pin(sessions::sign_in(&app, sign_in)).await?;
    let answer = welcome(&app, StatusCode::OK, &signed_in.account, Some(&signed_in.token));
    Ok(session_cookie::mark(&app, answer, signed_in.device.as_ref()))
}

/// Logs this device out; the answer is the same for every caller.
async fn logout(app: App, request: Request) -> Result<Answer, Failure> {
    let answer = detail(StatusCode::OK, words::LOGGED_OUT);
    if !origin::may_act(&request, &app.config) {
        return Ok(answer);
    }
    let (extent, cookies) = (request.logout_extent(), session_cookie::presented(&app, &request));
    let was_in = sessions::sign_out_browser(&app, &cookies, extent, &request.asker).await?;
    if !was_in && let Some(caller) = recognise_key(&app, &request).await? {
        sessions::sign_out(&app, &caller, extent, &request.asker).await?;
    }
    Ok(session_cookie::forget_presented(&app, &request, answer))
}

/// Recognises the caller: a living session cookie decides, else the `Authorization` header does.
pub(crate) async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
    let by_cookie = sessions::recognise_cookies(app, &session_cookie::presented(app, request)).await?;
    if by_cookie.is_some() {
        return Ok(by_cookie);
    }
    let Some(token) = presented_token(request).map_err(Failure::Token)? else {
        return Ok(None);
    };
    match sessions::recognise_token(app, &token).await? {
        Recognition::Caller(caller) => Ok(Some(*caller)),
        // What a password change ended counts as nothing presented (docs/contracts/rest-auth.md#differences,
        // point 6).
        Recognition::RetiredKey => Ok(None),
        Recognition::Unknown => Err(Failure::Token(TokenFault::Invalid)),
    }
}

/// The answer that hands out the key and sets the cookies.
pub(crate) fn welcome(
    app: &App,
    status: StatusCode,
    account: &Account,
    token: Option<&SessionToken>,
) -> Answer {
    let answer = Answer::json(status, &Key { key: &sessions::shared_key(app, account) });
    match token {
        Some(token) => session_cookie::start(app, answer, token),
        None => answer,
    }
}

/// Makes the browser forget a session that is over, if it presented one.
pub(crate) fn without_session(app: &App, caller: &Caller, answer: Answer) -> Answer {
    if caller.session().is_some() { session_cookie::forget(app, answer) } else { answer }
}

async fn recognise_key(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
    let Ok(Some(token)) = presented_token(request) else {
        return Ok(None);
    };
    match sessions::recognise_token(app, &token).await? {
        Recognition::Caller(caller) => Ok(Some(*caller)),
        Recognition::RetiredKey | Recognition::Unknown => Ok(None),
    }
}

/// The token of an `Authorization: Token …` header; other schemes are not ours and say nothing. Two
/// headers that differ are told what the framework says of both joined.
fn presented_token(request: &Request) -> Result<Option<String>, TokenFault> {
    let Ok(header) = request.sole_value(AUTHORIZATION) else {
        let is_any_ours = request.values(AUTHORIZATION).any(|value| words(value).next().is_some_and(is_ours));
        return if is_any_ours { Err(TokenFault::Spaces) } else { Ok(None) };
    };
    let mut parts = words(header.unwrap_or_default());
    if !parts.next().is_some_and(is_ours) {
        return Ok(None);
    }
    let token = parts.next().ok_or(TokenFault::Missing)?;
    if parts.next().is_some() {
        return Err(TokenFault::Spaces);
    }
    String::from_utf8(token.to_vec()).map(Some).map_err(|_| TokenFault::Characters)
}

fn words(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    header.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty())
}

fn is_ours(scheme: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(b"token")
}

#[cfg(feature = "openapi")]
mod describe {
    use http::StatusCode;
    use tally::http::field_errors::FieldErrors;
    use tally::http::openapi::{Field, Operation, Parameter};
    use tally::services::sessions::SignInRefusal;

    use super::FORM;
    use crate::describing::{failure, key, throttled, told, wrong, wrong_body};
    use crate::words;

    pub(super) fn login() -> Operation {
        let [_, _, password] = FORM;
        let failure = |name, meaning, refusal: SignInRefusal| failure::<FieldErrors>(name, meaning, refusal);
        Operation::new("login", "Log in")
            .described("The key is the one from the registration, or a new one if that is no longer valid.")
            .reads(FORM.map(Field::from))
            .answers([
                key("logged_in", "The user is logged in.", StatusCode::OK),
                failure(
                    "wrong_credentials",
                    "Unknown user or wrong password.",
                    SignInRefusal::WrongCredentials,
                ),
                failure("disabled", "The password is right, but the user is frozen.", SignInRefusal::Frozen),
                wrong_body("no_username", "The username is missing.", words::NO_USERNAME),
                wrong("required", "The password is missing.", password, words::REQUIRED),
                throttled(),
            ])
    }

    pub(super) fn logout(name: &'static str) -> Operation {
        let meaning = "This device is logged out.";
        Operation::new(name, "Log out on this device")
            .with(Parameter::everywhere())
            .described(
                "The answer is the same for every caller; a GET from another site's page, a HEAD or a \
                 prefetch by the browser gets it too, but has no effect.",
            )
            .carried_by(&[&["token"], &["session"], &["deployedSession"], &[]])
            .answers([told("logged_out", meaning, words::LOGGED_OUT)])
    }
}
