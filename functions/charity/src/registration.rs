//! `POST /user/register/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::{Account, Names};
use tally::domain::permission::{Deed, Standpoint, Target, judge};
use tally::domain::role::Role;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, Refusal, described};
use tally::http::request::Request;
use tally::services::registration::{self, Registered, Registration};
use tally::services::sessions::Caller;

use crate::envelope::Tail;
use crate::words::Failure;
use crate::{envelope, fields, sessions};

// It looks at the caller where an administrator is to be registered, and else not at all.
pub(crate) const REGISTER: Endpoint<Failure> =
    Endpoint::at("/user/register/", "注册").post(Open(&register), described!(describe::register));

/// The answer to a registration.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Newcomer<'a> {
    /// The account number, with which the person logs in.
    id: String,
    /// The session, for the header `token`.
    token: &'a str,
    /// The role's name.
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = crate::describing::role_words())))]
    role: &'static str,
    /// Given name.
    first_name: &'a str,
    /// Family name.
    last_name: &'a str,
}

/// Registers somebody under a number of their own and logs them in.
async fn register(app: App, request: Request) -> Result<Answer, Failure> {
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
    let sponsor = sponsor.as_ref().map(|sponsor| &sponsor.account);
    let Registered { account, token } =
        Box::pin(registration::register_vouched(&app, wanted, sponsor)).await?;
    let token = token.ok_or(Refusal::Internal)?;
    Ok(welcome(&account, token.as_str()))
}

/// The answer to a registration.
fn welcome(account: &Account, token: &str) -> Answer {
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

#[cfg(feature = "openapi")]
mod describe {
    use std::time::Duration;

    use tally::http::endpoint::Refusal;
    use tally::http::openapi::{Field, Operation};

    use super::{Newcomer, welcome};
    use crate::describing::{
        CARRIER, PASSWORD, SESSION, bad_request, donor, failure, names, not_permitted, role, told,
    };
    use crate::envelope::Tail;

    pub(super) fn register() -> Operation {
        let [first_name, last_name] = names();
        let password = Field::new_password("password", "The password.").required().example(PASSWORD);
        Operation::new("register", "Register and log in")
            .described(
                "Role `0` needs an administrator's token, unless the deployment opens that role to \
                 everybody. For the other roles the header is ignored.",
            )
            .carried_by(&[&[], &[CARRIER]])
            .reads([first_name, last_name, role(), password])
            .answers([
                told::<Newcomer<'_>>("registered", "The person is registered.", welcome(&donor(), SESSION)),
                bad_request(
                    "A field is missing, empty or of the wrong type, the role does not exist, a name is \
                     too long or contains control characters, or the password does not meet the rules.",
                ),
                not_permitted("Role `0` without an administrator's token.", Tail::Bare),
                failure(
                    "not_authenticated",
                    "Role `0`, by an administrator who was signed out in the meantime.",
                    Refusal::NotAuthenticated,
                ),
                failure(
                    "throttled",
                    "Too many registrations from one network address.",
                    Refusal::Throttled(Duration::from_mins(1)),
                ),
            ])
    }
}
