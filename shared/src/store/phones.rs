//! The mobile number, which is also a claim.

use super::codes::{SpendableCode, codes_die, if_code_lives};
use super::expression::Update;
use super::guarded::Guarded;
use super::key::Identifier;
use super::sessions::others_end;
use super::transaction::{Setback, meaning};
use super::{Store, StoreError, text};
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

impl Store {
    /// Moves the number and its claim and uses the code up, or does nothing. All other codes made for
    /// the account die with it, and its other sessions end.
    pub async fn move_phone(&self, phone: &PhoneMove<'_>) -> Result<Result<(), Setback>, StoreError> {
        let PhoneMove { account, to, code, stays, record, op } = *phone;
        let on = Guarded::of(account, op);
        let update = codes_die(Update::default().set(PHONE, text(to.as_str())), record.at);
        let update = if_code_lives(others_end(update, account, stays), code);
        let update = update.if_is(PHONE, account.phone.as_ref().map(|from| text(from.as_str())));
        let freed = account.phone.as_ref().filter(|from| *from != to);
        let freed = freed.map(|from| self.free(&Identifier::phone(from), on.number));
        // In the order in which they decide.
        let mut parts = vec![
            (self.take_proven(&Identifier::phone(to), on.number, record.at), Setback::Taken),
            (self.consume(code), Setback::CodeSpent),
            (self.guarded_part(on, update), Setback::Changed),
            (self.record_part(on.number, record, op), Setback::Changed),
        ];
        parts.extend(meaning(freed, Setback::Changed));
        self.transact_parts(parts, on.number, op).await
    }
}
