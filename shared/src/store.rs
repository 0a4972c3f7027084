//! The one DynamoDB table: its keys, its items and how each is read and written.
//!
//! Everything goes through the official SDK, always. There is no trait to replace it with something
//! that only behaves like DynamoDB; tests and the local host run the same calls against an emulator.

mod account;
mod administration;
mod attempts;
mod batch;
mod bookings;
mod capacity;
mod codes;
mod contacts;
mod counters;
mod credentials;
mod customer;
mod deletion;
mod directory;
mod expression;
mod guarded;
mod guards;
mod history;
pub mod key;
mod lists;
mod operator_email;
mod phones;
mod power_form;
mod profiles;
mod record;
pub mod schema;
mod sessions;
mod transaction;
mod transfer;
mod update;
mod weixin;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;

pub use account::{NewAccount, Uncreated};
pub use administration::{Acted, Veto};
pub use attempts::Reserved;
pub use codes::{MessageHistory, NewCode, NewMessage, SpendableCode, TriedCode};
pub use contacts::EmailMove;
pub use counters::{BudgetCounter, CREDIT, NoneLeft, TakenMessage};
pub use credentials::{CredentialChange, Redemption};
pub use directory::Listed;
pub use guarded::{Changed, Guarded, Write};
pub use guards::Claim;
pub use operator_email::GivenEmail;
pub use phones::PhoneMove;
pub use power_form::FormerlyWritten;
pub use schema::TableError;
pub use sessions::SignInRecord;
pub use transaction::Setback;
pub use transfer::{AccountPage, Resident, ScanPosition};

use crate::aws;
use crate::domain::account::Account;

/// The table.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

/// The table did not do what was asked; whether it did it all the same is not known.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB did not answer, or answered with an error of its own.
    #[error("DynamoDB did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An item is there but makes no sense.
    #[error("an item of the table cannot be read: {0}")]
    Unreadable(String),
}

impl Store {
    /// The table with that name, reached with those settings.
    #[must_use]
    pub fn new(aws: &SdkConfig, table: String) -> Self {
        let settings = aws_sdk_dynamodb::config::Builder::from(aws)
            .timeout_config(aws::patience())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .interceptor(capacity::Capacity)
            .build();
        Self { client: Client::from_conf(settings), table }
    }

    /// Opens the connection, so that the first request does not pay for it. A table that is away is
    /// no reason not to start.
    pub async fn warm_up(&self) {
        let nothing = key::warm_up();
        let answer = self.client.get_item().table_name(&self.table).set_key(Some(nothing)).send().await;
        // An error of DynamoDB itself, such as a table that is yet to be made, came over the connection.
        if let Err(error) = answer
            && error.as_service_error().is_none()
        {
            tracing::warn!(error = %chain(&error), "the table did not answer at start");
        }
    }

    /// The SDK's client, for what only operators and tests do.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The item with that key, strongly consistent.
    async fn item(&self, key: key::Key) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key));
        Ok(request.consistent_read(true).send().await?.item)
    }
}

impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// The item of an account, for who fills a table past DynamoDB's interface. It claims no identifier.
pub fn account_item(account: &Account, op: &str) -> Result<Item, StoreError> {
    record::AccountRecord::item(account, op)
}

/// An error with everything that caused it, for the log.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// An item as the SDK gives it.
pub type Item = HashMap<String, AttributeValue>;

fn attribute(record: impl serde::Serialize) -> Result<AttributeValue, StoreError> {
    Ok(serde_dynamo::to_attribute_value(record)?)
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: impl ToString + Copy) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
