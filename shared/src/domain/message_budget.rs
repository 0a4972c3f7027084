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

/// The mails of the whole deployment (security rule S2); the rule knows no number for the day.
pub const MAILS: MessageBudget = MessageBudget::hourly(2000);

/// What a message is for, as far as the deployment's budget is concerned. Each has a part of it that no
/// other can use up (trust rule 7): whoever makes us send for nothing takes that from their own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Share {
    /// For somebody who registers, or who is nobody yet.
    Registration,
    /// For somebody who has lost the password.
    Recovery,
    /// For somebody who is signed in and changes something.
    Change,
    /// For whom something was changed.
    Notice,
}

/// Whether a mail goes to an address where one was ever acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// It does: the mail arrives.
    Proven,
    /// It may go anywhere, and bounce. SES takes the right to send away from who causes many bounces.
    Unproven,
}

impl Share {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Registration, Self::Recovery, Self::Change, Self::Notice];

    /// Its name, in the log and in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Recovery => "recovery",
            Self::Change => "change",
            Self::Notice => "notice",
        }
    }

    /// Its part of the deployment's text messages.
    #[must_use]
    pub const fn of_texts(self, whole: MessageBudget) -> MessageBudget {
        match self {
            Self::Registration => whole.part(0, 40),
            Self::Recovery => whole.part(40, 70),
            Self::Change => whole.part(70, 90),
            Self::Notice => whole.part(90, 100),
        }
    }

    /// Its part of the deployment's mails. Of each share the smaller part may go to addresses never
    /// proven, to which alone goes what is mailed at a registration.
    #[must_use]
    pub const fn of_mails(self, proof: Proof) -> MessageBudget {
        match (proof, self) {
            (Proof::Proven, Self::Registration) => MAILS.part(0, 0),
            (Proof::Proven, Self::Recovery) => MAILS.part(0, 40),
            (Proof::Proven, Self::Change) => MAILS.part(40, 55),
            (Proof::Proven, Self::Notice) => MAILS.part(55, 70),
            (Proof::Unproven, Self::Registration) => MAILS.part(70, 80),
            (Proof::Unproven, Self::Recovery) => MAILS.part(80, 85),
            (Proof::Unproven, Self::Change) => MAILS.part(85, 95),
            (Proof::Unproven, Self::Notice) => MAILS.part(95, 100),
        }
    }
}

impl Proof {
    /// What is known of an address.
    #[must_use]
    pub const fn when(is_proven: bool) -> Self {
        if is_proven { Self::Proven } else { Self::Unproven }
    }
}

/// How many mails to addresses never proven may bounce on one day: so many, and one more for each
/// [`MAILS_PER_BOUNCE`] that were sent there. Then none goes there until the day is over.
pub const FREE_BOUNCES: i64 = 10;

/// One bounce in twenty mails is the rate from which on SES looks into who sends.
pub const MAILS_PER_BOUNCE: i64 = 20;

/// The text messages to one range of numbers, as an operator handed it out: who earns by messages
/// goes through neighbouring numbers (security rule S2).
pub const TEXTS_TO_RANGE: MessageBudget = MessageBudget::hourly(50);

/// From so many text messages to one range in an hour on, somebody ought to look (security rule S2).
pub const SUSPICIOUS_IN_RANGE: u32 = 20;

/// The text messages that one network address may cause (security rule S2).
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

    /// What lies between two hundredths of it. Parts that follow one another are the whole together.
    const fn part(self, from: u32, to: u32) -> Self {
        Self { per_hour: part(self.per_hour, from, to), per_day: part(self.per_day, from, to) }
    }

    /// One of so many shares, which together are the whole, no more and no less.
    #[must_use]
    pub const fn share(self, number: u32, of: u32) -> Self {
        Self { per_hour: share(self.per_hour, number, of), per_day: share(self.per_day, number, of) }
    }
}

/// Rounded up where it begins and ends, so that the first part of very little has something.
const fn part(whole: u32, from: u32, to: u32) -> u32 {
    let (quotient, rest) = (whole / 100, whole % 100);
    quotient * (to - from) + (rest * to).div_ceil(100) - (rest * from).div_ceil(100)
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
    fn every_share_of_the_mails_is_smaller_where_nothing_is_proven() {
        let hourly = |share: Share, proof| share.of_mails(proof).per_hour;
        let mails = |proof| Share::ALL.map(|share| hourly(share, proof));
        assert_eq!(mails(Proof::Proven), [0, 800, 300, 300]);
        assert_eq!(mails(Proof::Unproven), [200, 100, 200, 100]);
        let smallest = mails(Proof::Proven).into_iter().filter(|most| *most > 0).min();
        assert!(mails(Proof::Unproven).into_iter().max() < smallest);
        let texts = Share::ALL.map(|share| share.of_texts(MessageBudget { per_hour: 500, per_day: 2000 }));
        assert_eq!(texts.map(|budget| budget.per_hour), [200, 150, 100, 50]);
        assert_eq!(texts.map(|budget| budget.per_day), [800, 600, 400, 200]);
        let one = Share::ALL.map(|share| share.of_texts(MessageBudget { per_hour: 1, per_day: 1 }).per_day);
        assert_eq!(one, [1, 0, 0, 0]);
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

    #[test]
    fn the_mails_are_parted_without_a_rest() {
        let parts =
            [Proof::Proven, Proof::Unproven].map(|proof| Share::ALL.map(|share| share.of_mails(proof)));
        let parts = parts.as_flattened();
        assert_eq!(parts.iter().map(|part| part.per_hour).sum::<u32>(), MAILS.per_hour);
        assert_eq!(parts.iter().map(|part| part.per_day).sum::<u32>(), MAILS.per_day);
    }

    proptest::proptest! {
        #[test]
        fn the_shares_are_the_whole(per_hour in 0_u32..5000, per_day in 0_u32..100_000, of in 1_u32..40) {
            let whole = MessageBudget { per_hour, per_day };
            let shares: Vec<MessageBudget> = (0..of).map(|number| whole.share(number, of)).collect();
            proptest::prop_assert_eq!(shares.iter().map(|share| share.per_hour).sum::<u32>(), per_hour);
            proptest::prop_assert_eq!(shares.iter().map(|share| share.per_day).sum::<u32>(), per_day);
        }

        #[test]
        fn what_messages_are_for_parts_the_whole(per_hour in 0_u32.., per_day in 0_u32..) {
            let parts = Share::ALL.map(|share| share.of_texts(MessageBudget { per_hour, per_day }));
            let sum = |most: fn(&MessageBudget) -> u32| parts.iter().map(|part| u64::from(most(part))).sum::<u64>();
            proptest::prop_assert_eq!(sum(|part| part.per_hour), u64::from(per_hour));
            proptest::prop_assert_eq!(sum(|part| part.per_day), u64::from(per_day));
        }
    }
}
