//! The name a person chooses, unique over the whole pool without regard to case.

use super::email_address::EmailAddress;
use super::phone_number::{CallingCodes, PhoneNumber};

/// The most characters a username may have (docs/contracts/rest-auth.md).
pub const MAX_CHARACTERS: usize = 150;

/// A valid username, in the spelling its owner typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Why a text is no username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameFault {
    /// More than [`MAX_CHARACTERS`] characters.
    TooLong,
    /// A character outside ASCII letters, digits and `@ . + - _`, or no character at all.
    Characters,
    /// It reads as a phone number or as an e-mail address that is not the person's own, so it could
    /// be taken for another person's identifier (docs/contracts/README.md#one-pool-of-users).
    AnothersIdentifier,
}

impl Username {
    /// Reads a username; `own_email` is the address the same person is registering or has.
    pub fn parse(text: &str, own_email: Option<&EmailAddress>) -> Result<Self, UsernameFault> {
        if text.chars().count() > MAX_CHARACTERS {
            return Err(UsernameFault::TooLong);
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"@.+-_".contains(&byte);
        if text.is_empty() || !text.bytes().all(allowed) {
            return Err(UsernameFault::Characters);
        }
        if is_like_phone(text) || is_address_of_another(text, own_email) {
            return Err(UsernameFault::AnothersIdentifier);
        }
        Ok(Self(text.to_owned()))
    }

    /// Wraps a name that was valid when it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The spelling to show.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The spelling by which names are compared and claimed.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }
}

/// The canonical spelling of whatever a person typed as a username, valid or not.
///
/// Login looks names up by it without judging them first, so that a name that never could exist is
/// answered like one that happens not to.
#[must_use]
pub fn canonical(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// What reads as a mobile number wherever one may be typed, dots between its digits or none, and
/// anything that begins as people dial abroad, with `+` or `00`.
fn is_like_phone(text: &str) -> bool {
    let undotted = text.replace('.', "");
    let digits = undotted.replace('-', "");
    let abroad = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"));
    let is_dialled = |rest: &str| rest.len() >= 7 && rest.bytes().all(|byte| byte.is_ascii_digit());
    PhoneNumber::parse(&undotted, &CallingCodes::every()).is_ok() || abroad.is_some_and(is_dialled)
}

fn is_address_of_another(text: &str, own_email: Option<&EmailAddress>) -> bool {
    let Ok(address) = EmailAddress::parse(text) else {
        return false;
    };
    own_email.is_none_or(|own| !own.is_same(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Username, UsernameFault> {
        Username::parse(text, None)
    }

    #[test]
    fn takes_what_the_contract_takes() {
        for name in ["zhang", "a", "A.b+c-d_e@f", "90210384756", &"n".repeat(150)] {
            assert_eq!(parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn refuses_other_characters_and_lengths() {
        for name in ["", "a b", "a/b", "~", "a\n", "a\0b", "张三", "ａｄｍｉｎ", "аdmin", "\u{212a}"]
        {
            assert_eq!(parse(name), Err(UsernameFault::Characters), "{name:?}");
        }
        assert_eq!(parse(&"!".repeat(151)), Err(UsernameFault::TooLong));
    }

    #[test]
    fn refuses_what_is_somebody_elses_identifier() {
        let phones = [
            "13800138000",
            "+8613800138000",
            "8613800138000",
            "138-0013-8000",
            "008613800138000",
            "138--0013--8000",
            "-13800138000-",
            "+-86-13800138000",
        ];
        let abroad = ["+85291234567", "0085291234567", "00852-9123-4567", "00447700900123"];
        for name in phones.into_iter().chain(abroad).chain(["v@corp.com"]) {
            assert_eq!(parse(name), Err(UsernameFault::AnothersIdentifier), "{name:?}");
        }
        for name in ["007", "00x85291234567", "001234", "90210384756"] {
            assert!(parse(name).is_ok(), "{name:?}");
        }
        let own = EmailAddress::parse("V@corp.com").unwrap();
        assert!(Username::parse("v@Corp.com", Some(&own)).is_ok());
        assert!(parse("v@corp").is_ok(), "no dot, no address");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_stumble_and_names_are_compared_by_one_spelling(text in ".{0,200}") {
            if let Ok(name) = parse(&text) {
                proptest::prop_assert!(text.is_ascii() && (1..=MAX_CHARACTERS).contains(&text.len()));
                proptest::prop_assert_eq!(canonical(&text.to_uppercase()), name.canonical());
                proptest::prop_assert_eq!(canonical(&name.canonical()), name.canonical());
            }
        }

        #[test]
        fn however_a_mobile_number_is_typed_it_is_nobodys_name(
            number in "1[3-9][0-9]{9}", prefix in "-?((\\+|00)?86)?", cuts in proptest::collection::vec((0..12_usize, "[.-]{1,2}"), 0..4)
        ) {
            let mut typed = number;
            for (at, cut) in cuts {
                typed.insert_str(at.min(typed.len()), &cut);
            }
            let typed = format!("{prefix}{typed}");
            proptest::prop_assert_eq!(parse(&typed), Err(UsernameFault::AnothersIdentifier), "{}", typed);
        }

        #[test]
        fn what_reads_as_a_number_where_numbers_are_typed_is_nobodys_name(text in "[0-9+.-]{1,20}") {
            if PhoneNumber::parse(&text, &CallingCodes::every()).is_ok() {
                proptest::prop_assert_eq!(parse(&text), Err(UsernameFault::AnothersIdentifier), "{}", text);
            }
        }
    }
}
