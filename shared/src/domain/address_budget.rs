//! What one network address may do before it has to wait.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use jiff::Timestamp;

/// What is counted against an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// A login, or another question for a password, that failed.
    FailedLogin,
    /// A registration that was tried in earnest.
    Registration,
    /// Something that sends a mail: a request for a code, or a changed address. Of requests for text
    /// messages, which have budgets of their own, those that certainly send none.
    CodeRequest,
    /// An answer that a username or an e-mail address is taken.
    TakenAnswer,
    /// A code of which a try was wrong, which is counted against the account that it was made for and
    /// not against an address: see [`MISSED_CODES`](super::code::MISSED_CODES).
    MissedCode,
}

/// So many deeds in so long a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The most deeds in one window.
    pub most: u32,
    /// The window's length.
    pub window: Duration,
}

/// How strict the limits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressLimits {
    /// As security rule S5 has them.
    Production,
    /// A thousand times wider, so that a test run from one address is not throttled.
    Relaxed,
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

impl AddressLimits {
    /// How many times wider than in production the limits are.
    #[must_use]
    pub const fn factor(self) -> u32 {
        match self {
            Self::Production => 1,
            Self::Relaxed => 1000,
        }
    }
}

impl Deed {
    /// The allowances that all must hold, widest window last.
    #[must_use]
    pub fn allowances(self, limits: AddressLimits) -> Vec<Allowance> {
        let production: &[Allowance] = match self {
            Self::FailedLogin => &[
                Allowance { most: 60, window: MINUTE.saturating_mul(10) },
                Allowance { most: 300, window: DAY },
            ],
            Self::Registration => &[Allowance { most: 300, window: DAY }],
            Self::MissedCode => &[],
            Self::CodeRequest | Self::TakenAnswer => &[Allowance { most: 30, window: HOUR }],
        };
        let factor = limits.factor();
        production.iter().map(|a| Allowance { most: a.most * factor, ..*a }).collect()
    }

    /// The deed's name in keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FailedLogin => "failed-login",
            Self::Registration => "registration",
            Self::CodeRequest => "code-request",
            Self::TakenAnswer => "taken-answer",
            Self::MissedCode => "missed-code",
        }
    }
}

impl Allowance {
    /// Which window a time falls into, counted from 1970.
    #[must_use]
    pub fn window_at(&self, now: Timestamp) -> i64 {
        now.as_second().div_euclid(self.window_seconds())
    }

    /// When the window of a time ends.
    #[must_use]
    pub fn end_of_window(&self, now: Timestamp) -> Timestamp {
        let end = (self.window_at(now) + 1).saturating_mul(self.window_seconds());
        Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
    }

    fn window_seconds(&self) -> i64 {
        i64::try_from(self.window.as_secs()).unwrap_or(i64::MAX)
    }
}

/// The network an address is counted as: itself, or the /64 that one IPv6 customer has to himself.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_ipv6_customer_is_one_network() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn windows_are_aligned_and_end() {
        let allowance = Allowance { most: 1, window: HOUR };
        let now = Timestamp::from_second(7_199).unwrap();
        assert_eq!(allowance.window_at(now), 1);
        assert_eq!(allowance.end_of_window(now).as_second(), 7_200);
    }

    #[test]
    fn the_documented_numbers_hold_in_production() {
        let most = |deed: Deed| -> Vec<u32> {
            deed.allowances(AddressLimits::Production).iter().map(|a| a.most).collect()
        };
        assert_eq!(most(Deed::FailedLogin), [60, 300]);
        assert_eq!(most(Deed::Registration), [300]);
        assert_eq!(most(Deed::TakenAnswer), [30]);
        assert_eq!(most(Deed::CodeRequest), [30]);
    }
}
