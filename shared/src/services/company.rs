//! What customers tell of themselves and their company (contract 003).

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::company::{Company, CompanyChange};
use crate::services::obstacle::Obstacle;
use crate::services::sessions::Caller;
use crate::store::{Guarded, StoreError};

/// What the account's holder told; whoever came by another group has told nothing yet.
pub async fn find(app: &App, account: &Account) -> Result<Company, StoreError> {
    Ok(app.store.find_company(account.number).await?.unwrap_or_default())
}

/// Changes a part of the caller's data.
pub async fn change(app: &App, caller: &Caller, change: &CompanyChange) -> Result<(), Obstacle> {
    let op = app.entropy.mark();
    Ok(app.store.change_company(Guarded::of(&caller.account, &op), change).await??)
}
