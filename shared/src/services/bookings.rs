//! Booking events, and listing who booked them.

use futures_util::{StreamExt, TryStreamExt, future, stream};

use crate::app::{App, Basics};
use crate::domain::account::Account;
use crate::domain::bookings::{Booking, Event};
use crate::domain::customer::Customer;
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::sessions::Caller;
use crate::store::{Guarded, Setback, StoreError};

/// How many bookings of a list are looked up at a time.
const AT_A_TIME: usize = 16;

/// Why an event was not booked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the event is booked already")]
pub struct AlreadyBooked;

impl Reason for AlreadyBooked {}

/// Books an event for the caller, once, however many requests ask at the same time.
pub async fn book(app: &App, caller: &Caller, event: &Event) -> Result<(), Declined<AlreadyBooked>> {
    let op = app.entropy.mark();
    let booked = app.store.book(Guarded::of(&caller.account, &op), event, app.clock.now()).await?;
    booked.map_err(|setback| match setback {
        Setback::Taken => AlreadyBooked.into(),
        Setback::Changed | Setback::CodeSpent => Obstacle::SignedOut.into(),
    })
}

/// A booking with what is known about the person who made it, for a list.
#[derive(Clone, Debug)]
pub struct Place {
    /// The event.
    pub event: &'static Event,
    /// The booking.
    pub booking: Booking,
    /// The account; `None` if the table has none under that number any more.
    pub account: Option<Account>,
    /// What its holder told of themselves and the company.
    pub company: Customer,
}

/// Everybody who booked, event by event, oldest first. For operators: it reads two items per booking.
pub async fn list(on: &Basics, events: &[&'static Event]) -> Result<Vec<Place>, StoreError> {
    let mut places = Vec::new();
    for event in events {
        let bookings = on.store.bookings(event).await?;
        let looked_up = stream::iter(bookings).map(|booking| look_up(on, event, booking));
        places.extend(looked_up.buffered(AT_A_TIME).try_collect::<Vec<_>>().await?);
    }
    Ok(places)
}

async fn look_up(on: &Basics, event: &'static Event, booking: Booking) -> Result<Place, StoreError> {
    let account = on.store.find_account(booking.account);
    let company = on.store.find_customer(booking.account);
    let (account, company) = future::try_join(account, company).await?;
    Ok(Place { event, booking, account, company: company.unwrap_or_default() })
}
