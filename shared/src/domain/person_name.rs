//! A person's given or family name, as charity's contract takes it.

use super::text::{self, NameFault};

/// The most characters of a given or family name, as in Django's user model.
pub const MAX_CHARACTERS: usize = 150;

/// A given or family name: not empty, without white space around it, normalised to NFC. Any script
/// will do (docs/contracts/README.md#rules-for-every-group).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name.
    pub fn parse(typed: &str) -> Result<Self, NameFault> {
        text::name(typed, MAX_CHARACTERS).map(Self)
    }

    /// The name to keep and to show.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_kept_as_they_are() {
        for name in ["Sara", "欧阳", "O’Neill-Ñáñez", "李 小龙"] {
            assert_eq!(PersonName::parse(&format!(" {name}\u{3000}")).unwrap().as_str(), name);
        }
        assert_eq!(PersonName::parse("Ame\u{301}lie").unwrap().as_str(), "Am\u{e9}lie");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert_eq!(PersonName::parse(" \u{3000}"), Err(NameFault::Empty));
        assert_eq!(PersonName::parse(&"名".repeat(MAX_CHARACTERS + 1)), Err(NameFault::TooLong));
        assert!(PersonName::parse(&"名".repeat(MAX_CHARACTERS)).is_ok());
        for odd in ["a\0b", "a\nb", "a\u{202e}b"] {
            assert_eq!(PersonName::parse(odd), Err(NameFault::ControlCharacter));
        }
    }
}
