//! Verification codes: six digits, one live code per purpose and address, few tries, little time.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use zeroize::Zeroizing;

/// How long a code lives (security rule 2.2; ASVS 6.5.5).
pub const LASTS: Duration = Duration::from_mins(10);

/// How often a code may be tried, counted before it is compared.
pub const TRIES: u32 = 5;

/// The pause after the first message to an address; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_mins(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(8);

/// The most messages to one address in an hour and in a day.
const MOST_PER_HOUR: usize = 5;
const MOST_PER_DAY: usize = 10;

/// What a code is for. A code of one purpose never serves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// Setting a new password without the old one, by mail.
    PasswordReset,
}

impl CodePurpose {
    /// The purpose's name in fingerprints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password-reset",
        }
    }
}

/// A code in plain text: sent once, stored never.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

impl Code {
    /// Draws six digits, each combination as likely as the others; leading zeros stay.
    #[must_use]
    pub fn draw(mut random: impl FnMut() -> u32) -> Self {
        const COMBINATIONS: u32 = 1_000_000;
        // Numbers above the largest multiple would make some codes likelier; they are drawn again.
        let limit = u32::MAX - u32::MAX % COMBINATIONS;
        loop {
            let number = random();
            if number < limit {
                return Self(Zeroizing::new(format!("{:06}", number % COMBINATIONS)));
            }
        }
    }

    /// Wraps a code as somebody typed it.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// Whether another message may go to an address that got these, and how long to wait if not.
pub fn may_send(sent: &[Timestamp], now: Timestamp) -> Result<(), Duration> {
    let since = |time: &Timestamp| now.duration_since(*time).max(jiff::SignedDuration::ZERO).unsigned_abs();
    let today: Vec<Duration> =
        sent.iter().map(since).filter(|since| *since < Duration::from_hours(24)).collect();
    let Some(latest) = today.iter().min() else {
        return Ok(());
    };
    let doublings = u32::try_from(today.len() - 1).unwrap_or(u32::MAX);
    let pause =
        FIRST_PAUSE.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX)).min(LONGEST_PAUSE);
    let mut wait = pause.saturating_sub(*latest);
    let over = |most: usize, window: Duration| {
        let mut inside: Vec<&Duration> = today.iter().filter(|since| **since < window).collect();
        inside.sort();
        // Room comes when the oldest of the latest `most` leaves the window.
        inside.get(most - 1).map_or(Duration::ZERO, |oldest| window.saturating_sub(**oldest))
    };
    wait = wait.max(over(MOST_PER_HOUR, Duration::from_hours(1)));
    wait = wait.max(over(MOST_PER_DAY, Duration::from_hours(24)));
    if wait.is_zero() { Ok(()) } else { Err(wait) }
}

/// The messages worth remembering: those of the last day, this one included.
#[must_use]
pub fn remember(sent: &[Timestamp], now: Timestamp) -> Vec<Timestamp> {
    let is_recent = |time: &&Timestamp| now.duration_since(**time).unsigned_abs() < Duration::from_hours(24);
    sent.iter().filter(is_recent).copied().chain([now]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn codes_have_six_digits_and_no_bias() {
        let mut draws = [u32::MAX, 4_294_000_000, 87_629].into_iter();
        assert_eq!(Code::draw(|| draws.next().unwrap()).as_str(), "087629");
        assert_eq!(Code::draw(|| 4_293_999_999).as_str(), "999999");
    }

    #[test]
    fn the_pause_doubles_up_to_eight_minutes() {
        let sent = |times: &[i64], now| may_send(&times.iter().map(|t| at(*t)).collect::<Vec<_>>(), at(now));
        let seconds = Duration::from_secs;
        assert_eq!(sent(&[], 0), Ok(()));
        assert_eq!(sent(&[0], 59), Err(seconds(1)));
        assert_eq!(sent(&[0], 60), Ok(()));
        assert_eq!(sent(&[0, 60], 179), Err(seconds(1)));
        assert_eq!(sent(&[0, 60, 180, 420], 420 + 479), Err(seconds(1)));
    }

    #[test]
    fn five_an_hour_and_ten_a_day() {
        let every = |minutes: i64, count: i64| (0..count).map(|n| at(n * minutes * 60)).collect::<Vec<_>>();
        let hour = every(10, 5);
        assert_eq!(may_send(&hour, at(59 * 60)), Err(Duration::from_mins(1)));
        assert_eq!(may_send(&hour, at(60 * 60)), Ok(()));
        let day = every(60, 10);
        assert_eq!(may_send(&day, at(23 * 3600)), Err(Duration::from_hours(1)));
        assert_eq!(may_send(&day, at(24 * 3600)), Ok(()));
        assert_eq!(remember(&day, at(24 * 3600)).len(), 10);
    }

    proptest::proptest! {
        #[test]
        fn whoever_asks_as_often_as_allowed_gets_ten_messages_a_day_and_five_an_hour(
            steps in proptest::collection::vec(1_i64..4000, 1..200)
        ) {
            let (mut sent, mut now) = (Vec::new(), 0);
            for step in steps {
                now += step;
                if may_send(&sent, at(now)).is_ok() {
                    sent.push(at(now));
                }
            }
            for window in [(MOST_PER_HOUR, 3600), (MOST_PER_DAY, 24 * 3600)] {
                for run in sent.windows(window.0 + 1) {
                    let span = run[window.0].duration_since(run[0]).as_secs();
                    proptest::prop_assert!(span >= window.1, "{span} s for {} messages", run.len());
                }
            }
        }
    }
}
