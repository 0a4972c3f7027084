//! Password hashing off the request threads, in memory that is kept and wiped.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Stopwatch;
use crate::domain::credential::{self, Arena, Comparison, Cost, SALT_BYTES, StoredCredential};
use crate::domain::password::Password;
use crate::telemetry;

/// Hashes passwords, as many at a time as there are cores.
#[derive(Debug)]
pub struct Hasher {
    cost: Cost,
    /// One for each core, counted at the first need: to count them is to read files.
    slots: LazyLock<Arc<Semaphore>>,
    arenas: Arc<Mutex<Vec<Arena>>>,
    /// One for hashes that take more memory than a new one: 256 MiB on each core would be too much.
    large: Arc<Semaphore>,
}

impl Hasher {
    /// Takes no memory yet: it comes with the first need, for most cold starts are not for a login.
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        let large = Arc::new(Semaphore::new(1));
        Self { cost, slots: LazyLock::new(one_for_each_core), arenas: Arc::default(), large }
    }

    /// Hashes a password that is to be stored.
    pub async fn hash(&self, password: &Password, salt: [u8; SALT_BYTES]) -> StoredCredential {
        let (password, cost) = (password.clone(), self.cost);
        self.run(move |arena| StoredCredential::hash(&password, salt, cost, arena)).await
    }

    /// Wraps a weak hash that comes from elsewhere; any other credential stays as it is.
    pub async fn strengthen(&self, credential: StoredCredential) -> StoredCredential {
        let cost = self.cost;
        if !credential.is_weak() {
            return credential;
        }
        self.run(move |arena| credential.wrapped(cost, arena)).await
    }

    /// Compares a password with a stored credential, or with nothing at the same cost.
    ///
    /// `may_go_on` is asked when the work's turn has come, which may be long after it was queued;
    /// if it says no, nothing is computed and the answer is `None`.
    pub async fn compare(
        &self,
        password: &Password,
        stored: Option<&StoredCredential>,
        may_go_on: impl FnOnce() -> bool + Send + 'static,
    ) -> Option<Comparison> {
        let (password, stored, cost) = (password.clone(), stored.cloned(), self.cost);
        let is_large = stored.as_ref().is_some_and(|stored| stored.memory_kib() > cost.memory_kib.into());
        let turn = if is_large { Some(acquire(&self.large).await) } else { None };
        self.run(move |arena| {
            // Held to the end of the work, even if nobody waits for it any more.
            let _turn = turn;
            may_go_on().then(|| {
                if let Some(stored) = stored {
                    return stored.compare(&password, cost, arena);
                }
                credential::spend(&password, cost, arena);
                Comparison::Different
            })
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Arena) -> T + Send + 'static) -> T {
        let slot = acquire(&self.slots).await;
        let (arenas, cost) = (Arc::clone(&self.arenas), self.cost);
        let work = tokio::task::spawn_blocking(move || {
            let watch = Stopwatch::start();
            let kept = arenas.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut arena = kept.unwrap_or_else(|| Arena::new(cost));
            let result = work(&mut arena);
            arenas.lock().unwrap_or_else(PoisonError::into_inner).push(arena);
            drop(slot);
            (result, watch.elapsed())
        });
        let (result, took) =
            work.await.expect("hashing does not panic, and its runtime outlives the request");
        telemetry::note(|notes| notes.hashing += took);
        result
    }
}

async fn acquire(slots: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(slots).acquire_owned().await.expect("the slots are never closed")
}

fn one_for_each_core() -> Arc<Semaphore> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Arc::new(Semaphore::new(cores))
}
