//! `GET /users/weixin_is_bind/`, `POST /users/weixin_bind/` and `/users/weixin_unbind/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::weixin::WeixinCode;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::services::weixin;
use tally::telemetry::Outcome;

use crate::envelope::{Nothing, success};
use crate::form::{self, Form, Kind};
use crate::words::{self, Failure};

pub(crate) const IS_BOUND: Endpoint<Failure> = Endpoint::at("/users/weixin_is_bind/", "判断微信账号是否绑定")
    .get(Guarded(&is_bound), described!(describe::is_bound));
pub(crate) const BIND: Endpoint<Failure> =
    Endpoint::at("/users/weixin_bind/", "绑定微信账号").post(Guarded(&bind), described!(describe::bind));
pub(crate) const UNBIND: Endpoint<Failure> = Endpoint::at("/users/weixin_unbind/", "解绑微信账号")
    .post(Guarded(&unbind), described!(describe::unbind));

/// Whether something is bound. Which one is never shown, not even to the owner's own page.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Bound {
    /// Whether a WeChat account is bound.
    is_bind: bool,
}

/// Tells whether the caller's WeChat is bound.
async fn is_bound(_: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    Ok(bound(caller.account.weixin.is_some()))
}

/// What is told of it.
fn bound(is_bind: bool) -> Answer {
    let msg = if is_bind { words::WEIXIN_BOUND } else { words::WEIXIN_NOT_BOUND };
    success(msg, Bound { is_bind })
}

fn bind_form(form: &mut Form<'_>) -> Option<String> {
    form.text("code", Kind::Plain, "The code from WeChat's OAuth; it can be used once.")
}

/// Binds the WeChat account that got the code to the caller.
async fn bind(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let code = form::read(&app, &request, bind_form).await?;
    let code =
        WeixinCode::parse(&code).ok_or(Failure::Documented(words::WRONG_WEIXIN_CODE, Outcome::WrongCode))?;
    Box::pin(weixin::bind(&app, &caller, &code, &request.asker)).await?;
    Ok(success(words::WEIXIN_BINDS, Nothing {}))
}

/// Unbinds the caller's WeChat, if there is one.
async fn unbind(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    form::fields(&request).await?;
    weixin::unbind(&app, &caller, &request.asker).await?;
    Ok(success(words::WEIXIN_UNBINDS, Nothing {}))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::Operation;
    use tally::services::weixin::WeixinRefusal;

    use super::{Bound, bind_form, bound};
    use crate::describing::{done, each, failure, required, throttled, told};
    use crate::words;

    pub(super) fn is_bound() -> Operation {
        Operation::new("weixin_is_bind", "Check whether a WeChat account is bound")
            .described("Does not say which one.")
            .answers([
                told::<Bound>("bound", "One is bound.", bound(true)),
                told::<Bound>("not_bound", "None is bound.", bound(false)),
            ])
    }

    pub(super) fn bind() -> Operation {
        let [code] = each(bind_form);
        Operation::new("weixin_bind", "Bind a WeChat account")
            .described(
                "A WeChat account can be bound to one account only. Binding the same one again is `ok`; a \
                 different one replaces it. It cannot be used to log in.",
            )
            .reads([code.example("081Kq4Ga1aBcDe0ZzyFa1TGqcX2Kq4Gh")])
            .answers([
                done("bound", "The WeChat account is bound.", words::WEIXIN_BINDS),
                failure("wrong_code", "WeChat rejects the code.", WeixinRefusal::WrongCode),
                failure("refused", "WeChat refuses for another reason.", WeixinRefusal::Refused),
                failure("taken", "The WeChat account is bound to another account.", WeixinRefusal::Taken),
                failure(
                    "not_configured",
                    "The deployment has no WeChat application.",
                    WeixinRefusal::NotConfigured,
                ),
                required(bind_form),
                failure("weixin_away", "WeChat, or the secret for it, is unavailable.", WeixinRefusal::Away),
                throttled("Too many wrong codes."),
            ])
    }

    pub(super) fn unbind() -> Operation {
        Operation::new("weixin_unbind", "Unbind the WeChat account")
            .described("The answer is the same if none was bound. No fields are read.")
            .reads([])
            .answers([done("unbound", "No WeChat account is bound any more.", words::WEIXIN_UNBINDS)])
    }
}
