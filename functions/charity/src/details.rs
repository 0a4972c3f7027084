//! `POST /user/changeinformation/` and `POST /user/getuser/`.

use serde::Serialize;
use tally::app::Basics;
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::permission::{Deed, Standpoint, Target, judge};
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::services::{administration, profiles};

use crate::envelope::{Nothing, Tail};
use crate::words::{self, Failure};
use crate::{envelope, fields};

/// What is known of somebody.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct User<'a> {
    /// The account number.
    id: String,
    /// Given name; empty for users of other groups who never told it.
    first_name: &'a str,
    /// Family name, likewise.
    last_name: &'a str,
    /// The role's word.
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = crate::openapi::role_words())))]
    role: &'static str,
    /// `0` for an active account, `1` for a frozen one.
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = [Standing::Active, Standing::Frozen].map(status))))]
    status: &'static str,
}

/// Changes the caller's names.
pub(crate) async fn rename(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    Failure::of(judge(Deed::Rename, Standpoint::of(Some(&caller.account)), Target::Oneself), Tail::Bare)?;
    let fields = fields::read(&request).await?;
    let (first, last) = (fields::name(&fields, "first_name")?, fields::name(&fields, "last_name")?);
    profiles::rename(&app, &caller, &first, &last).await?;
    Ok(envelope::success(Nothing {}))
}

/// Shows somebody's name, role and standing: an administrator anybody's, others their own.
pub(crate) async fn show(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let fields = fields::read(&request).await?;
    let target = AccountNumber::parse(&fields::id(&fields)?);
    let found = administration::look_up(&Basics::from(&app), &caller.account, Deed::Show, target).await;
    let account = found.map_err(|refusal| words::command_failure(refusal, Tail::Bare))?;
    Ok(user(&account))
}

/// What is told of somebody.
pub(crate) fn user(account: &Account) -> Answer {
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
