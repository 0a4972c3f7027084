//! What customers tell of themselves and their company (docs/contracts/company.md).

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::customer::{Customer, CustomerChange};
use crate::services::obstacle::Obstacle;
use crate::services::sessions::Caller;
use crate::store::{Guarded, StoreError};

/// What the account's owner entered; users of other groups have entered nothing yet.
pub async fn find(app: &App, account: &Account) -> Result<Customer, StoreError> {
    Ok(app.store.find_customer(account.number).await?.unwrap_or_default())
}

/// Changes a part of the caller's data.
pub async fn change(app: &App, caller: &Caller, change: &CustomerChange) -> Result<(), Obstacle> {
    let op = app.entropy.mark();
    Ok(app.store.change_customer(Guarded::of(&caller.account, &op), change).await??)
}
