//! Verification codes: one item per destination, whether or not anybody has that address or number.
//!
//! The item holds one map per purpose, which is the living code, and the history of the messages of
//! all purposes, so that a destination's numbers per hour and day are one decision.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem};
use jiff::Timestamp;

use super::expression::{Place, Update};
use super::guarded::OP;
use super::{Item, Store, StoreError, key, number, text};
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::code::{self, CodePurpose, TRIES, TRIES_EACH};
use crate::domain::sent_messages::{self, Cause, Fate, SentMessage};

/// The messages of the last day: a map from each one's mark to its purpose, time, cause and fate.
const SENT: &str = "sent";

/// The entries of a code's map.
const DIGEST: &str = "digest";
const NONCE: &str = "nonce";
const EXPIRES: &str = "expires";
const TRIED: &str = "tried";
/// The account that the code was made for; without it, it was made for nobody.
const MADE_FOR: &str = "owner";
/// In front of an asker's fingerprint, the entry that counts the asker's tries.
const TRIED_BY: &str = "by ";

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
    /// Who caused it.
    pub cause: Cause,
    /// What becomes of it.
    pub fate: Fate,
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
    /// The account that it is made for, or nobody: it is spent on that one only (trust rule 1).
    pub made_for: Option<AccountNumber>,
}

/// What went to a destination before, and the mark of who wrote last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// The account that it was made for, or nobody.
    pub made_for: Option<AccountNumber>,
    /// How often it was tried, this time included.
    pub tries: u32,
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

impl Store {
    /// Notes a message before it is sent, and puts its code in the place of any earlier one of the same
    /// purpose and destination, provided that nothing happened there since `seen` (nothing ever, if
    /// that is `None`). `Err` holds what did.
    pub async fn put_message(
        &self,
        new: &NewMessage,
        seen: Option<&MessageHistory>,
    ) -> Result<Result<(), Option<MessageHistory>>, StoreError> {
        let own = SentMessage {
            purpose: new.purpose.to_owned(),
            at: new.at,
            cause: new.cause,
            fate: new.fate,
            mark: new.op.clone(),
        };
        let earlier = seen.map(|seen| sent_messages::remember(seen.sent.clone(), new.at)).unwrap_or_default();
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
        let update = update.if_is(OP, seen.map(|seen| text(&seen.op)));
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

    /// Notes that a message goes to nobody, since none was due.
    pub async fn note_undue(&self, new: &NewMessage) -> Result<(), StoreError> {
        let place = Place::Entry(SENT, &new.op);
        let (_, value) = entry(&SentMessage {
            purpose: new.purpose.to_owned(),
            at: new.at,
            cause: new.cause,
            fate: Fate::Undue,
            mark: new.op.clone(),
        });
        self.write_code(&new.destination, Update::default().set(place, value).if_present(place)).await?.ok();
        Ok(())
    }

    /// Counts a try of the asker, a keyed fingerprint, at the code of that purpose and destination, if
    /// one lives, and hands it out to be compared. The count comes first: however many try at once, no
    /// more are compared than may be.
    pub async fn try_code(
        &self,
        destination: &str,
        purpose: CodePurpose,
        asker: &str,
        now: Timestamp,
    ) -> Result<Option<TriedCode>, StoreError> {
        let entry = |name| Place::Entry(purpose.name(), name);
        let by_asker = format!("{TRIED_BY}{asker}");
        let by_asker = Place::Entry(purpose.name(), &by_asker);
        let update = Update::default()
            .increase(entry(TRIED), 1)
            .count_up(by_asker)
            .if_below(entry(TRIED), i64::from(TRIES))
            .if_absent_or_below(by_asker, i64::from(TRIES_EACH))
            .if_above(entry(EXPIRES), now.as_microsecond());
        let item = self.write_code(destination, update).await?.ok();
        Ok(item.and_then(|item| tried(item.get(purpose.name())?.as_m().ok()?)))
    }

    /// The part of a transaction that uses a code up, and with it all others that went there.
    pub(super) fn consume(&self, code: &SpendableCode) -> TransactWriteItem {
        let update = CodePurpose::ALL
            .into_iter()
            .fold(Update::default(), |update, purpose| update.remove(purpose.name()))
            .if_equal(Place::Entry(code.purpose.name(), OP), text(&code.op));
        update.into_part(&self.table, key::code(&code.destination))
    }

    /// Lets no code of the account count that is made before then.
    pub async fn stop_codes(&self, account: AccountNumber, until: Timestamp) -> Result<(), StoreError> {
        let update = codes_die(Update::default(), until).if_present(key::PARTITION);
        self.update(key::account(account), update, ReturnValue::None).await?.ok();
        Ok(())
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

/// The condition of an account's update that the code was made since the account's codes count.
pub(super) fn if_code_lives(update: Update, code: &SpendableCode) -> Update {
    update.if_absent_or_below(CODES_SINCE, code.made.as_microsecond())
}

impl SpendableCode {
    /// Whether the account's codes count since before it was made.
    #[must_use]
    pub fn lives_in(&self, account: &Account) -> bool {
        account.codes_since.is_none_or(|since| since < self.made)
    }
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
    let made_for = code.made_for.map(|account| (MADE_FOR, number(account)));
    entries.into_iter().chain(made_for).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn tried(record: &HashMap<String, AttributeValue>) -> Option<TriedCode> {
    let text = |name: &str| record.get(name)?.as_s().ok().cloned();
    let expires: i64 = record.get(EXPIRES)?.as_n().ok()?.parse().ok()?;
    let whole = |name: &str| record.get(name)?.as_n().ok()?.parse::<u32>().ok();
    let made_for = match record.get(MADE_FOR) {
        None => None,
        // An account that cannot be read is somebody all the same.
        Some(_) => Some(AccountNumber::new(whole(MADE_FOR)?)),
    };
    Some(TriedCode {
        digest: text(DIGEST)?,
        nonce: text(NONCE)?,
        made_for,
        tries: whole(TRIED)?,
        made: Timestamp::from_microsecond(expires).ok()?.saturating_sub(code::LASTS).ok()?,
        op: text(OP)?,
    })
}

fn entry(message: &SentMessage) -> (String, AttributeValue) {
    let SentMessage { purpose, at, cause, fate, mark } = message;
    let cause = match cause {
        Cause::Stranger => "stranger".to_owned(),
        Cause::Account(account) => account.to_string(),
        Cause::Owner => "owner".to_owned(),
    };
    let fate = match fate {
        Fate::Sent => "sent",
        Fate::NoRoom => "no-room",
        Fate::Undue => "undue",
    };
    (mark.clone(), text(format!("{purpose} {} {cause} {fate}", at.as_microsecond())))
}

fn history(item: &Item) -> Option<MessageHistory> {
    Some(MessageHistory { sent: sent_messages(item), op: item.get(OP)?.as_s().ok()?.clone() })
}

fn sent_messages(item: &Item) -> Vec<SentMessage> {
    let read = |(mark, value): (&String, &AttributeValue)| {
        let mut words = value.as_s().ok()?.split(' ');
        let (purpose, at) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        // Without cause and fate, a stranger's that went.
        let cause = match words.next() {
            None | Some("stranger") => Cause::Stranger,
            Some("owner") => Cause::Owner,
            Some(number) => Cause::Account(AccountNumber::parse(number)?),
        };
        let fate = match words.next() {
            Some("undue") => Fate::Undue,
            Some("no-room") => Fate::NoRoom,
            None | Some(_) => Fate::Sent,
        };
        Some(SentMessage {
            purpose,
            at: Timestamp::from_microsecond(at).ok()?,
            cause,
            fate,
            mark: mark.clone(),
        })
    };
    let sent = item.get(SENT).and_then(|sent| sent.as_m().ok());
    sent.into_iter().flatten().filter_map(read).collect()
}

hidden!(TriedCode);

hidden!(SpendableCode);
