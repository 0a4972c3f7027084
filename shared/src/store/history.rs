//! The history of an account: one item per act, written in the transaction that does it.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::{Store, key, number, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::history::{Act, Actor, KEPT, Record};
use crate::domain::role::Role;

const ACT: &str = "act";
const ROLE: &str = "role";
/// Who did it: a word, or a word and a name behind a blank.
const BY: &str = "by";
const DOOR: &str = "door";
const AT: &str = "at";

impl Store {
    /// The part of a transaction that writes down what it does to the account. `op` is the transaction's
    /// mark, so that one tried again writes the same item.
    pub(super) fn record_part(&self, account: AccountNumber, record: &Record, op: &str) -> TransactWriteItem {
        let mut item = key::history(account, record.at, op);
        let (act, role) = word(record.act);
        let by = match &record.by {
            Actor::Oneself => "oneself".to_owned(),
            Actor::CodeReader => "code".to_owned(),
            Actor::Account(number) => format!("account {number}"),
            Actor::Operator(identity) => format!("operator {identity}"),
        };
        let kept = i64::try_from(KEPT.as_secs()).expect("400 days fit 64 bits");
        let attributes = [
            (ACT, text(act)),
            (BY, text(by)),
            (DOOR, text(&record.door)),
            (AT, number(record.at.as_microsecond())),
            (key::TTL, number(record.at.as_second().saturating_add(kept))),
        ];
        item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
        item.extend(role.map(|role| (ROLE.to_owned(), text(role.word()))));
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build();
        let put = put.expect("a put with a table and an item is complete");
        TransactWriteItem::builder().put(put).build()
    }
}

/// The act's word in the table, and the role that goes with it.
fn word(act: Act) -> (&'static str, Option<Role>) {
    match act {
        Act::Created => ("created", None),
        Act::MovedIn => ("moved-in", None),
        Act::Frozen => ("frozen", None),
        Act::Released => ("released", None),
        Act::Deleted => ("deleted", None),
        Act::StaffGiven => ("staff-given", None),
        Act::StaffTaken => ("staff-taken", None),
        Act::SuperuserGiven => ("superuser-given", None),
        Act::SuperuserTaken => ("superuser-taken", None),
        Act::RoleGiven(role) => ("role-given", Some(role)),
        Act::GroupJoined => ("group-joined", None),
        Act::GroupLeft => ("group-left", None),
        Act::SessionsEnded => ("sessions-ended", None),
        Act::AttemptsForgiven => ("attempts-forgiven", None),
        Act::PasswordChanged => ("password-changed", None),
        Act::PasswordReset => ("password-reset", None),
        Act::EmailChanged => ("email-changed", None),
        Act::EmailProven => ("email-proven", None),
        Act::EmailVouched => ("email-vouched", None),
        Act::EmailLost => ("email-lost", None),
        Act::PhoneChanged => ("phone-changed", None),
        Act::WeixinBound => ("weixin-bound", None),
        Act::WeixinUnbound => ("weixin-unbound", None),
    }
}
