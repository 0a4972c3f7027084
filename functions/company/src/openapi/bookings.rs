//! Events.

use tally::domain::bookings::EVENTS;
use tally::http::openapi::{Field, Operation};
use tally::services::bookings::BookingRefusal;
use tally::telemetry::Outcome;

use super::codes::required;
use super::{done, failure};
use crate::words::{self, Failure};

pub(crate) fn book() -> Operation {
    let numbers = EVENTS.map(|event| event.number);
    let names = EVENTS.map(|event| format!("`{}` is {}", event.number, event.name)).join(", ");
    let meaning = format!("Which event: {names}.");
    Operation::new("new_industry_bookin", "Book an event")
        .described("Once for each user and event.")
        .reads([Field::number_of("bookin_type", &meaning, &numbers, &[]).required().example(numbers[0])])
        .answers([
            done("booked", "The place is booked.", words::BOOKED),
            failure("already", "The caller has booked the event before.", BookingRefusal::Already),
            failure(
                "no_event",
                "There is no such event.",
                Failure::Documented(words::NO_SUCH_EVENT, Outcome::Invalid),
            ),
            required(&["bookin_type"]),
        ])
}
