//! What users tell of themselves: the details beside the account (docs/contracts/rest-auth.md), and their
//! names (docs/contracts/charity.md).

use crate::app::App;
use crate::domain::details::{Details, DetailsChange};
use crate::domain::person_name::PersonName;
use crate::services::sessions::Caller;
use crate::store::{Guarded, StoreError, Write};

/// Why details were not written.
#[derive(Debug, thiserror::Error)]
pub enum DetailsRefusal {
    /// They are there already.
    #[error("the details exist")]
    Exist,
    /// There are none.
    #[error("there are no details")]
    Missing,
    /// The caller was signed out, or stopped, while the request was under way.
    #[error("the caller is no longer signed in")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why a name was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RenameRefusal {
    /// The caller was signed out, or stopped, while the request was under way.
    #[error("the caller is no longer signed in")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Gives the caller these names.
pub async fn rename(
    app: &App,
    caller: &Caller,
    first: &PersonName,
    last: &PersonName,
) -> Result<(), RenameRefusal> {
    let op = app.entropy.mark();
    match app.store.set_names(guarded(caller, &op), first, last).await? {
        Write::Applied => Ok(()),
        Write::Refused => Err(RenameRefusal::SignedOut),
    }
}

/// Adds the caller's details, once.
pub async fn create(app: &App, caller: &Caller, details: &Details) -> Result<(), DetailsRefusal> {
    if caller.account.details.is_some() {
        return Err(DetailsRefusal::Exist);
    }
    let op = app.entropy.mark();
    match app.store.create_details(guarded(caller, &op), details).await? {
        Write::Applied => Ok(()),
        Write::Refused => Err(why_refused(app, caller, DetailsRefusal::Exist).await?),
    }
}

/// Changes the caller's details and answers them as they are now.
pub async fn change(app: &App, caller: &Caller, change: &DetailsChange) -> Result<Details, DetailsRefusal> {
    let Some(details) = &caller.account.details else {
        return Err(DetailsRefusal::Missing);
    };
    let op = app.entropy.mark();
    match app.store.change_details(guarded(caller, &op), change).await? {
        Write::Applied => Ok(details.with(change)),
        Write::Refused => Err(why_refused(app, caller, DetailsRefusal::Missing).await?),
    }
}

fn guarded<'a>(caller: &Caller, op: &'a str) -> Guarded<'a> {
    Guarded { number: caller.account.number, epoch: caller.account.epoch, op }
}

/// A guarded write fails for its own condition or because the caller is out: reads which.
async fn why_refused(
    app: &App,
    caller: &Caller,
    otherwise: DetailsRefusal,
) -> Result<DetailsRefusal, StoreError> {
    let now = app.store.find_account(caller.account.number).await?;
    let is_in = now.is_some_and(|now| {
        now.epoch == caller.account.epoch && now.standing == crate::domain::account::Standing::Active
    });
    Ok(if is_in { otherwise } else { DetailsRefusal::SignedOut })
}
