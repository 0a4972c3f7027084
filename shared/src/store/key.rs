//! Every key pattern of the table, on one screen.
//!
//! | item | `pk` | `sk` |
//! | --- | --- | --- |
//! | account, with its sessions and details | `ACCOUNT#<number>` | `ACCOUNT` |
//! | company data of an account | `ACCOUNT#<number>` | `COMPANY` |
//! | attempts on an account | `ACCOUNT#<number>` | `ATTEMPTS` |
//! | what was done about an account | `ACCOUNT#<number>` | `HISTORY#<microseconds since 1970>#<mark>` |
//! | claim on a username | `GUARD#username#<canonical name>` | `GUARD` |
//! | claim on an e-mail address | `GUARD#email#<canonical address>` | `GUARD` |
//! | claim on a phone number | `GUARD#phone#<number in E.164>` | `GUARD` |
//! | claim on an id at WeChat | `GUARD#weixin#<openid>` | `GUARD` |
//! | booking of an event | `BOOKING#<event>#<shard>` | `<number of the account>` |
//! | attempts on an identifier that nobody has | `ATTEMPTS#<keyed fingerprint>` | `ATTEMPTS` |
//! | verification code | `CODE#<keyed fingerprint>` | `CODE` |
//! | messages taken out of a budget on one day | `BUDGET#<scope>#<day>` | `BUDGET` |
//! | who is a superuser | `REGISTRY#superusers` | `REGISTRY` |
//! | groups of the staff console | `REGISTRY#groups` | `REGISTRY` |
//! | deeds of a network address | `ADDRESS#<keyed fingerprint>#<deed>#<seconds>#<window>` | `ADDRESS` |
//!
//! Accounts are also listed in four indexes, each with attributes of the account item for its key:
//!
//! | index | partition | sort |
//! | --- | --- | --- |
//! | `everyone` | `listed_in`: one of 8 shards, by the number | `place`: `<role's digit>#<number in 10 digits>` |
//! | `by_first_name` | `listed_first`: the folded given name | `place` |
//! | `by_last_name` | `listed_last`: the folded family name | `place` |
//! | `by_full_name` | `listed_full`: `<bytes of the given name>#<given name>#<family name>`, folded | `place` |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Item, StoreError, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::{Allowance, Deed};
use crate::domain::directory::{FoldedName, Position};
use crate::domain::email_address::EmailAddress;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::role::Role;
use crate::domain::username;
use crate::domain::weixin::OpenId;
use crate::domain::{bookings, bookings::Event};

/// The table's partition key attribute.
pub const PARTITION: &str = "pk";
/// The table's sort key attribute.
pub const SORT: &str = "sk";
/// The attribute by which DynamoDB sweeps what has expired, in seconds since 1970.
pub const TTL: &str = "ttl";

/// The longest text that is looked up as a username or a name as it is.
const MAX_TYPED_BYTES: usize = 1024;

/// The sort attribute of every index: where the account stands in each list.
pub const PLACE: &str = "place";

/// Above every number a place can hold: ten digits, like every number in a place.
const LAST_PLACE: u64 = 9_999_999_999;

/// How many partitions hold the list of all accounts, so that no single one takes every registration.
pub const SHARDS: u32 = 8;

/// A list that accounts stand in, sorted by [`PLACE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    /// Everybody, in shards.
    Everyone,
    /// By given name.
    FirstName,
    /// By family name.
    LastName,
    /// By both.
    FullName,
}

impl Index {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Everyone, Self::FirstName, Self::LastName, Self::FullName];

    /// The index's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::FirstName => "by_first_name",
            Self::LastName => "by_last_name",
            Self::FullName => "by_full_name",
        }
    }

    /// The attribute that is its partition key.
    #[must_use]
    pub const fn partition(self) -> &'static str {
        match self {
            Self::Everyone => "listed_in",
            Self::FirstName => "listed_first",
            Self::LastName => "listed_last",
            Self::FullName => "listed_full",
        }
    }
}

/// The key of one item.
pub type Key = HashMap<String, AttributeValue>;

/// An identifier that belongs to one account at most.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// A username, in canonical spelling.
    Username(String),
    /// An e-mail address, in canonical spelling.
    Email(String),
    /// A phone number in E.164.
    Phone(String),
    /// An id at WeChat, which nobody logs in by.
    Weixin(String),
}

impl Identifier {
    /// What somebody typed where a username belongs.
    #[must_use]
    pub fn typed_username(typed: &str) -> Self {
        let canonical = username::canonical(typed);
        // What is longer than any username is looked up under a name that none can have, so that it is
        // answered like any other unknown one.
        Self::Username(within_bounds(canonical))
    }

    /// A username's claim.
    #[must_use]
    pub fn username(name: &username::Username) -> Self {
        Self::Username(name.canonical())
    }

    /// An address's claim.
    #[must_use]
    pub fn email(address: &EmailAddress) -> Self {
        Self::Email(address.canonical().to_owned())
    }

    /// The claim on an id at WeChat.
    #[must_use]
    pub fn weixin(id: &OpenId) -> Self {
        Self::Weixin(id.as_str().to_owned())
    }

    /// A number's claim.
    #[must_use]
    pub fn phone(number: &PhoneNumber) -> Self {
        Self::Phone(number.as_str().to_owned())
    }
}

/// The account's item.
#[must_use]
pub fn account(number: AccountNumber) -> Key {
    key(format!("ACCOUNT#{number}"), "ACCOUNT")
}

/// What every account item has for a sort key, and no other item.
#[must_use]
pub fn account_sort() -> AttributeValue {
    text("ACCOUNT")
}

/// What an account's holder told of a company, beside the account's item.
#[must_use]
pub fn company(number: AccountNumber) -> Key {
    key(format!("ACCOUNT#{number}"), "COMPANY")
}

/// Something that was done about an account, beside the account's item; in the order of time.
#[must_use]
pub fn history(number: AccountNumber, at: Timestamp, op: &str) -> Key {
    key(format!("ACCOUNT#{number}"), &format!("HISTORY#{:016}#{op}", at.as_microsecond()))
}

/// The partition that holds an account's history, and what its items' sort keys begin with.
#[must_use]
pub fn histories(number: AccountNumber) -> (String, &'static str) {
    (format!("ACCOUNT#{number}"), "HISTORY#")
}

/// Reads the number off the key of an account's item, or of one beside it.
pub(super) fn number_of(item: &Item) -> Result<AccountNumber, StoreError> {
    let partition = item.get(PARTITION).and_then(|value| value.as_s().ok());
    let number = partition.and_then(|partition| AccountNumber::parse(partition.strip_prefix("ACCOUNT#")?));
    number.ok_or_else(|| StoreError::Unreadable("an account without its number".to_owned()))
}

/// The claim on an identifier.
#[must_use]
pub fn guard(identifier: &Identifier) -> Key {
    let partition = match identifier {
        Identifier::Username(canonical) => format!("GUARD#username#{canonical}"),
        Identifier::Email(canonical) => format!("GUARD#email#{canonical}"),
        Identifier::Phone(number) => format!("GUARD#phone#{number}"),
        Identifier::Weixin(id) => format!("GUARD#weixin#{id}"),
    };
    key(partition, "GUARD")
}

/// What attempts are counted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An account, or a number that somebody typed and perhaps nobody has.
    Account(AccountNumber),
    /// An identifier that nobody has, as a keyed fingerprint.
    Nobody(String),
}

/// The attempts on one account, or on one identifier that nobody has. An account's lie beside it, where
/// whoever has no secret finds them.
#[must_use]
pub fn attempts(subject: &Subject) -> Key {
    match subject {
        Subject::Account(number) => key(format!("ACCOUNT#{number}"), "ATTEMPTS"),
        Subject::Nobody(fingerprint) => key(format!("ATTEMPTS#{fingerprint}"), "ATTEMPTS"),
    }
}

/// The codes that went to one destination.
#[must_use]
pub fn code(fingerprint: &str) -> Key {
    key(format!("CODE#{fingerprint}"), "CODE")
}

/// An account's booking of an event.
#[must_use]
pub fn booking(event: &Event, account: AccountNumber) -> Key {
    key(bookings_of(event, bookings::shard(account)), &account.to_string())
}

/// The partition with one share of an event's bookings.
#[must_use]
pub fn bookings_of(event: &Event, shard: u32) -> String {
    format!("BOOKING#{}#{shard}", event.number)
}

/// What was taken out of a budget on one day.
#[must_use]
pub fn budget(scope: &str, day: i64) -> Key {
    key(format!("BUDGET#{scope}#{day}"), "BUDGET")
}

/// The accounts that are superusers and may come in: a set, so that the last one can be told from
/// the others without looking through the pool.
#[must_use]
pub fn superusers() -> Key {
    key("REGISTRY#superusers".to_owned(), "REGISTRY")
}

/// The groups of the staff console, each name with its number.
#[must_use]
pub fn groups() -> Key {
    key("REGISTRY#groups".to_owned(), "REGISTRY")
}

/// One window of one network address's deeds.
#[must_use]
pub fn address(fingerprint: &str, deed: Deed, allowance: &Allowance, window: i64) -> Key {
    let (deed, seconds) = (deed.name(), allowance.window.as_secs());
    key(format!("ADDRESS#{fingerprint}#{deed}#{seconds}#{window}"), "ADDRESS")
}

/// Where an account with that role and number stands in every list.
#[must_use]
pub fn place(position: Position) -> String {
    place_of(position.role, u64::from(position.number.get()))
}

/// The first and the last place of those with that role, or of all, that come after the given one.
/// Nobody is there where the first is above the last.
#[must_use]
pub fn places(role: Option<Role>, after: Option<Position>) -> (String, String) {
    let (lowest, highest) = role.map_or((Role::Administrator, Role::Volunteer), |role| (role, role));
    let first = after.map(|after| place_of(after.role, u64::from(after.number.get()) + 1));
    let first = first.into_iter().chain([place_of(lowest, 0)]).max().unwrap_or_default();
    (first, place_of(highest, LAST_PLACE))
}

/// Reads a place.
#[must_use]
pub fn read_place(place: &str) -> Option<Position> {
    let (digit, number) = place.split_once('#')?;
    let number = AccountNumber::new(number.parse().ok()?);
    Some(Position { role: Role::with_digit(digit)?, number })
}

/// The shard of the list of all that has the account.
#[must_use]
pub fn shard(number: AccountNumber) -> String {
    (number.get() % SHARDS).to_string()
}

/// All of the shards.
pub fn shards() -> impl Iterator<Item = String> {
    (0..SHARDS).map(|shard| shard.to_string())
}

/// The partition of those with that name, given or family.
#[must_use]
pub fn listed_name(name: &FoldedName) -> String {
    within_bounds(name.as_str().to_owned())
}

/// The partition of those with both names. The length in front tells where the first name ends,
/// whatever the names hold.
#[must_use]
pub fn listed_full_name(first: &FoldedName, last: &FoldedName) -> String {
    let (first, last) = (first.as_str(), last.as_str());
    within_bounds(format!("{}#{first}#{last}", first.len()))
}

/// An item that never exists.
#[must_use]
pub fn warm_up() -> Key {
    key("WARM-UP".to_owned(), "WARM-UP")
}

fn place_of(role: Role, number: u64) -> String {
    format!("{}#{number:010}", role.digit())
}

/// DynamoDB takes keys of 2,048 bytes at most, an index 2,048 for its partition: what is longer than
/// its bound stands under its digest.
fn within_bounds(text: String) -> String {
    if text.len() > MAX_TYPED_BYTES {
        return format!("!{}", HEXLOWER.encode(&Sha256::digest(text)));
    }
    text
}

fn key(partition: String, sort: &str) -> Key {
    HashMap::from([(PARTITION.to_owned(), text(partition)), (SORT.to_owned(), text(sort))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(role: Role, number: u32) -> Position {
        Position { role, number: AccountNumber::new(number) }
    }

    #[test]
    fn places_read_back_and_sort_by_role_and_number() {
        let positions = [
            position(Role::Administrator, 0),
            position(Role::Administrator, u32::MAX),
            position(Role::Donor, 99_999_999),
            position(Role::Donor, 100_000_000),
            position(Role::Volunteer, 1),
        ];
        assert_eq!(positions.map(|one| read_place(&place(one))), positions.map(Some));
        assert!(positions.map(place).is_sorted());
    }

    #[test]
    fn a_range_of_places_holds_one_role_or_all_and_only_what_comes_after() {
        let within = |role, after, one| {
            let (first, last) = places(role, after);
            (first..=last).contains(&place(one))
        };
        let donor = |number| position(Role::Donor, number);
        assert!(within(None, None, position(Role::Administrator, 0)));
        assert!(within(None, None, position(Role::Volunteer, u32::MAX)));
        assert!(
            within(Some(Role::Donor), None, donor(0)) && within(Some(Role::Donor), None, donor(u32::MAX))
        );
        assert!(!within(Some(Role::Donor), None, position(Role::Volunteer, 0)));
        assert!(!within(None, Some(donor(7)), donor(7)) && within(None, Some(donor(7)), donor(8)));
        assert!(within(None, Some(donor(u32::MAX)), position(Role::Volunteer, 0)));
        // A position of another role opens nothing before or behind the role that was asked for.
        for other in [Role::Administrator, Role::Volunteer].map(|role| position(role, 7)) {
            assert!(!within(Some(Role::Donor), Some(other), other));
        }
        let (first, last) = places(Some(Role::Donor), Some(position(Role::Volunteer, 7)));
        assert!(first > last);
    }

    #[test]
    fn every_account_has_one_of_the_shards() {
        let all: Vec<String> = shards().collect();
        for number in 0..100 {
            let number = AccountNumber::new(number);
            assert_eq!(all.iter().filter(|one| **one == shard(number)).count(), 1);
        }
    }

    #[test]
    fn two_names_cannot_be_read_as_two_others() {
        let name = |text| FoldedName::of(text).expect("a name");
        let partition = |first, last| listed_full_name(&name(first), &name(last));
        assert_ne!(partition("a#b", "c"), partition("a", "b#c"));
        assert_ne!(partition("1#a", "c"), partition("1", "a#c"));
        let long = "王".repeat(5_000);
        assert_eq!((listed_name(&name(&long)).len(), partition(&long, &long).len()), (65, 65));
    }
}
