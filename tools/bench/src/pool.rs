//! Fills the embedded DynamoDB with a pool of users, past the protocol, which would take hours.

use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::{Database, ImportOptions};
use indicatif::{ProgressBar, ProgressStyle};
use local::service::TABLE;
use tally::domain::account::Account;
use tally::store::{self, Item, StoreError};

use crate::error::BenchError;
use crate::people::People;

/// How many accounts go into the database at once.
const CHUNK: usize = 5_000;

/// How many of the pool bear the same, most common name: enough for the largest page, but no more than
/// a sixteenth of a small pool.
const NAMESAKES: usize = 1_001;

/// The seed of everybody in every pool.
const SEED: u64 = 20_211_128;

/// Puts so many users into the table, and shows on a terminal how far it is. Blocks.
pub fn fill(database: &Database, size: usize) -> Result<(), BenchError> {
    let bar = progress("Filling the pool", size);
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

/// A bar on the terminal, for so many steps.
pub(crate) fn progress(what: &'static str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len}, {eta} left");
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.with_message(what)
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
