//! Events that customers book, once each (docs/contracts/company.md).

use jiff::Timestamp;

use super::account_number::AccountNumber;

/// An event.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// The number by which requests and keys name it.
    pub number: &'static str,
    /// What it is called.
    pub name: &'static str,
}

/// All events. One that is over stays, because its bookings do; a new one gets a new number.
pub const EVENTS: [Event; 2] =
    [Event { number: "1", name: "4月16日北京场" }, Event { number: "2", name: "4月16日成都场" }];

/// Partitions that the bookings of one event are spread over: DynamoDB takes 1,000 write units a
/// second on each, and a booking needs two.
pub const SHARDS: u32 = 16;

/// Somebody's place at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Who booked it.
    pub account: AccountNumber,
    /// When.
    pub at: Timestamp,
}

impl Event {
    /// The event with that number.
    #[must_use]
    pub fn numbered(number: &str) -> Option<&'static Self> {
        EVENTS.iter().find(|event| event.number == number)
    }
}

/// The partition of an account's bookings: always the same, so that nobody books twice. Numbers are
/// random, so their last digits spread them evenly.
#[must_use]
pub fn shard(account: AccountNumber) -> u32 {
    account.get() % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_by_their_own_numbers_only() {
        assert_eq!(Event::numbered("2").map(|event| event.name), Some("4月16日成都场"));
        for other in ["", "0", "3", "01", " 1", "１"] {
            assert_eq!(Event::numbered(other), None, "{other:?}");
        }
    }
}
