//! `POST /v3_1/manage/login/`.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, described};
use tally::http::request::Request;
use tally::services::sessions::{self, LoginName, NewSession, SignIn};
use tally::store::key::Identifier;

use crate::words::{self, Failure};
use crate::{envelope, fields};

pub(crate) const LOGIN: Endpoint<Failure> =
    Endpoint::at("/v3_1/manage/login/", "admin 用户登陆").post(Open(&login), described!(describe::login));

/// How long a member of staff stays logged in: a working day (security rule S3).
const SESSION_LASTS: Duration = Duration::from_hours(12);

/// The answer to a login.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Welcome<'a> {
    /// The session, for `Authorization: Token …`.
    token: &'a str,
    /// Who is logged in.
    user: User<'a>,
}

/// A member of staff.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct User<'a> {
    /// The account number.
    id: u32,
    /// The e-mail address.
    email: &'a str,
    /// The groups to which an operator added the user.
    groups: Vec<Group<'a>>,
    /// The username; empty if the user has none.
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
    /// Its name.
    name: &'a str,
}

/// Logs a member of staff in by e-mail address; a token of its own for every login.
async fn login(app: App, request: Request) -> Result<Answer, Failure> {
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
fn user(account: &Account) -> User<'_> {
    User {
        id: account.number.get(),
        email: account.email.as_ref().map_or("", EmailAddress::as_str),
        groups: account.groups.iter().map(|group| Group { id: group.id, name: &group.name }).collect(),
        username: account.username.as_ref().map_or("", Username::as_str),
        // Only staff of the console see this: a superuser is staff while it is one.
        is_staff: account.may_use_console(),
        is_superuser: account.is_superuser,
        date_joined: time(account.joined),
    }
}

/// `2018-04-09 10:22:28`, in UTC.
fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::account::{Account, Group};
    use tally::http::openapi::{Field, Operation, person};
    use tally::services::sessions::SignInRefusal;

    use super::{Welcome, user};
    use crate::describing::{failure, of_every_form, success, username};
    use crate::words;

    pub(super) fn login() -> Operation {
        let groups = vec![Group { id: 1, name: "运营".to_owned() }];
        let account = Account { is_staff: true, is_superuser: true, groups, ..person() };
        let welcome = Welcome { token: "4f1a2c9be0d7683152fab09c4e7d61830b5e9f27", user: user(&account) };
        let password = Field::password("password", "The password.").required().example("fswxxz1456");
        Operation::new("login", "Log in a member of staff")
            .described("The token lasts 12 hours and is also accepted by rest-auth.")
            .reads([username(), password])
            .answers([
                success("logged_in", "The user is logged in.", words::OK, welcome),
                failure(
                    "wrong_credentials",
                    "Unknown user, wrong password, or not a member of staff.",
                    SignInRefusal::WrongCredentials,
                ),
                failure("frozen", "The password is right, but the user is frozen.", SignInRefusal::Frozen),
            ])
            .answers(of_every_form("password", "password"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_the_document_prints_them() {
        assert_eq!(time("2018-04-09T10:22:28.5Z".parse().unwrap()), "2018-04-09 10:22:28");
    }
}
