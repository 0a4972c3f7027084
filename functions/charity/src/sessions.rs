//! `POST /user/login/`, `/user/logout/`, and who a `token` header belongs to.

use std::time::Duration;

use serde::Serialize;
use tally::app::App;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, Open, described};
use tally::http::request::Request;
use tally::services::sessions::{self, Caller, LoginName, NewSession, SignIn};

use crate::envelope::Nothing;
use crate::words::Failure;
use crate::{envelope, fields};

pub(crate) const LOGIN: Endpoint<Failure> =
    Endpoint::at("/user/login/", "登录").post(Open(&login), described!(describe::login));
pub(crate) const LOGOUT: Endpoint<Failure> =
    Endpoint::at("/user/logout/", "登出").post(Guarded(&logout), described!(describe::logout));

/// The session that a login or a registration opens: 30 days, and for administrators as long as
/// [`sessions::ADMINISTRATOR_LASTS`] (security rule S3).
pub(crate) const SESSION: NewSession =
    NewSession { carrier: Carrier::TokenHeader, lasts: Duration::from_hours(30 * 24), holds_key: false };

/// The header that carries a session.
pub(crate) const TOKEN: &str = "token";

/// The answer to a login.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct LoggedIn<'a> {
    /// The session, for the header `token`.
    token: &'a str,
}

/// Logs somebody in by account number; a token of its own for every login.
async fn login(app: App, request: Request) -> Result<Answer, Failure> {
    let fields = fields::read(&request).await?;
    let (id, password) = (fields::id(&fields)?, fields::text(&fields, "password")?);
    let sign_in = SignIn {
        name: LoginName::Number(id),
        password: Password::new(password).ok(),
        asker: request.asker,
        session: SESSION,
        staff_only: false,
        replaces: None,
    };
    let signed_in = Box::pin(sessions::sign_in(&app, sign_in)).await?;
    Ok(envelope::success(LoggedIn { token: signed_in.token.as_str() }))
}

/// Ends the session whose token came, and no other. Nothing is read from a body.
async fn logout(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    sessions::sign_out(&app, &caller, request.logout_extent(), &request.asker).await?;
    Ok(envelope::success(Nothing {}))
}

/// Recognises the caller by the `token` header. Two different ones belong to nobody (security rule S3).
pub(crate) async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
    let token = request.sole_value(TOKEN).ok().flatten();
    match token.and_then(|token| std::str::from_utf8(token).ok()) {
        Some(token) => Ok(sessions::recognise_token_header(app, token).await?),
        None => Ok(None),
    }
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::{Field, Operation, Parameter};

    use super::LoggedIn;
    use crate::describing::{PASSWORD, SESSION, bad_request, done, id, sign_in_refusals, told};
    use crate::envelope::success;

    pub(super) fn login() -> Operation {
        Operation::new("login", "Log in")
            .described(
                "Open to every user of the pool, whichever group they registered through. Every login gets \
                 its own token.",
            )
            .reads([
                id("The person's account number."),
                Field::password("password", "The password.").required().example(PASSWORD),
            ])
            .answers([
                told::<LoggedIn<'_>>(
                    "logged_in",
                    "The person is logged in.",
                    success(LoggedIn { token: SESSION }),
                ),
                bad_request("A field is missing, empty or of the wrong type."),
            ])
            .answers(sign_in_refusals())
    }

    pub(super) fn logout() -> Operation {
        Operation::new("logout", "Log out")
            .with(Parameter::everywhere())
            .described("Ends the session of the token and no other.")
            .answers([done("logged_out", "The session is over.")])
    }
}
