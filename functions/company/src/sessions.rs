//! `POST /users/account_login/`, `/users/account_logout/`, and who is calling.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::company::Company;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::company;
use tally::services::sessions::{self, Caller, LoginName, NewSession, SignIn};
use tally::store::key::Identifier;

use crate::envelope::{Nothing, success};
use crate::fields::{self, Form, Kind, Presence};
use crate::words::{self, Failure};

/// The session that registering and logging in start.
pub(crate) const SESSION: NewSession =
    NewSession { carrier: Carrier::Cookie, lasts: session_cookie::LASTS, holds_key: false };

/// What a login answers beside status and message.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct LoggedIn<'a> {
    /// The user name; empty for whoever has none.
    username: &'a str,
    /// Where the page goes next; a setting of the deployment.
    redirect_url: &'a str,
    /// The lines of business that were chosen at the registration.
    user_industry: &'a [String],
}

/// Logs a user in on this device; the session it had is over.
pub(crate) async fn login(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let username = form.text("username", Presence::Required, Kind::Plain);
    let password = form.text("password", Presence::Required, Kind::Password);
    let (Some(username), Some(password)) = (username, password) else {
        return Err(Failure::Form(form.errors));
    };
    let sign_in = SignIn {
        name: login_name(&app, &username),
        password: Password::new(&password).ok(),
        asker: request.asker,
        session: SESSION,
        staff_only: false,
        replaces: caller,
    };
    let signed_in = Box::pin(sessions::sign_in(&app, sign_in)).await?;
    let company = company::find(&app, &signed_in.account).await?;
    let answer = welcome(&signed_in.account, &company, &app.config.company_redirect_url);
    let answer = session_cookie::start(&app, answer, &signed_in.token);
    Ok(session_cookie::mark(&app, answer, signed_in.device.as_ref()))
}

/// What is said to whoever has logged in.
pub(crate) fn welcome(account: &Account, company: &Company, redirect_url: &str) -> Answer {
    let username = account.username.as_ref().map_or("", Username::as_str);
    let user_industry = &company.select_fields;
    success(words::LOGGED_IN, LoggedIn { username, redirect_url, user_industry })
}

/// What was typed where user name, phone number and e-mail address are all welcome. Usernames that
/// read as one of the others are refused everywhere, so this is never two people's.
fn login_name(app: &App, typed: &str) -> LoginName {
    if let Some(number) = fields::phone_number(typed, app) {
        return LoginName::Claimed(Identifier::phone(&number));
    }
    match EmailAddress::parse(typed) {
        Ok(address) => LoginName::Address(address),
        Err(_) => LoginName::Claimed(Identifier::typed_username(typed)),
    }
}

/// Logs this device out; the answer is the same whoever asks.
pub(crate) async fn logout(app: App, request: Request) -> Result<Answer, Failure> {
    Form::read(&request).await?;
    let answer = success(words::LOGGED_OUT, Nothing {});
    let cookies = session_cookie::presented(&app, &request);
    sessions::sign_out_browser(&app, &cookies, request.logout_extent(), &request.asker).await?;
    Ok(session_cookie::forget_presented(&app, &request, answer))
}

/// Recognises the caller by the session cookie. `Authorization` says nothing in this group.
pub(crate) async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
    Ok(sessions::recognise_cookies(app, &session_cookie::presented(app, request)).await?)
}
