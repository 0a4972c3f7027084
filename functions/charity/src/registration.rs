//! `POST /user/register/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::{Account, Names};
use tally::domain::permission::{Deed, Standpoint, Target, judge};
use tally::domain::role::Role;
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::http::request::Request;
use tally::services::registration::{self, Registered, Registration};
use tally::services::sessions::Caller;

use crate::envelope::Tail;
use crate::words::Failure;
use crate::{envelope, fields, sessions};

/// What a registration answers (the later form, of 2021/11/30).
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Newcomer<'a> {
    /// The account number, by which the person logs in.
    id: String,
    /// The session, for the header `token`.
    token: &'a str,
    /// The role's word.
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = crate::openapi::role_words())))]
    role: &'static str,
    /// Given name.
    first_name: &'a str,
    /// Family name.
    last_name: &'a str,
}

/// Registers somebody under a number of their own and logs them in.
pub(crate) async fn register(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, .. } = exchange;
    let fields = fields::read(&request).await?;
    let role = fields::role(&fields)?;
    let sponsor = sponsor(&app, &request, role).await?;
    let password = fields::new_password(&fields, "password", &Names::default())?;
    let wanted = Registration {
        first_name: fields::name(&fields, "first_name")?.into(),
        last_name: fields::name(&fields, "last_name")?.into(),
        role,
        session: Some(sessions::SESSION),
        ..Registration::new(password, request.asker)
    };
    let Registered { account, token } = match sponsor {
        None => Box::pin(registration::register(&app, wanted)).await?,
        Some(sponsor) => {
            let registered = Box::pin(registration::register_vouched(&app, wanted, &sponsor.account));
            registered.await?
        }
    };
    let token = token.ok_or(Refusal::Internal)?;
    Ok(welcome(&account, token.as_str()))
}

/// What is said to whoever has registered.
pub(crate) fn welcome(account: &Account, token: &str) -> Answer {
    envelope::success(Newcomer {
        id: account.number.to_string(),
        token,
        role: account.role.word(),
        first_name: &account.first_name,
        last_name: &account.last_name,
    })
}

/// The administrator who makes another one. Whoever registers as anything else needs nobody's word,
/// and their `token` header is not looked at.
async fn sponsor(app: &App, request: &Request, role: Role) -> Result<Option<Caller>, Failure> {
    if role != Role::Administrator || app.config.open_administrators {
        return Ok(None);
    }
    let caller = sessions::recognise(app, request).await?;
    let standpoint = Standpoint::of(caller.as_ref().map(|caller| &caller.account));
    Failure::of(judge(Deed::RegisterAdministrator, standpoint, Target::Nobody), Tail::Bare)?;
    Ok(caller)
}
