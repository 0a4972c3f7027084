//! Verification codes: six digits, one live code per purpose and destination, few tries, little time.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::address_budget::Allowance;
use super::email_address::EmailAddress;
use super::phone_number::PhoneNumber;

/// How long a code lives (security rule 2.2; ASVS 6.5.5).
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_six_digits_and_no_bias() {
        let mut draws = [u32::MAX, 4_294_000_000, 87_629].into_iter();
        assert_eq!(Code::draw(|| draws.next().unwrap()).as_str(), "087629");
        assert_eq!(Code::draw(|| 4_293_999_999).as_str(), "999999");
    }
}
