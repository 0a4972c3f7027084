//! Reading many items at once, whole: DynamoDB may leave some of them for later.

use std::time::Duration;

use aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder;

use super::key::Key;
use super::{Item, Store, StoreError};

/// The most keys that DynamoDB takes in one `BatchGetItem`.
pub(super) const BATCH: usize = 100;

/// How often keys are asked for, those left unprocessed again.
const BATCH_ROUNDS: u32 = 6;

/// The pause before the first repetition; it doubles.
const BATCH_PAUSE: Duration = Duration::from_millis(20);

impl Store {
    /// The items with these keys, at most [`BATCH`], strongly consistent and in no order; those that are
    /// not there are left out. `wanted` says what of them is wanted.
    pub(super) async fn batch(
        &self,
        mut keys: Vec<Key>,
        wanted: &KeysAndAttributesBuilder,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        let mut pause = BATCH_PAUSE;
        for _ in 0..BATCH_ROUNDS {
            let request = wanted.clone().set_keys(Some(keys)).consistent_read(true).build();
            let request = request.expect("a request with keys is complete");
            let answer = self.client.batch_get_item().request_items(&self.table, request).send().await?;
            items.extend(
                answer.responses.and_then(|mut tables| tables.remove(&self.table)).into_iter().flatten(),
            );
            let left = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table));
            keys = left.map(|left| left.keys).unwrap_or_default();
            if keys.is_empty() {
                return Ok(items);
            }
            tracing::info!(keys = keys.len(), "DynamoDB left keys unprocessed, asking again");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(StoreError::Unavailable("DynamoDB kept leaving keys unprocessed".into()))
    }
}
