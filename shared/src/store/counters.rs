//! Counters of one window each: what a network address has done, what the deployment has sent.

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;

use super::expression::Update;
use super::{Store, StoreError, key, number};
use crate::domain::address_budget::{Allowance, Deed};

const COUNT: &str = "count";

/// How long a window's counter outlives its window.
const KEPT_SECONDS: i64 = 3600;

impl Store {
    /// Counts one deed of the address, a keyed fingerprint, and tells how many that makes.
    pub async fn count_deed(
        &self,
        address: &str,
        deed: Deed,
        allowance: &Allowance,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        self.count(key::address(address, deed, allowance, allowance.window_at(now)), allowance, now).await
    }

    /// Counts one message of the deployment in a shard and tells how many that makes there.
    pub async fn count_sending(
        &self,
        channel: &str,
        shard: u32,
        allowance: &Allowance,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        self.count(key::budget(channel, shard, allowance, allowance.window_at(now)), allowance, now).await
    }

    async fn count(&self, key: key::Key, allowance: &Allowance, now: Timestamp) -> Result<u32, StoreError> {
        let expires = allowance.end_of_window(now).as_second() + KEPT_SECONDS;
        let update = Update::default().count_up(COUNT).set(key::TTL, number(expires));
        let counted = self.update(key, update, ReturnValue::UpdatedNew).await?;
        let count = counted.ok().and_then(|item| item.get(COUNT)?.as_n().ok()?.parse().ok());
        count.ok_or_else(|| StoreError::Unreadable("a counter without a count".to_owned()))
    }
}
