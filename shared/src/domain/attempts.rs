//! How often somebody may try a password: reserved before the work, forgiven by a success.

use std::time::Duration;

use jiff::Timestamp;

/// Tries that cost nothing but the try (security rule 2.4).
pub const FREE: u32 = 5;

/// The longest wait after a failure.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// After this long without a try everything is forgotten.
pub const QUIET: Duration = Duration::from_mins(15);

/// The tries on record for one account or one unknown identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Tries since the last success or the last quiet time, the running ones included.
    pub count: u32,
    /// When the latest was reserved.
    pub last: Timestamp,
}

/// Whether a try may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Go on, as the try with this number.
    Granted(u32),
    /// Come back later. Nothing was counted, so hammering does not lengthen the wait.
    Wait(Duration),
}

impl Attempts {
    /// Judges the next try, given what is on record.
    ///
    /// The first [`FREE`] tries pass; after them each failure doubles the wait, 1 s at first and
    /// never more than 15 minutes, so an attacker slows down and no victim is locked out for good.
    #[must_use]
    pub fn reserve(self, now: Timestamp) -> Reservation {
        let since = now.duration_since(self.last).max(jiff::SignedDuration::ZERO).unsigned_abs();
        if since >= QUIET {
            return Reservation::Granted(1);
        }
        let wait = self.wait();
        if since >= wait {
            Reservation::Granted(self.count.saturating_add(1))
        } else {
            Reservation::Wait(wait.saturating_sub(since))
        }
    }

    /// How long after the latest try the next one may come.
    fn wait(self) -> Duration {
        let Some(over) = self.count.checked_sub(FREE) else {
            return Duration::ZERO;
        };
        let seconds = 1_u64.checked_shl(over).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(LONGEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn five_are_free_then_the_wait_doubles_up_to_fifteen_minutes() {
        let try_after = |count, second| Attempts { count, last: at(0) }.reserve(at(second));
        assert_eq!(try_after(4, 0), Reservation::Granted(5));
        assert_eq!(try_after(5, 0), Reservation::Wait(Duration::from_secs(1)));
        assert_eq!(try_after(5, 1), Reservation::Granted(6));
        assert_eq!(try_after(8, 3), Reservation::Wait(Duration::from_secs(5)));
        assert_eq!(try_after(40, 899), Reservation::Wait(Duration::from_secs(1)));
        assert_eq!(try_after(100, 899), Reservation::Wait(Duration::from_secs(1)));
    }

    #[test]
    fn a_quiet_quarter_of_an_hour_forgives_everything() {
        assert_eq!(Attempts { count: 60, last: at(0) }.reserve(at(900)), Reservation::Granted(1));
    }

    #[test]
    fn a_clock_that_ran_back_does_not_open_the_door() {
        let ahead = Attempts { count: 6, last: at(30) };
        assert_eq!(ahead.reserve(at(0)), Reservation::Wait(Duration::from_secs(2)));
    }

    proptest::proptest! {
        #[test]
        fn a_wait_ends_when_it_says_and_never_earlier(count in 0_u32..2000, after in 0_i64..2000) {
            let attempts = Attempts { count, last: at(0) };
            if let Reservation::Wait(wait) = attempts.reserve(at(after)) {
                let seconds = i64::try_from(wait.as_secs()).unwrap();
                proptest::prop_assert!((1..=900).contains(&seconds));
                let granted = |second| matches!(attempts.reserve(at(second)), Reservation::Granted(_));
                proptest::prop_assert!(granted(after + seconds) && !granted(after + seconds - 1));
            }
        }
    }
}
