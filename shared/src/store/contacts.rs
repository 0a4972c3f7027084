//! Contact data and the e-mail address, which is a claim as well.

use jiff::Timestamp;

use super::expression::Update;
use super::key::Identifier;
use super::record::{ContactRecord, FormerEmailRecord};
use super::transaction::Transaction;
use super::{Guarded, Store, StoreError, Write, attribute, text};
use crate::domain::contact::{Contact, FormerEmail};
use crate::domain::email_address::EmailAddress;

pub(super) const EMAIL: &str = "email";
/// Whether the address is proven; absent means that it is not.
pub(super) const EMAIL_PROVEN: &str = "email_proven";
pub(super) const FORMER_EMAIL: &str = "former_email";
const CONTACT: &str = "contact";

/// An address that takes the place of another.
#[derive(Debug)]
pub struct EmailMove<'a> {
    /// The address there was.
    pub from: Option<&'a EmailAddress>,
    /// The one there is to be.
    pub to: &'a EmailAddress,
    /// What counts as the former address from now on, if there was one.
    pub former: Option<&'a FormerEmail>,
    /// When.
    pub at: Timestamp,
}

/// What came of moving an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailMoved {
    /// It is done, claim and all.
    Applied,
    /// Somebody else has the address; nothing was written.
    Taken,
    /// The account is no longer in the state the write was meant for; nothing was written.
    Refused,
}

impl Store {
    /// Sets the contact data beside an address that stays.
    pub async fn set_contact(
        &self,
        on: Guarded<'_>,
        contact: &Contact,
        email: &EmailAddress,
        seen: Option<&EmailAddress>,
    ) -> Result<Write, StoreError> {
        self.write_guarded(on, contact_update(contact, email, seen)?).await
    }

    /// Sets the contact data and moves the address, its claim and the former one's, or nothing.
    pub async fn set_contact_and_move_email(
        &self,
        on: Guarded<'_>,
        contact: &Contact,
        email: &EmailMove<'_>,
    ) -> Result<EmailMoved, StoreError> {
        // Nobody has proven the new address.
        let mut update = contact_update(contact, email.to, email.from)?.remove(EMAIL_PROVEN);
        if let Some(former) = email.former {
            update = update.set(FORMER_EMAIL, attribute(FormerEmailRecord::from(former))?);
        }
        let mut items =
            vec![self.guarded_part(on, update), self.take(&Identifier::email(email.to), on.number, email.at)];
        if let Some(from) = email.from {
            let until = email.former.map_or(email.at, |former| former.until);
            items.push(self.release(&Identifier::email(from), on.number, until));
        }
        Ok(match self.transact(items, on.number, on.op).await? {
            Transaction::Applied => EmailMoved::Applied,
            Transaction::Failed(failed) if failed.get(1) == Some(&true) => EmailMoved::Taken,
            Transaction::Failed(_) => EmailMoved::Refused,
        })
    }
}

fn contact_update(
    contact: &Contact,
    to: &EmailAddress,
    seen: Option<&EmailAddress>,
) -> Result<Update, StoreError> {
    let update = Update::default()
        .set(CONTACT, attribute(ContactRecord::from(contact))?)
        .set(EMAIL, text(to.as_str()));
    Ok(match seen {
        Some(seen) => update.if_equal(EMAIL, text(seen.as_str())),
        None => update.if_absent(EMAIL),
    })
}
