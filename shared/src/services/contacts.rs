//! Changing one's own contact data (contract 000).

use std::time::Duration;

use crate::app::App;
use crate::courier::{Language, Letter};
use crate::domain::account::{Account, Standing};
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::contact::{Contact, FORMER_EMAIL_COUNTS, FormerEmail};
use crate::domain::email_address::EmailAddress;
use crate::domain::message_budget::Proof;
use crate::services::sessions::Caller;
use crate::services::{address_gate, codes};
use crate::store::{EmailMove, EmailMoved, Guarded, StoreError, Write};

/// How often a write is tried again after another one changed the account first.
const ROUNDS: usize = 8;

/// Why contact data was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ContactRefusal {
    /// Somebody else has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The network address moved addresses, or was told what is taken, too often.
    #[error("too many changes from one network address")]
    Throttled(Duration),
    /// The caller was signed out, or stopped, while the request was under way.
    #[error("the caller is no longer signed in")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What is to become of the contact data.
#[derive(Clone, Debug)]
pub struct ContactChange<'a> {
    /// The data.
    pub contact: &'a Contact,
    /// The address.
    pub email: &'a EmailAddress,
    /// Where the request came from.
    pub asker: Asker,
    /// The language to tell the owner of the former address in.
    pub language: Language,
}

/// Sets all of the caller's contact data at once, or none of it. The owner of an address that was
/// moved away from hears of it.
pub async fn change(app: &App, caller: &Caller, change: &ContactChange<'_>) -> Result<(), ContactRefusal> {
    if let Some(wait) = app.addresses.wait(change.asker.address, Deed::TakenAnswer, app.clock.now()) {
        return Err(ContactRefusal::Throttled(wait));
    }
    let is_own = |own: &EmailAddress| own.is_same(change.email);
    // A move sends a mail to an address that need not be the caller's own, so it counts as one.
    if !caller.account.email.as_ref().is_some_and(is_own)
        && let Some(wait) = address_gate::count(app, &change.asker, Deed::CodeRequest).await?
    {
        return Err(ContactRefusal::Throttled(wait));
    }
    let mut account = caller.account.clone();
    for _ in 0..ROUNDS {
        if write(app, &account, change).await? == Write::Applied {
            return Ok(());
        }
        // Another device changed the address, or somebody else has just proven it.
        let now = app.store.find_account(account.number).await?;
        let is_in = |now: &Account| now.epoch == account.epoch && now.standing == Standing::Active;
        account = now.filter(is_in).ok_or(ContactRefusal::SignedOut)?;
    }
    Err(StoreError::Unavailable("the account kept changing".into()).into())
}

/// Writes the change on the account as it was read.
async fn write(app: &App, account: &Account, change: &ContactChange<'_>) -> Result<Write, ContactRefusal> {
    let ContactChange { contact, email, .. } = change;
    let op = app.entropy.mark();
    let on = Guarded { number: account.number, epoch: account.epoch, op: &op };
    let from = account.email.as_ref();
    // Another spelling is no change: codes go where they went, as the address was proven (trust rule 9).
    if let Some(from) = from.filter(|from| from.is_same(email)) {
        return Ok(app.store.set_contact(on, contact, from, Some(from)).await?);
    }
    let at = app.clock.now();
    let former = from.map(|from| former_email(account, from, at));
    let moved = EmailMove { from, to: email, former: former.as_ref(), at };
    match app.store.set_contact_and_move_email(on, contact, &moved).await? {
        EmailMoved::Applied => {
            if let Some(from) = from {
                let proof = Proof::when(account.email_proven);
                codes::notify(app, from, proof, &Letter::EmailChanged, change.language).await;
            }
            Ok(Write::Applied)
        }
        EmailMoved::Taken => match address_gate::count(app, &change.asker, Deed::TakenAnswer).await? {
            None => Err(ContactRefusal::EmailTaken),
            Some(wait) => Err(ContactRefusal::Throttled(wait)),
        },
        EmailMoved::Refused => Ok(Write::Refused),
    }
}

/// The former address of an account whose owner has just proven another one: the one that counted
/// already stays as it is, and only a proven one can become it. One that was never proven may have
/// been a stranger's all the time, and codes no longer go there.
pub(super) fn former_if_proven(
    account: &Account,
    from: &EmailAddress,
    now: jiff::Timestamp,
) -> Option<FormerEmail> {
    let is_counting = account.former_email.as_ref().is_some_and(|former| now < former.until);
    (account.email_proven && !is_counting).then(|| former_email(account, from, now))
}

/// The address that counts as the former one: the oldest that still does, so that nobody is pushed
/// out by changing the address twice.
fn former_email(account: &Account, from: &EmailAddress, now: jiff::Timestamp) -> FormerEmail {
    let counting = account.former_email.as_ref().filter(|former| now < former.until);
    counting.cloned().unwrap_or_else(|| {
        // The claim's end is kept in whole seconds: rounded up, so that both end together and not too early.
        let until = now.saturating_add(FORMER_EMAIL_COUNTS).expect("a duration without a sign is in range");
        let until = jiff::Timestamp::from_second(until.as_second() + 1).expect("a second later is in range");
        FormerEmail { address: from.clone(), until }
    })
}
