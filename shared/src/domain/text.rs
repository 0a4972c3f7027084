//! White space and control characters, judged the same way in every group.

/// Removes what Python's `str.strip` removes from both ends.
///
/// Unicode white space plus the separators U+001C to U+001F, which Rust's `trim` keeps
/// (contract rest-auth.md, section 4, step 6).
#[must_use]
pub fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// Whether the text holds a control character or an invisible direction mark.
///
/// Controls never have a place in a name, an address or an identifier (contracts/README.md, rules
/// for every group). Bidirectional overrides and isolates make one name look like another
/// (security rule 2.5), so they are refused with them.
#[must_use]
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
    })
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
    fn finds_controls_and_direction_marks() {
        assert!(has_control("a\0b") && has_control("\u{7f}") && has_control("a\u{202e}b"));
        assert!(!has_control("江苏省南京市 a-b"));
    }
}
