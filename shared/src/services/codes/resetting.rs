//! Setting a new password with a code.

use std::time::Duration;

use super::subject;
use super::trying::{TryRefusal, compare, refuse_if_blocked, refuse_wrong};
use crate::app::App;
use crate::domain::account::{Account, Standing};
use crate::domain::asker::Asker;
use crate::domain::code::{Code, CodePurpose, Destination};
use crate::domain::password::{Password, PasswordFault};
use crate::services::{attempts, sessions};
use crate::store::key::Identifier;
use crate::store::{Claim, Redemption, StoreError, Write};
use crate::telemetry;

/// Why a password was not reset.
#[derive(Debug, thiserror::Error)]
pub enum ResetRefusal {
    /// There is no such code, or not any more, or not for anybody who may use it.
    #[error("the code is wrong")]
    WrongCode,
    /// The code is right; the password may not be set.
    #[error("the password may not be set")]
    Password(Vec<PasswordFault>),
    /// The network address failed too often.
    #[error("too many attempts")]
    Throttled(Duration),
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Sets a new password with a code that was sent by mail or by text message; every session of the
/// account ends, and all its other codes die. The code is used up with it, or nothing happens at all.
pub async fn reset_password(
    app: &App,
    destination: impl Into<Destination<'_>>,
    typed: &Code,
    new: &Password,
    asker: &Asker,
) -> Result<Account, ResetRefusal> {
    refuse_if_blocked(app, asker)?;
    let now = app.clock.now();
    let destination = destination.into();
    let (purpose, identifier) = match destination {
        Destination::Email(email) => (CodePurpose::PasswordReset, Identifier::email(email)),
        Destination::Phone(phone) => (CodePurpose::ChangePwd, Identifier::phone(phone)),
    };
    let subject = subject(app, destination);
    let (claim, tried) = futures_util::future::try_join(
        app.store.claim_on(&identifier, now),
        compare(app, &subject, purpose, typed),
    )
    .await?;
    let number = claim.map_or_else(|| sessions::nobody(app, &subject), |claim| claim.account);
    let account = app.store.find_account(number).await?;
    let account = account.filter(|account| may_reset(account, claim, destination));
    // A code from before the account was made was meant for whoever had the number then.
    let tried = tried.filter(|tried| account.as_ref().is_some_and(|account| account.joined <= tried.made));
    let (Some(account), Some(tried)) = (account, tried) else {
        return Err(refuse_wrong(app, asker).await.into());
    };
    telemetry::note(|notes| notes.account = Some(account.number));
    let faults = new.faults(&account.names());
    if !faults.is_empty() {
        return Err(ResetRefusal::Password(faults));
    }
    let credential = app.hasher.hash(new, app.entropy.bytes()).await;
    let proven = proves(&account, destination, now).then_some(&identifier);
    let (code, at, op) = (tried.into_spendable(subject, purpose), app.clock.now(), app.entropy.mark());
    let redemption = Redemption { code: &code, proven, at, op: &op };
    match app.store.redeem_for_credential(&account, &credential, &redemption).await? {
        Write::Applied => {
            // Whoever guessed at the old password has not used up the tries at the new one.
            attempts::succeed_by_code(app, account.number, asker).await;
            Ok(account)
        }
        // Another request spent the code, or changed the account, first.
        Write::Refused => Err(ResetRefusal::WrongCode),
    }
}

/// Whether a code that was sent there resets the account's password.
fn may_reset(account: &Account, claim: Option<Claim>, destination: Destination<'_>) -> bool {
    let has_it = match destination {
        // A former address counts for a while (contracts/README.md, accounts).
        Destination::Email(_) => true,
        Destination::Phone(phone) => account.phone.as_ref() == Some(phone),
    };
    claim.is_some() && account.standing == Standing::Active && has_it
}

/// Whether the code proves the claim on the address. One that was read from the former address proves
/// nothing about the present one; a number's claim is proven already.
fn proves(account: &Account, destination: Destination<'_>, now: jiff::Timestamp) -> bool {
    match destination {
        Destination::Phone(_) => false,
        Destination::Email(email) => {
            let is_sent_to = account.reset_address(now).is_some_and(|to| to.canonical() == email.canonical());
            let is_own = account.email.as_ref().is_some_and(|own| own.canonical() == email.canonical());
            is_sent_to && is_own
        }
    }
}

impl From<TryRefusal> for ResetRefusal {
    fn from(refusal: TryRefusal) -> Self {
        match refusal {
            TryRefusal::WrongCode => Self::WrongCode,
            TryRefusal::Throttled(wait) => Self::Throttled(wait),
            TryRefusal::Unavailable(error) => Self::Unavailable(error),
        }
    }
}
