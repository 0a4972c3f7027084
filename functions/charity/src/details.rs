//! `POST /user/changeinformation/` and `POST /user/getuser/`.

use serde::Serialize;
use tally::app::{App, Basics};
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::permission::{Deed, Standpoint, Target, judge};
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::services::{administration, profiles};

use crate::envelope::{Nothing, Tail};
use crate::words::{self, Failure};
use crate::{envelope, fields};

pub(crate) const RENAME: Endpoint<Failure> = Endpoint::at("/user/changeinformation/", "更改账号信息")
    .post(Guarded(&rename), described!(describe::rename));
pub(crate) const SHOW: Endpoint<Failure> =
    Endpoint::at("/user/getuser/", "获取用户信息").post(Guarded(&show), described!(describe::show));

/// A person's data.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct User<'a> {
    /// The account number.
    id: String,
    /// Given name; empty for users of other groups who never gave one.
    first_name: &'a str,
    /// Family name, likewise.
    last_name: &'a str,
    /// The role's name.
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = crate::describing::role_words())))]
    role: &'static str,
    /// `0` for an active account, `1` for a frozen one.
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = [Standing::Active, Standing::Frozen].map(status))))]
    status: &'static str,
}

/// Changes the caller's names.
async fn rename(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    Failure::of(judge(Deed::Rename, Standpoint::of(Some(&caller.account)), Target::Oneself), Tail::Bare)?;
    let fields = fields::read(&request).await?;
    let (first, last) = (fields::name(&fields, "first_name")?, fields::name(&fields, "last_name")?);
    profiles::rename(&app, &caller, &first, &last).await?;
    Ok(envelope::success(Nothing {}))
}

/// Shows somebody's name, role and standing: an administrator anybody's, others their own.
async fn show(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let fields = fields::read(&request).await?;
    let target = AccountNumber::parse(&fields::id(&fields)?);
    let found = administration::look_up(&Basics::from(&app), &caller.account, Deed::Show, target).await;
    let account = found.map_err(|refusal| words::command_failure(refusal, Tail::Bare))?;
    Ok(user(&account))
}

/// What is shown of somebody.
fn user(account: &Account) -> Answer {
    envelope::success(User {
        id: account.number.to_string(),
        first_name: &account.first_name,
        last_name: &account.last_name,
        role: account.role.word(),
        status: status(account.standing),
    })
}

/// The digit by which the document names a standing.
fn status(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "0",
        Standing::Frozen => "1",
        Standing::Deleted => "2",
    }
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::Operation;

    use super::{User, user};
    use crate::describing::{administrator, bad_request, done, id, names, no_target, not_permitted, told};
    use crate::envelope::Tail;

    pub(super) fn rename() -> Operation {
        Operation::new("changeinformation", "Change the caller's names")
            .described("Changes both, or neither if one is wrong. Nobody can rename anybody else.")
            .reads(names())
            .answers([
                done("changed", "The names are changed."),
                bad_request(
                    "A name is missing, empty, of the wrong type or too long, or contains control \
                     characters.",
                ),
            ])
    }

    pub(super) fn show() -> Operation {
        Operation::new("getuser", "Show somebody's data")
            .described("Administrators may ask about anybody, others only about themselves.")
            .reads([id("Whose data to show.")])
            .answers([
                told::<User<'_>>("shown", "The person's data.", user(&administrator())),
                bad_request("The number is missing, empty or of the wrong type."),
                not_permitted("The caller is not an administrator and asks about somebody else.", Tail::Bare),
                no_target(Tail::Bare),
            ])
    }
}
