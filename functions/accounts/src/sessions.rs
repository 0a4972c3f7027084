//! `POST /api/accounts/login/`, `/api/accounts/logout/`, and who is calling.

use tally::app::App;
use tally::domain::csrf_token::Binding;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::domain::text;
use tally::domain::username::{self, Username};
use tally::http::answer::Answer;
use tally::http::csrf;
use tally::http::origin;
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::sessions::{self, Caller, LoginName, NewSession, SignIn};
use tally::store::key::Identifier;

use crate::csrf::Tokens;
use crate::envelope::success;
use crate::fields::Form;
use crate::words::{self, Failure};

/// The fewest characters that can be a password. The rule for new ones asks for more; this leaves
/// room for those that were set in an older system and came over with their hash.
const FEWEST_CHARACTERS: usize = 2;

/// Logs a user in on this device; the session it had is over.
pub(crate) async fn login(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let form = Form::read(&app, caller.as_ref(), &request, Tokens::OrAnonymous).await?;
    let (Some(username), Some(password)) = (username(&form), password(&form)) else {
        return Err(Failure::WrongCredentials);
    };
    let sign_in = SignIn {
        name: LoginName::Claimed(Identifier::typed_username(username)),
        password: Password::new(password).ok(),
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

/// The name that was typed, if anybody could have it by its length.
fn username(form: &Form) -> Option<&str> {
    let typed = text::strip(form.typed("username")?);
    (1..=username::MAX_CHARACTERS).contains(&typed.chars().count()).then_some(typed)
}

/// The password that was typed, if it is a guess at all. What is too short to be anybody's does not
/// count as a try, no more than a blank one, whoever it is for.
fn password(form: &Form) -> Option<&str> {
    form.typed("password").filter(|typed| typed.chars().count() >= FEWEST_CHARACTERS)
}

/// Logs this device out; the answer is the same whoever asks.
pub(crate) async fn logout(app: App, request: Request) -> Result<Answer, Failure> {
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
