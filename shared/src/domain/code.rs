//! Verification codes: six digits, one live code per purpose and destination, few tries, little time.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::email_address::EmailAddress;
use super::phone_number::PhoneNumber;

/// How long a code lives (security rule 2.2; ASVS 6.5.5).
pub const LASTS: Duration = Duration::from_mins(10);

/// How often a code may be tried, counted before it is compared.
pub const TRIES: u32 = 5;

/// The pause after the first message of a purpose to a destination; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_mins(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(8);

/// The most messages to one destination in an hour and in a day, whatever they are for.
const MOST_PER_HOUR: usize = 5;
const MOST_PER_DAY: usize = 10;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What a code is for. A code of one purpose never serves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// Setting a new password without the old one, by mail (contract 001).
    PasswordReset,
    /// Setting and proving the address that an account is told things at, by mail (contract 003).
    EmailBinding,
    /// Registering with a mobile number, by text message (contract 003).
    AccountReg,
    /// Setting a new password without the old one, by text message (contract 003).
    ChangePwd,
    /// Changing the mobile number of an account, by text message to the new one (contract 003).
    ChangeMobile,
}

impl CodePurpose {
    /// The purpose's name in fingerprints and in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password-reset",
            Self::EmailBinding => "email-binding",
            Self::AccountReg => "account-reg",
            Self::ChangePwd => "change-pwd",
            Self::ChangeMobile => "change-mobile",
        }
    }
}

/// The purposes of codes that go out as text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPurpose {
    /// See [`CodePurpose::AccountReg`].
    AccountReg,
    /// See [`CodePurpose::ChangePwd`].
    ChangePwd,
    /// See [`CodePurpose::ChangeMobile`].
    ChangeMobile,
}

impl From<TextPurpose> for CodePurpose {
    fn from(purpose: TextPurpose) -> Self {
        match purpose {
            TextPurpose::AccountReg => Self::AccountReg,
            TextPurpose::ChangePwd => Self::ChangePwd,
            TextPurpose::ChangeMobile => Self::ChangeMobile,
        }
    }
}

/// Where a code goes.
#[derive(Clone, Copy, Debug)]
pub enum Destination<'a> {
    /// By mail.
    Email(&'a EmailAddress),
    /// By text message.
    Phone(&'a PhoneNumber),
}

impl<'a> From<&'a EmailAddress> for Destination<'a> {
    fn from(address: &'a EmailAddress) -> Self {
        Self::Email(address)
    }
}

impl<'a> From<&'a PhoneNumber> for Destination<'a> {
    fn from(number: &'a PhoneNumber) -> Self {
        Self::Phone(number)
    }
}

/// How many digits a code has.
const DIGITS: usize = 6;

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

    /// Reads a code as people type and paste it: with blanks or hyphens, in full-width digits, with the
    /// invisible marks that come along with a copied text (trust rule 7). What is not six digits then
    /// is a code all the same, one that fits nothing, so that trying it counts as a try.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let mut digits = Zeroizing::new(String::with_capacity(DIGITS));
        for c in text.chars().filter(|c| !is_passed_over(*c)) {
            match digit(c) {
                Some(digit) if digits.len() < DIGITS => digits.push(digit),
                Some(_) | None => return Self(Zeroizing::default()),
            }
        }
        if digits.len() < DIGITS { Self(Zeroizing::default()) } else { Self(digits) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A digit of ASCII, or the full-width form that Chinese input methods type.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
        _ => None,
    }
}

/// Whether a character says nothing about a code: a blank, a hyphen, or a mark that nobody sees.
fn is_passed_over(c: char) -> bool {
    let is_blank = c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    let is_hyphen =
        matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}');
    is_blank || is_hyphen || is_invisible(c)
}

/// Marks of direction, joiners, breaks, and the byte order mark: of no width, and copied unseen.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// A message that went to a destination, or is about to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// What it was for, by the name of its purpose.
    pub purpose: String,
    /// When.
    pub at: Timestamp,
    /// The mark of who sent it.
    pub mark: String,
}

/// Whether another message of the purpose may go to a destination that got these, and how long to
/// wait if not. The pause counts per purpose, so that whoever has just registered can reset the
/// password; the numbers per hour and day count together.
pub fn may_send(sent: &[SentMessage], purpose: &str, now: Timestamp) -> Result<(), Duration> {
    let since =
        |message: &SentMessage| now.duration_since(message.at).max(jiff::SignedDuration::ZERO).unsigned_abs();
    let is_recent = |since: &Duration| *since < DAY;
    let today: Vec<Duration> = sent.iter().map(since).filter(is_recent).collect();
    let same = sent.iter().filter(|message| message.purpose == purpose).map(since).filter(is_recent);
    let same: Vec<Duration> = same.collect();
    let mut wait = same.iter().min().map_or(Duration::ZERO, |latest| {
        let doublings = u32::try_from(same.len() - 1).unwrap_or(u32::MAX);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE).saturating_sub(*latest)
    });
    let over = |most: usize, window: Duration| {
        let mut inside: Vec<&Duration> = today.iter().filter(|since| **since < window).collect();
        inside.sort();
        // Room comes when the oldest of the latest `most` leaves the window.
        inside.get(most - 1).map_or(Duration::ZERO, |oldest| window.saturating_sub(**oldest))
    };
    wait = wait.max(over(MOST_PER_HOUR, HOUR));
    wait = wait.max(over(MOST_PER_DAY, DAY));
    if wait.is_zero() { Ok(()) } else { Err(wait) }
}

/// The messages worth remembering: those of the last day.
#[must_use]
pub fn remember(sent: Vec<SentMessage>, now: Timestamp) -> Vec<SentMessage> {
    sent.into_iter().filter(|message| now.duration_since(message.at).unsigned_abs() < DAY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn message(purpose: &str, second: i64) -> SentMessage {
        SentMessage { purpose: purpose.to_owned(), at: at(second), mark: String::new() }
    }

    #[test]
    fn codes_have_six_digits_and_no_bias() {
        let mut draws = [u32::MAX, 4_294_000_000, 87_629].into_iter();
        assert_eq!(Code::draw(|| draws.next().unwrap()).as_str(), "087629");
        assert_eq!(Code::draw(|| 4_293_999_999).as_str(), "999999");
    }

    #[test]
    fn a_code_is_read_as_people_type_and_paste_it() {
        for typed in [
            "087629",
            " 087629\r\n",
            "087 629",
            "087\u{a0}629",
            "087\u{202f}629",
            "０ ８ ７　６２９",
            "087-629",
            "087\u{2011}629",
            "087\u{2212}629",
            "087－629",
            "０８７６２９",
            "\u{200e}087629",
            "\u{202d}087629\u{202c}",
            "08\u{200b}7629",
            "087629\u{feff}",
            "\u{2068}087\u{ad}629\u{2069}",
        ] {
            assert_eq!(Code::typed(typed).as_str(), "087629", "{typed:?}");
        }
        for typed in [
            "",
            " ",
            "\u{200b}",
            "08762",
            "0876290",
            "08762O",
            "O87629",
            "087.629",
            "٠٨٧٦٢٩",
            "०८७६२९",
            "⓪⑧⑦⑥②⑨",
            "087629a",
            "087\u{0}629",
        ] {
            assert_eq!(Code::typed(typed).as_str(), "", "{typed:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_passed_over_may_stand_anywhere_and_nothing_else(
            code in "[0-9]{6}",
            marks in proptest::collection::vec((0_usize..7, "[ \\-\t\u{3000}\u{2010}-\u{2015}\u{200b}-\u{200f}\u{feff}]{0,3}"), 0..6),
            other in "\\PC",
            at in 0_usize..7,
        ) {
            let mut typed: Vec<String> = code.chars().map(|c| c.to_string()).chain([String::new()]).collect();
            for (at, marks) in marks {
                typed[at].insert_str(0, &marks);
            }
            let plain = typed.concat();
            let plain = Code::typed(&plain);
            proptest::prop_assert_eq!(plain.as_str(), code.as_str());
            typed[at].insert_str(0, &other);
            let read = Code::typed(&typed.concat());
            let is_mark = other.chars().all(is_passed_over);
            proptest::prop_assert_eq!(read.as_str(), if is_mark { code.as_str() } else { "" });
        }
    }

    #[test]
    fn the_pause_doubles_up_to_eight_minutes() {
        let sent = |times: &[i64], now| {
            may_send(&times.iter().map(|t| message("x", *t)).collect::<Vec<_>>(), "x", at(now))
        };
        let seconds = Duration::from_secs;
        assert_eq!(sent(&[], 0), Ok(()));
        assert_eq!(sent(&[0], 59), Err(seconds(1)));
        assert_eq!(sent(&[0], 60), Ok(()));
        assert_eq!(sent(&[0, 60], 179), Err(seconds(1)));
        assert_eq!(sent(&[0, 60, 180, 420], 420 + 479), Err(seconds(1)));
    }

    #[test]
    fn the_pause_counts_per_purpose_and_the_numbers_over_all() {
        let sent = [message("account-reg", 0)];
        assert_eq!(may_send(&sent, "change-pwd", at(3)), Ok(()));
        assert_eq!(may_send(&sent, "account-reg", at(3)), Err(Duration::from_secs(57)));
        let purposes = ["account-reg", "change-pwd", "change-mobile", "account-reg", "change-pwd"];
        let five: Vec<SentMessage> = purposes
            .iter()
            .zip([0, 10, 20, 300, 310])
            .map(|(purpose, second)| message(purpose, second))
            .collect();
        assert_eq!(may_send(&five, "change-mobile", at(1800)), Err(Duration::from_mins(30)));
        assert_eq!(may_send(&five, "change-mobile", at(3600)), Ok(()));
    }

    #[test]
    fn five_an_hour_and_ten_a_day() {
        let every =
            |minutes: i64, count: i64| (0..count).map(|n| message("x", n * minutes * 60)).collect::<Vec<_>>();
        let hour = every(10, 5);
        assert_eq!(may_send(&hour, "x", at(59 * 60)), Err(Duration::from_mins(1)));
        assert_eq!(may_send(&hour, "x", at(60 * 60)), Ok(()));
        let day = every(60, 10);
        assert_eq!(may_send(&day, "x", at(23 * 3600)), Err(Duration::from_hours(1)));
        assert_eq!(may_send(&day, "x", at(24 * 3600)), Ok(()));
        assert_eq!(remember(day, at(24 * 3600)).len(), 9);
    }

    proptest::proptest! {
        #[test]
        fn whoever_asks_as_often_as_allowed_gets_ten_messages_a_day_and_five_an_hour(
            steps in proptest::collection::vec((1_i64..4000, 0_usize..3), 1..200)
        ) {
            let (mut sent, mut now) = (Vec::new(), 0);
            for (step, purpose) in steps {
                now += step;
                let purpose = ["a", "b", "c"][purpose];
                if may_send(&sent, purpose, at(now)).is_ok() {
                    sent.push(message(purpose, now));
                }
            }
            for window in [(MOST_PER_HOUR, 3600), (MOST_PER_DAY, 24 * 3600)] {
                for run in sent.windows(window.0 + 1) {
                    let span = run[window.0].at.duration_since(run[0].at).as_secs();
                    proptest::prop_assert!(span >= window.1, "{span} s for {} messages", run.len());
                }
            }
        }
    }
}
