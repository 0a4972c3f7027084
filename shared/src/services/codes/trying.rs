//! Trying a code.

use std::future::ready;
use std::net::IpAddr;

use super::{SpendableCode, is_same, subject};
use crate::app::App;
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::{Deed, network};
use crate::domain::asker::Asker;
use crate::domain::code::{Code, CodePurpose, Destination, MISSED_CODES};
use crate::secret::Purpose;
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::{address_gate, attempts};
use crate::store::{StoreError, TriedCode};
use crate::telemetry;

/// Why a code does not do.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the code is wrong")]
pub struct WrongCode;

impl Reason for WrongCode {}

/// Tells whether a code is right. It counts as a try like any other and uses nothing up.
pub async fn check(
    app: &App,
    purpose: impl Into<CodePurpose>,
    destination: impl Into<Destination<'_>>,
    typed: &Code,
    asker: &Asker,
) -> Result<(), Declined<WrongCode>> {
    address_gate::admit(app, asker, Deed::FailedLogin)?;
    let (purpose, subject) = (purpose.into(), subject(app, destination.into()));
    match compare(app, &subject, purpose, typed, &Trier::of(asker)).await? {
        Trial::Right(_) => Ok(()),
        Trial::Wrong(wrong) => Err(refuse_wrong(app, asker, wrong).await),
    }
}

/// Tries a code for what it is meant for. Nothing is used up yet: the transaction that does what the
/// code is for does that, and of many with one code one succeeds.
///
/// A code is right only for the account that it was made for (trust rule 1). One that was made for nobody
/// went to a destination that nobody had: it is right for whoever takes that.
#[expect(
    clippy::too_many_arguments,
    reason = "a code is right for a purpose, a destination and an account, tried by an asker"
)]
pub async fn try_for(
    app: &App,
    purpose: impl Into<CodePurpose>,
    destination: impl Into<Destination<'_>>,
    typed: &Code,
    account: Option<AccountNumber>,
    asker: &Asker,
) -> Result<SpendableCode, Declined<WrongCode>> {
    match account {
        Some(number) => attempts::admit(app, asker, ready(Ok(number))).await?,
        None => address_gate::admit(app, asker, Deed::FailedLogin)?,
    }
    let (purpose, subject) = (purpose.into(), subject(app, destination.into()));
    let whose = account.map_or_else(|| Trier::of(asker), Trier::Account);
    match compare(app, &subject, purpose, typed, &whose).await? {
        Trial::Right(tried) if tried.made_for.is_none() || tried.made_for == account => {
            Ok(tried.into_spendable(subject, purpose))
        }
        Trial::Right(_) => Err(refuse_wrong(app, asker, None).await),
        Trial::Wrong(wrong) => Err(refuse_wrong(app, asker, wrong).await),
    }
}

/// Whose tries at a code are counted together.
pub(super) enum Trier {
    /// Those of an account that is signed in.
    Account(AccountNumber),
    /// Those of a network address.
    Network(IpAddr),
}

impl Trier {
    pub(super) fn of(asker: &Asker) -> Self {
        Self::Network(network(asker.address))
    }

    fn fingerprint(&self, app: &App) -> String {
        let text = match self {
            Self::Account(number) => format!("tries of account {number}"),
            Self::Network(address) => format!("tries of {address}"),
        };
        app.secret.fingerprint(Purpose::CodeSubject, text.as_bytes())
    }
}

/// What came of a try.
pub(super) enum Trial {
    /// The code is right.
    Right(TriedCode),
    /// It is not; the one that it was compared with, if there is one.
    Wrong(Option<TriedCode>),
}

/// Counts a try, then compares; hands out the code if it is right.
pub(super) async fn compare(
    app: &App,
    subject: &str,
    purpose: CodePurpose,
    typed: &Code,
    whose: &Trier,
) -> Result<Trial, StoreError> {
    let tried = app.store.try_code(subject, purpose, &whose.fingerprint(app), app.clock.now()).await?;
    Ok(match tried {
        Some(tried) if is_same(app, subject, purpose, &tried, typed) => Trial::Right(tried),
        wrong => Trial::Wrong(wrong),
    })
}

/// Counts a wrong code against the network address, and the code that it was not against the account
/// that this was made for; and says so.
pub(super) async fn refuse_wrong(app: &App, asker: &Asker, missed: Option<TriedCode>) -> Declined<WrongCode> {
    telemetry::note(|notes| notes.wrong_codes += 1);
    let admitted = address_gate::count(app, asker, Deed::FailedLogin);
    let (admitted, counted) = futures_util::future::join(admitted, count_missed(app, missed)).await;
    match counted.map_err(Obstacle::from).and(admitted) {
        Ok(()) => WrongCode.into(),
        Err(obstacle) => obstacle.into(),
    }
}

/// Counts a code that was missed for the first time. An account for which too many were in a week gets
/// no more that count, so that guessing ends (trust rule 7).
async fn count_missed(app: &App, missed: Option<TriedCode>) -> Result<(), StoreError> {
    let Some(missed) = missed.filter(|missed| missed.tries == 1) else {
        return Ok(());
    };
    let account = missed.made_for.map_or_else(|| "nobody".to_owned(), |account| account.to_string());
    let subject = format!("missed codes of {account}");
    let subject = app.secret.fingerprint(Purpose::CodeSubject, subject.as_bytes());
    let now = app.clock.now();
    let count = app.store.count_deed(&subject, Deed::MissedCode, &MISSED_CODES, now).await?;
    match missed.made_for {
        Some(account) if count >= MISSED_CODES.most => {
            tracing::error!(%account, "wrong codes were tried too often for an account");
            app.store.stop_codes(account, MISSED_CODES.end_of_window(now)).await
        }
        Some(_) | None => Ok(()),
    }
}
