//! The record of password attempts, written before any work.
//!
//! A try is appended to a short log in the item, by a write that needs to know nothing: what the item
//! is then comes back with it, and counting the log in its order tells this try's lane and whether it
//! may go on. So nobody reads first, no two tries are granted as the same one, and a stranger costs
//! what a known place costs. What did not succeed is counted into the item afterwards, where nobody
//! waits for it; a success clears all. Writers that replace what they have seen name its version.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::Timestamp;

use super::codes::codes_die;
use super::expression::{Place as Spot, Update};
use super::key::Subject;
use super::{Item, Store, StoreError, key, number, text};
use crate::domain::account::Account;
use crate::domain::attempts::{Attempts, Hour, KNOWN_LASTS, Lane, NameMark, Place, Reservation, Try};
use crate::domain::history::Record;

/// Tries that are not counted yet, each as text.
const LOG: &str = "log";
/// How often what was counted was replaced.
const VERSION: &str = "version";
/// The counts of strangers, as text.
const STRANGERS: &str = "strangers";
/// The counts under each identifier, as texts.
const SHOWN: &str = "shown";
/// When the next try under an identifier may come, where it has to wait.
const WAITS: &str = "waits";
/// The counts of known places, as texts.
const KNOWN: &str = "known";
/// Before the name of each attribute that holds when a known place was the last success's.
const PLACE: &str = "at-";

/// The most tries in the log: those that run at once, or whose process died.
const LOG_LENGTH: usize = 8;

/// How often a try is made again after others changed the item first.
const ROUNDS: usize = 16;

/// How long to wait after losing all of these.
const LOST_WAIT: Duration = Duration::from_secs(1);

/// What came of reserving a try.
#[derive(Clone, Debug)]
pub struct Reserved {
    /// Whether it may go on.
    pub reservation: Reservation,
    /// All that is on record, this try included.
    attempts: Attempts,
    /// What the item looked like where the try waits in its log to be counted.
    waits_in: Option<Seen>,
}

impl Reserved {
    /// Whether any of these places is known.
    #[must_use]
    pub fn is_known_at(&self, places: &[Place], now: Timestamp) -> bool {
        self.attempts.knows_any(places, now)
    }

    /// Whether the account is known at places, but not at this one.
    #[must_use]
    pub fn is_elsewhere(&self, place: &Place, now: Timestamp) -> bool {
        self.attempts.is_elsewhere(place, now)
    }
}

/// What a writer has seen of an item.
#[derive(Clone, Copy, Debug)]
struct Seen {
    version: i64,
    logged: usize,
}

impl Store {
    /// Reserves one attempt before any work is done for it.
    pub async fn reserve_attempt(&self, subject: &Subject, tried: &Try) -> Result<Reserved, StoreError> {
        for _ in 0..ROUNDS {
            let update = touched(appended(tried), tried.at);
            let item = match self.update(key::attempts(subject), update, ReturnValue::AllNew).await? {
                Ok(item) => {
                    let (attempts, last) = replay(&item);
                    let reservation = last.unwrap_or(Reservation::Hidden);
                    return Ok(Reserved { reservation, attempts, waits_in: Some(seen(&item)) });
                }
                Err(item) => item.unwrap_or_default(),
            };
            let (mut attempts, _) = replay(&item);
            let reservation = attempts.reserve(tried);
            let is_counted = match reservation {
                Reservation::Wait(_) => true,
                Reservation::Granted | Reservation::Hidden => {
                    self.count_attempts(subject, &attempts, seen(&item), tried.at).await?
                }
            };
            if is_counted {
                return Ok(Reserved { reservation, attempts, waits_in: None });
            }
        }
        // Others are trying without a break; the one who lost every round comes back.
        let (attempts, reservation) = (Attempts::default(), Reservation::Wait(LOST_WAIT));
        Ok(Reserved { reservation, attempts, waits_in: None })
    }

    /// Whether any of these places is known to the subject. It grants no try, only a share of messages.
    pub async fn is_known_at(
        &self,
        subject: &Subject,
        places: &[Place],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let item = self.item(key::attempts(subject)).await?;
        Ok(item.is_some_and(|item| read(&item).knows_any(places, now)))
    }

    /// Counts a try that was no success, unless another one came after it, which then counts both.
    pub async fn settle_attempt(
        &self,
        subject: &Subject,
        reserved: &Reserved,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(seen) = reserved.waits_in {
            self.count_attempts(subject, &reserved.attempts, seen, now).await?;
        }
        Ok(())
    }

    /// Forgets the attempts after a success, and keeps where it was. `reserved` tells which known places
    /// there were before, where that is known.
    pub async fn forgive_at(
        &self,
        subject: &Subject,
        places: &[Place],
        reserved: Option<&Reserved>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut update = places.iter().fold(cleared(), |update, place| {
            update.set(attribute_of(place).as_str(), number(now.as_second()))
        });
        let leaving = reserved.map(|reserved| reserved.attempts.giving_way(places, now));
        for place in leaving.unwrap_or_default() {
            update = update.remove(attribute_of(&place).as_str());
        }
        let written = self.update(key::attempts(subject), touched(update, now), ReturnValue::AllNew).await?;
        let over = written.map_or_else(|_| Vec::new(), |item| read(&item).giving_way(places, now));
        if !over.is_empty() {
            // Places were added meanwhile, or nobody knew how many there were.
            let update = over
                .iter()
                .fold(Update::default(), |update, place| update.remove(attribute_of(place).as_str()));
            let _ = self.update(key::attempts(subject), touched(update, now), ReturnValue::None).await?;
        }
        Ok(())
    }

    /// Forgets the attempts on an account and leaves its known places, lets its codes count again where
    /// too many were missed, and writes that down.
    pub async fn forgive_attempts(
        &self,
        account: &Account,
        record: &Record,
        op: &str,
    ) -> Result<(), StoreError> {
        let forgiven = touched(cleared(), record.at);
        let subject = Subject::Account(account.number);
        let mut items = vec![
            forgiven.into_part(&self.table, key::attempts(&subject)),
            self.record_part(account.number, record, op),
        ];
        if account.codes_since.is_some_and(|since| since > record.at) {
            let counting = codes_die(Update::default(), record.at).if_present(key::PARTITION);
            items.push(counting.into_part(&self.table, key::account(account.number)));
        }
        let written = self.transact(items, account.number, op).await?;
        written.map_err(|_| StoreError::Unavailable("the account is gone".into()))
    }

    /// Puts counts in the place of what was seen; answers whether that was there still.
    async fn count_attempts(
        &self,
        subject: &Subject,
        attempts: &Attempts,
        seen: Seen,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = counted(attempts).remove(LOG).count_up(VERSION);
        let update = update.if_number_or_absent(VERSION, seen.version).if_long(LOG, seen.logged);
        Ok(self.update(key::attempts(subject), touched(update, now), ReturnValue::None).await?.is_ok())
    }
}

/// The try at the log's end, if there is room and nobody is sure to wait.
fn appended(tried: &Try) -> Update {
    let update = Update::default().append(LOG, text(tried.to_string())).if_shorter(LOG, LOG_LENGTH);
    let Some(name) = &tried.name else {
        return update;
    };
    // Where somebody has to wait under that name, nothing is written, however long they hammer. Those
    // whose place is known are let through to be judged.
    let known_since = tried.at.as_second().saturating_sub(kept_seconds());
    let places = std::iter::once(&tried.network).chain(&tried.device);
    let places: Vec<String> = places.map(attribute_of).collect();
    let above: Vec<(&str, i64)> = places.iter().map(|place| (place.as_str(), known_since)).collect();
    update.if_any_above_or_not_above(&above, (Spot::Entry(WAITS, name.as_str()), tried.at.as_microsecond()))
}

/// Nothing is counted any more.
fn cleared() -> Update {
    [LOG, STRANGERS, SHOWN, WAITS, KNOWN]
        .into_iter()
        .fold(Update::default().count_up(VERSION), Update::remove)
}

/// Items are swept when the last known place in them is none any more; those of identifiers that nobody
/// has just as late, so that time does not tell them apart.
fn touched(update: Update, now: Timestamp) -> Update {
    update.set(key::TTL, number(now.as_second().saturating_add(kept_seconds())))
}

fn kept_seconds() -> i64 {
    i64::try_from(KNOWN_LASTS.as_secs()).expect("60 days fit 64 bits")
}

fn attribute_of(place: &Place) -> String {
    format!("{PLACE}{}", place.as_str())
}

fn counted(attempts: &Attempts) -> Update {
    let shown = attempts.shown.iter().map(|(name, lane)| (name.as_str().to_owned(), text(written(lane))));
    let waits = attempts.shown.iter().filter_map(|(name, lane)| {
        let opens = lane.opens()?;
        Some((name.as_str().to_owned(), number(opens.as_microsecond())))
    });
    let known = attempts.known.iter().map(|(place, Hour { count, since })| {
        (place.as_str().to_owned(), text(format!("{count} {}", since.as_microsecond())))
    });
    let map = |entries: HashMap<String, AttributeValue>| AttributeValue::M(entries);
    Update::default()
        .set(STRANGERS, text(written(&attempts.strangers)))
        .set(SHOWN, map(shown.collect()))
        .set(WAITS, map(waits.collect()))
        .set(KNOWN, map(known.collect()))
}

/// What the item holds with its log counted, and what the last try in that is told.
fn replay(item: &Item) -> (Attempts, Option<Reservation>) {
    let mut attempts = read(item);
    let tries = log(item).iter().filter_map(|entry| entry.as_s().ok()?.parse::<Try>().ok());
    let last = tries.map(|tried| attempts.reserve(&tried)).last();
    (attempts, last)
}

fn seen(item: &Item) -> Seen {
    let version = item.get(VERSION).and_then(|version| version.as_n().ok()?.parse().ok());
    Seen { version: version.unwrap_or(0), logged: log(item).len() }
}

fn log(item: &Item) -> &[AttributeValue] {
    item.get(LOG).and_then(|log| log.as_l().ok()).map_or(&[], Vec::as_slice)
}

fn read(item: &Item) -> Attempts {
    let places = item.iter().filter_map(|(name, seen)| {
        let place = name.strip_prefix(PLACE)?;
        let seen = Timestamp::from_second(seen.as_n().ok()?.parse().ok()?).ok()?;
        Some((Place::new(place.to_owned()), seen))
    });
    Attempts {
        strangers: item.get(STRANGERS).and_then(read_lane).unwrap_or_default(),
        shown: entries(item, SHOWN, |name, lane| Some((NameMark::new(name), read_lane(lane)?))),
        known: entries(item, KNOWN, |place, hour| Some((Place::new(place), read_hour(hour)?))),
        places: places.collect(),
    }
}

fn entries<K: Ord, V>(
    item: &Item,
    attribute: &str,
    entry: impl Fn(String, &AttributeValue) -> Option<(K, V)>,
) -> BTreeMap<K, V> {
    let map = item.get(attribute).and_then(|map| map.as_m().ok());
    map.into_iter().flatten().filter_map(|(name, value)| entry(name.clone(), value)).collect()
}

fn written(Lane { count, total, last }: &Lane) -> String {
    format!("{count} {total} {}", last.as_microsecond())
}

fn read_lane(lane: &AttributeValue) -> Option<Lane> {
    let parts: Vec<&str> = lane.as_s().ok()?.split(' ').collect();
    let [count, total, last] = parts[..] else { return None };
    let last = Timestamp::from_microsecond(last.parse().ok()?).ok()?;
    Some(Lane { count: count.parse().ok()?, total: total.parse().ok()?, last })
}

fn read_hour(hour: &AttributeValue) -> Option<Hour> {
    let (count, since) = hour.as_s().ok()?.split_once(' ')?;
    let since = Timestamp::from_microsecond(since.parse().ok()?).ok()?;
    Some(Hour { count: count.parse().ok()?, since })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn what_is_counted_reads_back() {
        let lane = Lane { count: 6, total: 99, last: at(7) };
        let value = text(written(&lane));
        assert_eq!(read_lane(&value), Some(lane));
        assert_eq!(
            read_hour(&text("3 1000000")),
            Some(Hour { count: 3, since: Timestamp::from_second(1).unwrap() })
        );
        for odd in ["", "1", "1 2", "a b c", "1 2 3 4"] {
            assert_eq!(read_lane(&text(odd)), None, "{odd}");
        }
    }

    #[test]
    fn an_item_of_before_has_nothing_on_record() {
        let item = Item::from([("count".to_owned(), number(5)), ("last".to_owned(), number(1))]);
        assert_eq!(replay(&item), (Attempts::default(), None));
    }
}
