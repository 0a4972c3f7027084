//! Verification codes: one item per destination, whether or not anybody has that address or number.
//!
//! The item holds one map per purpose, which is the living code, and the history of the messages of
//! all purposes, so that a destination's numbers per hour and day are one decision.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem};
use jiff::Timestamp;

use super::account::{OP, credential_update};
use super::email_binding::proves_email;
use super::expression::{Place, Update};
use super::key::{self, Identifier};
use super::transaction::Transaction;
use super::{Guarded, Item, Store, StoreError, Write, number, text};
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::code::{self, CodePurpose, SentMessage, TRIES};
use crate::domain::credential::StoredCredential;

/// The messages of the last day: a map from each one's mark to its purpose and time.
const SENT: &str = "sent";

/// The entries of a code's map.
const DIGEST: &str = "digest";
const NONCE: &str = "nonce";
const EXPIRES: &str = "expires";
const TRIED: &str = "tried";
const OWNER: &str = "owner";

/// The attribute of an account that tells since when its codes count: those made before are dead.
pub(super) const CODES_SINCE: &str = "codes_since";

/// How long the item is kept for its history of messages.
const KEPT_SECONDS: i64 = 48 * 3600;

/// A message about to be sent, and the code in it.
#[derive(Debug)]
pub struct NewMessage {
    /// The keyed fingerprint of where it goes.
    pub destination: String,
    /// The name of what it is for.
    pub purpose: &'static str,
    /// When.
    pub at: Timestamp,
    /// The code in it, which takes the place of any earlier one; a message without one leaves that.
    pub code: Option<NewCode>,
    /// A random mark, fresh for every message.
    pub op: String,
}

/// A code about to be sent.
#[derive(Debug)]
pub struct NewCode {
    /// The code's keyed digest.
    pub digest: String,
    /// What the digest was salted with.
    pub nonce: String,
    /// Who asked for it, where somebody logged in did: nobody else can use it.
    pub owner: Option<AccountNumber>,
}

/// What went to a destination before, and the mark of who wrote last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageHistory {
    /// The messages of the last day or so.
    pub sent: Vec<SentMessage>,
    op: String,
}

/// A code that was tried.
#[derive(Clone, PartialEq, Eq)]
pub struct TriedCode {
    /// Its keyed digest.
    pub digest: String,
    /// What the digest was salted with.
    pub nonce: String,
    /// Who asked for it, where somebody logged in did.
    pub owner: Option<AccountNumber>,
    /// When it was made.
    pub made: Timestamp,
    op: String,
}

/// A code that was tried and is right. A transaction uses it up together with what it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct SpendableCode {
    destination: String,
    purpose: CodePurpose,
    made: Timestamp,
    op: String,
}

/// A code about to be used up for a new password.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// The code.
    pub code: &'a SpendableCode,
    /// The claim that the code has proven, if it has.
    pub proven: Option<&'a Identifier>,
    /// When.
    pub at: Timestamp,
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

impl Store {
    /// Notes a message before it is sent, and puts its code in the place of any earlier one of the same
    /// purpose and destination, provided that nothing happened there since `seen` (nothing ever, if
    /// that is `None`). `Err` holds what did.
    pub async fn put_message(
        &self,
        new: &NewMessage,
        seen: Option<&MessageHistory>,
    ) -> Result<Result<(), Option<MessageHistory>>, StoreError> {
        let own = SentMessage { purpose: new.purpose.to_owned(), at: new.at, mark: new.op.clone() };
        let earlier = seen.map(|seen| code::remember(seen.sent.clone(), new.at)).unwrap_or_default();
        let sent = earlier.iter().chain([&own]).map(entry).collect();
        let kept_until =
            new.at.saturating_add(code::LASTS).unwrap_or(Timestamp::MAX).as_second() + KEPT_SECONDS;
        let mut update = Update::default()
            .set(SENT, AttributeValue::M(sent))
            .set(OP, text(&new.op))
            .set(key::TTL, number(kept_until));
        if let Some(code) = &new.code {
            update = update.set(new.purpose, AttributeValue::M(record(new, code)));
        }
        let update = match seen {
            None => update.if_absent(OP),
            Some(seen) => update.if_equal(OP, text(&seen.op)),
        };
        // Another message may have been noted since ours was, by a request that an answer lost to us let in.
        let is_ours = |item: &Item| sent_messages(item).iter().any(|message| message.mark == new.op);
        match self.write_code(&new.destination, update).await? {
            Ok(_) => Ok(Ok(())),
            Err(item) if item.as_ref().is_some_and(is_ours) => Ok(Ok(())),
            Err(item) => Ok(Err(item.as_ref().and_then(history))),
        }
    }

    /// Takes a message that was never sent out of the history, and its code with it, so that the next
    /// request may send at once.
    pub async fn withdraw_message(&self, new: &NewMessage) -> Result<(), StoreError> {
        let place = Place::Entry(SENT, &new.op);
        let update = Update::default().remove(place).if_present(place).set(OP, text(format!("{}-", new.op)));
        let update = if new.code.is_some() {
            update.remove(new.purpose).if_equal(Place::Entry(new.purpose, OP), text(&new.op))
        } else {
            update
        };
        // If another code took its place meanwhile, there is nothing left to withdraw.
        self.write_code(&new.destination, update).await?.ok();
        Ok(())
    }

    /// Counts a try at the code of that purpose and destination, if one lives, and hands it out to be
    /// compared. The count comes first: however many try at once, five are compared.
    pub async fn try_code(
        &self,
        destination: &str,
        purpose: CodePurpose,
        now: Timestamp,
    ) -> Result<Option<TriedCode>, StoreError> {
        let entry = |name| Place::Entry(purpose.name(), name);
        let update = Update::default()
            .increase(entry(TRIED), 1)
            .if_below(entry(TRIED), i64::from(TRIES))
            .if_above(entry(EXPIRES), now.as_microsecond());
        let item = self.write_code(destination, update).await?.ok();
        Ok(item.and_then(|item| tried(item.get(purpose.name())?.as_m().ok()?)))
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
        let mut update = credential_update(account, new, reset.at);
        if let (Some(Identifier::Email(_)), Some(email)) = (reset.proven, &account.email) {
            update = proves_email(update, email);
        }
        let mut items = self.spending_parts(on, update, reset.code);
        if let Some(identifier) = reset.proven {
            items.push(self.mark_proven(identifier, account.number));
        }
        Ok(match self.transact(items, account.number, reset.op).await? {
            Transaction::Applied => Write::Applied,
            Transaction::Failed(_) => Write::Refused,
        })
    }

    /// The two parts of a transaction that changes an account by the right of a code: the account's,
    /// which fails if the code was made before the account's codes count, and the code's use.
    pub(super) fn spending_parts(
        &self,
        on: Guarded<'_>,
        update: Update,
        code: &SpendableCode,
    ) -> Vec<TransactWriteItem> {
        let update = update.if_absent_or_below(CODES_SINCE, code.made.as_microsecond());
        vec![self.guarded_part(on, update), self.consume(code)]
    }

    /// The part of a transaction that uses a code up, for where there is no account yet.
    pub(super) fn consume(&self, code: &SpendableCode) -> TransactWriteItem {
        let purpose = code.purpose.name();
        let update = Update::default().remove(purpose).if_equal(Place::Entry(purpose, OP), text(&code.op));
        update.into_part(&self.table, key::code(&code.destination))
    }

    /// Writes the code's item and hands it out; `Err` holds the item that stood in the way.
    async fn write_code(
        &self,
        destination: &str,
        update: Update,
    ) -> Result<Result<Item, Option<Item>>, StoreError> {
        self.update(key::code(destination), update, ReturnValue::AllNew).await
    }
}

/// The part of an account's update that kills all codes made for it so far.
pub(super) fn codes_die(update: Update, at: Timestamp) -> Update {
    update.set(CODES_SINCE, number(at.as_microsecond()))
}

impl TriedCode {
    /// The code, found to be right.
    #[must_use]
    pub fn into_spendable(self, destination: String, purpose: CodePurpose) -> SpendableCode {
        SpendableCode { destination, purpose, made: self.made, op: self.op }
    }
}

fn record(new: &NewMessage, code: &NewCode) -> HashMap<String, AttributeValue> {
    let expires = new.at.saturating_add(code::LASTS).unwrap_or(Timestamp::MAX);
    let entries = [
        (DIGEST, text(&code.digest)),
        (NONCE, text(&code.nonce)),
        (EXPIRES, number(expires.as_microsecond())),
        (TRIED, number(0)),
        (OP, text(&new.op)),
    ];
    let owner = code.owner.map(|owner| (OWNER, number(owner)));
    entries.into_iter().chain(owner).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn tried(record: &HashMap<String, AttributeValue>) -> Option<TriedCode> {
    let text = |name: &str| record.get(name)?.as_s().ok().cloned();
    let expires: i64 = record.get(EXPIRES)?.as_n().ok()?.parse().ok()?;
    let owner = match record.get(OWNER) {
        None => None,
        // An owner that cannot be read is somebody all the same.
        Some(owner) => Some(AccountNumber::new(owner.as_n().ok()?.parse().ok()?)),
    };
    Some(TriedCode {
        digest: text(DIGEST)?,
        nonce: text(NONCE)?,
        owner,
        made: Timestamp::from_microsecond(expires).ok()?.saturating_sub(code::LASTS).ok()?,
        op: text(OP)?,
    })
}

fn entry(message: &SentMessage) -> (String, AttributeValue) {
    (message.mark.clone(), text(format!("{} {}", message.purpose, message.at.as_microsecond())))
}

fn history(item: &Item) -> Option<MessageHistory> {
    Some(MessageHistory { sent: sent_messages(item), op: item.get(OP)?.as_s().ok()?.clone() })
}

fn sent_messages(item: &Item) -> Vec<SentMessage> {
    let read = |(mark, value): (&String, &AttributeValue)| {
        let (purpose, at) = value.as_s().ok()?.split_once(' ')?;
        let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
        Some(SentMessage { purpose: purpose.to_owned(), at, mark: mark.clone() })
    };
    let sent = item.get(SENT).and_then(|sent| sent.as_m().ok());
    sent.into_iter().flatten().filter_map(read).collect()
}

impl std::fmt::Debug for TriedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TriedCode(..)")
    }
}

impl std::fmt::Debug for SpendableCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SpendableCode(..)")
    }
}
