//! Every key pattern of the table, on one screen.
//!
//! | item | `pk` | `sk` |
//! | --- | --- | --- |
//! | account, with its sessions and details | `ACCOUNT#<number>` | `ACCOUNT` |
//! | claim on a username | `GUARD#username#<canonical name>` | `GUARD` |
//! | claim on an e-mail address | `GUARD#email#<canonical address>` | `GUARD` |
//! | password attempts | `ATTEMPTS#<keyed fingerprint>` | `ATTEMPTS` |
//! | deeds of a network address | `ADDRESS#<keyed fingerprint>#<deed>#<seconds>#<window>` | `ADDRESS` |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::text;
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::{Allowance, Deed};
use crate::domain::email_address::EmailAddress;
use crate::domain::username;

/// The table's partition key attribute.
pub const PARTITION: &str = "pk";
/// The table's sort key attribute.
pub const SORT: &str = "sk";
/// The attribute by which DynamoDB sweeps what has expired, in seconds since 1970.
pub const TTL: &str = "ttl";

/// The key of one item.
pub type Key = HashMap<String, AttributeValue>;

/// An identifier that belongs to one account at most.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// A username, in canonical spelling.
    Username(String),
    /// An e-mail address, in canonical spelling.
    Email(String),
}

impl Identifier {
    /// What somebody typed where a username belongs.
    #[must_use]
    pub fn typed_username(typed: &str) -> Self {
        Self::Username(username::canonical(typed))
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
    };
    key(partition, "GUARD")
}

/// The attempts on one account, or on one identifier that nobody has.
#[must_use]
pub fn attempts(fingerprint: &str) -> Key {
    key(format!("ATTEMPTS#{fingerprint}"), "ATTEMPTS")
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
