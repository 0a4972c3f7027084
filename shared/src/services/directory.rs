//! Searching the pool by names and role, page by page.
//!
//! A page costs by its own length, never by the pool: the rows come from an index that is sorted by
//! place, and the accounts they name are then read. An index follows its table a moment later, so each
//! account decides for itself whether it is one of those looked for; rows that are no longer true are
//! dropped. People who came or changed within that moment may be missing.

use std::collections::HashSet;

use crate::domain::account_number::AccountNumber;
use crate::domain::directory::{Criteria, PageLimit, Position};
use crate::store::{Store, StoreError};

/// How often a page asks for more rows in place of those that were dropped. Then it stays shorter, and
/// names where to go on.
const ROUNDS: usize = 3;

/// A search.
#[derive(Clone, Debug)]
pub struct Search {
    /// What is looked for.
    pub criteria: Criteria,
    /// How many accounts to name at most.
    pub limit: PageLimit,
    /// Where the page before ended.
    pub after: Option<Position>,
}

/// Accounts that were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Their numbers, ordered by role and number.
    pub numbers: Vec<AccountNumber>,
    /// Where the next page goes on, if there is more.
    pub next: Option<Position>,
}

/// Answers one page: two round trips to DynamoDB, and more only where rows were outdated.
pub async fn search(store: &Store, search: &Search) -> Result<Page, StoreError> {
    let Search { criteria, limit, after } = search;
    let mut after = *after;
    let mut numbers = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..ROUNDS {
        let wanted = limit.get() - numbers.len();
        // One more than is answered tells whether there is more.
        let listed = store.list(criteria, after, wanted + 1).await?;
        let rows = listed.positions.get(..wanted).unwrap_or(&listed.positions);
        // People who changed roles may be listed twice for a moment.
        let fresh = rows.iter().map(|row| row.number).filter(|number| seen.insert(*number));
        let fresh: Vec<AccountNumber> = fresh.collect();
        let entries = store.entries(&fresh).await?;
        numbers.extend(fresh.iter().filter(|one| entries.get(one).is_some_and(|entry| criteria.fit(entry))));
        if listed.is_all && rows.len() == listed.positions.len() {
            return Ok(Page { numbers, next: None });
        }
        after = rows.last().copied().or(after);
        if numbers.len() == limit.get() {
            break;
        }
    }
    Ok(Page { numbers, next: after })
}
