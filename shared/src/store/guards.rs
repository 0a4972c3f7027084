//! Claims: which account an identifier belongs to.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use super::key::{self, Identifier};
use super::{Store, StoreError};
use crate::domain::account_number::AccountNumber;

/// The attribute of a claim that names the account.
pub(super) const ACCOUNT: &str = "account";

impl Store {
    /// The account that has the identifier, strongly consistent: it decides who gets in.
    pub async fn owner_of(&self, identifier: &Identifier) -> Result<Option<AccountNumber>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key::guard(identifier)));
        let item = request.consistent_read(true).send().await?.item;
        item.map(|item| owner(item.get(ACCOUNT))).transpose()
    }

    /// Which of the identifiers are taken, as far as is known without waiting for every copy.
    ///
    /// Enough to spare a hash and to tell all faults at once; the decision falls in the transaction
    /// that creates the account. At most 100 identifiers; half a read unit each.
    pub async fn seen_taken(&self, identifiers: &[Identifier]) -> Result<Vec<Identifier>, StoreError> {
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
            found.iter().any(|item| item.get(key::PARTITION) == wanted.get(key::PARTITION))
        };
        Ok(identifiers.iter().filter(is_found).cloned().collect())
    }
}

fn owner(attribute: Option<&AttributeValue>) -> Result<AccountNumber, StoreError> {
    let number = attribute.and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    number
        .map(AccountNumber::new)
        .ok_or_else(|| StoreError::Unreadable("a claim without its account".to_owned()))
}
