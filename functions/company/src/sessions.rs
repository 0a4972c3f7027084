//! `POST /users/account_login/`, `/users/account_logout/`, and who is calling.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::customer::Customer;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::session::Carrier;
use tally::domain::text::Text;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, Welcoming, described};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::customer;
use tally::services::sessions::{self, Caller, LoginName, NewSession, SignIn};
use tally::store::key::Identifier;

use crate::envelope::{Nothing, success};
use crate::form::{self, Form, Kind};
use crate::words::{self, Failure};

pub(crate) const LOGIN: Endpoint<Failure> =
    Endpoint::at("/users/account_login/", "登陆").post(Welcoming(&login), described!(describe::login));
pub(crate) const LOGOUT: Endpoint<Failure> =
    Endpoint::at("/users/account_logout/", "注销").post(Open(&logout), described!(describe::logout));

/// The session that registering and logging in start.
pub(crate) const SESSION: NewSession =
    NewSession { carrier: Carrier::Cookie, lasts: session_cookie::LASTS, holds_key: false };

/// What a login answers beside status and message.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct LoggedIn<'a> {
    /// The username; empty if the user has none.
    username: &'a str,
    /// Where the page should go next; a setting of the deployment.
    redirect_url: &'a str,
    /// The lines of business chosen at registration.
    user_industry: Vec<&'a str>,
}

fn login_form(form: &mut Form<'_>) -> Option<(String, String)> {
    let meaning = "The username, mobile number or e-mail address, case-insensitive. What looks like a \
        number or an address is taken for one.";
    let username = form.text("username", Kind::Plain, meaning);
    let password = form.text("password", Kind::Password, "The password.");
    Some((username?, password?))
}

/// Logs a user in on this device; the session it had is over.
async fn login(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let (username, password) = form::read_form(&app, &request, login_form).await?;
    let sign_in = SignIn {
        name: login_name(&app, &username),
        password: Password::new(&password).ok(),
        asker: request.asker,
        session: SESSION,
        staff_only: false,
        replaces: caller,
    };
    let signed_in = Box::pin(sessions::sign_in(&app, sign_in)).await?;
    let customer = customer::find(&app, &signed_in.account).await?;
    let answer = welcome(&signed_in.account, &customer, &app.config.company_redirect_url);
    let answer = session_cookie::start(&app, answer, &signed_in.token);
    Ok(session_cookie::mark(&app, answer, signed_in.device.as_ref()))
}

/// The answer to a login.
fn welcome(account: &Account, customer: &Customer, redirect_url: &str) -> Answer {
    let username = account.username.as_ref().map_or("", Username::as_str);
    let user_industry = customer.select_fields.iter().map(Text::as_str).collect();
    success(words::LOGGED_IN, LoggedIn { username, redirect_url, user_industry })
}

/// What was typed where user name, phone number and e-mail address are all welcome. Usernames that
/// read as one of the others are refused everywhere, so this is never two people's.
fn login_name(app: &App, typed: &str) -> LoginName {
    if let Ok(number) = PhoneNumber::parse(typed, &app.config.texts.countries) {
        return LoginName::Claimed(Identifier::phone(&number));
    }
    match EmailAddress::parse(typed) {
        Ok(address) => LoginName::Address(address),
        Err(_) => LoginName::Claimed(Identifier::typed_username(typed)),
    }
}

/// Logs this device out; the answer is the same for every caller.
async fn logout(app: App, request: Request) -> Result<Answer, Failure> {
    form::fields(&request).await?;
    let answer = success(words::LOGGED_OUT, Nothing {});
    let cookies = session_cookie::presented(&app, &request);
    sessions::sign_out_browser(&app, &cookies, request.logout_extent(), &request.asker).await?;
    Ok(session_cookie::forget_presented(&app, &request, answer))
}

#[cfg(feature = "openapi")]
mod describe {
    use http::header::SET_COOKIE;
    use tally::http::openapi::{Operation, Parameter};
    use tally::services::sessions::SignInRefusal;

    use super::{LoggedIn, login_form, welcome};
    use crate::describing::{account, customer, done, fields, form_failure, form_required, throttled, told};
    use crate::words;

    pub(super) fn login() -> Operation {
        let answer = welcome(&account(), &customer(), "/");
        Operation::new("account_login", "Log in")
            .described(
                "Ends the session the browser had, if any. The new one lasts 14 days, whether or not it is \
                 used.",
            )
            .reads(fields(login_form))
            .answers([
                told::<LoggedIn<'_>>("logged_in", "The customer is logged in.", answer)
                    .perhaps_with(SET_COOKIE),
                form_failure(
                    "wrong_credentials",
                    "Unknown user or wrong password.",
                    SignInRefusal::WrongCredentials,
                ),
                form_failure(
                    "frozen",
                    "The password is right, but the account is frozen.",
                    SignInRefusal::Frozen,
                ),
                form_required(login_form),
                throttled("Too many tries."),
            ])
    }

    pub(super) fn logout() -> Operation {
        let logged_out = done("logged_out", "This device is logged out.", words::LOGGED_OUT);
        Operation::new("account_logout", "Log out on this device")
            .with(Parameter::everywhere())
            .described("The answer is the same for every caller. No fields are read.")
            .reads([])
            .answers([logged_out.perhaps_with(SET_COOKIE)])
    }
}
