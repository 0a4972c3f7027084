//! An e-mail address that an operator gives to an account and vouches for.

use aws_sdk_dynamodb::types::AttributeValue;

use super::account::{EPOCH, OP, STANDING, everything_ends};
use super::administration::Acted;
use super::codes::codes_die;
use super::contacts::{EMAIL, EMAIL_PROVEN, FORMER_EMAIL};
use super::expression::Update;
use super::guards::Claim;
use super::key::{self, Identifier};
use super::record::standing_word;
use super::transaction::Transaction;
use super::{Store, StoreError, number, text};
use crate::domain::account::Account;
use crate::domain::email_address::EmailAddress;
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
        let update = codes_die(everything_ends(account), record.at)
            .set(OP, text(op))
            .set(EMAIL, text(to.as_str()))
            .set(EMAIL_PROVEN, AttributeValue::Bool(true))
            .remove(FORMER_EMAIL)
            .if_equal(EPOCH, number(account.epoch))
            .if_equal(STANDING, text(standing_word(account.standing)));
        let update = match &account.email {
            Some(email) => update.if_equal(EMAIL, text(email.as_str())),
            None => update.if_absent(EMAIL),
        };
        let identifier = Identifier::email(to);
        let mut items = vec![update.into_part(&self.table, key::account(account.number))];
        items.push(match rival {
            Some(rival) => self.take_over(&identifier, account.number, rival),
            None => self.take_proven(&identifier, account.number, record.at),
        });
        for before in self.claims_before(account, &identifier).await? {
            items.push(self.free(&before, account.number));
        }
        items.push(self.record_part(account.number, record, op));
        if let Some(loser) = loser {
            items.push(loss(loser, to, record).into_part(&self.table, key::account(loser.number)));
            let record = Record { act: Act::EmailLost, ..record.clone() };
            items.push(self.record_part(loser.number, &record, op));
        }
        Ok(match self.transact(items, account.number, op).await? {
            Transaction::Applied => EmailGiven::Applied,
            Transaction::Failed(_) => EmailGiven::Changed,
        })
    }

    /// The account's claims on other addresses than the one it gets: on its own, and on a former one
    /// that it still has.
    async fn claims_before(
        &self,
        account: &Account,
        given: &Identifier,
    ) -> Result<Vec<Identifier>, StoreError> {
        let former = account.former_email.as_ref().map(|former| &former.address);
        let mut claims: Vec<Identifier> =
            account.email.iter().chain(former).map(Identifier::email).filter(|one| one != given).collect();
        claims.dedup();
        let mut held = Vec::new();
        for claim in claims {
            if self.holds(&claim, account.number).await? {
                held.push(claim);
            }
        }
        Ok(held)
    }
}

/// What the other account loses: the address, or its being the former one. Who wrote last stays as it
/// was, so that a writer whose answer was lost still finds its mark.
fn loss(loser: &Account, address: &EmailAddress, record: &Record) -> Update {
    let update = codes_die(Update::default(), record.at);
    let own = loser.email.as_ref().filter(|own| own.canonical() == address.canonical());
    match own {
        Some(own) => update.remove(EMAIL).remove(EMAIL_PROVEN).if_equal(EMAIL, text(own.as_str())),
        // A former address that it gave up already.
        None => update.remove(FORMER_EMAIL).if_present(OP),
    }
}
