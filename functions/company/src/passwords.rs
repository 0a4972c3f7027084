//! `POST /users/change_my_pwd/` and `/users/change_pwd_by_mobile/`.

use tally::app::App;
use tally::domain::account::{Account, Names};
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::codes;
use tally::services::passwords::{self, Opened, Proven};

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::sessions::SESSION;
use crate::words::{self, Failure};

/// Changes the caller's password. All sessions of theirs end with it; this client gets a new one.
pub(crate) async fn change(exchange: Exchange) -> Result<Answer, Failure> {
    let mut form = Form::read(&exchange).await?;
    let Exchange { app, request, caller } = exchange;
    let account = caller.ok_or(Refusal::NotAuthenticated)?.account;
    let old = form.text("old_password", Presence::Required, Kind::Password);
    let new = form.repeated_password("new_password", "confirm_password", &account.names());
    let (old, new) = form.accept(old.zip(new))?;
    let proven = prove(&app, &account, &old, &request).await?;
    let Opened { token, device } =
        passwords::replace_and_stay(&app, &proven, &new, SESSION, request.language()).await?;
    let answer = session_cookie::start(&app, success(words::PASSWORD_CHANGED, Nothing {}), &token);
    Ok(session_cookie::mark(&app, answer, device.as_ref()))
}

/// Sets a new password with a code from the phone; ends every session of the user and opens none.
pub(crate) async fn reset(exchange: Exchange) -> Result<Answer, Failure> {
    let mut form = Form::read(&exchange).await?;
    let Exchange { app, request, .. } = exchange;
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
    Ok(passwords::prove(app, account, typed.as_ref(), &request.asker).await?)
}
