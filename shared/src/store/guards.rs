//! Claims: which account an identifier belongs to.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, KeysAndAttributes, Put, TransactWriteItem};
use jiff::Timestamp;

use super::expression::Update;
use super::key::{self, Identifier};
use super::transaction::put_part;
use super::{Item, Store, StoreError, number};
use crate::domain::account_number::AccountNumber;
use crate::domain::contact::FormerEmail;

/// The attribute of a claim that names the account.
const ACCOUNT: &str = "account";

/// The attribute that tells when a released claim ends, in seconds; claims in use have none.
const UNTIL: &str = "until";

/// The attribute that tells that the owner has read a message to the address.
pub(super) const PROVEN: &str = "proven";

/// A claim that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The account that has the identifier.
    pub account: AccountNumber,
    /// Whether the account has given it up and only keeps others from taking it for a while.
    pub is_former: bool,
    /// Whether the account's owner has read a message that was sent there.
    pub is_proven: bool,
}

impl Store {
    /// Who has the identifier, strongly consistent: it decides who gets in.
    pub async fn claim_on(
        &self,
        identifier: &Identifier,
        now: Timestamp,
    ) -> Result<Option<Claim>, StoreError> {
        let item = self.item(key::guard(identifier)).await?;
        item.filter(|item| holds(item, now)).map(|item| read(&item)).transpose()
    }

    /// Whether the account's claim on the identifier is there, in use or given up, strongly consistent.
    pub(super) async fn holds(
        &self,
        identifier: &Identifier,
        account: AccountNumber,
    ) -> Result<bool, StoreError> {
        let item = self.item(key::guard(identifier)).await?;
        Ok(item.is_some_and(|item| item.get(ACCOUNT) == Some(&number(account))))
    }

    /// Which of the identifiers are taken, as far as is known without waiting for every copy.
    ///
    /// Enough to spare a hash and to tell all faults at once; the decision falls in the transaction
    /// that creates the account. At most 100 identifiers; half a read unit each.
    pub async fn seen_taken(
        &self,
        identifiers: &[Identifier],
        now: Timestamp,
    ) -> Result<Vec<Identifier>, StoreError> {
        if identifiers.is_empty() {
            return Ok(Vec::new());
        }
        let keys = KeysAndAttributes::builder().set_keys(Some(identifiers.iter().map(key::guard).collect()));
        let keys = keys.build().expect("a request with keys is complete");
        let answer = self.client.batch_get_item().request_items(&self.table, keys).send().await?;
        // Keys that DynamoDB left unprocessed count as free: the transaction will tell.
        let found = answer.responses.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default();
        let is_found = |identifier: &&Identifier| {
            let wanted = key::guard(identifier);
            found
                .iter()
                .any(|item| item.get(key::PARTITION) == wanted.get(key::PARTITION) && holds(item, now))
        };
        Ok(identifiers.iter().filter(is_found).cloned().collect())
    }

    /// Takes the identifier for the account, unless somebody else has it.
    pub(super) fn take(
        &self,
        identifier: &Identifier,
        account: AccountNumber,
        now: Timestamp,
    ) -> TransactWriteItem {
        self.take_with(identifier, account, now, [])
    }

    /// The same, by the right of a code or a word that proves it.
    pub(super) fn take_proven(
        &self,
        identifier: &Identifier,
        account: AccountNumber,
        now: Timestamp,
    ) -> TransactWriteItem {
        self.take_with(identifier, account, now, [(PROVEN, AttributeValue::Bool(true))])
    }

    /// Takes the identifier for an account that has given it up elsewhere, until then.
    pub(super) fn take_released(
        &self,
        identifier: &Identifier,
        account: AccountNumber,
        now: Timestamp,
        former: &FormerEmail,
    ) -> TransactWriteItem {
        let until = number(former.until.as_second());
        let proven = former.is_proven.then_some((PROVEN, AttributeValue::Bool(true)));
        let marks = [(UNTIL, until.clone()), (key::TTL, until)].into_iter().chain(proven);
        self.take_with(identifier, account, now, marks)
    }

    fn take_with(
        &self,
        identifier: &Identifier,
        account: AccountNumber,
        now: Timestamp,
        marks: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> TransactWriteItem {
        let mut item = key::guard(identifier);
        item.insert(ACCOUNT.to_owned(), number(account));
        item.extend(marks.into_iter().map(|(attribute, value)| (attribute.to_owned(), value)));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk) OR #until <= :now OR #account = :account")
            .expression_attribute_names("#pk", key::PARTITION)
            .expression_attribute_names("#until", UNTIL)
            .expression_attribute_names("#account", ACCOUNT)
            .expression_attribute_values(":now", number(now.as_second()))
            .expression_attribute_values(":account", number(account));
        put_part(put)
    }

    /// Takes the identifier, which the account's owner has just proven, from another account that has
    /// not. `rival` is that one's claim as it was read; if it was proven, released or taken back since,
    /// the transaction fails.
    pub(super) fn take_over(
        &self,
        identifier: &Identifier,
        account: AccountNumber,
        rival: Claim,
    ) -> TransactWriteItem {
        let mut update = Update::default()
            .set(ACCOUNT, number(account))
            .set(PROVEN, AttributeValue::Bool(true))
            .remove(UNTIL)
            .remove(key::TTL)
            .if_equal(ACCOUNT, number(rival.account))
            .if_absent(PROVEN);
        update = if rival.is_former { update.if_present(UNTIL) } else { update.if_absent(UNTIL) };
        update.into_part(&self.table, key::guard(identifier))
    }

    /// Gives the identifier up, for anybody to take at once.
    pub(super) fn free(&self, identifier: &Identifier, account: AccountNumber) -> TransactWriteItem {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key::guard(identifier)))
            .condition_expression("#account = :account")
            .expression_attribute_names("#account", ACCOUNT)
            .expression_attribute_values(":account", number(account))
            .build()
            .expect("a deletion with a table and a key is complete");
        TransactWriteItem::builder().delete(delete).build()
    }

    /// Gives the identifier up, but keeps others from taking it until then.
    pub(super) fn release(
        &self,
        identifier: &Identifier,
        account: AccountNumber,
        until: Timestamp,
    ) -> TransactWriteItem {
        let update = Update::default()
            .set(UNTIL, number(until.as_second()))
            .set(key::TTL, number(until.as_second()))
            .if_equal(ACCOUNT, number(account));
        update.into_part(&self.table, key::guard(identifier))
    }
}

/// A released claim holds until its time, whether or not DynamoDB has swept it by then.
fn holds(item: &Item, now: Timestamp) -> bool {
    until(item).is_none_or(|until| now.as_second() < until)
}

fn until(item: &Item) -> Option<i64> {
    item.get(UNTIL)?.as_n().ok()?.parse().ok()
}

pub(super) fn read(item: &Item) -> Result<Claim, StoreError> {
    let number = item.get(ACCOUNT).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    let account = number.map(AccountNumber::new);
    let account = account.ok_or_else(|| StoreError::Unreadable("a claim without its account".to_owned()))?;
    let is_proven = item.get(PROVEN) == Some(&AttributeValue::Bool(true));
    Ok(Claim { account, is_former: until(item).is_some(), is_proven })
}
