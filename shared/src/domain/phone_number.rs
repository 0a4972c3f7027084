//! Mobile phone numbers: read from what people type and paste, kept and compared as E.164.
//!
//! One number has one canonical spelling, or claims and budgets could be passed by writing it
//! differently. Between the digits blanks, hyphens and marks that nobody sees may stand, and parentheses
//! around some of them; anything else, and a line break or another control in the middle, is no number.

use std::fmt;

use super::digits::{digit, is_hyphen};
use super::text::visible;

/// The calling code of mainland China.
const MAINLAND: &str = "86";

/// The fewest and the most digits of a number with its calling code (E.164: 15 at most).
const FEWEST_DIGITS: usize = 8;
const MOST_DIGITS: usize = 15;

/// What a link to a number begins with (RFC 3966), in any case.
const SCHEME: &str = "tel";

/// How many digits of a number tell the range it was handed out in (security rule S2).
const RANGE_DIGITS: usize = 7;

/// How many digits of a number are shown to who need not be its owner.
const ENDING_DIGITS: usize = 2;

/// A mobile number in E.164, such as `+8613800138000`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

/// Why a text is no phone number of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneFault {
    /// It is no mobile number at all.
    NotANumber,
    /// It may be one, of a country that is not on the list.
    Country,
}

/// The calling codes of the countries whose numbers may register and get messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallingCodes(Vec<String>);

impl CallingCodes {
    /// Reads a list such as `86,852,853`; `None` if an entry is no calling code.
    #[must_use]
    pub fn parse(list: &str) -> Option<Self> {
        let codes = list.split(',').map(|code| code.trim().trim_start_matches('+').to_owned());
        let codes: Vec<String> = codes.filter(|code| !code.is_empty()).collect();
        let is_code = |code: &String| {
            code.len() <= 4 && code.bytes().all(|byte| byte.is_ascii_digit()) && !code.starts_with('0')
        };
        (!codes.is_empty() && codes.iter().all(is_code)).then_some(Self(codes))
    }

    /// Those of every country, for looking for a number that may be there already.
    #[must_use]
    pub fn every() -> Self {
        Self(('1'..='9').map(String::from).collect())
    }

    /// Whether the number is one of theirs.
    #[must_use]
    pub fn allow(&self, number: &PhoneNumber) -> bool {
        self.holds(number.0.trim_start_matches('+'))
    }

    fn holds(&self, digits: &str) -> bool {
        self.0.iter().any(|code| digits.starts_with(code.as_str()))
    }
}

impl fmt::Display for CallingCodes {
    /// The list as [`CallingCodes::parse`] reads it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(","))
    }
}

impl Default for CallingCodes {
    /// Mainland China alone.
    fn default() -> Self {
        Self(vec![MAINLAND.to_owned()])
    }
}

impl PhoneNumber {
    /// Reads a number as people type it: a mainland mobile with `+86`, `86`, `0086` or nothing before
    /// it, any other with `+` or `00` and its calling code.
    pub fn parse(typed: &str, countries: &CallingCodes) -> Result<Self, PhoneFault> {
        let (is_international, digits) = digits(typed).ok_or(PhoneFault::NotANumber)?;
        let number = match digits.strip_prefix(MAINLAND) {
            Some(national) if is_mainland_mobile(national) => digits,
            _ if !is_international && is_mainland_mobile(&digits) => format!("{MAINLAND}{digits}"),
            None if is_international && is_number(&digits) => digits,
            Some(_) | None => return Err(PhoneFault::NotANumber),
        };
        if countries.holds(&number) { Ok(Self(format!("+{number}"))) } else { Err(PhoneFault::Country) }
    }

    /// Wraps a number that was valid when it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The number in E.164, by which it is kept, compared and called.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as its owner would type it: without `+86`, if it is a mainland one.
    #[must_use]
    pub fn typed(&self) -> &str {
        let national = self.0.strip_prefix("+86").filter(|national| is_mainland_mobile(national));
        national.unwrap_or(&self.0)
    }

    /// Its last digits, by which its owner knows it and nobody else learns it.
    #[must_use]
    pub fn ending(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(ENDING_DIGITS)..).unwrap_or_default()
    }

    /// The range it was handed out in: its first digits with the calling code, without `+`.
    #[must_use]
    pub fn range(&self) -> &str {
        let digits = self.0.trim_start_matches('+');
        digits.get(..RANGE_DIGITS).unwrap_or(digits)
    }
}

/// A person's number is theirs to tell: it is in no log.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(..)")
    }
}

/// The digits of a spelling, and whether they begin with a calling code for sure.
fn digits(typed: &str) -> Option<(bool, String)> {
    let typed = visible(typed);
    let (mut has_plus, mut is_open, mut digits) = (false, false, String::with_capacity(MOST_DIGITS));
    for c in without_scheme(&typed).chars().filter(|c| !is_blank(*c) && !is_hyphen(*c)) {
        match c {
            '+' | '\u{fe62}' | '\u{ff0b}' if digits.is_empty() && !has_plus => has_plus = true,
            '(' | '\u{ff08}' if !is_open => is_open = true,
            ')' | '\u{ff09}' if is_open => is_open = false,
            _ => digits.push(digit(c)?),
        }
    }
    let dialled = digits.strip_prefix("00").filter(|_| !has_plus);
    let read = dialled.map_or((has_plus, digits.as_str()), |digits| (true, digits));
    (!is_open).then(|| (read.0, read.1.to_owned()))
}

/// The number of a link to it, or the whole text.
fn without_scheme(typed: &str) -> &str {
    let scheme = typed.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    let number = scheme.and_then(|_| typed[SCHEME.len()..].strip_prefix([':', '\u{ff1a}']));
    number.unwrap_or(typed)
}

/// A blank of any width; what begins a new line, or a new cell of a table, does not count.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether these may be a calling code and a number of another country.
fn is_number(digits: &str) -> bool {
    (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len()) && !digits.starts_with('0')
}

fn is_mainland_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

#[cfg(test)]
mod tests {
    use super::super::text::is_invisible;
    use super::*;

    fn parse(typed: &str) -> Result<String, PhoneFault> {
        PhoneNumber::parse(typed, &CallingCodes::default()).map(|number| number.as_str().to_owned())
    }

    #[test]
    fn all_spellings_of_one_number_are_one() {
        for typed in [
            "13800138000",
            "+8613800138000",
            "8613800138000",
            "008613800138000",
            "+86 138 0013 8000",
            "138-0013-8000",
            " 138 0013 8000 ",
            "+86-138-00138000",
            "138--0013-8000",
            "(138) 0013-8000",
            "(+86) 138 0013 8000",
            "+(86)13800138000",
            "(0086)13800138000",
            "（＋８６）１３８－００１３－８０００",
            "１３８００１３８０００",
            "138\u{a0}0013\u{202f}8000",
            "138\u{3000}0013\u{2009}8000",
            "138\u{2010}0013\u{2011}8000",
            "138\u{2013}0013\u{2014}8000",
            "138\u{2212}0013\u{ff0d}8000",
            "\u{202d}13800138000\u{202c}",
            "\u{2068}+86 138\u{200b}0013\u{ad}8000\u{2069}",
            "\u{feff}\u{200e}+86\u{200f} 138\u{2060}00138000",
            "13800138000\n",
            "\t+86 138 0013 8000\r\n",
            "\u{202d}13800138000\u{202c}\n",
            "tel:13800138000",
            "TEL:+86-138-0013-8000",
            "Tel: (+86) 138 0013 8000",
            "tel：１３８００１３８０００",
        ] {
            assert_eq!(parse(typed).as_deref(), Ok("+8613800138000"), "{typed:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_refused() {
        for typed in [
            "",
            " ",
            "+",
            "tel:",
            "()",
            "\u{200b}",
            "12345678901",
            "10086",
            "02584389999",
            "13800138000x9",
            "13800138000 转 9",
            "13800138000;ext=9",
            "13800138000#9",
            "l3800138000",
            "1380013800O",
            "+86013800138000",
            "+86 (0) 138 0013 8000",
            "1380013800",
            "138001380001",
            "+٨٦١٣٨٠٠١٣٨٠٠٠",
            "१३८००१३८०००",
            "①③⑧⓪⓪①③⑧⓪⓪⓪",
            "138.0013.8000",
            "+8610-65551234",
            "++8613800138000",
            "+008613800138000",
            "86+13800138000",
            "(+86 13800138000",
            "+86) 13800138000",
            "((86))13800138000",
            "13800138000,13800138001",
            "13800138000 13800138001",
            "13800138000\n13800138001",
            "138\n00138000",
            "138\t00138000",
            "138\u{2028}00138000",
            "138\u{0}00138000",
            "13800138000\u{0}",
            "\u{7f}13800138000",
            "tel:tel:13800138000",
            "tel://13800138000",
            "sms:13800138000",
            "telephone:13800138000",
            "+86 1380013800013800138000138001380013800013800138000",
        ] {
            assert_eq!(parse(typed), Err(PhoneFault::NotANumber), "{typed:?}");
        }
    }

    #[test]
    fn other_countries_need_a_plus_and_a_place_on_the_list() {
        for typed in [
            "+441632960001",
            "+19005550100",
            "+88213000000",
            "0044 1632 960001",
            "（＋４４）1632 960001",
            "tel:+44-1632-960001",
        ] {
            assert_eq!(parse(typed), Err(PhoneFault::Country), "{typed:?}");
        }
        let codes = CallingCodes::parse("86, +852").unwrap();
        let number = PhoneNumber::parse("+852 5123 4567", &codes).unwrap();
        assert_eq!(
            (number.as_str(), number.typed(), number.range()),
            ("+85251234567", "+85251234567", "8525123")
        );
        assert_eq!(PhoneNumber::parse("85251234567", &codes), Err(PhoneFault::NotANumber));
        for list in ["", ",", "86,x", "086", "86;852", "12345"] {
            assert_eq!(CallingCodes::parse(list), None, "{list:?}");
        }
    }

    #[test]
    fn mainland_numbers_are_shown_as_they_are_typed() {
        let number = PhoneNumber::parse("+8613800138000", &CallingCodes::default()).unwrap();
        assert_eq!((number.typed(), number.range()), ("13800138000", "8613800"));
        assert_eq!(format!("{number:?}"), "PhoneNumber(..)");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_stumble_and_what_is_read_reads_back(typed in ".{0,30}") {
            if let Ok(number) = PhoneNumber::parse(&typed, &CallingCodes::default()) {
                let again = PhoneNumber::parse(number.as_str(), &CallingCodes::default());
                proptest::prop_assert_eq!(again.as_ref(), Ok(&number));
                proptest::prop_assert_eq!(PhoneNumber::parse(number.typed(), &CallingCodes::default()), Ok(number));
            }
        }

        #[test]
        fn what_comes_along_with_a_number_changes_nothing_and_anything_else_does(
            rest in "[0-9]{9}",
            second in 3..=9_u8,
            prefix in "(tel: ?)?(|86|0086|[+＋]86|[(（][+＋]?86[)）]) ?",
            marks in proptest::collection::vec(
                (0..11_usize, "[ \\-\u{a0}\u{3000}\u{2010}-\u{2015}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}]{0,3}"),
                0..6,
            ),
            is_wide: bool,
            end in "(\r?\n)?",
            other in "\\PC",
            at in 0..11_usize,
        ) {
            let bare = format!("1{second}{rest}");
            let wide = |c: char| char::from_u32(u32::from(c) + if is_wide { 0xfee0 } else { 0 }).unwrap();
            let mut typed: Vec<String> = bare.chars().map(|c| wide(c).to_string()).collect();
            for (at, marks) in marks {
                typed[at].insert_str(0, &marks);
            }
            let plain = format!("{prefix}{}{end}", typed.concat());
            proptest::prop_assert_eq!(parse(&plain), Ok(format!("+86{bare}")), "{:?}", plain);
            let is_mark = other.chars().all(|c| is_blank(c) || is_hyphen(c) || is_invisible(c));
            typed[at].push_str(&other);
            let is_number = parse(&format!("{prefix}{}{end}", typed.concat())).is_ok();
            proptest::prop_assert_eq!(is_number, is_mark, "{:?}", other);
        }
    }
}
