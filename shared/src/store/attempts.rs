//! The record of password attempts: raised before any work, by writes that only one racer can win.

use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;

use super::expression::Update;
use super::{Item, Store, StoreError, key, number};
use crate::domain::attempts::{Attempts, FREE, QUIET, Reservation};

const COUNT: &str = "count";
const LAST: &str = "last";

/// How long a record is kept after the last attempt; longer than it matters, so that a clock that is
/// slightly off changes nothing.
const KEPT_SECONDS: i64 = 24 * 3600;

/// Racers for the same waited-for attempt: the losers see the winner's record and are told to wait,
/// so more than a few rounds mean that the record keeps changing under us.
const ROUNDS: usize = 4;

impl Store {
    /// Reserves one attempt on the subject, a keyed fingerprint, before any work is done for it;
    /// answers how long to wait if none is to be had.
    pub async fn reserve_attempt(
        &self,
        subject: &str,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError> {
        let quiet = i64::try_from(QUIET.as_micros()).expect("a quarter of an hour fits 64 bits");
        let is_free = || {
            let limits = ((COUNT, i64::from(FREE)), (LAST, now.as_microsecond() - quiet));
            Update::default().count_up(COUNT).if_absent_or_within(limits.0, limits.1)
        };
        let mut seen = match self.write_attempt(subject, is_free(), now).await? {
            Ok(()) => return Ok(None),
            Err(seen) => seen,
        };
        for _ in 0..ROUNDS {
            let update = match seen {
                None => is_free(),
                Some(attempts) => match attempts.reserve(now) {
                    Reservation::Wait(wait) => return Ok(Some(wait)),
                    Reservation::Granted(count) => Update::default()
                        .set(COUNT, number(count))
                        .if_equal(COUNT, number(attempts.count))
                        .if_equal(LAST, number(attempts.last.as_microsecond())),
                },
            };
            match self.write_attempt(subject, update, now).await? {
                Ok(()) => return Ok(None),
                Err(newer) => seen = newer,
            }
        }
        Ok(Some(Duration::from_secs(1)))
    }

    /// Forgets the attempts on the subject, after a success.
    pub async fn forget_attempts(&self, subject: &str) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.table);
        request.set_key(Some(key::attempts(subject))).send().await?;
        Ok(())
    }

    /// Writes one attempt; `Err` holds the record that stood in the way.
    async fn write_attempt(
        &self,
        subject: &str,
        update: Update,
        now: Timestamp,
    ) -> Result<Result<(), Option<Attempts>>, StoreError> {
        let update = update
            .set(LAST, number(now.as_microsecond()))
            .set(key::TTL, number(now.as_second() + KEPT_SECONDS));
        let written = self.update(key::attempts(subject), update, ReturnValue::None).await?;
        Ok(written.map(|_| ()).map_err(|item| item.as_ref().and_then(read)))
    }
}

fn read(item: &Item) -> Option<Attempts> {
    let number = |name: &str| item.get(name)?.as_n().ok()?.parse::<i64>().ok();
    Some(Attempts {
        count: u32::try_from(number(COUNT)?).ok()?,
        last: Timestamp::from_microsecond(number(LAST)?).ok()?,
    })
}
