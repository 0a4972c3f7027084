//! Bookings of events: one item per event and account, spread over several partitions of each event.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::expression::Update;
use super::transaction::Transaction;
use super::{Guarded, Item, Store, StoreError, key, number, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::bookings::{Booking, Event, SHARDS};

const AT: &str = "at";

/// What came of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booked {
    /// It is done.
    Applied,
    /// The account has booked the event before; nothing was written.
    Already,
    /// The account is not, or no longer, in the state it was judged in; nothing was written.
    Refused,
}

impl Store {
    /// Books an event for an account that is active and in its epoch, once.
    pub async fn book(&self, on: Guarded<'_>, event: &Event, at: Timestamp) -> Result<Booked, StoreError> {
        // The account's part changes nothing but the mark by which the transaction is recognised.
        let items = vec![self.guarded_part(on, Update::default()), self.place(event, on.number, at)];
        Ok(match self.transact(items, on.number, on.op).await? {
            Transaction::Applied => Booked::Applied,
            Transaction::Failed(failed) if failed.first() == Some(&true) => Booked::Refused,
            Transaction::Failed(_) => Booked::Already,
        })
    }

    /// All bookings of an event, oldest first. For operators: it reads as many items as there are.
    pub async fn bookings(&self, event: &Event) -> Result<Vec<Booking>, StoreError> {
        let shards = (0..SHARDS).map(|shard| self.bookings_in(key::bookings_of(event, shard)));
        let mut bookings = try_join_all(shards).await?.concat();
        bookings.sort_by_key(|booking| (booking.at, booking.account));
        Ok(bookings)
    }

    fn place(&self, event: &Event, account: AccountNumber, at: Timestamp) -> TransactWriteItem {
        let mut item = key::booking(event, account);
        item.insert(AT.to_owned(), number(at.as_microsecond()));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", key::PARTITION)
            .build()
            .expect("a put with a table and an item is complete");
        TransactWriteItem::builder().put(put).build()
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
