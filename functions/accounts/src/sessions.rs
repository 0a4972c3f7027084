//! `POST /api/accounts/login/`, `/api/accounts/logout/`, and who is calling.

use tally::app::App;
use tally::domain::csrf_token::Binding;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::domain::username::{self, Username};
use tally::http::answer::Answer;
use tally::http::csrf;
use tally::http::endpoint::{Endpoint, Open, Welcoming, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::origin;
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::sessions::{self, Caller, LoginName, NewSession, SignIn, SignInRefusal};
use tally::store::key::Identifier;

use crate::csrf::Tokens;
use crate::envelope::success;
use crate::form::Form;
use crate::words::{self, Failure};

pub(crate) const LOGIN: Endpoint<Failure> =
    Endpoint::at("/api/accounts/login/", "login").post(Welcoming(&login), described!(describe::login));
/// Refused before anybody is looked up, and answered alike for everybody.
pub(crate) const LOGOUT: Endpoint<Failure> = Endpoint::at("/api/accounts/logout/", "logout")
    .get(Open(&logout), described!(|| describe::logout("logout")))
    .post(Open(&logout), described!(|| describe::logout("logout_by_post")));

const USERNAME: FormField = FormField::new("username", Kind::Plain, "Case-insensitive.", "zhang");
const PASSWORD: FormField = FormField::new("password", Kind::Password, "The password.", "fswxxz1456");

/// The fewest characters that can be a password. The rule for new ones asks for more; this leaves
/// room for those that were set in an older system and came over with their hash.
const FEWEST_CHARACTERS: usize = 2;

/// Logs a user in on this device; the session it had is over.
async fn login(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&app, caller.as_ref(), &request, Tokens::OrAnonymous).await?;
    let characters = |typed: &String| typed.chars().count();
    let username = form.text(USERNAME).filter(|typed| characters(typed) <= username::MAX_CHARACTERS);
    // What is too short to be anybody's does not count as a try, no more than a blank one, whoever it
    // is for.
    let password = form.text(PASSWORD).filter(|typed| characters(typed) >= FEWEST_CHARACTERS);
    let (Some(username), Some(password)) = (username, password) else {
        return Err(SignInRefusal::WrongCredentials.into());
    };
    let sign_in = SignIn {
        name: LoginName::Claimed(Identifier::typed_username(&username)),
        password: Password::new(&password).ok(),
        asker: request.asker,
        session: NewSession { carrier: Carrier::Cookie, lasts: session_cookie::LASTS, holds_key: false },
        staff_only: false,
        // An anonymous token is no leave to end the session beside it.
        replaces: caller.filter(|_| form.is_of_session),
    };
    let signed_in = Box::pin(sessions::sign_in(&app, sign_in)).await?;
    let username = signed_in.account.username.as_ref().map_or("", Username::as_str);
    let answer = session_cookie::start(&app, success(username, words::LOGGED_IN), &signed_in.token);
    Ok(session_cookie::mark(&app, answer, signed_in.device.as_ref()))
}

/// Logs this device out; the answer is the same for every caller.
async fn logout(app: App, request: Request) -> Result<Answer, Failure> {
    let answer = success(words::LOGGED_OUT, "");
    let has_cookie = session_cookie::is_presented(&request, &app.config);
    if !has_cookie || !origin::may_act(&request, &app.config) {
        return Ok(answer);
    }
    let cookies = session_cookie::presented(&app, &request);
    sessions::sign_out_browser(&app, &cookies, request.logout_extent(), &request.asker).await?;
    Ok(end_session(&app, session_cookie::forget(&app, answer)))
}

/// The answer, with a CSRF token for the stranger that the browser is from now on.
pub(crate) fn end_session(app: &App, answer: Answer) -> Answer {
    answer.with_cookie(csrf::renew(app, Binding::Anonymous))
}

/// Recognises the caller by the session cookie. `Authorization` says nothing in this group.
pub(crate) async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
    Ok(sessions::recognise_cookies(app, &session_cookie::presented(app, request)).await?)
}

#[cfg(feature = "openapi")]
mod describe {
    use http::header::SET_COOKIE;
    use tally::http::openapi::{Operation, Parameter};
    use tally::services::sessions::SignInRefusal;

    use super::{PASSWORD, USERNAME};
    use crate::describing::{Refused, WITH_TOKEN, failure, fields, success, throttled};
    use crate::words;

    pub(super) fn login() -> Operation {
        let meaning = "The user is logged in; `data` is the username.";
        let logged_in = success("logged_in", meaning, USERNAME.example, words::LOGGED_IN);
        let failure = |name, meaning, refusal: SignInRefusal| failure::<Refused>(name, meaning, refusal);
        Operation::new("login", "Log in")
            .described("Unknown, wrong, blank and missing values all get the same answer.")
            .carried_by(&WITH_TOKEN)
            .reads(fields([USERNAME, PASSWORD]))
            .answers([
                logged_in.perhaps_with(SET_COOKIE),
                failure(
                    "wrong_credentials",
                    "Unknown user or wrong password.",
                    SignInRefusal::WrongCredentials,
                ),
                failure("frozen", "The password is right, but the user is frozen.", SignInRefusal::Frozen),
                throttled(),
            ])
    }

    pub(super) fn logout(name: &'static str) -> Operation {
        let meaning = "This device is logged out.";
        Operation::new(name, "Log out on this device")
            .with(Parameter::everywhere())
            .described(
                "Needs no token. The answer is the same for every caller; a GET from another site's page, \
                 a HEAD or a prefetch by the browser gets it too, but has no effect.",
            )
            .carried_by(&[&["session"], &["deployedSession"], &[]])
            .answers([success("logged_out", meaning, words::LOGGED_OUT, "").perhaps_with(SET_COOKIE)])
    }
}
