//! What may be sent in one hour and one day: the numbers that stand between strangers and the bill.

use std::time::Duration;

use jiff::Timestamp;

use super::address_budget::{AddressLimits, Allowance};

/// The most messages in an hour and in a day. Windows are fixed: the hours and days of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageBudget {
    /// The most in one hour.
    pub per_hour: u32,
    /// The most in one day.
    pub per_day: u32,
}

/// The mails of the whole deployment (security rule 2.2); the rule knows no number for the day.
pub const MAILS: MessageBudget = MessageBudget::hourly(2000);

/// The text messages to one range of numbers, as an operator handed it out: who earns by messages
/// goes through neighbouring numbers (security rule 2.2).
pub const TEXTS_TO_RANGE: MessageBudget = MessageBudget::hourly(50);

/// From so many text messages to one range in an hour on, somebody ought to look (security rule 2.2).
pub const SUSPICIOUS_IN_RANGE: u32 = 20;

/// The text messages that one network address may cause (security rule 2.2).
const TEXTS_FROM_NETWORK: MessageBudget = MessageBudget { per_hour: 10, per_day: 30 };

const HOUR: Allowance = Allowance { most: 0, window: Duration::from_hours(1) };
const DAY: Allowance = Allowance { most: 0, window: Duration::from_hours(24) };

/// One hour of one day, of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetWindow {
    /// The day, counted from 1970.
    pub day: i64,
    /// The hour of the day, 0 to 23.
    pub hour: i64,
    /// When the hour ends.
    pub hour_ends: Timestamp,
    /// When the day ends.
    pub day_ends: Timestamp,
}

impl BudgetWindow {
    /// The window that a time falls into.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            day: DAY.window_at(now),
            hour: HOUR.window_at(now).rem_euclid(24),
            hour_ends: HOUR.end_of_window(now),
            day_ends: DAY.end_of_window(now),
        }
    }
}

impl MessageBudget {
    /// So many an hour, all day long.
    const fn hourly(per_hour: u32) -> Self {
        Self { per_hour, per_day: per_hour * 24 }
    }

    /// The text messages that one network address may cause, under those limits.
    #[must_use]
    pub const fn texts_from_network(limits: AddressLimits) -> Self {
        let Self { per_hour, per_day } = TEXTS_FROM_NETWORK;
        let factor = limits.factor();
        Self { per_hour: per_hour * factor, per_day: per_day * factor }
    }

    /// One of so many shares, which together are the whole, no more and no less.
    #[must_use]
    pub const fn share(self, number: u32, of: u32) -> Self {
        Self { per_hour: share(self.per_hour, number, of), per_day: share(self.per_day, number, of) }
    }
}

const fn share(whole: u32, number: u32, of: u32) -> u32 {
    whole / of + if number < whole % of { 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_numbers_hold_in_production() {
        assert_eq!(
            MessageBudget::texts_from_network(AddressLimits::Production),
            MessageBudget { per_hour: 10, per_day: 30 }
        );
        let relaxed = MessageBudget::texts_from_network(AddressLimits::Relaxed);
        assert_eq!(relaxed, MessageBudget { per_hour: 10_000, per_day: 30_000 });
        assert_eq!((TEXTS_TO_RANGE.per_hour, MAILS.per_hour), (50, 2000));
    }

    #[test]
    fn windows_are_the_hours_and_days_of_utc() {
        let window = |text: &str| BudgetWindow::at(text.parse().unwrap());
        let evening = window("2017-07-06T23:59:59.999999Z");
        assert_eq!(evening.hour, 23);
        assert_eq!(evening.hour_ends, evening.day_ends);
        let night = window("2017-07-07T00:00:00Z");
        assert_eq!((night.day, night.hour), (evening.day + 1, 0));
        assert_eq!(night.hour_ends.to_string(), "2017-07-07T01:00:00Z");
        assert_eq!(night.day_ends.to_string(), "2017-07-08T00:00:00Z");
    }

    proptest::proptest! {
        #[test]
        fn the_shares_are_the_whole(per_hour in 0_u32..5000, per_day in 0_u32..100_000, of in 1_u32..40) {
            let whole = MessageBudget { per_hour, per_day };
            let shares: Vec<MessageBudget> = (0..of).map(|number| whole.share(number, of)).collect();
            proptest::prop_assert_eq!(shares.iter().map(|share| share.per_hour).sum::<u32>(), per_hour);
            proptest::prop_assert_eq!(shares.iter().map(|share| share.per_day).sum::<u32>(), per_day);
        }
    }
}
