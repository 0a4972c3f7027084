//! The notify address: `GET /users/notify_email_is_bind/` and `/users/resend_bind_email/`, `POST
//! /users/send_email_code/` and `/users/change_notify_email/`.

use http::Method;
use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::code::CodePurpose;
use tally::domain::email_address::EmailAddress;
use tally::http::answer::Answer;
use tally::http::endpoint::Refusal;
use tally::http::origin;
use tally::http::request::Request;
use tally::services::codes::{self, Asked};
use tally::services::sessions::Caller;
use tally::services::{email_binding, passwords};
use tally::telemetry::Outcome;

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::passwords::prove;
use crate::words::{self, Failure};

/// The address, and whether it is bound.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct NotifyEmail<'a> {
    /// Whether its owner has proven it.
    is_bind: bool,
    /// The address; empty where the account has none.
    notify_email: &'a str,
}

/// Tells the caller's notify address and whether it is bound.
pub(crate) async fn is_bound(_: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    Ok(notify_email(&caller.account))
}

/// What is told of an account's notify address.
pub(crate) fn notify_email(account: &Account) -> Answer {
    let is_bind = account.email_proven;
    let msg = if is_bind { words::EMAIL_BOUND } else { words::EMAIL_NOT_BOUND };
    let notify_email = account.email.as_ref().map_or("", EmailAddress::as_str);
    success(msg, NotifyEmail { is_bind, notify_email })
}

/// Mails the caller's address its link again.
pub(crate) async fn resend(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
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

/// Mails a code to the address that is to take the place of the caller's own.
pub(crate) async fn send_code(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let password = form.text("password", Presence::Required, Kind::Password);
    let email = form.email("email");
    let (password, email) = form.accept(password.zip(email))?;
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

/// Sets and binds the address that the code was mailed to.
pub(crate) async fn change(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let password = form.text("password", Presence::Required, Kind::Password);
    let code = form.code("code");
    let email = form.email("email");
    let ((password, code), email) = form.accept(password.zip(code).zip(email))?;
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
