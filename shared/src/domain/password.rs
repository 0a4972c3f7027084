//! Passwords as people type them, and the rules for choosing one.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use zeroize::Zeroizing;

use super::account::Names;
use super::{common_passwords, text};

/// The fewest Unicode code points of a password (docs/contracts/README.md#passwords).
pub const MIN_CHARACTERS: usize = 8;

/// The most bytes of a password (docs/contracts/README.md#passwords); longer than anyone types, short enough
/// to cost nothing to hash.
pub const MAX_BYTES: usize = 4096;

/// How many digits behind a person's own name still count as that name ("zhang2024").
const MAX_DIGITS_BEHIND_NAME: usize = 4;

/// A password in plain text, normalised to NFC and never trimmed; wiped when dropped.
#[derive(Clone)]
pub struct Password {
    text: Zeroizing<String>,
    /// As it was typed, where that is no NFC.
    typed: Option<Zeroizing<String>>,
}

/// The text is longer than [`MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordTooLong;

/// What is wrong with a password somebody wants to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer than [`MIN_CHARACTERS`] code points.
    TooShort,
    /// On the list of common passwords, or the person's own name or address.
    TooCommon,
    /// Digits only.
    EntirelyNumeric,
    /// It holds a control character, which no keyboard sends twice the same way.
    ControlCharacter,
}

impl Password {
    /// Takes a password as typed.
    pub fn new(typed: &str) -> Result<Self, PasswordTooLong> {
        // Before normalising: the cost of NFC grows with the length.
        if typed.len() > MAX_BYTES {
            return Err(PasswordTooLong);
        }
        let normalised = ComposingNormalizerBorrowed::new_nfc().normalize(typed).into_owned();
        if normalised.len() > MAX_BYTES {
            return Err(PasswordTooLong);
        }
        let typed = (normalised != typed).then(|| Zeroizing::new(typed.to_owned()));
        Ok(Self { text: Zeroizing::new(normalised), typed })
    }

    /// The bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The bytes that may have been hashed by a system that has no normal form: the normal form, then what
    /// was typed, if that differs.
    pub fn spellings(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.text).chain(&self.typed).map(|text| text.as_bytes())
    }

    /// Everything that speaks against setting this password for the person with these names, in the
    /// order in which Django reports it.
    #[must_use]
    pub fn faults(&self, names: &Names<'_>) -> Vec<PasswordFault> {
        let mut faults = Vec::new();
        if self.text.chars().count() < MIN_CHARACTERS {
            faults.push(PasswordFault::TooShort);
        }
        if common_passwords::contains(&self.text) || self.is_like(names) {
            faults.push(PasswordFault::TooCommon);
        }
        if !self.text.is_empty() && self.text.chars().all(char::is_numeric) {
            faults.push(PasswordFault::EntirelyNumeric);
        }
        if text::has_control(&self.text) {
            faults.push(PasswordFault::ControlCharacter);
        }
        faults
    }

    /// Whether it is the person's own username, e-mail address or its local part, bare or with a
    /// year behind it (docs/contracts/README.md#passwords; security rule S1).
    fn is_like(&self, names: &Names<'_>) -> bool {
        let lower = Zeroizing::new(self.text.to_lowercase());
        let username = names.username.map(super::username::Username::canonical);
        let candidates = [
            username.as_deref(),
            names.email.map(super::email_address::EmailAddress::canonical),
            names.email.map(super::email_address::EmailAddress::local_part),
        ];
        candidates.into_iter().flatten().filter(|name| !name.is_empty()).any(|name| {
            lower.strip_prefix(name).is_some_and(|rest| {
                rest.len() <= MAX_DIGITS_BEHIND_NAME && rest.bytes().all(|b| b.is_ascii_digit())
            })
        })
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::email_address::EmailAddress;
    use super::super::username::Username;
    use super::*;

    fn faults(text: &str) -> Vec<PasswordFault> {
        Password::new(text).unwrap().faults(&Names::default())
    }

    #[test]
    fn reports_all_three_in_order() {
        use PasswordFault::{EntirelyNumeric, TooCommon, TooShort};
        assert_eq!(faults("1234567"), [TooShort, TooCommon, EntirelyNumeric]);
        assert_eq!(faults("11111111"), [TooCommon, EntirelyNumeric]);
        assert_eq!(faults("qwerty"), [TooShort, TooCommon]);
        assert_eq!(faults("90210384756"), [EntirelyNumeric]);
        assert_eq!(faults("１２３４５６７８９０１２"), [EntirelyNumeric]);
        assert_eq!(faults("abcdefgh"), [TooCommon]);
        assert_eq!(faults("PassWord"), [TooCommon]);
    }

    #[test]
    fn the_documents_own_passwords_pass() {
        for good in ["fog123456", "fswxxz1456", "中文密码中文密码", "Zq8xk2wv", &"a".repeat(300)] {
            assert_eq!(faults(good), [], "{good}");
        }
    }

    #[test]
    fn length_is_in_code_points_and_bounded_in_bytes() {
        assert_eq!(faults(&"🐯".repeat(7)), [PasswordFault::TooShort]);
        assert_eq!(faults(&"🐯".repeat(8)), []);
        assert!(Password::new(&"x".repeat(MAX_BYTES)).is_ok());
        assert!(Password::new(&"x".repeat(MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn spellings_of_one_text_are_one_password() {
        let (composed, decomposed) = ("caf\u{e9}-tiger", "cafe\u{301}-tiger");
        let bytes = |text| Password::new(text).unwrap().as_bytes().to_vec();
        assert_eq!(bytes(composed), bytes(decomposed));
        assert_ne!(bytes("ﬁ-tiger-x"), bytes("fi-tiger-x"), "NFC, not NFKC");
        assert_ne!(bytes(" tiger-x-y"), bytes("tiger-x-y"), "never trimmed");
    }

    #[test]
    fn own_names_are_too_common() {
        let email = EmailAddress::parse("TakeYourMinds@qq.com").unwrap();
        let username = Username::parse("Zhangxu-Nju", None).unwrap();
        let names = Names { username: Some(&username), email: Some(&email) };
        for text in
            ["zhangxu-nju", "ZHANGXU-NJU2024", "takeyourminds", "takeyourminds@QQ.com", "takeyourminds17"]
        {
            let faults = Password::new(text).unwrap().faults(&names);
            assert_eq!(faults, [PasswordFault::TooCommon], "{text}");
        }
        assert_eq!(Password::new("zhangxu-nju-2024").unwrap().faults(&names), []);
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", Password::new("hunter2hunter2").unwrap()), "Password(..)");
    }

    proptest::proptest! {
        #[test]
        fn a_password_is_its_own_normal_form_and_nothing_is_lost(typed in ".{0,80}") {
            let once = Password::new(&typed).unwrap();
            let text = std::str::from_utf8(once.as_bytes()).unwrap().to_owned();
            let twice = Password::new(&text).unwrap();
            proptest::prop_assert_eq!(once.as_bytes(), twice.as_bytes());
            let other = Password::new(&format!("{typed}x")).unwrap();
            proptest::prop_assert_ne!(once.as_bytes(), other.as_bytes());
        }
    }
}
