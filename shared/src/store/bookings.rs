//! Bookings of events: one item per event and account, spread over several partitions of each event.

use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::expression::Update;
use super::guarded::Guarded;
use super::transaction::Setback;
use super::{Item, Store, StoreError, key, number, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::bookings::{Booking, Event, SHARDS};

const AT: &str = "at";

impl Store {
    /// Books an event for an account that is active and in its epoch, once.
    pub async fn book(
        &self,
        on: Guarded<'_>,
        event: &Event,
        at: Timestamp,
    ) -> Result<Result<(), Setback>, StoreError> {
        let mut item = key::booking(event, on.number);
        item.insert(AT.to_owned(), number(at.as_microsecond()));
        let parts = vec![
            // The account's part changes nothing but the mark by which the transaction is recognised.
            (self.guarded_part(on, Update::default()), Setback::Changed),
            (self.put_new(item), Setback::Taken),
        ];
        self.transact_parts(parts, on.number, on.op).await
    }

    /// All bookings of an event, oldest first. For operators: it reads as many items as there are.
    pub async fn bookings(&self, event: &Event) -> Result<Vec<Booking>, StoreError> {
        let shards = (0..SHARDS).map(|shard| self.bookings_in(key::bookings_of(event, shard)));
        let mut bookings = try_join_all(shards).await?.concat();
        bookings.sort_by_key(|booking| (booking.at, booking.account));
        Ok(bookings)
    }

    async fn bookings_in(&self, partition: String) -> Result<Vec<Booking>, StoreError> {
        let pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", key::PARTITION)
            .expression_attribute_values(":pk", text(partition))
            .consistent_read(true)
            .into_paginator();
        let items: Vec<Item> = pages.items().send().collect::<Result<_, _>>().await?;
        items.iter().map(read).collect()
    }
}

fn read(item: &Item) -> Result<Booking, StoreError> {
    let unreadable = || StoreError::Unreadable("a booking".to_owned());
    let account = item.get(key::SORT).and_then(|value| AccountNumber::parse(value.as_s().ok()?));
    let at = item.get(AT).and_then(|value| value.as_n().ok()?.parse().ok());
    Ok(Booking {
        account: account.ok_or_else(unreadable)?,
        at: at.and_then(|at| Timestamp::from_microsecond(at).ok()).ok_or_else(unreadable)?,
    })
}
