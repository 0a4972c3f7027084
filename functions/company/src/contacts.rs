//! The notify address: `GET /users/notify_email_is_bind/` and `/users/resend_bind_email/`, `POST
//! /users/send_email_code/` and `/users/change_notify_email/`.

use http::Method;
use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::code::{Code, CodePurpose};
use tally::domain::email_address::EmailAddress;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, Refusal, described};
use tally::http::origin;
use tally::http::request::Request;
use tally::services::codes::{self, Asked};
use tally::services::sessions::Caller;
use tally::services::{email_binding, passwords};
use tally::telemetry::Outcome;

use crate::envelope::{Nothing, success};
use crate::form::{self, Form};
use crate::passwords::prove;
use crate::words::{self, Failure};

pub(crate) const IS_BOUND: Endpoint<Failure> =
    Endpoint::at("/users/notify_email_is_bind/", "判断接收邮箱是否绑定")
        .get(Guarded(&is_bound), described!(describe::is_bound));
pub(crate) const RESEND: Endpoint<Failure> =
    Endpoint::at("/users/resend_bind_email/", "重新发送绑定接收邮箱链接")
        .get(Guarded(&resend), described!(describe::resend));
pub(crate) const SEND_CODE: Endpoint<Failure> = Endpoint::at("/users/send_email_code/", "发送邮箱验证码")
    .post(Guarded(&send_code), described!(describe::send_code));
pub(crate) const CHANGE: Endpoint<Failure> = Endpoint::at("/users/change_notify_email/", "修改接收邮箱")
    .post(Guarded(&change), described!(describe::change));

/// The address, and whether it is bound.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct NotifyEmail<'a> {
    /// Whether its owner has proven it.
    is_bind: bool,
    /// The address; empty where the account has none.
    notify_email: &'a str,
}

/// Tells the caller's notify address and whether it is bound.
async fn is_bound(_: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    Ok(notify_email(&caller.account))
}

/// What is told of an account's notify address.
fn notify_email(account: &Account) -> Answer {
    let is_bind = account.email_proven;
    let msg = if is_bind { words::EMAIL_BOUND } else { words::EMAIL_NOT_BOUND };
    let notify_email = account.email.as_ref().map_or("", EmailAddress::as_str);
    success(msg, NotifyEmail { is_bind, notify_email })
}

/// Mails the caller's address its link again.
async fn resend(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    if origin::is_prefetch(&request) {
        // An answer that the browser kept would be shown later without anything having happened.
        return Err(Failure::Prefetch);
    }
    // Whoever only asks what the answer would look like gets no mail.
    if request.method != Method::HEAD {
        if !origin::may_act(&request, &app.config) {
            return Err(Refusal::Foreign.into());
        }
        let public_url = request.public_url(&app.config);
        email_binding::resend_link(&app, &caller, public_url.as_deref(), &request.asker, request.language())
            .await?;
    }
    Ok(success(words::LINK_SENT, Nothing {}))
}

fn send_code_form(form: &mut Form<'_>) -> Option<(String, EmailAddress)> {
    let (password, email) = (form.own_password(), form.email("email", "The new address."));
    Some((password?, email?))
}

/// Mails a code to the address that is to take the place of the caller's own.
async fn send_code(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let (password, email) = form::read(&app, &request, send_code_form).await?;
    check_password(&app, &caller, &password, &request).await?;
    let is_own = caller.account.email.as_ref().is_some_and(|own| own.is_same(&email));
    if is_own && caller.account.email_proven {
        return Err(Failure::Documented(words::EMAIL_ALREADY_BOUND, Outcome::AlreadyDone));
    }
    let asked = codes::ask_email_binding(&app, &caller, &email, &request.asker, request.language());
    match Box::pin(asked).await? {
        Asked::Taken => Ok(success(words::CODE_SENT, Nothing {})),
        Asked::NotSent => Err(Failure::Documented(words::MAIL_NOT_SENT, Outcome::NotSent)),
    }
}

fn change_form(form: &mut Form<'_>) -> Option<(String, Code, EmailAddress)> {
    let password = form.own_password();
    let code = form.code("The code that `send_email_code` mailed to `email`.");
    let email = form.email("email", "The new address.");
    Some((password?, code?, email?))
}

/// Sets and binds the address that the code was mailed to.
async fn change(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let (password, code, email) = form::read(&app, &request, change_form).await?;
    check_password(&app, &caller, &password, &request).await?;
    let number = caller.account.number;
    let code =
        codes::try_for(&app, CodePurpose::EmailBinding, &email, &code, Some(number), &request.asker).await?;
    let language = request.language();
    Box::pin(email_binding::bind(&app, &caller, &email, &code, &request.asker, language)).await?;
    Ok(success(words::EMAIL_CHANGED, Nothing {}))
}

async fn check_password(app: &App, caller: &Caller, typed: &str, request: &Request) -> Result<(), Failure> {
    let proven = prove(app, &caller.account, typed, request).await?;
    passwords::leave(app, &proven).await;
    Ok(())
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::account::Account;
    use tally::http::endpoint::Refusal;
    use tally::http::openapi::{Operation, Outcome};
    use tally::services::email_binding::{BindingRefusal, LinkRefusal};
    use tally::telemetry;

    use super::{NotifyEmail, change_form, notify_email, send_code_form};
    use crate::describing::{
        account, done, failure, fields, required, throttled, told, wrong, wrong_code, wrong_password,
    };
    use crate::words::{self, Failure};

    pub(super) fn is_bound() -> Operation {
        let shown = |name, meaning, email_proven| {
            let account = Account { email_proven, ..account() };
            told::<NotifyEmail<'_>>(name, meaning, notify_email(&account))
        };
        Operation::new("notify_email_is_bind", "Ask for the notify address")
            .described(
                "It is the account's e-mail address, whichever group set it, and bound once its owner has \
                 proven it by a link or a code.",
            )
            .answers([
                shown("bound", "There is one, and it is bound.", true),
                shown("not_bound", "It is not bound, or there is none.", false),
            ])
    }

    pub(super) fn resend() -> Operation {
        Operation::new("resend_bind_email", "Have the link that binds the address mailed again")
            .described(
                "The link works for 24 hours, as often as it is followed; it dies with the address, a change \
                 of the password and a freeze. Only a page of this origin or of a trusted one may ask, or the \
                 person by hand. HEAD sends nothing.",
            )
            .answers([
                done("sent", "The link is mailed.", words::LINK_SENT),
                failure("no_address", "The account has no address.", LinkRefusal::NoAddress),
                already_bound(),
                failure("not_sent", "The mail could not be sent.", LinkRefusal::NotSent),
                failure("foreign", "A page of another origin, or a link there, asks.", Refusal::Foreign),
                prefetch(),
                throttled("Within the pause after the mail before, or over a limit of mails or requests."),
            ])
    }

    pub(super) fn send_code() -> Operation {
        Operation::new("send_email_code", "Ask for a code by mail")
            .described(
                "The fields are judged first, then the password is tried. The answer is the same whether a \
                 mail goes out: none does within the pause after the one before, over a budget, or to an \
                 address that another account has proven.",
            )
            .reads(fields(send_code_form))
            .answers([
                done("sent", "The request is taken.", words::CODE_SENT),
                wrong_password(),
                already_bound(),
                failure(
                    "not_sent",
                    "The mail could not be sent.",
                    Failure::Documented(words::MAIL_NOT_SENT, telemetry::Outcome::NotSent),
                ),
                invalid_email(),
                required(send_code_form),
                throttled("Too many tries, or requests for codes."),
            ])
    }

    pub(super) fn change() -> Operation {
        Operation::new("change_notify_email", "Set and bind another notify address")
            .described(
                "The fields are judged first, then the password is tried, then the code. An address that \
                 another account claimed without proof is taken from it. The address before is told; if it \
                 was bound, it recovers the account for 7 days more. The account's other sessions end; the user name stays.",
            )
            .reads(fields(change_form))
            .answers([
                done("changed", "The address is the account's, and bound.", words::EMAIL_CHANGED),
                wrong_password(),
                wrong_code(),
                failure("taken", "Another account has proven the address.", BindingRefusal::Taken),
                invalid_email(),
                required(change_form),
                throttled("Too many tries."),
            ])
    }

    fn invalid_email() -> Outcome {
        wrong("invalid_email", "The address is none.", &[("email", words::INVALID_EMAIL)])
    }

    fn already_bound() -> Outcome {
        failure("already_bound", "The account's own address, which is bound.", LinkRefusal::AlreadyBound)
    }

    fn prefetch() -> Outcome {
        failure("prefetch", "The browser only fetches ahead; nothing has happened.", Failure::Prefetch)
    }
}
