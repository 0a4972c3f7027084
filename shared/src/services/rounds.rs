//! Writing on what was read, again when another write came first.

use super::obstacle::Obstacle;
use crate::domain::account::Account;
use crate::store::{Store, StoreError};

/// How often a write is tried again after another one changed the account first.
const ROUNDS: usize = 8;

/// The rounds of reading and writing that are left.
#[derive(Debug)]
pub(super) struct Rounds(usize);

impl Rounds {
    /// As many as a write usually gets.
    pub(super) const fn usual() -> Self {
        Self(ROUNDS)
    }

    /// As many as that.
    pub(super) const fn of(rounds: usize) -> Self {
        Self(rounds)
    }

    /// Begins another round; fails where there were enough of them.
    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
        let left = self.0.checked_sub(1);
        self.0 = left.ok_or_else(|| StoreError::Unavailable("the account kept changing".into()))?;
        Ok(())
    }
}

/// The account as it is now, after a write on it was refused, if the caller is still let in.
pub(super) async fn reread(store: &Store, judged: &Account) -> Result<Account, Obstacle> {
    let now = store.find_account(judged.number).await?;
    now.filter(|now| now.is_still(judged)).ok_or(Obstacle::SignedOut)
}
