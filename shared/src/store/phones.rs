//! The mobile number, which is a claim as well.

use super::account::others_end;
use super::codes::{codes_die, if_code_lives};
use super::expression::Update;
use super::key::Identifier;
use super::transaction::Transaction;
use super::{Guarded, SpendableCode, Store, StoreError, text};
use crate::domain::account::Account;
use crate::domain::history::Record;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::session::SessionDigest;

const PHONE: &str = "phone";

/// A number that takes the place of another, by the right of a code that was sent to it.
#[derive(Debug)]
pub struct PhoneMove<'a> {
    /// The account, as it was read.
    pub account: &'a Account,
    /// The number there is to be.
    pub to: &'a PhoneNumber,
    /// The code, which is used up.
    pub code: &'a SpendableCode,
    /// The session that stays open; all others end.
    pub stays: Option<&'a SessionDigest>,
    /// What is written down of it.
    pub record: &'a Record,
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

/// What came of moving a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneMoved {
    /// It is done, claim and all.
    Applied,
    /// Somebody else has the number; nothing was written.
    Taken,
    /// The code was used up, or has died; nothing was written.
    CodeSpent,
    /// The account is no longer in the state the write was meant for; nothing was written.
    Refused,
}

impl Store {
    /// Moves the number and its claim and uses the code up, or does nothing. All other codes made for
    /// the account die with it, and its other sessions end.
    pub async fn move_phone(&self, phone: &PhoneMove<'_>) -> Result<PhoneMoved, StoreError> {
        let PhoneMove { account, to, code, stays, record, op } = *phone;
        let on = Guarded { number: account.number, epoch: account.epoch, op };
        let update = codes_die(Update::default().set(PHONE, text(to.as_str())), record.at);
        let update = if_code_lives(others_end(update, account, stays), code);
        let update = match &account.phone {
            Some(from) => update.if_equal(PHONE, text(from.as_str())),
            None => update.if_absent(PHONE),
        };
        let mut items = vec![
            self.guarded_part(on, update),
            self.consume(code),
            self.take_proven(&Identifier::phone(to), on.number, record.at),
        ];
        if let Some(from) = account.phone.as_ref().filter(|from| *from != to) {
            items.push(self.free(&Identifier::phone(from), on.number));
        }
        items.push(self.record_part(on.number, record, op));
        Ok(match self.transact(items, on.number, op).await? {
            Transaction::Applied => PhoneMoved::Applied,
            Transaction::Failed(failed) if failed.get(2) == Some(&true) => PhoneMoved::Taken,
            Transaction::Failed(failed) if failed.get(1) == Some(&true) => PhoneMoved::CodeSpent,
            Transaction::Failed(_) => PhoneMoved::Refused,
        })
    }
}
