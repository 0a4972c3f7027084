//! Reading the lists that accounts stand in (`lists.rs`).
//!
//! DynamoDB moves their rows a moment after it changed the accounts. So a list only proposes; the accounts
//! themselves decide (`services/directory.rs`), which is why an index holds nothing but keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder;
use futures_util::future::try_join_all;

use super::batch::BATCH;
use super::key::{self, Index, PLACE};
use super::record::EntryRecord;
use super::{Item, Store, StoreError, text};
use crate::domain::account_number::AccountNumber;
use crate::domain::directory::{Criteria, Entry, Position};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where those who are listed stand, in order.
    pub positions: Vec<Position>,
    /// Whether there is no account behind them.
    pub is_all: bool,
}

/// What one partition of an index holds.
struct Rows {
    positions: Vec<Position>,
    is_all: bool,
}

impl Store {
    /// The first of those listed behind `after`, as far as the index has them: as many as are asked for
    /// and perhaps some more, or all that there are, or (rarely) fewer.
    ///
    /// One round trip, at the price of the rows read, half a unit for 4 KiB. The list of all is read
    /// from its shards side by side, half a unit each at least.
    pub async fn list(
        &self,
        criteria: &Criteria,
        after: Option<Position>,
        count: usize,
    ) -> Result<Listed, StoreError> {
        let (first, last) = key::places(criteria.role, after);
        if first > last {
            return Ok(Listed { positions: Vec::new(), is_all: true });
        }
        let (index, partitions) = partitions(criteria);
        let share = share(count, partitions.len());
        let queries = partitions.into_iter().map(|one| self.rows(index, one, (&first, &last), share));
        Ok(merge(try_join_all(queries).await?))
    }

    /// What the accounts themselves say, strongly consistent; those that are not there are left out.
    ///
    /// One round trip for up to 1,000 of them, and a read unit each (4 KiB).
    pub async fn entries(
        &self,
        numbers: &[AccountNumber],
    ) -> Result<HashMap<AccountNumber, Entry>, StoreError> {
        let batches = numbers.chunks(BATCH).map(|batch| self.entries_of(batch));
        Ok(try_join_all(batches).await?.into_iter().flatten().collect())
    }

    /// The rows between two places, as many as asked for or all. DynamoDB ends an answer at 1 MiB,
    /// which says nothing about what follows, so it is asked until one or the other is true.
    async fn rows(
        &self,
        index: Index,
        partition: String,
        (first, last): (&str, &str),
        count: usize,
    ) -> Result<Rows, StoreError> {
        let mut rows = Rows { positions: Vec::new(), is_all: false };
        let mut start = None;
        while rows.positions.len() < count {
            let left = i32::try_from(count - rows.positions.len()).unwrap_or(i32::MAX);
            let request = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(index.name())
                .key_condition_expression("#partition = :partition AND #place BETWEEN :first AND :last")
                .projection_expression("#place")
                .expression_attribute_names("#partition", index.partition())
                .expression_attribute_names("#place", PLACE)
                .expression_attribute_values(":partition", text(&partition))
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last))
                .set_exclusive_start_key(start)
                .limit(left);
            let answer = request.send().await?;
            for row in answer.items.unwrap_or_default() {
                rows.positions.push(read_row(&row)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                rows.is_all = true;
                break;
            }
        }
        Ok(rows)
    }

    async fn entries_of(&self, numbers: &[AccountNumber]) -> Result<Vec<(AccountNumber, Entry)>, StoreError> {
        let keys = numbers.iter().copied().map(key::account).collect();
        let items = self.batch(keys, &projected()).await?;
        let read = |item: Item| {
            let number = key::number_of(&item)?;
            Ok((number, EntryRecord::read(number, item)?))
        };
        items.into_iter().map(read).collect()
    }
}

/// The list that answers the criteria, and its partitions. Each has the role in the order of its rows.
fn partitions(criteria: &Criteria) -> (Index, Vec<String>) {
    match (&criteria.first_name, &criteria.last_name) {
        (None, None) => (Index::Everyone, key::shards().collect()),
        (Some(first), None) => (Index::FirstName, vec![key::listed_name(first)]),
        (None, Some(last)) => (Index::LastName, vec![key::listed_name(last)]),
        (Some(first), Some(last)) => (Index::FullName, vec![key::listed_full_name(first, last)]),
    }
}

/// How many rows to ask of each partition to get `count` of them together.
///
/// Numbers are random, so each shard has its share of any stretch of the list, give or take. With four
/// standard deviations more than the share (Poisson's, the root of it) one page in thousands has to ask
/// twice.
fn share(count: usize, partitions: usize) -> usize {
    if partitions == 1 {
        return count;
    }
    let share = count.div_ceil(partitions);
    share + 4 * share.isqrt() + 4
}

/// Puts the partitions' rows in one order. Behind the last row of a partition that has more, the
/// others' rows are no use: that partition may have some in between.
fn merge(partitions: Vec<Rows>) -> Listed {
    let is_all = partitions.iter().all(|rows| rows.is_all);
    let ends = partitions.iter().filter(|rows| !rows.is_all).filter_map(|rows| rows.positions.last());
    let horizon = ends.copied().map(key::place).min();
    let positions = partitions.into_iter().flat_map(|rows| rows.positions);
    let mut listed: Vec<(String, Position)> = positions.map(|one| (key::place(one), one)).collect();
    listed.retain(|(place, _)| horizon.as_ref().is_none_or(|horizon| place <= horizon));
    listed.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Listed { positions: listed.into_iter().map(|(_, position)| position).collect(), is_all }
}

fn projected() -> KeysAndAttributesBuilder {
    let names = [key::PARTITION].into_iter().chain(EntryRecord::ATTRIBUTES);
    let names: HashMap<String, String> = names.map(|name| (format!("#{name}"), name.to_owned())).collect();
    let mut projection: Vec<&str> = names.keys().map(String::as_str).collect();
    projection.sort_unstable();
    KeysAndAttributes::builder()
        .projection_expression(projection.join(", "))
        .set_expression_attribute_names(Some(names.clone()))
}

fn read_row(row: &Item) -> Result<Position, StoreError> {
    let place = row.get(PLACE).and_then(|value| value.as_s().ok());
    let position = place.and_then(|place| key::read_place(place));
    position.ok_or_else(|| StoreError::Unreadable("a row of an index without its place".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::role::Role;

    fn rows(numbers: &[u32], is_all: bool) -> Rows {
        let position = |number: &u32| Position { role: Role::Donor, number: AccountNumber::new(*number) };
        Rows { positions: numbers.iter().map(position).collect(), is_all }
    }

    fn merged(partitions: Vec<Rows>) -> (Vec<u32>, bool) {
        let listed = merge(partitions);
        (listed.positions.iter().map(|one| one.number.get()).collect(), listed.is_all)
    }

    #[test]
    fn rows_of_all_partitions_come_in_one_order() {
        assert_eq!(merged(vec![rows(&[1, 9], true), rows(&[2, 7], true)]), (vec![1, 2, 7, 9], true));
        assert_eq!(merged(vec![rows(&[], true), rows(&[3], true)]), (vec![3], true));
    }

    #[test]
    fn no_row_is_given_that_another_partition_may_come_before() {
        assert_eq!(merged(vec![rows(&[1, 5], false), rows(&[2, 7], true)]), (vec![1, 2, 5], false));
        assert_eq!(merged(vec![rows(&[1, 5], false), rows(&[2, 3], false)]), (vec![1, 2, 3], false));
    }

    #[test]
    fn shards_are_asked_for_little_more_than_their_share() {
        assert_eq!((share(51, 1), share(51, 8), share(1001, 8)), (51, 19, 174));
    }
}
