//! The number by which every account is known inside the pool, and shown as `id` by several groups.

use std::fmt;

/// How many digits a fresh number has while the space is not crowded (docs/contracts/README.md).
pub const FIRST_DIGITS: u32 = 8;

/// How many draws of one length may collide before numbers grow a digit.
const DRAWS_PER_LENGTH: u32 = 4;

/// The most digits a number can have and still fit its 32 bits in every token.
const LAST_DIGITS: u32 = 9;

/// An account's number: random, never reused, 8 digits at first and more when the space is crowded.
///
/// 32 bits, because every token and session cookie carries it (see `session` and `shared_key`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(u32);

impl AccountNumber {
    /// Wraps a number that came from the table or from a token.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Reads a number as it is shown: digits only, none of them idle.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        text.parse().ok().filter(|_| is_number).map(Self)
    }

    /// Takes over a number that was given out before, of as many digits as drawn ones have.
    #[must_use]
    pub fn given_before(number: u64) -> Option<Self> {
        let possible = 10_u64.pow(FIRST_DIGITS - 1)..10_u64.pow(LAST_DIGITS);
        possible.contains(&number).then_some(number)?.try_into().ok().map(Self)
    }

    /// The bare number, as the groups show it.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number to try at the given draw (0 is the first), made from 64 random bits; the first ones
    /// have so many digits, at most as many as a number can have.
    ///
    /// Of the usual 8, four collisions in a row with at least 90 million numbers to draw from mean a crowded space,
    /// so the next draws have a digit more. The modulo bias of 64 bits over 30 is below 2^-33.
    #[must_use]
    pub fn draw(first_digits: u32, draw: u32, random: u64) -> Self {
        let digits = (first_digits + draw / DRAWS_PER_LENGTH).min(LAST_DIGITS);
        let lowest = 10_u64.pow(digits - 1);
        let number = lowest + random % (lowest * 9);
        Self(u32::try_from(number).expect("a number of nine digits fits 32 bits"))
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_shows_and_nothing_else() {
        assert_eq!(AccountNumber::parse("51923482"), Some(AccountNumber(51_923_482)));
        for odd in ["", "0", "051923482", "+51923482", " 51923482", "51923482x", "5192348251", "٥١٩"] {
            assert_eq!(AccountNumber::parse(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn numbers_of_other_lengths_were_never_given_out() {
        for number in [10_000_000, 51_923_482, 999_999_999] {
            assert_eq!(AccountNumber::given_before(number).map(|taken| u64::from(taken.0)), Some(number));
        }
        for number in [0, 7, 9_999_999, 1_000_000_000, u64::MAX] {
            assert_eq!(AccountNumber::given_before(number), None);
        }
    }

    #[test]
    fn the_first_draws_have_eight_digits_and_later_ones_grow() {
        assert_eq!(AccountNumber::draw(FIRST_DIGITS, 0, 0).get(), 10_000_000);
        assert_eq!(AccountNumber::draw(FIRST_DIGITS, 3, 89_999_999).get(), 99_999_999);
        assert_eq!(AccountNumber::draw(FIRST_DIGITS, 3, 90_000_000).get(), 10_000_000);
        assert_eq!(AccountNumber::draw(FIRST_DIGITS, 4, 0).get(), 100_000_000);
        assert_eq!(AccountNumber::draw(1, 0, 8).get(), 9);
        assert_eq!(AccountNumber::draw(1, 4, 0).get(), 10);
        assert_eq!(AccountNumber::draw(FIRST_DIGITS, 400, u64::MAX).to_string().len(), 9);
    }
}
