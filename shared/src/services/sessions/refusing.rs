//! Turning somebody away: for a wrong password, or because of what their network has done before.

use futures_util::future;

use super::SignInRefusal;
use crate::app::App;
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::services::address_gate;
use crate::services::attempts::{self, Trial};
use crate::store::StoreError;

/// Counts a wrong password against the account and the address, and says so to its owner.
pub(in crate::services) async fn refuse_trial(app: &App, asker: &Asker, trial: &Trial) -> SignInRefusal {
    future::join(refuse_wrong(app, asker), attempts::fail(app, trial)).await.0
}

/// Counts a wrong password against the address, and says so to its owner.
pub async fn refuse_wrong(app: &App, asker: &Asker) -> SignInRefusal {
    match address_gate::count(app, asker, Deed::FailedLogin).await {
        Ok(None) => SignInRefusal::WrongCredentials,
        Ok(Some(wait)) => SignInRefusal::Throttled(wait),
        Err(error) => SignInRefusal::Unavailable(error),
    }
}

/// Turns an address away that has failed too often.
pub fn refuse_if_blocked(app: &App, asker: &Asker) -> Result<(), SignInRefusal> {
    let wait = app.addresses.wait(asker.address, Deed::FailedLogin, app.clock.now());
    wait.map_or(Ok(()), |wait| Err(SignInRefusal::Throttled(wait)))
}

/// The same, but for whoever is where that account is known from.
pub(in crate::services) async fn refuse_stranger_if_blocked(
    app: &App,
    asker: &Asker,
    whose: impl Future<Output = Result<AccountNumber, StoreError>>,
) -> Result<(), SignInRefusal> {
    let wait = app.addresses.wait(asker.address, Deed::FailedLogin, app.clock.now());
    let wait = attempts::wait_of_stranger(app, asker, wait, whose).await?;
    wait.map_or(Ok(()), |wait| Err(SignInRefusal::Throttled(wait)))
}
