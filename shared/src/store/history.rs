//! The history of an account: one item per act, written in the transaction that does it.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;

use super::{Item, Store, StoreError, key, number, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::history::{Act, KEPT, Record};
use crate::domain::role::Role;

const ACT: &str = "act";
const ROLE: &str = "role";
const GROUP: &str = "group";
/// Who did it: a word, or a word and a name behind a blank.
const BY: &str = "by";
const DOOR: &str = "door";
const AT: &str = "at";

impl Store {
    /// The part of a transaction that writes down what it does to the account. `mark` is the
    /// transaction's, so that one tried again writes the same item; a transaction that writes two
    /// records about one account gives the second one a mark of its own.
    pub(super) fn record_part(
        &self,
        account: AccountNumber,
        record: &Record,
        mark: &str,
    ) -> TransactWriteItem {
        let mut item = key::history(account, record.at, mark);
        let kept = i64::try_from(KEPT.as_secs()).expect("400 days fit 64 bits");
        let attributes = [
            (ACT, text(record.act.word())),
            (BY, text(record.by.to_string())),
            (DOOR, text(&record.door)),
            (AT, number(record.at.as_microsecond())),
            (key::TTL, number(record.at.as_second().saturating_add(kept))),
        ];
        item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
        item.extend(record.act.role().map(|role| (ROLE.to_owned(), text(role.word()))));
        item.extend(record.act.group().map(|group| (GROUP.to_owned(), number(group))));
        self.put(item)
    }

    /// What was done about the account, the oldest first, strongly consistent. What is to be forgotten
    /// by now is left out, whether or not DynamoDB has swept it.
    pub async fn history(&self, account: AccountNumber, now: Timestamp) -> Result<Vec<Record>, StoreError> {
        let (partition, prefix) = key::histories(account);
        let (mut records, mut start) = (Vec::new(), None);
        loop {
            let request = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("#pk = :partition AND begins_with(#sk, :prefix)")
                .expression_attribute_names("#pk", key::PARTITION)
                .expression_attribute_names("#sk", key::SORT)
                .expression_attribute_values(":partition", text(&partition))
                .expression_attribute_values(":prefix", text(prefix))
                .set_exclusive_start_key(start);
            let answer = request.send().await?;
            for item in answer.items.unwrap_or_default() {
                let record = read(&item).ok_or_else(|| {
                    StoreError::Unreadable(format!("account {account}: a record of its history"))
                })?;
                records.extend(Some(record).filter(|record| now.duration_since(record.at) < KEPT_SIGNED));
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(records);
            }
        }
    }
}

/// [`KEPT`], as the time between two moments is measured.
#[expect(clippy::cast_possible_wrap, reason = "400 days fit 64 bits")]
const KEPT_SIGNED: jiff::SignedDuration = jiff::SignedDuration::from_secs(KEPT.as_secs() as i64);

fn read(item: &Item) -> Option<Record> {
    let word = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str);
    let count = |name: &str| item.get(name).and_then(|value| value.as_n().ok());
    let role = word(ROLE).and_then(Role::with_word);
    let group = count(GROUP).and_then(|group| group.parse().ok());
    Some(Record {
        act: Act::with_word(word(ACT)?, role, group)?,
        by: word(BY)?.parse().ok()?,
        door: word(DOOR)?.to_owned(),
        at: Timestamp::from_microsecond(count(AT)?.parse().ok()?).ok()?,
    })
}
