//! `POST /user/login/`, `/user/logout/`, and who a `token` header belongs to.

use std::time::Duration;

use serde::Serialize;
use tally::app::App;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::http::request::Request;
use tally::services::sessions::{self, Caller, LoginName, NewSession, SignIn};

use crate::envelope::Nothing;
use crate::words::Failure;
use crate::{envelope, fields};

/// The session that a login or a registration opens: 30 days, and for administrators as long as
/// [`sessions::ADMINISTRATOR_LASTS`] (security rule S3).
pub(crate) const SESSION: NewSession =
    NewSession { carrier: Carrier::TokenHeader, lasts: Duration::from_hours(30 * 24), holds_key: false };

/// The header that carries a session.
pub(crate) const TOKEN: &str = "token";

/// What a login answers.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct LoggedIn<'a> {
    /// The session, for the header `token`.
    pub(crate) token: &'a str,
}

/// Logs somebody in by account number; a token of its own for every login.
pub(crate) async fn login(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, .. } = exchange;
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
pub(crate) async fn logout(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    sessions::sign_out(&app, &caller, request.logout_extent(), &request.asker).await?;
    Ok(envelope::success(Nothing {}))
}

/// Recognises the caller by the `token` header. Two different ones are nobody's (security rule S3).
pub(crate) async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
    let token = request.sole_value(TOKEN).ok().flatten();
    match token.and_then(|token| std::str::from_utf8(token).ok()) {
        Some(token) => Ok(sessions::recognise_token_header(app, token).await?),
        None => Ok(None),
    }
}
