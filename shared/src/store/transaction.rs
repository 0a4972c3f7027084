//! Transactions: all of it or nothing, tried again when they meet one another.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{CancellationReason, Put, TransactWriteItem};

use super::guarded::{Changed, OP, Write};
use super::{Item, Store, StoreError, key, text};
use crate::domain::account_number::AccountNumber;

/// How often a transaction that met another one on the same item is tried again.
const CONFLICT_ROUNDS: u32 = 4;

/// The pause before the first repetition; it doubles.
const CONFLICT_PAUSE: Duration = Duration::from_millis(20);

/// A part of a transaction, and what it means when its condition fails.
pub(super) type Part<M> = (TransactWriteItem, M);

/// Why a transaction that takes something for an account did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// The account is not, or no longer, as it was read.
    Changed,
    /// Somebody else has what was to be taken or, where everybody may have it once, the account itself.
    Taken,
    /// The code is no longer the one that was tried, or is dead.
    CodeSpent,
}

/// These items, which all mean the same when their conditions fail.
pub(super) fn meaning<M: Clone>(
    items: impl IntoIterator<Item = TransactWriteItem>,
    meaning: M,
) -> impl Iterator<Item = Part<M>> {
    items.into_iter().map(move |item| (item, meaning.clone()))
}

impl Store {
    /// Writes all the items, or none. One of them is the account's, marked with `op`, by which a
    /// transaction is recognised whose answer was lost.
    pub(super) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
        account: AccountNumber,
        op: &str,
    ) -> Result<Write, StoreError> {
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
    ) -> Result<Write, StoreError> {
        let parts = meaning(items, ()).collect();
        Ok(self.transact_telling(parts, account, op, has_trace).await?.map_err(|_| Changed))
    }

    /// The same, telling what the first part means that failed.
    pub(super) async fn transact_parts<M>(
        &self,
        parts: Vec<Part<M>>,
        account: AccountNumber,
        op: &str,
    ) -> Result<Result<(), M>, StoreError> {
        let done = self.transact_telling(parts, account, op, |_| false).await?;
        Ok(done.map_err(|mut failed| failed.swap_remove(0)))
    }

    /// The same, telling what each part means that failed, in their order; there is at least one.
    pub(super) async fn transact_telling<M>(
        &self,
        parts: Vec<Part<M>>,
        account: AccountNumber,
        op: &str,
        has_trace: impl Fn(&Item) -> bool,
    ) -> Result<Result<(), Vec<M>>, StoreError> {
        let (items, mut meanings): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let mut pause = CONFLICT_PAUSE;
        for _ in 0..CONFLICT_ROUNDS {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = request.send().await else {
                return Ok(Ok(()));
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return self.recognise(account, op, has_trace, error.into()).await.map(Ok);
            };
            let mut reasons = cancelled.cancellation_reasons().iter();
            // A failed condition decides, even beside a meeting with another transaction.
            if reasons.clone().any(is_condition) {
                meanings.retain(|_| reasons.next().is_some_and(is_condition));
                return Ok(Err(meanings));
            }
            tracing::info!("a transaction conflicted with another one, trying again");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(StoreError::Unavailable("the transaction kept conflicting with others".into()))
    }

    /// Lost on the way, perhaps after it was done: the account's mark tells, or the trace.
    async fn recognise(
        &self,
        account: AccountNumber,
        op: &str,
        has_trace: impl Fn(&Item) -> bool,
        lost: StoreError,
    ) -> Result<(), StoreError> {
        let item = self.item(key::account(account)).await?;
        let is_ours = item.is_some_and(|item| item.get(OP) == Some(&text(op)) || has_trace(&item));
        if is_ours { Ok(()) } else { Err(lost) }
    }

    /// The part that puts an item, whatever is there.
    pub(super) fn put(&self, item: Item) -> TransactWriteItem {
        put_part(Put::builder().table_name(&self.table).set_item(Some(item)))
    }

    /// The part that puts an item where none is.
    pub(super) fn put_new(&self, item: Item) -> TransactWriteItem {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        put_part(
            put.condition_expression("attribute_not_exists(#pk)")
                .expression_attribute_names("#pk", key::PARTITION),
        )
    }
}

/// The part that puts an item under a condition of its own.
pub(super) fn put_part(put: PutBuilder) -> TransactWriteItem {
    let put = put.build().expect("a put with a table and an item is complete");
    TransactWriteItem::builder().put(put).build()
}

fn is_condition(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}
