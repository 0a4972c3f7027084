//! What one network address may do: counted in the table, remembered by the process.
//!
//! A deed is counted when it happens, not asked for beforehand, so that an honest login costs
//! nothing. A process learns from each count how far the address has come and turns it away by
//! itself once it is over; another process learns the same from the address's next deed there. So
//! the limit can be overrun by one deed per running process, and no more.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::domain::address_budget::{AddressLimits, Deed, network};
use crate::domain::asker::Asker;
use crate::secret::Purpose;
use crate::services::obstacle::Obstacle;

/// How many blocked addresses a process remembers; beyond that it forgets and learns anew.
const MOST_REMEMBERED: usize = 10_000;

/// The addresses that have to wait, and until when.
#[derive(Debug)]
pub struct AddressGate {
    limits: AddressLimits,
    blocked: Mutex<HashMap<(IpAddr, Deed), Timestamp>>,
}

impl AddressGate {
    /// A gate that knows nobody yet.
    #[must_use]
    pub fn new(limits: AddressLimits) -> Self {
        Self { limits, blocked: Mutex::default() }
    }

    /// How long the address has to wait before the deed, if it has to.
    #[must_use]
    pub fn wait(&self, address: IpAddr, deed: Deed, now: Timestamp) -> Option<Duration> {
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (network(address), deed);
        let until = *blocked.get(&key)?;
        if until > now {
            return Some(until.duration_since(now).unsigned_abs());
        }
        blocked.remove(&key);
        None
    }

    fn block(&self, address: IpAddr, deed: Deed, until: Timestamp) {
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        if blocked.len() >= MOST_REMEMBERED {
            blocked.clear();
        }
        let entry = blocked.entry((network(address), deed)).or_insert(until);
        *entry = until.max(*entry);
    }
}

/// Admits a deed, unless this process knows that the address has to wait.
pub fn admit(app: &App, asker: &Asker, deed: Deed) -> Result<(), Obstacle> {
    let wait = app.addresses.wait(asker.address, deed, app.clock.now());
    wait.map_or(Ok(()), |wait| Err(Obstacle::Throttled(wait)))
}

/// The same, and counts it.
pub async fn admit_and_count(app: &App, asker: &Asker, deed: Deed) -> Result<(), Obstacle> {
    admit(app, asker, deed)?;
    count(app, asker, deed).await
}

/// Counts a deed of the address; refuses it if it was over the budget.
pub async fn count(app: &App, asker: &Asker, deed: Deed) -> Result<(), Obstacle> {
    let (address, now) = (asker.address, app.clock.now());
    let fingerprint = app.secret.fingerprint(Purpose::Address, network(address).to_string().as_bytes());
    let allowances = deed.allowances(app.addresses.limits);
    let counts = allowances.iter().map(|allowance| app.store.count_deed(&fingerprint, deed, allowance, now));
    let counts = futures_util::future::try_join_all(counts).await?;
    let mut wait = None;
    for (allowance, count) in allowances.iter().zip(counts) {
        // The last deed of the budget is still allowed; whatever comes after it is not even tried.
        if count >= allowance.most {
            let until = allowance.end_of_window(now);
            app.addresses.block(address, deed, until);
            if count > allowance.most {
                wait = wait.max(Some(until.duration_since(now).unsigned_abs()));
            }
        }
    }
    wait.map_or(Ok(()), |wait| Err(Obstacle::Throttled(wait)))
}
