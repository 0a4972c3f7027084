//! Writes that happen only while an account is as it was when somebody was judged by it, and that are
//! recognised should their answer be lost.

use aws_sdk_dynamodb::types::{ReturnValue, TransactWriteItem};

use super::expression::Update;
use super::record::standing_word;
use super::{Item, Store, StoreError, key, number, text};
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;

pub(super) const STANDING: &str = "standing";
pub(super) const EPOCH: &str = "epoch";
/// Who wrote last.
pub(super) const OP: &str = "op";

/// The account is not, or no longer, in the state that a write was meant for; nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed;

/// What came of a conditional write.
pub type Write = Result<(), Changed>;

/// A write on behalf of somebody who was let in: it is done only while the account is active and in
/// the epoch it was judged in, so that a freeze or a password change in between stops it.
#[derive(Clone, Copy, Debug)]
pub struct Guarded<'a> {
    /// The account.
    pub number: AccountNumber,
    /// The epoch the caller was judged in.
    pub epoch: u32,
    /// A random mark, fresh for every write.
    pub op: &'a str,
}

impl<'a> Guarded<'a> {
    /// A write on the account as it was read.
    #[must_use]
    pub fn of(account: &Account, op: &'a str) -> Self {
        Self { number: account.number, epoch: account.epoch, op }
    }

    /// The update with the mark, and under the conditions.
    fn update(self, update: Update) -> Update {
        update
            .set(OP, text(self.op))
            .if_equal(EPOCH, number(self.epoch))
            .if_equal(STANDING, text(standing_word(Standing::Active)))
    }
}

impl Store {
    /// The write as a part of a transaction.
    pub(super) fn guarded_part(&self, on: Guarded<'_>, update: Update) -> TransactWriteItem {
        on.update(update).into_part(&self.table, key::account(on.number))
    }

    /// One conditional write of the account item.
    pub(super) async fn write_guarded(&self, on: Guarded<'_>, update: Update) -> Result<Write, StoreError> {
        self.write_recognised(on, update, |_| false).await
    }

    /// The same, recognised by a trace that only this write leaves, should its answer be lost and
    /// somebody else have written since.
    pub(super) async fn write_recognised(
        &self,
        on: Guarded<'_>,
        update: Update,
        has_trace: impl Fn(&Item) -> bool,
    ) -> Result<Write, StoreError> {
        self.write_account(on.number, on.op, on.update(update), has_trace).await
    }

    /// One conditional write of the account item that brings its own conditions and sets `op`.
    ///
    /// It happens once: the SDK repeats a write whose answer was lost, and the repetition meets our
    /// own mark, or a trace of ours.
    pub(super) async fn write_account(
        &self,
        account: AccountNumber,
        op: &str,
        update: Update,
        has_trace: impl Fn(&Item) -> bool,
    ) -> Result<Write, StoreError> {
        let update = update.unless_equal(OP, text(op));
        let is_ours = |item: &Item| item.get(OP) == Some(&text(op)) || has_trace(item);
        Ok(match self.update(key::account(account), update, ReturnValue::None).await? {
            Ok(_) => Ok(()),
            Err(item) if item.as_ref().is_some_and(is_ours) => Ok(()),
            Err(_) => Err(Changed),
        })
    }
}
