//! The directory of the pool: by what people are found, and in which order they are listed.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use icu_normalizer::ComposingNormalizerBorrowed;

use super::account::Standing;
use super::account_number::AccountNumber;
use super::role::Role;
use super::text;

/// What people are looked for by. Whatever is absent does not matter; what is there has to fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// The given name.
    pub first_name: Option<FoldedName>,
    /// The family name.
    pub last_name: Option<FoldedName>,
    /// The role.
    pub role: Option<Role>,
}

/// What is known of an account that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether it is one of the charity's people, who alone are found.
    pub is_of_charity: bool,
    /// Whether it may be used.
    pub standing: Standing,
    /// Its role.
    pub role: Role,
    /// Given name; empty until set.
    pub first_name: String,
    /// Family name; empty until set.
    pub last_name: String,
}

/// How many accounts a page may name: 1 to 1,000 (docs/contracts/charity.md#search).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(u16);

/// Where an account stands in every list: by its role's digit, then by its number.
///
/// That order is the same in every search, holds still while nobody's role changes, and needs nothing
/// but the account itself. As text it is what a page names as the start of the next one: opaque, and
/// no more than the account's role and number, so that it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The role it is listed under.
    pub role: Role,
    /// Its number.
    pub number: AccountNumber,
}

/// A given or family name as it is compared: without regard to case and to how its letters are composed.
///
/// Unicode's full case mapping, down, up and down again: `ß`, `ẞ` and `SS` are one, as are the sigmas
/// `Σ`, `σ` and `ς`. Which of `I`, `i`, `İ` and `ı` are pairs depends on the language, so all four are
/// one. Accents and widths are kept: `José` is not `Jose`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FoldedName(String);

/// The text is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position in the directory")]
pub struct InvalidPosition;

/// How many bytes a position is made of: a role's digit and the number.
const POSITION_BYTES: usize = 5;

impl Criteria {
    /// Whether the account is one of those looked for. Frozen ones are, deleted ones are not.
    #[must_use]
    pub fn fit(&self, entry: &Entry) -> bool {
        let is_named =
            |wanted: &Option<FoldedName>, name: &str| wanted.is_none() || *wanted == FoldedName::of(name);
        entry.is_of_charity
            && entry.standing != Standing::Deleted
            && self.role.is_none_or(|role| role == entry.role)
            && is_named(&self.first_name, &entry.first_name)
            && is_named(&self.last_name, &entry.last_name)
    }

    /// Whether a page of this search can have ended there.
    #[must_use]
    pub fn can_go_on_from(&self, position: Position) -> bool {
        self.role.is_none_or(|role| role == position.role)
    }
}

impl PageLimit {
    /// The largest, and the usual one.
    pub const MOST: Self = Self(1000);

    /// That many, if a page may be so large.
    #[must_use]
    pub fn new(limit: u64) -> Option<Self> {
        let limit = u16::try_from(limit).ok().map(Self)?;
        (1..=Self::MOST.0).contains(&limit.0).then_some(limit)
    }

    /// The bare number.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl FoldedName {
    /// The name as it is compared, or nothing for one that is empty or white space.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let normalizer = ComposingNormalizerBorrowed::new_nfc();
        let name = normalizer.normalize(text::strip(name)).to_lowercase().to_uppercase().to_lowercase();
        let name = normalizer.normalize(&undotted(&name)).into_owned();
        (!name.is_empty()).then_some(Self(name))
    }

    /// The text that stands for the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes the dot off `i`, which `İ` leaves there when it becomes lower case.
fn undotted(text: &str) -> String {
    let mut follows_i = false;
    let keep = |c: &char| {
        let is_dot = follows_i && *c == '\u{307}';
        follows_i = *c == 'i' || is_dot;
        !is_dot
    };
    text.chars().filter(keep).collect()
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; POSITION_BYTES];
        let (role, number) = bytes.split_at_mut(1);
        role.copy_from_slice(self.role.digit().as_bytes());
        number.copy_from_slice(&self.number.get().to_be_bytes());
        f.write_str(&HEXLOWER.encode(&bytes))
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| InvalidPosition)?;
        let [role, number @ ..] = <[u8; POSITION_BYTES]>::try_from(bytes).map_err(|_| InvalidPosition)?;
        let role = Role::ALL.into_iter().find(|known| known.digit().as_bytes() == [role]);
        let role = role.ok_or(InvalidPosition)?;
        Ok(Self { role, number: AccountNumber::new(u32::from_be_bytes(number)) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        FoldedName::of(one) == FoldedName::of(other)
    }

    #[test]
    fn names_are_the_same_in_any_case() {
        for (one, other) in [
            ("Sinope", "sINOPE"),
            ("Straße", "STRASSE"),
            ("Straße", "STRAẞE"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("ΣΑΣ", "σασ"),
            ("Işık", "IŞIK"),
            ("İnci", "İNCİ"),
            ("İnci", "INCI"),
            ("Дарья", "ДАРЬЯ"),
            ("王小明", " 王小明\u{3000}"),
            ("Zo\u{eb}", "ZOE\u{308}"),
            ("ﬁona", "FIONA"),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn names_that_differ_in_more_than_case_are_two() {
        for (one, other) in [("José", "Jose"), ("王", "玉"), ("王小明", "王 小明"), ("Li", "Ｌi"), ("a", "")]
        {
            assert!(!same(one, other), "{one} and {other}");
        }
        for nothing in ["", " ", "\u{3000}\t"] {
            assert_eq!(FoldedName::of(nothing), None);
        }
    }

    #[test]
    fn a_page_names_at_least_one_and_at_most_a_thousand() {
        let limits =
            [0, 1, 1000, 1001, 65_537, u64::MAX].map(|limit| PageLimit::new(limit).map(PageLimit::get));
        assert_eq!(limits, [None, Some(1), Some(1000), None, None, None]);
    }

    #[test]
    fn every_criterion_has_to_fit_and_the_deleted_fit_none() {
        let entry = Entry {
            is_of_charity: true,
            standing: Standing::Active,
            role: Role::Donor,
            first_name: "Sinope".to_owned(),
            last_name: String::new(),
        };
        let fits = |criteria: Criteria| criteria.fit(&entry);
        let name = FoldedName::of("sinope");
        assert!(fits(Criteria::default()));
        assert!(fits(Criteria { first_name: name.clone(), role: Some(Role::Donor), ..Criteria::default() }));
        assert!(!fits(Criteria {
            first_name: name.clone(),
            role: Some(Role::Volunteer),
            ..Criteria::default()
        }));
        assert!(!fits(Criteria { last_name: name.clone(), ..Criteria::default() }));
        assert!(!fits(Criteria { first_name: name.clone(), last_name: name, role: None }));
        let donors = Criteria { role: Some(Role::Donor), ..Criteria::default() };
        let after = |role| Position { role, number: AccountNumber::new(7) };
        assert!(donors.can_go_on_from(after(Role::Donor)) && !donors.can_go_on_from(after(Role::Volunteer)));
        assert!(Criteria::default().can_go_on_from(after(Role::Volunteer)));
        let at = |standing| Criteria::default().fit(&Entry { standing, ..entry.clone() });
        assert!(at(Standing::Frozen) && !at(Standing::Deleted));
    }

    #[test]
    fn positions_read_back_and_nothing_odd_is_one() {
        for role in Role::ALL {
            for number in [0, 1, 51_923_482, u32::MAX] {
                let position = Position { role, number: AccountNumber::new(number) };
                assert_eq!(position.to_string().parse(), Ok(position));
            }
        }
        let position = Position { role: Role::Donor, number: AccountNumber::new(51_923_482) };
        assert_eq!(position.to_string(), "3103184a1a");
        for odd in ["", "3103184a1", "3103184A1A", "3103184a1a0", "33ffffffff", "3103 184a1a", "3003184a1a "]
        {
            assert_eq!(odd.parse::<Position>(), Err(InvalidPosition), "{odd:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(name in "\\PC{0,12}") {
            if let Some(folded) = FoldedName::of(&name) {
                prop_assert_eq!(FoldedName::of(folded.as_str()), Some(folded));
            }
        }

        #[test]
        fn every_text_is_the_same_name_in_either_case(name in "\\PC{0,12}") {
            prop_assert!(same(&name, &name.to_lowercase()));
            prop_assert!(same(&name.to_uppercase(), &name.to_uppercase().to_lowercase()));
        }

        #[test]
        fn whatever_is_read_as_a_position_is_written_the_same(text in "[0-9a-f]{8,12}|.{0,12}") {
            if let Ok(position) = text.parse::<Position>() {
                prop_assert_eq!(position.to_string(), text);
            }
        }
    }
}
