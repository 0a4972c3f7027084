//! Trying a code.

use std::time::Duration;

use super::{SpendableCode, is_same, subject};
use crate::app::App;
use crate::domain::account_number::AccountNumber;
use crate::domain::asker::Asker;
use crate::domain::code::{Code, CodePurpose, Destination};
use crate::services::sessions::{self, SignInRefusal};
use crate::store::{StoreError, TriedCode};
use crate::telemetry;

/// Why a code does not do.
#[derive(Debug, thiserror::Error)]
pub enum TryRefusal {
    /// There is no such code, or not any more, or it is another account's.
    #[error("the code is wrong")]
    WrongCode,
    /// The network address failed too often.
    #[error("too many attempts")]
    Throttled(Duration),
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why a code is not called right; the same reasons.
pub type CheckRefusal = TryRefusal;

/// Tells whether a code is right. It counts as a try like any other and uses nothing up.
pub async fn check(
    app: &App,
    purpose: impl Into<CodePurpose>,
    destination: impl Into<Destination<'_>>,
    typed: &Code,
    asker: &Asker,
) -> Result<(), CheckRefusal> {
    refuse_if_blocked(app, asker)?;
    let (purpose, subject) = (purpose.into(), subject(app, destination.into()));
    match compare(app, &subject, purpose, typed).await? {
        Some(_) => Ok(()),
        None => Err(refuse_wrong(app, asker).await),
    }
}

/// Tries a code for what it is meant for. Nothing is used up yet: the transaction that does what the
/// code is for does that, and of many with one code one succeeds.
///
/// A code that somebody logged in asked for is right for that account alone.
#[expect(
    clippy::too_many_arguments,
    reason = "a code is right for a purpose, a destination and an owner, tried from an address"
)]
pub async fn try_for(
    app: &App,
    purpose: impl Into<CodePurpose>,
    destination: impl Into<Destination<'_>>,
    typed: &Code,
    owner: Option<AccountNumber>,
    asker: &Asker,
) -> Result<SpendableCode, TryRefusal> {
    refuse_if_blocked(app, asker)?;
    let (purpose, subject) = (purpose.into(), subject(app, destination.into()));
    let tried = compare(app, &subject, purpose, typed).await?;
    match tried.filter(|tried| tried.owner.is_none() || tried.owner == owner) {
        Some(tried) => Ok(tried.into_spendable(subject, purpose)),
        None => Err(refuse_wrong(app, asker).await),
    }
}

/// Counts a try, then compares; hands out the code if it is right.
pub(super) async fn compare(
    app: &App,
    subject: &str,
    purpose: CodePurpose,
    typed: &Code,
) -> Result<Option<TriedCode>, StoreError> {
    let tried = app.store.try_code(subject, purpose, app.clock.now()).await?;
    Ok(tried.filter(|tried| is_same(app, subject, purpose, tried, typed)))
}

pub(super) fn refuse_if_blocked(app: &App, asker: &Asker) -> Result<(), TryRefusal> {
    sessions::refuse_if_blocked(app, asker).map_err(refusal)
}

/// Counts a wrong code against the network address, and says so.
pub(super) async fn refuse_wrong(app: &App, asker: &Asker) -> TryRefusal {
    telemetry::note(|notes| notes.wrong_codes += 1);
    refusal(sessions::refuse_wrong(app, asker).await)
}

fn refusal(refusal: SignInRefusal) -> TryRefusal {
    match refusal {
        SignInRefusal::WrongCredentials | SignInRefusal::Frozen => TryRefusal::WrongCode,
        SignInRefusal::Throttled(wait) => TryRefusal::Throttled(wait),
        SignInRefusal::Unavailable(error) => TryRefusal::Unavailable(error),
    }
}
