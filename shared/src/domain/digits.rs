//! Digits as people type and paste them: in the full width of Chinese input methods, with blanks and
//! hyphens, among marks that nobody sees (trust rule 7; docs/contracts/README.md#rules-for-every-group).

use super::text::visible;

/// The value of a digit: one of ASCII, or its full-width form. Digits of other scripts do not count.
#[must_use]
pub fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
        _ => None,
    }
}

/// Whether it is a hyphen or dash of any length, or a minus.
#[must_use]
pub fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// Reads a whole number as Python's `int` reads a text, which is what the servers did that the documents
/// are of: white space around it, a sign and idle zeros change nothing. Written without them; `None` for
/// anything else, fractions and booleans too.
#[must_use]
pub fn whole_number(typed: &str) -> Option<String> {
    let bare = visible(typed);
    let (sign, digits) = match bare.strip_prefix(['+', '\u{ff0b}']) {
        Some(digits) => ("", digits),
        None => bare.strip_prefix('-').map_or(("", bare.as_str()), |digits| ("-", digits)),
    };
    let digits: String = digits.chars().map(digit).collect::<Option<_>>()?;
    match digits.trim_start_matches('0') {
        "" => (!digits.is_empty()).then(|| "0".to_owned()),
        busy => Some(format!("{sign}{busy}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_as_python_reads_them() {
        for (typed, read) in [
            ("1", "1"),
            (" 1\r\n", "1"),
            ("01", "1"),
            ("+1", "1"),
            ("１", "1"),
            ("\u{202d}1\u{202c}", "1"),
            ("0", "0"),
            ("-0", "0"),
            ("00", "0"),
            ("-07", "-7"),
            ("\u{3000}51923482\u{a0}", "51923482"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(whole_number(typed).as_deref(), Some(read), "{typed:?}");
        }
        for typed in
            ["", " ", "+", "-", "1.0", "1e0", "1 2", "1,0", "--1", "+-1", "0x1", "1\0", "true", "١", "一"]
        {
            assert_eq!(whole_number(typed), None, "{typed:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_reads_back(typed in ".{0,20}") {
            if let Some(number) = whole_number(&typed) {
                proptest::prop_assert_eq!(whole_number(&number), Some(number));
            }
        }

        #[test]
        fn a_number_is_its_own_spelling(number: i64, zeros in 0_usize..4, sign in 0_usize..2) {
            let sign = if number < 0 { "-" } else { ["", "+"][sign] };
            let typed = format!(" {sign}{}{}\n", "0".repeat(zeros), number.unsigned_abs());
            proptest::prop_assert_eq!(whole_number(&typed), Some(number.to_string()));
        }
    }
}
