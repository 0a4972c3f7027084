//! Mobile phone numbers: read strictly from what people type, kept and compared as E.164.
//!
//! One number has one canonical spelling, or claims and budgets could be passed by writing it
//! differently. Digits are ASCII; between them single blanks and hyphens may stand, nothing else.

use std::fmt;

/// The calling code of mainland China.
const MAINLAND: &str = "86";

/// The fewest and the most digits of a number with its calling code (E.164: 15 at most).
const FEWEST_DIGITS: usize = 8;
const MOST_DIGITS: usize = 15;

/// The most characters of a spelling that is looked at.
const MOST_TYPED: usize = 40;

/// How many digits of a number tell the range it was handed out in (security rule 2.2).
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
    if typed.len() > MOST_TYPED {
        return None;
    }
    let bare = typed.trim_matches(' ');
    let (is_international, rest) = match bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")) {
        Some(rest) => (true, rest),
        None => (false, bare),
    };
    let groups: Vec<&str> = rest.split([' ', '-']).collect();
    let is_group = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    groups.iter().all(is_group).then(|| (is_international, groups.concat()))
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
            "12345678901",
            "10086",
            "02584389999",
            "13800138000x9",
            "tel:+86-13800138000",
            "+86013800138000",
            "13800138000\n",
            "1380013800",
            "138001380001",
            "138--0013-8000",
            "１３８００１３８０００",
            "+٨٦١٣٨٠٠١٣٨٠٠٠",
            "(138)00138000",
            "138.0013.8000",
            "+8610-65551234",
            "++8613800138000",
            "+008613800138000",
            "13800138000,13800138001",
            "+86 1380013800013800138000138001380013800013800138000",
        ] {
            assert_eq!(parse(typed), Err(PhoneFault::NotANumber), "{typed:?}");
        }
    }

    #[test]
    fn other_countries_need_a_plus_and_a_place_on_the_list() {
        for typed in ["+441632960001", "+19005550100", "+88213000000", "0044 1632 960001"] {
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
        fn blanks_and_hyphens_between_digits_change_nothing(
            rest in "[0-9]{9}", second in 3..=9_u8, cuts in proptest::collection::vec((0..11_usize, 0..2_usize), 0..4)
        ) {
            let bare = format!("1{second}{rest}");
            let mut typed: Vec<String> = bare.chars().map(String::from).collect();
            for (at, kind) in cuts {
                if at > 0 && typed[at].len() == 1 {
                    typed[at] = format!("{}{}", [" ", "-"][kind], typed[at]);
                }
            }
            proptest::prop_assert_eq!(parse(&typed.concat()), Ok(format!("+86{bare}")));
        }
    }
}
