//! What users tell of themselves: the details beside the account (docs/contracts/rest-auth.md), and their
//! names (docs/contracts/charity.md).

use crate::app::App;
use crate::domain::details::{Details, DetailsChange};
use crate::domain::person_name::PersonName;
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::rounds::reread;
use crate::services::sessions::Caller;
use crate::store::{Guarded, Write};

/// Why details were not written.
#[derive(Debug, thiserror::Error)]
pub enum DetailsRefusal {
    /// They are there already.
    #[error("the details already exist")]
    Exist,
    /// There are none.
    #[error("there are no details")]
    Missing,
}

impl Reason for DetailsRefusal {}

/// Gives the caller these names.
pub async fn rename(
    app: &App,
    caller: &Caller,
    first: &PersonName,
    last: &PersonName,
) -> Result<(), Obstacle> {
    let op = app.entropy.mark();
    Ok(app.store.set_names(Guarded::of(&caller.account, &op), first, last).await??)
}

/// Adds the caller's details, once.
pub async fn create(app: &App, caller: &Caller, details: &Details) -> Result<(), Declined<DetailsRefusal>> {
    if caller.account.details.is_some() {
        return Err(DetailsRefusal::Exist.into());
    }
    let op = app.entropy.mark();
    let created = app.store.create_details(Guarded::of(&caller.account, &op), details).await?;
    unless_refused(app, caller, created, DetailsRefusal::Exist).await
}

/// Changes the caller's details and answers them as they are now.
pub async fn change(
    app: &App,
    caller: &Caller,
    change: &DetailsChange,
) -> Result<Details, Declined<DetailsRefusal>> {
    let details = caller.account.details.as_ref().ok_or(DetailsRefusal::Missing)?;
    let op = app.entropy.mark();
    let changed = app.store.change_details(Guarded::of(&caller.account, &op), change).await?;
    unless_refused(app, caller, changed, DetailsRefusal::Missing).await?;
    Ok(details.with(change))
}

/// A guarded write fails for its own condition or because the caller is out: reads which.
async fn unless_refused(
    app: &App,
    caller: &Caller,
    written: Write,
    otherwise: DetailsRefusal,
) -> Result<(), Declined<DetailsRefusal>> {
    if written.is_ok() {
        return Ok(());
    }
    reread(&app.store, &caller.account).await?;
    Err(otherwise.into())
}
