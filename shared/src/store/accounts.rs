//! Account items: made in one transaction with their claims, changed by one conditional write each.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use jiff::Timestamp;

use super::expression::{Place, Update};
use super::key::{self, Identifier};
use super::record::{AccountRecord, DetailsRecord, standing_word};
use super::{Store, StoreError, guards, number, text};
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::credential::StoredCredential;
use crate::domain::details::{Details, DetailsChange};
use crate::domain::session::{Session, SessionDigest};
use crate::domain::shared_key::{KeyIssue, KeyReturn};

const CREDENTIAL: &str = "credential";
const STANDING: &str = "standing";
const EPOCH: &str = "epoch";
const KEY_GENERATION: &str = "key_generation";
const KEY_DEVICES: &str = "key_devices";
const KEY_FRESH: &str = "key_fresh";
const KEY_RETIRED: &str = "key_retired";
const LAST_LOGIN: &str = "last_login";
const DETAILS: &str = "details";
const SESSIONS: &str = "sessions";
const OP: &str = "op";

/// How often a transaction that met another one on the same item is tried again.
const CONFLICT_ROUNDS: u32 = 4;

/// The pause before the first repetition; it doubles.
const CONFLICT_PAUSE: Duration = Duration::from_millis(20);

/// An account to make, with the identifiers it claims and the mark of who makes it.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// The account.
    pub account: &'a Account,
    /// Its identifiers.
    pub claims: &'a [Identifier],
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

/// What came of making an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It is there, with all its claims.
    Created,
    /// Somebody has that number; nothing was written.
    NumberTaken,
    /// Others have these of its identifiers; nothing was written.
    Taken(Vec<Identifier>),
}

/// What came of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// It is done.
    Applied,
    /// The account is not, or no longer, in the state the write was meant for; nothing was written.
    Refused,
}

/// A write on behalf of somebody who was let in: it is done only while the account is active and in
/// the epoch it was judged in, so that a freeze or a password change in between stops it.
#[derive(Clone, Copy, Debug)]
pub struct Guarded<'a> {
    /// The account.
    pub number: AccountNumber,
    /// The epoch the caller was judged in.
    pub epoch: u32,
    /// A random mark, fresh for every write.
    pub op: &'a str,
}

/// All that a successful login changes.
#[derive(Debug)]
pub struct SignInRecord<'a> {
    /// The new session.
    pub session: &'a Session,
    /// Sessions that make room for it.
    pub evicted: &'a [SessionDigest],
    /// What it does to the shared key, where the group hands that out.
    pub key: Option<KeyIssue>,
    /// The password hashed anew, where the old hash is outdated.
    pub rehashed: Option<&'a StoredCredential>,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// The account with that number, strongly consistent.
    pub async fn find_account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key::account(number)));
        let item = request.consistent_read(true).send().await?.item;
        item.map(|item| AccountRecord::read(item)?.into_account(number)).transpose()
    }

    /// Makes an account and its claims, all or nothing.
    pub async fn create_account(&self, new: &NewAccount<'_>) -> Result<Creation, StoreError> {
        let items = self.creation_items(new)?;
        let mut pause = CONFLICT_PAUSE;
        for _ in 0..CONFLICT_ROUNDS {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = request.send().await else {
                return Ok(Creation::Created);
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                // Lost on the way, perhaps after it was done: the item itself tells.
                return self.recognise_creation(new, error.into()).await;
            };
            if let Some(refusal) = refusal(cancelled.cancellation_reasons(), new.claims) {
                return Ok(refusal);
            }
            tracing::info!("a registration met another one, trying again");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(StoreError::Unavailable("the transaction kept meeting others".into()))
    }

    /// Records a login: one write, or nothing.
    pub async fn record_sign_in(
        &self,
        on: Guarded<'_>,
        record: &SignInRecord<'_>,
    ) -> Result<Write, StoreError> {
        let session = Place::Entry(SESSIONS, record.session.digest.as_str());
        let mut update = Update::default()
            .set(session, text(record.session.to_string()))
            .set(LAST_LOGIN, number(record.at.as_microsecond()))
            .if_absent(session);
        for digest in record.evicted {
            update = update.remove(Place::Entry(SESSIONS, digest.as_str()));
        }
        if let Some(credential) = record.rehashed {
            update = update.set(CREDENTIAL, text(credential.as_str()));
        }
        update = match record.key {
            None => update,
            Some(KeyIssue::SameDevice) => update
                .set(KEY_FRESH, AttributeValue::Bool(false))
                .if_equal(KEY_FRESH, AttributeValue::Bool(true)),
            Some(KeyIssue::FirstDevice) => {
                update.set(KEY_DEVICES, number(1)).if_equal(KEY_DEVICES, number(0))
            }
            Some(KeyIssue::FurtherDevice) => update
                .increase(KEY_DEVICES, 1)
                .if_above(KEY_DEVICES, 0)
                .if_equal(KEY_FRESH, AttributeValue::Bool(false)),
        };
        self.write_guarded(on, update).await
    }

    /// Ends a session where one is named, and takes a device off the shared key.
    pub async fn record_sign_out(
        &self,
        on: Guarded<'_>,
        session: Option<&SessionDigest>,
        key: KeyReturn,
    ) -> Result<Write, StoreError> {
        let mut update = Update::default();
        if let Some(digest) = session {
            let session = Place::Entry(SESSIONS, digest.as_str());
            update = update.remove(session).if_present(session);
        }
        update = match key {
            KeyReturn::Nothing => update.if_equal(KEY_DEVICES, number(0)),
            KeyReturn::OneLess => update
                .increase(KEY_DEVICES, -1)
                .set(KEY_FRESH, AttributeValue::Bool(false))
                .if_above(KEY_DEVICES, 1),
            KeyReturn::LastDevice => update
                .set(KEY_DEVICES, number(0))
                .set(KEY_FRESH, AttributeValue::Bool(false))
                .increase(KEY_GENERATION, 1)
                .if_equal(KEY_DEVICES, number(1)),
        };
        self.write_guarded(on, update).await
    }

    /// Ends one session and nothing else; that it had ended already is as good.
    pub async fn forget_session(
        &self,
        on: Guarded<'_>,
        session: &SessionDigest,
    ) -> Result<Write, StoreError> {
        self.write_guarded(on, Update::default().remove(Place::Entry(SESSIONS, session.as_str()))).await
    }

    /// Sets a new password, and with the same write ends every session and the shared key.
    pub async fn replace_credential(
        &self,
        account: &Account,
        new: &StoredCredential,
        op: &str,
    ) -> Result<Write, StoreError> {
        let key = account.shared_key.revoked();
        let update = Update::default()
            .set(CREDENTIAL, text(new.as_str()))
            .if_equal(CREDENTIAL, text(account.credential.as_str()))
            .increase(EPOCH, 1)
            .set(SESSIONS, AttributeValue::M(HashMap::new()))
            .set(KEY_GENERATION, number(key.generation))
            .set(KEY_DEVICES, number(key.devices))
            .set(KEY_FRESH, AttributeValue::Bool(key.fresh))
            .set(KEY_RETIRED, number(account.shared_key.generation))
            .if_equal(KEY_GENERATION, number(account.shared_key.generation));
        self.write_guarded(Guarded { number: account.number, epoch: account.epoch, op }, update).await
    }

    /// Adds the details, once.
    pub async fn create_details(&self, on: Guarded<'_>, details: &Details) -> Result<Write, StoreError> {
        let record = serde_dynamo::to_attribute_value(DetailsRecord::from(details))
            .map_err(|error| StoreError::Unreadable(error.to_string()))?;
        self.write_guarded(on, Update::default().set(DETAILS, record).if_absent(DETAILS)).await
    }

    /// Changes the given fields of the details that are there.
    pub async fn change_details(&self, on: Guarded<'_>, change: &DetailsChange) -> Result<Write, StoreError> {
        let mut update = Update::default().if_present(DETAILS);
        let fields = [("company", &change.company), ("tel", &change.tel), ("address", &change.address)];
        for (field, value) in fields {
            if let Some(value) = value {
                update = update.set(Place::Entry(DETAILS, field), text(value));
            }
        }
        self.write_guarded(on, update).await
    }

    async fn write_guarded(&self, on: Guarded<'_>, update: Update) -> Result<Write, StoreError> {
        let update = update
            .set(OP, text(on.op))
            .if_equal(EPOCH, number(on.epoch))
            .if_equal(STANDING, text(standing_word(Standing::Active)));
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::account(on.number)))
            .update_expression(update.update_expression())
            .set_condition_expression(update.condition_expression())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (names, values) = update.into_placeholders();
        let request = request.set_expression_attribute_names(Some(names));
        let Err(error) = request.set_expression_attribute_values(values).send().await else {
            return Ok(Write::Applied);
        };
        if let Some(UpdateItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() {
            // The SDK repeats a write whose answer was lost; the repetition meets our own mark.
            let is_ours = refusal.item().and_then(|item| item.get(OP)) == Some(&text(on.op));
            return Ok(if is_ours { Write::Applied } else { Write::Refused });
        }
        Err(error.into())
    }

    fn creation_items(&self, new: &NewAccount<'_>) -> Result<Vec<TransactWriteItem>, StoreError> {
        let record = AccountRecord::of(new.account, new.op);
        let mut item: HashMap<String, AttributeValue> =
            serde_dynamo::to_item(record).map_err(|error| StoreError::Unreadable(error.to_string()))?;
        item.extend(key::account(new.account.number));
        let claims = new.claims.iter().map(|claim| {
            let mut item = key::guard(claim);
            item.insert(guards::ACCOUNT.to_owned(), number(new.account.number));
            item
        });
        Ok(std::iter::once(item).chain(claims).map(|item| self.put_if_absent(item)).collect())
    }

    fn put_if_absent(&self, item: HashMap<String, AttributeValue>) -> TransactWriteItem {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", key::PARTITION)
            .build()
            .expect("a put with a table and an item is complete");
        TransactWriteItem::builder().put(put).build()
    }

    async fn recognise_creation(
        &self,
        new: &NewAccount<'_>,
        lost: StoreError,
    ) -> Result<Creation, StoreError> {
        let request =
            self.client.get_item().table_name(&self.table).set_key(Some(key::account(new.account.number)));
        let item = request.consistent_read(true).send().await?.item;
        let is_ours = item.is_some_and(|item| item.get(OP) == Some(&text(new.op)));
        if is_ours { Ok(Creation::Created) } else { Err(lost) }
    }
}

/// Reads why a creation was cancelled, in the order of its items; `None` when it only met another
/// transaction. A failed condition decides even beside such a meeting.
fn refusal(reasons: &[CancellationReason], claims: &[Identifier]) -> Option<Creation> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let (account, guards) = reasons.split_first()?;
    let taken: Vec<Identifier> = claims
        .iter()
        .zip(guards)
        .filter(|(_, reason)| failed(reason))
        .map(|(claim, _)| claim.clone())
        .collect();
    if !taken.is_empty() {
        Some(Creation::Taken(taken))
    } else if failed(account) {
        Some(Creation::NumberTaken)
    } else {
        None
    }
}
