//! An e-mail address that an operator gives to an account and vouches for.

use super::account::{EPOCH, OP, STANDING, everything_ends};
use super::administration::Acted;
use super::codes::codes_die;
use super::contacts::{email_update, loss};
use super::guards::Claim;
use super::key;
use super::record::standing_word;
use super::transaction::Transaction;
use super::{Store, StoreError, number, text};
use crate::domain::account::Account;
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change;
use crate::domain::history::{Act, Record};

/// An address that an operator gives.
#[derive(Debug)]
pub struct GivenEmail<'a> {
    /// The account, as it was read.
    pub account: &'a Account,
    /// The address.
    pub to: &'a EmailAddress,
    /// The unproven claim of another account on it, as it was read.
    pub rival: Option<Claim>,
    /// That other account, which loses it, as it was read.
    pub loser: Option<&'a Account>,
}

/// What came of giving an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailGiven {
    /// It is done.
    Applied,
    /// An account or a claim changed since it was read; nothing was written.
    Changed,
}

impl Store {
    /// Sets the address as proven, takes its claim, gives up those on the addresses before, takes it off
    /// the account that loses it, ends the account's sessions and both accounts' codes, and writes it
    /// all down; or nothing.
    pub async fn give_email(
        &self,
        given: &GivenEmail<'_>,
        act: &Acted<'_>,
    ) -> Result<EmailGiven, StoreError> {
        let &GivenEmail { account, to, rival, loser } = given;
        let Acted { record, op, .. } = *act;
        let change = email_change::by_operator(to);
        let update = codes_die(everything_ends(account), record.at)
            .set(OP, text(op))
            .if_equal(EPOCH, number(account.epoch))
            .if_equal(STANDING, text(standing_word(account.standing)));
        let update = email_update(update, account, &change)?;
        let mut items = vec![update.into_part(&self.table, key::account(account.number))];
        items.extend(self.claim_parts(account, &change, rival, record.at));
        items.push(self.record_part(account.number, record, op));
        if let Some(loser) = loser
            && let Some(update) = loss(loser, to, record.at)?
        {
            items.push(update.into_part(&self.table, key::account(loser.number)));
            let record = Record { act: Act::EmailLost, ..record.clone() };
            items.push(self.record_part(loser.number, &record, op));
        }
        Ok(match self.transact(items, account.number, op).await? {
            Transaction::Applied => EmailGiven::Applied,
            Transaction::Failed(_) => EmailGiven::Changed,
        })
    }
}
