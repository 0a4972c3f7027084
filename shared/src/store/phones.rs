//! The mobile number, which is a claim as well.

use jiff::Timestamp;

use super::codes::codes_die;
use super::expression::Update;
use super::key::Identifier;
use super::transaction::Transaction;
use super::{Guarded, SpendableCode, Store, StoreError, text};
use crate::domain::phone_number::PhoneNumber;

const PHONE: &str = "phone";

/// A number that takes the place of another, by the right of a code that was sent to it.
#[derive(Debug)]
pub struct PhoneMove<'a> {
    /// The number there was.
    pub from: Option<&'a PhoneNumber>,
    /// The one there is to be.
    pub to: &'a PhoneNumber,
    /// The code, which is used up.
    pub code: &'a SpendableCode,
    /// When.
    pub at: Timestamp,
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
    /// the account die with it.
    pub async fn move_phone(&self, on: Guarded<'_>, phone: &PhoneMove<'_>) -> Result<PhoneMoved, StoreError> {
        let update = codes_die(Update::default().set(PHONE, text(phone.to.as_str())), phone.at);
        let update = match phone.from {
            Some(from) => update.if_equal(PHONE, text(from.as_str())),
            None => update.if_absent(PHONE),
        };
        let mut items = self.spending_parts(on, update, phone.code);
        items.push(self.take_proven(&Identifier::phone(phone.to), on.number, phone.at));
        if let Some(from) = phone.from.filter(|from| *from != phone.to) {
            items.push(self.free(&Identifier::phone(from), on.number));
        }
        Ok(match self.transact(items, on.number, on.op).await? {
            Transaction::Applied => PhoneMoved::Applied,
            Transaction::Failed(failed) if failed.get(2) == Some(&true) => PhoneMoved::Taken,
            Transaction::Failed(failed) if failed.get(1) == Some(&true) => PhoneMoved::CodeSpent,
            Transaction::Failed(_) => PhoneMoved::Refused,
        })
    }
}
