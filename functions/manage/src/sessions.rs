//! `POST /v3_1/manage/login/`.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tally::domain::account::Account;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::Exchange;
use tally::services::sessions::{self, LoginName, NewSession, SignIn};
use tally::store::key::Identifier;

use crate::words::{self, Failure};
use crate::{envelope, fields};

/// How long a member of staff stays logged in: a working day (security rule S3).
const SESSION_LASTS: Duration = Duration::from_hours(12);

/// What a login answers.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Welcome<'a> {
    /// The session, for `Authorization: Token …`.
    pub(crate) token: &'a str,
    /// Who is logged in.
    pub(crate) user: User<'a>,
}

/// A member of staff.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct User<'a> {
    /// The account number.
    id: u32,
    /// The e-mail address.
    email: &'a str,
    /// The groups that an operator put the user in.
    groups: Vec<Group<'a>>,
    /// The username; empty for whoever has none.
    username: &'a str,
    /// Whether the user may use the staff console.
    is_staff: bool,
    /// Whether the user is a superuser.
    is_superuser: bool,
    /// When the user registered, UTC: `2018-04-09 10:22:28`.
    date_joined: String,
}

/// A group of staff.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Group<'a> {
    /// Its number.
    id: u32,
    /// What it is called.
    name: &'a str,
}

/// Logs a member of staff in by e-mail address; a token of its own for every login.
pub(crate) async fn login(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, .. } = exchange;
    let fields = fields::read(&request).await?;
    let email = fields::username(&fields)?;
    let password = fields::text(&fields, "password")?;
    let sign_in = SignIn {
        name: LoginName::Claimed(Identifier::email(&email)),
        password: Password::new(password).ok(),
        asker: request.asker,
        session: NewSession { carrier: Carrier::Authorization, lasts: SESSION_LASTS, holds_key: false },
        staff_only: true,
        replaces: None,
    };
    let signed_in = Box::pin(sessions::sign_in(&app, sign_in)).await?;
    let welcome = Welcome { token: signed_in.token.as_str(), user: user(&signed_in.account) };
    Ok(envelope::success(words::OK, welcome))
}

/// What a login shows of an account.
pub(crate) fn user(account: &Account) -> User<'_> {
    User {
        id: account.number.get(),
        email: account.email.as_ref().map_or("", EmailAddress::as_str),
        groups: account.groups.iter().map(|group| Group { id: group.id, name: &group.name }).collect(),
        username: account.username.as_ref().map_or("", Username::as_str),
        // Whoever is shown this may use the console: a superuser is staff while it is one.
        is_staff: account.may_use_console(),
        is_superuser: account.is_superuser,
        date_joined: time(account.joined),
    }
}

/// `2018-04-09 10:22:28`, in UTC.
fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_the_document_prints_them() {
        assert_eq!(time("2018-04-09T10:22:28.5Z".parse().unwrap()), "2018-04-09 10:22:28");
    }
}
