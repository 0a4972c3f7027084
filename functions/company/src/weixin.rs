//! `GET /users/weixin_is_bind/`, `POST /users/weixin_bind/` and `/users/weixin_unbind/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::weixin::WeixinCode;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::services::weixin;
use tally::telemetry::Outcome;

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::words::{self, Failure};

/// Whether something is bound. What is bound is nobody's business, not even its owner's page's.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Bound {
    /// Whether a WeChat account is bound.
    is_bind: bool,
}

/// Tells whether the caller's WeChat is bound.
pub(crate) async fn is_bound(_: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    Ok(bound(caller.account.weixin.is_some()))
}

/// What is told of it.
pub(crate) fn bound(is_bind: bool) -> Answer {
    let msg = if is_bind { words::WEIXIN_BOUND } else { words::WEIXIN_NOT_BOUND };
    success(msg, Bound { is_bind })
}

/// Binds the WeChat of whoever got the code there to the caller.
pub(crate) async fn bind(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let code = form.text("code", Presence::Required, Kind::Plain);
    let code = form.accept(code)?;
    let code =
        WeixinCode::parse(&code).ok_or(Failure::Documented(words::WRONG_WEIXIN_CODE, Outcome::WrongCode))?;
    Box::pin(weixin::bind(&app, &caller, &code, &request.asker)).await?;
    Ok(success(words::WEIXIN_BINDS, Nothing {}))
}

/// Unbinds the caller's WeChat, if there is one.
pub(crate) async fn unbind(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    Form::read(&request).await?;
    weixin::unbind(&app, &caller, &request.asker).await?;
    Ok(success(words::WEIXIN_UNBINDS, Nothing {}))
}
