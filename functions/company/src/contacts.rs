//! The notification address: `GET /users/notify_email_is_bind/` and `/users/resend_bind_email/`, `POST
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
    /// Whether its owner has verified it.
    is_bind: bool,
    /// The address; empty if the account has none.
    notify_email: &'a str,
}

/// Shows the caller's notification address and whether it is bound.
async fn is_bound(_: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    Ok(notify_email(&caller.account))
}

/// What is shown of an account's notification address.
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
    // A HEAD only asks what the answer would look like, so it sends no mail.
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
        Operation::new("notify_email_is_bind", "Show the notification address")
            .described(
                "This is the account's e-mail address, whichever group set it. It is bound once its owner \
                 has verified it with a link or a code.",
            )
            .answers([
                shown("bound", "There is an address, and it is bound.", true),
                shown("not_bound", "The address is not bound, or there is none.", false),
            ])
    }

    pub(super) fn resend() -> Operation {
        Operation::new("resend_bind_email", "Mail the link that binds the address again")
            .described(
                "The link works for 24 hours, any number of times; it stops working when the address or \
                 the password changes or the account is frozen. Only a page of this or a trusted origin \
                 may request it, or a person who types the address. HEAD sends nothing.",
            )
            .answers([
                done("sent", "The link is mailed.", words::LINK_SENT),
                failure("no_address", "The account has no address.", LinkRefusal::NoAddress),
                already_bound(),
                failure("not_sent", "The mail could not be sent.", LinkRefusal::NotSent),
                failure(
                    "foreign",
                    "The request comes from a page of another origin, or a link there.",
                    Refusal::Foreign,
                ),
                prefetch(),
                throttled("Too soon after the previous mail, or too many mails or requests."),
            ])
    }

    pub(super) fn send_code() -> Operation {
        Operation::new("send_email_code", "Request a code by e-mail")
            .described(
                "The fields are validated first, then the password is checked. The answer is the same \
                 whether or not a mail is sent: none is during the pause after the previous one, when a \
                 budget is used up, or to an address that another account has verified.",
            )
            .reads(fields(send_code_form))
            .answers([
                done("sent", "The request was accepted.", words::CODE_SENT),
                wrong_password(),
                already_bound(),
                failure(
                    "not_sent",
                    "The mail could not be sent.",
                    Failure::Documented(words::MAIL_NOT_SENT, telemetry::Outcome::NotSent),
                ),
                invalid_email(),
                required(send_code_form),
                throttled("Too many tries, or too many requests for codes."),
            ])
    }

    pub(super) fn change() -> Operation {
        Operation::new("change_notify_email", "Set and bind a new notification address")
            .described(
                "The fields are validated first, then the password is checked, then the code. An account \
                 that has the address but never verified it loses it. The previous address is notified; if \
                 it was bound, it can recover the account for another 7 days. The account's other sessions \
                 end; the username stays.",
            )
            .reads(fields(change_form))
            .answers([
                done("changed", "The account has the new address, and it is bound.", words::EMAIL_CHANGED),
                wrong_password(),
                wrong_code(),
                failure("taken", "Another account has verified the address.", BindingRefusal::Taken),
                invalid_email(),
                required(change_form),
                throttled("Too many tries."),
            ])
    }

    fn invalid_email() -> Outcome {
        wrong("invalid_email", "Not a valid e-mail address.", &[("email", words::INVALID_EMAIL)])
    }

    fn already_bound() -> Outcome {
        failure(
            "already_bound",
            "The address is the account's own and already bound.",
            LinkRefusal::AlreadyBound,
        )
    }

    fn prefetch() -> Outcome {
        failure("prefetch", "The request is only a prefetch; nothing was done.", Failure::Prefetch)
    }
}
