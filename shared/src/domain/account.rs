//! A person's account, as every group sees it.

use jiff::Timestamp;

use super::account_number::AccountNumber;
use super::credential::StoredCredential;
use super::details::Details;
use super::email_address::EmailAddress;
use super::session::{Session, SessionDigest};
use super::shared_key::SharedKey;
use super::username::Username;

/// One account of the pool.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub number: AccountNumber,
    /// The name to log in with, where the person has one.
    pub username: Option<Username>,
    /// The address, proven or not, where the person has one.
    pub email: Option<EmailAddress>,
    /// Given name; empty until set.
    pub first_name: String,
    /// Family name; empty until set.
    pub last_name: String,
    /// The hashed password.
    pub credential: StoredCredential,
    /// Whether the person may come in at all.
    pub standing: Standing,
    /// May use the staff console.
    pub is_staff: bool,
    /// May do everything.
    pub is_superuser: bool,
    /// Counts what ends all sessions at once: each session remembers the epoch it was opened in.
    pub epoch: u32,
    /// The state of the key that contract 002 hands out.
    pub shared_key: SharedKey,
    /// When the person registered.
    pub joined: Timestamp,
    /// When the person last logged in.
    pub last_login: Option<Timestamp>,
    /// The detailed information of contract 002, once submitted.
    pub details: Option<Details>,
    /// The sessions it keeps, dead ones included until they are swept.
    pub sessions: Vec<Session>,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Active,
    /// An administrator stopped it; it can be released.
    Frozen,
    /// It is gone; only its number stays taken.
    Deleted,
}

/// The names a password must not repeat.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    /// The username, if there is one.
    pub username: Option<&'a Username>,
    /// The e-mail address, if there is one.
    pub email: Option<&'a EmailAddress>,
}

impl Account {
    /// The names a new password of this person must not repeat.
    #[must_use]
    pub fn names(&self) -> Names<'_> {
        Names { username: self.username.as_ref(), email: self.email.as_ref() }
    }

    /// The living session with that fingerprint, if the account has one.
    #[must_use]
    pub fn session(&self, digest: &SessionDigest, now: Timestamp) -> Option<&Session> {
        let is_wanted = |session: &&Session| session.digest == *digest && session.is_alive(self.epoch, now);
        self.sessions.iter().find(is_wanted).filter(|_| self.standing == Standing::Active)
    }
}
