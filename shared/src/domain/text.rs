//! Texts that are kept, their white space and their control characters, judged the same way in every group.

use std::ops::Deref;

use icu_normalizer::ComposingNormalizerBorrowed;

/// A text that is kept and shown again: at most `MOST` characters, none of them a control. It may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<const MOST: usize>(String);

/// Why a text cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// It has too many characters.
    TooLong {
        /// How many it has.
        has: usize,
        /// How many it may have.
        most: usize,
    },
    /// It holds a control character.
    ControlCharacter,
}

impl<const MOST: usize> Text<MOST> {
    /// The most characters it may have.
    pub const MOST: usize = MOST;

    /// Reads a text; white space around it is the caller's to strip.
    pub fn parse(typed: impl Into<String>) -> Result<Self, TextFault> {
        let typed = typed.into();
        let has = typed.chars().count();
        if has > MOST {
            return Err(TextFault::TooLong { has, most: MOST });
        }
        if has_control(&typed) {
            return Err(TextFault::ControlCharacter);
        }
        Ok(Self(typed))
    }

    /// Wraps a text that was valid when it was stored, even if today's limit is another.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text to show.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> Deref for Text<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Removes what Python's `str.strip` removes from both ends.
///
/// Unicode white space plus the separators U+001C to U+001F, which Rust's `trim` keeps
/// (docs/contracts/rest-auth.md#fields, step 6).
#[must_use]
pub fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// Whether it is of no width and seen by nobody: marks of direction, joiners, breaks, selectors, and the
/// byte order mark, which come along with a copied text.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// What is seen of a text: without such marks, and without white space around it.
#[must_use]
pub fn visible(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    strip(&seen).to_owned()
}

/// Whether the text holds a control character or an invisible direction mark.
///
/// Controls never have a place in a name, an address or an identifier
/// (docs/contracts/README.md#rules-for-every-group). Bidirectional overrides and isolates make one name look
/// like another (security rule S6), so they are refused with them.
#[must_use]
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
    })
}

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing is left of it.
    Empty,
    /// It has too many characters.
    TooLong,
    /// It holds a control character.
    ControlCharacter,
}

/// Reads a name of a person or a thing: what people typed, without white space around it, of at most
/// so many characters, normalised to NFC.
pub fn name(typed: &str, most: usize) -> Result<String, NameFault> {
    let name = strip(typed);
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    // Before normalising: the cost of NFC grows with the length.
    if name.chars().count() > most {
        return Err(NameFault::TooLong);
    }
    if has_control(name) {
        return Err(NameFault::ControlCharacter);
    }
    Ok(ComposingNormalizerBorrowed::new_nfc().normalize(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_what_python_strips() {
        assert_eq!(strip("\u{1f}\u{3000}\u{a0} a b \t\r\n\u{85}"), "a b");
        assert_eq!(strip("\u{200b}a"), "\u{200b}a");
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        assert_eq!(visible("\u{202d}010\u{200b}-8888\u{202c} \r\n"), "010-8888");
        assert_eq!(visible("\u{feff} \u{200e}"), "");
        assert_eq!(visible("分机 8\0"), "分机 8\0");
    }

    #[test]
    fn a_text_keeps_to_its_limit_and_holds_no_control() {
        let too_long = |has| Err(TextFault::TooLong { has, most: 3 });
        for (typed, judged) in [
            ("", Ok("")),
            ("a b", Ok("a b")),
            // Characters are counted, not bytes, and white space is one of them.
            ("江苏省", Ok("江苏省")),
            ("abc ", too_long(4)),
            ("江苏省南京", too_long(5)),
            ("a\0", Err(TextFault::ControlCharacter)),
            ("a\u{202e}b", Err(TextFault::ControlCharacter)),
            // The length is told first.
            ("ab\0c", too_long(4)),
        ] {
            assert_eq!(Text::<3>::parse(typed).as_deref(), judged.as_ref().copied(), "{typed:?}");
        }
        assert_eq!(Text::<3>::MOST, 3);
    }

    #[test]
    fn what_was_stored_under_another_limit_is_still_read() {
        assert_eq!(Text::<3>::stored("a\0bcd".to_owned()).as_str(), "a\0bcd");
    }

    #[test]
    fn finds_controls_and_direction_marks() {
        assert!(has_control("a\0b") && has_control("\u{7f}") && has_control("a\u{202e}b"));
        assert!(!has_control("江苏省南京市 a-b"));
    }
}
