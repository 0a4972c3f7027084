//! A pool of users in an embedded DynamoDB, filled past the protocol, which would take hours.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::{Database, ImportOptions};
use indicatif::{ProgressBar, ProgressStyle};
use local::aws::{AwsEndpoint, AwsOptions, StartError, Storage};
use local::service::TABLE;
use tally::clock::Clock;
use tally::domain::account::Account;
use tally::store::{self, Item, Store, StoreError, TableError};
use tokio::net::TcpListener;

use crate::meter::Meter;
use crate::people::People;

/// How many accounts go into the database at once.
const CHUNK: usize = 5_000;

/// How many of the pool bear the same, most common name: enough for the largest page, but no more than
/// a sixteenth of a small pool.
const NAMESAKES: usize = 1_001;

/// The seed of everybody in every pool.
const SEED: u64 = 20_211_128;

/// A running pool; it is gone when it is dropped.
#[derive(Debug)]
pub struct Pool {
    /// The table.
    pub store: Store,
    /// What its calls cost.
    pub meter: Meter,
    /// Kept for as long as the pool.
    _aws: AwsEndpoint,
}

/// Why there is no pool.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The stand-in for DynamoDB did not start.
    #[error("the embedded DynamoDB did not start")]
    Aws(#[from] StartError),
    /// It has no table.
    #[error("the table could not be made")]
    Table(#[from] TableError),
    /// An account could not be written down.
    #[error("an account has no item")]
    Account(#[from] StoreError),
    /// The items did not go in.
    #[error("the table could not be filled")]
    Import(#[from] dynoxide::DynoxideError),
    /// The system gave no socket.
    #[error("the system refuses a socket")]
    System(#[from] std::io::Error),
}

impl Pool {
    /// A pool of so many users.
    pub async fn of(size: usize) -> Result<Self, PoolError> {
        let options = AwsOptions {
            storage: Storage::Memory,
            secret_id: "none".to_owned(),
            secret_string: "none".to_owned(),
            clock: Arc::new(|| Clock::System.now()),
        };
        let aws = AwsEndpoint::start(TcpListener::bind("127.0.0.1:0").await?, options).await?;
        let meter = Meter::default();
        let settings = tally::aws::stand_in(&aws.url()).into_builder();
        let settings = settings.http_client(meter.clone()).build();
        let store = Store::new(&settings, TABLE.to_owned());
        store.create_table_if_missing().await?;
        let database = aws.database();
        // Nothing else has to be done meanwhile.
        tokio::task::block_in_place(|| fill(&database, size))?;
        Ok(Self { store, meter, _aws: aws })
    }
}

/// Puts so many users into the table, and shows on a terminal how far it is. Blocks.
pub fn fill(database: &Database, size: usize) -> Result<(), PoolError> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len}, {eta} left");
    let bar = ProgressBar::new(u64::try_from(size).unwrap_or(u64::MAX));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message("Filling the pool");
    let mut people = People::seeded(SEED);
    let namesakes = NAMESAKES.min(size / 16);
    let mut made = 0;
    while made < size {
        let chunk = made..(made + CHUNK).min(size);
        let mut items = Vec::with_capacity(chunk.len());
        for index in chunk {
            let person = if index < namesakes { Some(people.common()) } else { people.next() };
            items.extend(person.as_ref().map(item).transpose()?);
        }
        made += items.len();
        bar.inc(u64::try_from(items.len()).unwrap_or_default());
        database.import_items(TABLE, items, ImportOptions::default())?;
    }
    bar.finish_and_clear();
    Ok(())
}

fn item(account: &Account) -> Result<dynoxide::types::Item, StoreError> {
    let item: Item = store::account_item(account, "bench")?;
    let attributes = item.iter().map(|(name, value)| Ok((name.clone(), attribute(value)?)));
    attributes.collect()
}

/// An attribute in the emulator's own terms.
fn attribute(value: &AttributeValue) -> Result<dynoxide::types::AttributeValue, StoreError> {
    use dynoxide::types::AttributeValue as Own;
    if let Ok(text) = value.as_s() {
        return Ok(Own::S(text.clone()));
    }
    if let Ok(number) = value.as_n() {
        return Ok(Own::N(number.clone()));
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(Own::BOOL(*flag));
    }
    if let Ok(map) = value.as_m() {
        let entries: Result<_, StoreError> =
            map.iter().map(|(name, value)| Ok((name.clone(), attribute(value)?))).collect();
        return Ok(Own::M(entries?));
    }
    Err(StoreError::Unreadable(format!("no account of a pool has an attribute such as {value:?}")))
}
