//! The copy of the secret that a process holds, and how it stays up to date.
//!
//! Nobody can call a process that is frozen between invocations, and no timer runs in it. So the copy
//! is looked at with each request: one that is rather old is read again beside the request's own work,
//! one that is too old before it. Then no process is ever so far behind a rotation that it refuses
//! what another one has made (see [`super::SPREADS`]).

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::{Purpose, ServerSecret, Vault};
use crate::clock::Clock;
use crate::store::chain;

/// The age from which the copy is read again beside a request.
pub const SOON: SignedDuration = SignedDuration::from_mins(10);

/// The age from which it is read again before the request; processes that are asked seldom come here.
pub const LATE: SignedDuration = SignedDuration::from_mins(25);

/// The age from which nothing is done with it any more, for it may have been revoked (security rule S19).
pub const KEPT_AT_MOST: SignedDuration = SignedDuration::from_hours(1);

/// How long after a reading that failed the next one waits, while the copy still serves.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// The process's copy of the secret.
pub struct HeldSecret {
    clock: Clock,
    vault: Vault,
    copy: RwLock<Snapshot>,
    /// Held by the one request that reads; it guards no data, and the others go on with the copy.
    reading: tokio::sync::Mutex<()>,
}

/// The copy is old, and Secrets Manager gives no newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret was read too long ago, and cannot be read again")]
pub struct SecretTooOld;

#[derive(Clone)]
struct Snapshot {
    secret: Arc<ServerSecret>,
    /// When it was read.
    read: Timestamp,
    /// When a reading failed since.
    failed: Option<Timestamp>,
}

/// When the copy is to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    NotYet,
    Beside,
    Before,
}

impl HeldSecret {
    /// The copy that was just read from there.
    #[must_use]
    pub fn new(clock: Clock, vault: Vault, secret: ServerSecret) -> Self {
        let copy = Snapshot { secret: Arc::new(secret), read: clock.now(), failed: None };
        Self { clock, vault, copy: RwLock::new(copy), reading: tokio::sync::Mutex::default() }
    }

    /// Does a request's work with a copy that is young enough, reading it again where it is time to.
    ///
    /// That a reading failed is logged and changes nothing, until the copy is an hour old.
    pub async fn beside<T>(&self, work: impl Future<Output = T>) -> Result<T, SecretTooOld> {
        match self.due() {
            Due::NotYet => Ok(work.await),
            Due::Beside => match self.reading.try_lock() {
                Ok(_reading) => Ok(futures_util::future::join(work, Box::pin(self.renew())).await.0),
                // Another request of this process reads it already.
                Err(_) => Ok(work.await),
            },
            Due::Before => {
                {
                    let _reading = self.reading.lock().await;
                    // The one who held it may have read it.
                    if self.due() == Due::Before {
                        Box::pin(self.renew()).await;
                    }
                }
                if age(self.copy().read, self.clock.now()) >= KEPT_AT_MOST {
                    Err(SecretTooOld)
                } else {
                    Ok(work.await)
                }
            }
        }
    }

    /// The authentication code of a message, as it is made now.
    #[must_use]
    pub fn code(&self, purpose: Purpose, message: &[u8]) -> [u8; 16] {
        self.copy().secret.code(purpose, message, self.clock.now())
    }

    /// The codes to accept now; the one that is made now is the first.
    pub fn accepted_codes(&self, purpose: Purpose, message: &[u8]) -> impl Iterator<Item = [u8; 16]> + use<> {
        self.copy().secret.accepted_codes(purpose, message, self.clock.now())
    }

    /// The key of a cipher, as it is used now.
    #[must_use]
    pub fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        self.copy().secret.key(purpose, self.clock.now())
    }

    /// The keys to accept now; the one that is used now is the first.
    pub fn accepted_keys(&self, purpose: Purpose) -> impl Iterator<Item = Zeroizing<[u8; 32]>> + use<> {
        self.copy().secret.accepted_keys(purpose, self.clock.now())
    }

    /// A keyed fingerprint for use in a table key; no rotation changes it.
    #[must_use]
    pub fn fingerprint(&self, purpose: Purpose, message: &[u8]) -> String {
        self.copy().secret.fingerprint(purpose, message)
    }

    fn due(&self) -> Due {
        let (copy, now) = (self.copy(), self.clock.now());
        let old = age(copy.read, now);
        let has_just_failed = copy.failed.is_some_and(|failed| age(failed, now) < PAUSE);
        if old < SOON || (has_just_failed && old < KEPT_AT_MOST) {
            Due::NotYet
        } else if old < LATE {
            Due::Beside
        } else {
            Due::Before
        }
    }

    async fn renew(&self) {
        let asked = self.clock.now();
        let text = match self.vault.read().await {
            Ok(kept) => ServerSecret::parse(&kept.text).map_err(|error| error.to_string()),
            Err(error) => Err(chain(&error)),
        };
        let copy = match text {
            Ok(secret) => Snapshot { secret: Arc::new(secret), read: asked, failed: None },
            Err(error) => {
                tracing::error!(error, "the server's secret could not be reread");
                Snapshot { failed: Some(asked), ..self.copy() }
            }
        };
        *self.copy.write().unwrap_or_else(PoisonError::into_inner) = copy;
    }

    fn copy(&self) -> Snapshot {
        self.copy.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How far two times are apart; a clock that was set back makes a copy old, not young.
fn age(of: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(of).abs()
}

hidden!(HeldSecret);
