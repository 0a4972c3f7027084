//! Changing one's own contact data (docs/contracts/accounts.md).

use std::time::Duration;

use crate::app::App;
use crate::courier::Language;
use crate::domain::account::{Account, Standing};
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::contact::Contact;
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change;
use crate::domain::history::{Act, Actor, Record};
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
        if write(app, caller, &account, change).await? == Write::Applied {
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
async fn write(
    app: &App,
    caller: &Caller,
    account: &Account,
    change: &ContactChange<'_>,
) -> Result<Write, ContactRefusal> {
    let ContactChange { contact, email, asker, .. } = change;
    let op = app.entropy.mark();
    // Another spelling of the same address is the same address, and no change (trust rule 9).
    if account.email.as_ref().is_some_and(|own| own.is_same(email)) {
        let on = Guarded { number: account.number, epoch: account.epoch, op: &op };
        return Ok(app.store.set_contact(on, contact).await?);
    }
    let at = app.clock.now();
    let record = Record { act: Act::EmailChanged, by: Actor::Oneself, door: asker.door.to_owned(), at };
    let moved = EmailMove {
        account,
        change: &email_change::by_hand(account, email, at),
        contact: Some(contact),
        rival: None,
        loser: None,
        code: None,
        stays: caller.session(),
        record: &record,
        op: &op,
    };
    match app.store.move_email(&moved).await? {
        EmailMoved::Applied => {
            codes::tell_left(app, account, moved.change, change.language).await;
            Ok(Write::Applied)
        }
        EmailMoved::ClaimChanged => match address_gate::count(app, asker, Deed::TakenAnswer).await? {
            None => Err(ContactRefusal::EmailTaken),
            Some(wait) => Err(ContactRefusal::Throttled(wait)),
        },
        EmailMoved::Refused | EmailMoved::CodeSpent => Ok(Write::Refused),
    }
}
