//! `POST /users/change_my_pwd/` and `/users/change_pwd_by_mobile/`.

use tally::app::App;
use tally::domain::account::{Account, Names};
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::endpoint::Refusal;
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::codes;
use tally::services::passwords::{self, Opened, Proven};
use tally::services::sessions::Caller;

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::sessions::SESSION;
use crate::words::{self, Failure};

/// Changes the caller's password. All sessions of theirs end with it; this client gets a new one.
pub(crate) async fn change(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let account = caller.account;
    let old = form.text("old_password", Presence::Required, Kind::Password);
    let new = form.repeated_password("new_password", "confirm_password", &account.names());
    let (old, new) = form.accept(old.zip(new))?;
    let proven = prove(&app, &account, &old, &request).await?;
    match passwords::replace_and_stay(&app, &proven, &new, SESSION, request.language()).await? {
        Some(Opened { token, device }) => {
            let answer = session_cookie::start(&app, success(words::PASSWORD_CHANGED, Nothing {}), &token);
            Ok(session_cookie::mark(&app, answer, device.as_ref()))
        }
        // Another device changed it first: this caller is signed out already.
        None => Err(Refusal::NotAuthenticated.into()),
    }
}

/// Sets a new password with a code from the phone; ends every session of the user and opens none.
pub(crate) async fn reset(app: App, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let (mobile, code) = (form.phone("mobile", &app), form.code("code"));
    // Whose names it must not repeat shows only by a right code.
    let new = form.repeated_password("password", "re_password", &Names::default());
    let (mobile, (code, new)) = form.accept(mobile.zip(code.zip(new)))?;
    let language = request.language();
    Box::pin(codes::reset_password(&app, &mobile, &code, &new, &request.asker, language)).await?;
    Ok(success(words::PASSWORD_CHANGED, Nothing {}))
}

/// Checks the password of somebody who is in already; a try counts as one at a login does.
pub(crate) async fn prove<'a>(
    app: &App,
    account: &'a Account,
    typed: &str,
    request: &'a Request,
) -> Result<Proven<'a>, Failure> {
    let typed = Password::new(typed).ok();
    passwords::prove(app, account, typed.as_ref(), &request.asker).await.map_err(Failure::of_password)
}
