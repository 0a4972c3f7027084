//! Changing one's own contact data (docs/contracts/accounts.md).

use crate::app::App;
use crate::courier::Language;
use crate::domain::account::Account;
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::contact::Contact;
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change;
use crate::domain::history::{Act, Actor};
use crate::services::obstacle::{Declined, Reason};
use crate::services::records::record;
use crate::services::rounds::{Rounds, reread};
use crate::services::sessions::Caller;
use crate::services::{address_gate, codes};
use crate::store::{Changed, EmailMove, Guarded, Setback, Write};

/// Why contact data was not changed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the e-mail address is taken")]
pub struct EmailTaken;

impl Reason for EmailTaken {}

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
pub async fn change(
    app: &App,
    caller: &Caller,
    change: &ContactChange<'_>,
) -> Result<(), Declined<EmailTaken>> {
    address_gate::admit(app, &change.asker, Deed::TakenAnswer)?;
    // A move sends a mail to an address that need not be the caller's own, so it counts as one.
    if !caller.account.email.as_ref().is_some_and(|own| own.is_same(change.email)) {
        address_gate::count(app, &change.asker, Deed::CodeRequest).await?;
    }
    let mut account = caller.account.clone();
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        if write(app, caller, &account, change).await?.is_ok() {
            return Ok(());
        }
        // Another device changed the address, or somebody else has just proven it.
        account = reread(&app.store, &account).await?;
    }
}

/// Writes the change on the account as it was read.
async fn write(
    app: &App,
    caller: &Caller,
    account: &Account,
    change: &ContactChange<'_>,
) -> Result<Write, Declined<EmailTaken>> {
    let ContactChange { contact, email, asker, .. } = change;
    let op = app.entropy.mark();
    // Another spelling of the same address is the same address, and no change (trust rule 9).
    if account.email.as_ref().is_some_and(|own| own.is_same(email)) {
        return Ok(app.store.set_contact(Guarded::of(account, &op), contact).await?);
    }
    let record = record(app, asker, Actor::Oneself, Act::EmailChanged);
    let by_hand = email_change::by_hand(account, email, record.at);
    let moved = EmailMove {
        contact: Some(contact),
        stays: caller.session(),
        ..EmailMove::new(account, &by_hand, &record, &op)
    };
    match app.store.move_email(&moved).await? {
        Ok(()) => {
            codes::tell_left(app, account, &by_hand, change.language).await;
            Ok(Ok(()))
        }
        Err(Setback::Taken) => {
            address_gate::count(app, asker, Deed::TakenAnswer).await?;
            Err(EmailTaken.into())
        }
        Err(Setback::Changed | Setback::CodeSpent) => Ok(Err(Changed)),
    }
}
