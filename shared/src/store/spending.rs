//! Using codes up, and what makes all codes of an account die.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;

use super::expression::{Place, Update};
use super::guarded::OP;
use super::{Store, key, number, text};
use crate::domain::account::Account;
use crate::domain::code::CodePurpose;

/// The attribute of an account that tells since when its codes count: those made before are dead.
pub(super) const CODES_SINCE: &str = "codes_since";

/// A code that was tried and is right. A transaction uses it up together with what it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct SpendableCode {
    pub(super) destination: String,
    pub(super) purpose: CodePurpose,
    pub(super) made: Timestamp,
    pub(super) op: String,
}

impl Store {
    /// The part of a transaction that uses a code up, and with it all others that went there.
    pub(super) fn consume(&self, code: &SpendableCode) -> TransactWriteItem {
        let update = CodePurpose::ALL
            .into_iter()
            .fold(Update::default(), |update, purpose| update.remove(purpose.name()))
            .if_equal(Place::Entry(code.purpose.name(), OP), text(&code.op));
        update.into_part(&self.table, key::code(&code.destination))
    }
}

/// The part of an account's update that kills all codes made for it so far.
pub(super) fn codes_die(update: Update, at: Timestamp) -> Update {
    update.set(CODES_SINCE, number(at.as_microsecond()))
}

/// The condition of an account's update that the code was made since the account's codes count.
pub(super) fn if_code_lives(update: Update, code: &SpendableCode) -> Update {
    update.if_absent_or_below(CODES_SINCE, code.made.as_microsecond())
}

impl SpendableCode {
    /// Whether the account's codes count since before it was made.
    #[must_use]
    pub fn lives_in(&self, account: &Account) -> bool {
        account.codes_since.is_none_or(|since| since < self.made)
    }
}

impl std::fmt::Debug for SpendableCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SpendableCode(..)")
    }
}
