//! `POST /users/change_mobile/`.

use tally::app::App;
use tally::domain::code::CodePurpose;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::services::{codes, passwords, phones};

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::passwords::prove;
use crate::words::{self, Failure};

/// Changes the caller's mobile number to one that they have read a code from.
pub(crate) async fn change(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let password = form.text("password", Presence::Required, Kind::Password);
    let (mobile, code) = (form.phone("mobile", &app), form.code("code"));
    let (password, (mobile, code)) = form.accept(password.zip(mobile.zip(code)))?;
    let proven = prove(&app, &caller.account, &password, &request).await?;
    let owner = Some(caller.account.number);
    let tried = codes::try_for(&app, CodePurpose::ChangeMobile, &mobile, &code, owner, &request.asker);
    let ((), code) = tokio::join!(passwords::leave(&app, &proven), tried);
    let code = code?;
    phones::change(&app, &caller, &mobile, code, &request.asker, request.language()).await?;
    Ok(success(words::MOBILE_CHANGED, Nothing {}))
}
