//! Verification codes: six digits, one live code per purpose and destination, few tries, little time.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::address_budget::Allowance;
use super::digits::{digit, is_hyphen};
use super::email_address::EmailAddress;
use super::phone_number::PhoneNumber;
use super::text::is_invisible;

/// How long a code lives (security rule S2; ASVS 6.5.5).
pub const LASTS: Duration = Duration::from_mins(10);

/// How often a code may be tried by one asker; counted before it is compared (trust rule 7).
pub const TRIES_EACH: u32 = 5;

/// How often it may be tried by all of them, so that none uses up the tries of the others.
pub const TRIES: u32 = 15;

/// The codes made for one account of which at least one try was wrong, in a week; when so many were,
/// none counts until the week is over (trust rule 7).
pub const MISSED_CODES: Allowance = Allowance { most: 50, window: Duration::from_hours(7 * 24) };

/// What a code is for. A code of one purpose never serves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// Setting a new password without the old one, by mail (docs/contracts/manage.md).
    PasswordReset,
    /// Setting and proving the address that an account is told things at, by mail
    /// (docs/contracts/company.md).
    EmailBinding,
    /// Registering with a mobile number, by text message (docs/contracts/company.md).
    AccountReg,
    /// Setting a new password without the old one, by text message (docs/contracts/company.md).
    ChangePwd,
    /// Changing the mobile number of an account, by text message to the new one (docs/contracts/company.md).
    ChangeMobile,
}

impl CodePurpose {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::PasswordReset, Self::EmailBinding, Self::AccountReg, Self::ChangePwd, Self::ChangeMobile];

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

    /// Reads a code that came as a number, which has lost the zeros in front. What is no whole number is
    /// a code that fits nothing.
    #[must_use]
    pub fn of_number(number: &str) -> Self {
        if number.bytes().all(|byte| byte.is_ascii_digit()) {
            let whole = Zeroizing::new(format!("{number:0>DIGITS$}"));
            Self::typed(&whole)
        } else {
            Self(Zeroizing::default())
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character says nothing about a code: a blank, a hyphen, or a mark that nobody sees.
fn is_passed_over(c: char) -> bool {
    let is_blank = c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    is_blank || is_hyphen(c) || is_invisible(c)
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_number_has_the_zeros_back_that_it_lost() {
        for (number, code) in [("123456", "123456"), ("87629", "087629"), ("0", "000000")] {
            assert_eq!(Code::of_number(number).as_str(), code);
        }
        for odd in ["1234567", "-87629", "87629.0", "1e+16", "inf", "１２３４５６"] {
            assert_eq!(Code::of_number(odd).as_str(), "", "{odd:?}");
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
}
