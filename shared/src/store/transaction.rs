//! Transactions: all of it or nothing, tried again when they meet one another.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};

use super::account::OP;
use super::{Item, Store, StoreError, Write, key, text};
use crate::domain::account_number::AccountNumber;

/// How often a transaction that met another one on the same item is tried again.
const CONFLICT_ROUNDS: u32 = 4;

/// The pause before the first repetition; it doubles.
const CONFLICT_PAUSE: Duration = Duration::from_millis(20);

/// What came of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Transaction {
    /// All of it is done.
    Applied,
    /// Nothing is; for each item whether its condition failed.
    Failed(Vec<bool>),
}

impl From<Transaction> for Write {
    fn from(transaction: Transaction) -> Self {
        match transaction {
            Transaction::Applied => Self::Applied,
            Transaction::Failed(_) => Self::Refused,
        }
    }
}

/// What the first part means that failed.
pub(super) fn first_failed<M>(meanings: Vec<M>, failed: Vec<bool>) -> Option<M> {
    let mut parts = meanings.into_iter().zip(failed);
    parts.find_map(|(meaning, has_failed)| has_failed.then_some(meaning))
}

impl Store {
    /// Writes all the items, or none. One of them is the account's, marked with `op`, by which a
    /// transaction is recognised whose answer was lost.
    pub(super) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
        account: AccountNumber,
        op: &str,
    ) -> Result<Transaction, StoreError> {
        self.transact_traced(items, account, op, |_| false).await
    }

    /// The same, recognised by a trace as well that only this transaction leaves on the account's item,
    /// should its answer be lost and somebody else have written since.
    pub(super) async fn transact_traced(
        &self,
        items: Vec<TransactWriteItem>,
        account: AccountNumber,
        op: &str,
        has_trace: impl Fn(&Item) -> bool,
    ) -> Result<Transaction, StoreError> {
        let mut pause = CONFLICT_PAUSE;
        for _ in 0..CONFLICT_ROUNDS {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = request.send().await else {
                return Ok(Transaction::Applied);
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return self.recognise(account, op, has_trace, error.into()).await;
            };
            let failed: Vec<bool> = cancelled.cancellation_reasons().iter().map(is_condition).collect();
            // A failed condition decides, even beside a meeting with another transaction.
            if failed.contains(&true) {
                return Ok(Transaction::Failed(failed));
            }
            tracing::info!("a transaction met another one, trying again");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(StoreError::Unavailable("the transaction kept meeting others".into()))
    }

    /// Lost on the way, perhaps after it was done: the account's mark tells, or the trace.
    async fn recognise(
        &self,
        account: AccountNumber,
        op: &str,
        has_trace: impl Fn(&Item) -> bool,
        lost: StoreError,
    ) -> Result<Transaction, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key::account(account)));
        let item = request.consistent_read(true).send().await?.item;
        let is_ours = item.is_some_and(|item| item.get(OP) == Some(&text(op)) || has_trace(&item));
        if is_ours { Ok(Transaction::Applied) } else { Err(lost) }
    }
}

fn is_condition(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}
