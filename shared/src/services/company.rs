//! What customers tell of themselves and their company (docs/contracts/company.md).

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::company::{Company, CompanyChange};
use crate::services::sessions::Caller;
use crate::store::{Guarded, StoreError, Write};

/// Why data was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CompanyRefusal {
    /// The caller was signed out, or stopped, while the request was under way.
    #[error("the caller is no longer signed in")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What the account's holder told; whoever came by another group has told nothing yet.
pub async fn find(app: &App, account: &Account) -> Result<Company, StoreError> {
    Ok(app.store.find_company(account.number).await?.unwrap_or_default())
}

/// Changes a part of the caller's data.
pub async fn change(app: &App, caller: &Caller, change: &CompanyChange) -> Result<(), CompanyRefusal> {
    let op = app.entropy.mark();
    let on = Guarded { number: caller.account.number, epoch: caller.account.epoch, op: &op };
    match app.store.change_company(on, change).await? {
        Write::Applied => Ok(()),
        Write::Refused => Err(CompanyRefusal::SignedOut),
    }
}
