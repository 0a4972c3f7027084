//! Every key pattern of the table, on one screen.
//!
//! | item | `pk` | `sk` |
//! | --- | --- | --- |
//! | account, with its sessions and details | `ACCOUNT#<number>` | `ACCOUNT` |
//! | claim on a username | `GUARD#username#<canonical name>` | `GUARD` |
//! | claim on an e-mail address | `GUARD#email#<canonical address>` | `GUARD` |
//! | claim on a phone number | `GUARD#phone#<number in E.164>` | `GUARD` |
//! | password attempts | `ATTEMPTS#<keyed fingerprint>` | `ATTEMPTS` |
//! | verification code | `CODE#<keyed fingerprint>` | `CODE` |
//! | requests for messages, by everybody | `BUDGET#<channel>#<shard>#<seconds>#<window>` | `BUDGET` |
//! | who is a superuser | `REGISTRY#superusers` | `REGISTRY` |
//! | groups of the staff console | `REGISTRY#groups` | `REGISTRY` |
//! | deeds of a network address | `ADDRESS#<keyed fingerprint>#<deed>#<seconds>#<window>` | `ADDRESS` |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::text;
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::{Allowance, Deed};
use crate::domain::email_address::EmailAddress;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::username;

/// The table's partition key attribute.
pub const PARTITION: &str = "pk";
/// The table's sort key attribute.
pub const SORT: &str = "sk";
/// The attribute by which DynamoDB sweeps what has expired, in seconds since 1970.
pub const TTL: &str = "ttl";

/// The longest text that is looked up as a username as it is.
const MAX_TYPED_BYTES: usize = 1024;

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
}

impl Identifier {
    /// What somebody typed where a username belongs.
    #[must_use]
    pub fn typed_username(typed: &str) -> Self {
        let canonical = username::canonical(typed);
        // DynamoDB takes keys of 2,048 bytes at most. What is longer than any username is looked up
        // under a name that none can have, so that it is answered like any other unknown one.
        if canonical.len() > MAX_TYPED_BYTES {
            return Self::Username(format!("!{}", HEXLOWER.encode(&Sha256::digest(canonical))));
        }
        Self::Username(canonical)
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

/// The claim on an identifier.
#[must_use]
pub fn guard(identifier: &Identifier) -> Key {
    let partition = match identifier {
        Identifier::Username(canonical) => format!("GUARD#username#{canonical}"),
        Identifier::Email(canonical) => format!("GUARD#email#{canonical}"),
        Identifier::Phone(number) => format!("GUARD#phone#{number}"),
    };
    key(partition, "GUARD")
}

/// The attempts on one account, or on one identifier that nobody has.
#[must_use]
pub fn attempts(fingerprint: &str) -> Key {
    key(format!("ATTEMPTS#{fingerprint}"), "ATTEMPTS")
}

/// The code of one purpose and address.
#[must_use]
pub fn code(fingerprint: &str) -> Key {
    key(format!("CODE#{fingerprint}"), "CODE")
}

/// One share of what the deployment sends in one window.
#[must_use]
pub fn budget(channel: &str, shard: u32, allowance: &Allowance, window: i64) -> Key {
    let seconds = allowance.window.as_secs();
    key(format!("BUDGET#{channel}#{shard}#{seconds}#{window}"), "BUDGET")
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

/// An item that never exists.
#[must_use]
pub fn warm_up() -> Key {
    key("WARM-UP".to_owned(), "WARM-UP")
}

fn key(partition: String, sort: &str) -> Key {
    HashMap::from([(PARTITION.to_owned(), text(partition)), (SORT.to_owned(), text(sort))])
}
