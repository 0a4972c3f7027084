//! Changing one's own contact data (contract 000).

use std::net::IpAddr;
use std::time::Duration;

use crate::app::App;
use crate::courier::{Language, Letter};
use crate::domain::account::Account;
use crate::domain::address_budget::Deed;
use crate::domain::contact::{Contact, FORMER_EMAIL_COUNTS, FormerEmail};
use crate::domain::email_address::EmailAddress;
use crate::services::sessions::Caller;
use crate::services::{address_gate, codes};
use crate::store::{EmailMove, EmailMoved, Guarded, StoreError, Write};

/// Why contact data was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ContactRefusal {
    /// Somebody else has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The network address moved addresses, or was told what is taken, too often.
    #[error("too many changes from one network address")]
    Throttled(Duration),
    /// The caller was signed out, or the data changed, while the request was under way.
    #[error("the account changed meanwhile")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What is to become of the contact data.
#[derive(Clone, Copy, Debug)]
pub struct ContactChange<'a> {
    /// The data.
    pub contact: &'a Contact,
    /// The address.
    pub email: &'a EmailAddress,
    /// Where the request came from.
    pub address: IpAddr,
    /// The language to tell the owner of the former address in.
    pub language: Language,
}

/// Sets all of the caller's contact data at once, or none of it. The owner of an address that was
/// moved away from hears of it.
pub async fn change(app: &App, caller: &Caller, change: &ContactChange<'_>) -> Result<(), ContactRefusal> {
    if let Some(wait) = app.addresses.wait(change.address, Deed::TakenAnswer, app.clock.now()) {
        return Err(ContactRefusal::Throttled(wait));
    }
    let ContactChange { contact, email, .. } = change;
    let account = &caller.account;
    let op = app.entropy.mark();
    let on = Guarded { number: account.number, epoch: account.epoch, op: &op };
    let from = account.email.as_ref();
    if from.is_some_and(|from| from.canonical() == email.canonical()) {
        return match app.store.set_contact(on, contact, email, from).await? {
            Write::Applied => Ok(()),
            Write::Refused => Err(ContactRefusal::SignedOut),
        };
    }
    // A move sends a mail to an address that need not be the caller's own, so it counts as one.
    if let Some(wait) = address_gate::count(app, change.address, Deed::CodeRequest).await? {
        return Err(ContactRefusal::Throttled(wait));
    }
    let at = app.clock.now();
    let former = from.map(|from| former_email(account, from, at));
    let moved = EmailMove { from, to: email, former: former.as_ref(), at };
    match app.store.set_contact_and_move_email(on, contact, &moved).await? {
        EmailMoved::Applied => {
            if let Some(from) = from {
                codes::notify(app, from, &Letter::EmailChanged, change.language).await;
            }
            Ok(())
        }
        EmailMoved::Taken => match address_gate::count(app, change.address, Deed::TakenAnswer).await? {
            None => Err(ContactRefusal::EmailTaken),
            Some(wait) => Err(ContactRefusal::Throttled(wait)),
        },
        EmailMoved::Refused => Err(ContactRefusal::SignedOut),
    }
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
