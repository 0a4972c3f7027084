//! Verification codes: one item per purpose and address, whether or not anybody has that address.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem};
use jiff::Timestamp;

use super::account::{OP, credential_update};
use super::expression::Update;
use super::key::{self, Identifier};
use super::transaction::Transaction;
use super::{Guarded, Item, Store, StoreError, Write, number, text};
use crate::domain::account::Account;
use crate::domain::code::TRIES;
use crate::domain::credential::StoredCredential;

const DIGEST: &str = "digest";
const NONCE: &str = "nonce";
const EXPIRES: &str = "expires";
const TRIED: &str = "tried";
const SENT: &str = "sent";

/// How long the item is kept for its history of messages.
const KEPT_SECONDS: i64 = 48 * 3600;

/// A code about to be sent.
#[derive(Debug)]
pub struct NewCode<'a> {
    /// The keyed fingerprint of purpose and address.
    pub subject: &'a str,
    /// The code's keyed digest.
    pub digest: &'a str,
    /// What the digest was salted with.
    pub nonce: &'a str,
    /// When the code dies.
    pub expires: Timestamp,
    /// The messages of the last day, this one included.
    pub sent: &'a [Timestamp],
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

/// What stands in the way of a new code: the messages before it, and the mark of the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeHistory {
    /// The messages of the last day or so.
    pub sent: Vec<Timestamp>,
    /// The mark of whoever wrote last.
    pub op: String,
}

/// A code that was tried.
#[derive(Clone, PartialEq, Eq)]
pub struct TriedCode {
    /// Its keyed digest.
    pub digest: String,
    /// What the digest was salted with.
    pub nonce: String,
    /// The mark of whoever wrote it.
    pub op: String,
}

impl Store {
    /// Puts a code in the place of any earlier one of the same purpose and address, provided that
    /// nothing happened there since `seen` (nothing ever, if that is `None`). `Err` holds what did.
    pub async fn put_code(
        &self,
        new: &NewCode<'_>,
        seen: Option<&CodeHistory>,
    ) -> Result<Result<(), Option<CodeHistory>>, StoreError> {
        let sent = new.sent.iter().map(|time| number(time.as_microsecond())).collect();
        let update = Update::default()
            .set(DIGEST, text(new.digest))
            .set(NONCE, text(new.nonce))
            .set(EXPIRES, number(new.expires.as_microsecond()))
            .set(TRIED, number(0))
            .set(SENT, AttributeValue::L(sent))
            .set(OP, text(new.op))
            .set(key::TTL, number(new.expires.as_second() + KEPT_SECONDS));
        let update = match seen {
            None => update.if_absent(OP),
            Some(seen) => update.if_equal(OP, text(&seen.op)),
        };
        match self.write_code(new.subject, update).await? {
            Ok(_) => Ok(Ok(())),
            Err(item) if item.as_ref().is_some_and(|item| item.get(OP) == Some(&text(new.op))) => Ok(Ok(())),
            Err(item) => Ok(Err(item.as_ref().and_then(history))),
        }
    }

    /// Withdraws a code whose message was never sent, and the message from the history, so that the
    /// next request may send at once.
    pub async fn withdraw_code(&self, new: &NewCode<'_>) -> Result<(), StoreError> {
        let earlier = new.sent.split_last().map_or(&[][..], |(_, earlier)| earlier);
        let sent = earlier.iter().map(|time| number(time.as_microsecond())).collect();
        let update = Update::default()
            .set(SENT, AttributeValue::L(sent))
            .remove(DIGEST)
            .remove(NONCE)
            .if_equal(OP, text(new.op));
        // If another code took its place meanwhile, there is nothing left to withdraw.
        self.write_code(new.subject, update).await?.ok();
        Ok(())
    }

    /// Counts a try at the code of that purpose and address, if one lives, and hands it out to be
    /// compared. The count comes first: however many try at once, five are compared.
    pub async fn try_code(&self, subject: &str, now: Timestamp) -> Result<Option<TriedCode>, StoreError> {
        let update = Update::default()
            .increase(TRIED, 1)
            .if_below(TRIED, i64::from(TRIES))
            .if_above(EXPIRES, now.as_microsecond())
            .if_present(DIGEST);
        Ok(self.write_code(subject, update).await?.ok().as_ref().and_then(tried))
    }

    /// Uses the code up and sets the new password, both or neither. With `proven`, the claim on the
    /// address is marked as proven by the same stroke.
    pub async fn redeem_for_credential(
        &self,
        account: &Account,
        new: &StoredCredential,
        reset: &Redemption<'_>,
    ) -> Result<Write, StoreError> {
        let on = Guarded { number: account.number, epoch: account.epoch, op: reset.op };
        let mut items = vec![
            self.guarded_part(on, credential_update(account, new)),
            self.consume(reset.subject, reset.code),
        ];
        if let Some(identifier) = reset.proven {
            items.push(self.mark_proven(identifier, account.number));
        }
        Ok(match self.transact(items, account.number, reset.op).await? {
            Transaction::Applied => Write::Applied,
            Transaction::Failed(_) => Write::Refused,
        })
    }

    fn consume(&self, subject: &str, code: &TriedCode) -> TransactWriteItem {
        let update =
            Update::default().remove(DIGEST).remove(NONCE).if_equal(OP, text(&code.op)).if_present(DIGEST);
        update.into_part(&self.table, key::code(subject))
    }

    /// Writes the code's item and hands it out; `Err` holds the item that stood in the way.
    async fn write_code(
        &self,
        subject: &str,
        update: Update,
    ) -> Result<Result<Item, Option<Item>>, StoreError> {
        self.update(key::code(subject), update, ReturnValue::AllNew).await
    }
}

/// A code about to be used up.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// The keyed fingerprint of its purpose and address.
    pub subject: &'a str,
    /// The code, as it was tried.
    pub code: &'a TriedCode,
    /// The claim that the code has proven, if it has.
    pub proven: Option<&'a Identifier>,
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

fn history(item: &Item) -> Option<CodeHistory> {
    let time = |value: &AttributeValue| Timestamp::from_microsecond(value.as_n().ok()?.parse().ok()?).ok();
    let sent = item.get(SENT)?.as_l().ok()?.iter().filter_map(time).collect();
    Some(CodeHistory { sent, op: item.get(OP)?.as_s().ok()?.clone() })
}

fn tried(item: &Item) -> Option<TriedCode> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    Some(TriedCode { digest: text(DIGEST)?, nonce: text(NONCE)?, op: text(OP)? })
}

impl std::fmt::Debug for TriedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TriedCode(..)")
    }
}
