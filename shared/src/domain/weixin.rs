//! What WeChat knows people by.

use std::fmt;

use zeroize::Zeroizing;

/// The most characters of an id or a code that is looked at; WeChat's own have 28 and 32.
const MOST_CHARACTERS: usize = 128;

/// A person's id at WeChat, which differs for each application there. It is not a login name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OpenId(String);

/// The code that WeChat gave a person's browser, to be exchanged for the id once.
#[derive(Clone)]
pub struct WeixinCode(Zeroizing<String>);

impl OpenId {
    /// Reads an id as WeChat tells it; `None` if it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_word(text).then(|| Self(text.to_owned()))
    }

    /// Wraps an id from the table.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The id's text, for the table alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl WeixinCode {
    /// Reads a code as somebody typed it; `None` if it cannot be one, so that nobody has to be asked.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_word(text).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The code's text, for WeChat alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_word(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=MOST_CHARACTERS).contains(&text.len()) && text.bytes().all(is_letter)
}

/// It tells who somebody is elsewhere, so it is in no log.
impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenId(..)")
    }
}

impl fmt::Debug for WeixinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeixinCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_codes_are_single_words() {
        assert!(OpenId::parse("oABC-def_123").is_some() && WeixinCode::parse("0a1B").is_some());
        for bad in ["", "a b", "a#b", "中", "a\n", &"x".repeat(129)] {
            assert!(OpenId::parse(bad).is_none() && WeixinCode::parse(bad).is_none(), "{bad:?}");
        }
        let shown = format!("{:?} {:?}", OpenId::parse("secret1"), WeixinCode::parse("secret2"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
