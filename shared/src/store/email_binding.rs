//! Binding an account to an e-mail address that its owner has proven, whoever claimed it unproven.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::contacts::{EMAIL, EMAIL_PROVEN, FORMER_EMAIL};
use super::expression::Update;
use super::guards::Claim;
use super::key::{self, Identifier};
use super::record::FormerEmailRecord;
use super::transaction::Transaction;
use super::{Guarded, SpendableCode, Store, StoreError, Write, attribute, text};
use crate::domain::account::Account;
use crate::domain::contact::FormerEmail;
use crate::domain::email_address::EmailAddress;

/// An address that takes the place of an account's own, proven by a code.
#[derive(Debug)]
pub struct EmailBinding<'a> {
    /// The account, as it was read.
    pub account: &'a Account,
    /// The address.
    pub to: &'a EmailAddress,
    /// The unproven claim of another account on it, as it was read.
    pub rival: Option<Claim>,
    /// That other account, which loses it, as it was read.
    pub loser: Option<&'a Account>,
    /// What counts as the former address from now on, if the account's own becomes that.
    pub former: Option<&'a FormerEmail>,
    /// The code, which is used up.
    pub code: &'a SpendableCode,
    /// A random mark, fresh for every try.
    pub op: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What came of binding an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailBound {
    /// It is done, and the code is used up.
    Applied,
    /// The account is not, or no longer, as it was read, or its codes have died; nothing was written.
    Refused,
    /// The code is no longer the one that was tried; nothing was written.
    CodeSpent,
    /// The claim, or the account that loses it, changed since it was read; nothing was written.
    ClaimChanged,
}

/// The places of the parts in the transaction.
const ACCOUNT_PART: usize = 0;
const CODE_PART: usize = 1;

impl Store {
    /// Sets the address as proven, takes its claim, gives up the one on the address before, takes the
    /// address off the account that loses it, and uses the code up: all of it or nothing.
    pub async fn bind_email(&self, binding: &EmailBinding<'_>) -> Result<EmailBound, StoreError> {
        let &EmailBinding { account, to, rival, loser, former, code, op, at } = binding;
        let on = Guarded { number: account.number, epoch: account.epoch, op };
        let mut update =
            Update::default().set(EMAIL, text(to.as_str())).set(EMAIL_PROVEN, AttributeValue::Bool(true));
        update = match &account.email {
            Some(email) => update.if_equal(EMAIL, text(email.as_str())),
            None => update.if_absent(EMAIL),
        };
        if let Some(former) = former {
            update = update.set(FORMER_EMAIL, attribute(FormerEmailRecord::from(former))?);
        }
        let identifier = Identifier::email(to);
        let mut items = self.spending_parts(on, update, code);
        items.push(match rival {
            Some(rival) => self.take_over(&identifier, account.number, rival),
            None => self.take_proven(&identifier, account.number, at),
        });
        if let Some(from) = account.email.as_ref().filter(|from| from.canonical() != to.canonical()) {
            let from = Identifier::email(from);
            items.push(match former {
                Some(former) => self.release(&from, account.number, former.until),
                None => self.free(&from, account.number),
            });
        }
        if let Some(loser) = loser
            && let Some(update) = loss(loser, to)?
        {
            items.push(update.into_part(&self.table, key::account(loser.number)));
        }
        Ok(match self.transact(items, account.number, op).await? {
            Transaction::Applied => EmailBound::Applied,
            Transaction::Failed(failed) if failed.get(ACCOUNT_PART) == Some(&true) => EmailBound::Refused,
            Transaction::Failed(failed) if failed.get(CODE_PART) == Some(&true) => EmailBound::CodeSpent,
            Transaction::Failed(_) => EmailBound::ClaimChanged,
        })
    }

    /// Notes that the owner has read a message sent to the account's own address, both on the account
    /// and on the claim.
    pub async fn confirm_email(
        &self,
        account: &Account,
        email: &EmailAddress,
        op: &str,
    ) -> Result<Write, StoreError> {
        let on = Guarded { number: account.number, epoch: account.epoch, op };
        let items = vec![
            self.guarded_part(on, proves_email(Update::default(), email)),
            self.mark_proven(&Identifier::email(email), account.number),
        ];
        Ok(match self.transact(items, account.number, op).await? {
            Transaction::Applied => Write::Applied,
            Transaction::Failed(_) => Write::Refused,
        })
    }
}

/// The part of an update by which the account's own address becomes proven, if it is still that one.
pub(super) fn proves_email(update: Update, email: &EmailAddress) -> Update {
    update.set(EMAIL_PROVEN, AttributeValue::Bool(true)).if_equal(EMAIL, text(email.as_str()))
}

/// What an account loses with its claim on the address: the address itself, or its being the former
/// one. Who wrote last stays as it was, so that a writer whose answer was lost still finds its mark.
fn loss(loser: &Account, address: &EmailAddress) -> Result<Option<Update>, StoreError> {
    let is_it = |own: &&EmailAddress| own.canonical() == address.canonical();
    if let Some(own) = loser.email.as_ref().filter(is_it) {
        let update = Update::default().remove(EMAIL).remove(EMAIL_PROVEN);
        return Ok(Some(update.if_equal(EMAIL, text(own.as_str()))));
    }
    let Some(former) = loser.former_email.as_ref().filter(|former| is_it(&&former.address)) else {
        return Ok(None);
    };
    let record = attribute(FormerEmailRecord::from(former))?;
    Ok(Some(Update::default().remove(FORMER_EMAIL).if_equal(FORMER_EMAIL, record)))
}
