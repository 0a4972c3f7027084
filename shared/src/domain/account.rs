//! A person's account, as every group sees it.

use jiff::Timestamp;

use super::account_number::AccountNumber;
use super::contact::{Contact, FormerEmail};
use super::credential::StoredCredential;
use super::details::Details;
use super::email_address::EmailAddress;
use super::phone_number::PhoneNumber;
use super::role::Role;
use super::session::{Session, SessionDigest};
use super::shared_key::SharedKey;
use super::username::Username;
use super::weixin::OpenId;

/// One account of the pool.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub number: AccountNumber,
    /// The name to log in with, where the person has one.
    pub username: Option<Username>,
    /// The address, proven or not, where the person has one.
    pub email: Option<EmailAddress>,
    /// Whether its owner has read a message sent to the present address; its claim says the same.
    pub email_proven: bool,
    /// The addresses that were left and still count, the one that was left first in front.
    pub former_emails: Vec<FormerEmail>,
    /// Since when codes and links that were made for it count: those from before are dead.
    pub codes_since: Option<Timestamp>,
    /// The mobile number, proven by a code, where the person has one.
    pub phone: Option<PhoneNumber>,
    /// The person's id at WeChat, once bound.
    pub weixin: Option<OpenId>,
    /// Given name; empty until set.
    pub first_name: String,
    /// Family name; empty until set.
    pub last_name: String,
    /// The hashed password.
    pub credential: StoredCredential,
    /// Whether the person may come in at all.
    pub standing: Standing,
    /// What the person is to the charity.
    pub role: Role,
    /// May use the staff console.
    pub is_staff: bool,
    /// May do everything.
    pub is_superuser: bool,
    /// The groups of the staff console it is in.
    pub groups: Vec<Group>,
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
    /// The contact data of contract 000, once given.
    pub contact: Option<Contact>,
    /// The sessions it keeps, dead ones included until they are swept.
    pub sessions: Vec<Session>,
    /// How many logins it has seen, by which its sessions are ordered.
    pub logins: u32,
}

/// A group of the staff console: a name that several accounts share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its number, the same for everybody in it.
    pub id: u32,
    /// Its name.
    pub name: String,
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
    /// An account that nobody has used yet, with nothing but what every account has.
    #[must_use]
    pub fn new(number: AccountNumber, credential: StoredCredential, joined: Timestamp) -> Self {
        Self {
            number,
            username: None,
            email: None,
            email_proven: false,
            former_emails: Vec::new(),
            codes_since: None,
            phone: None,
            weixin: None,
            first_name: String::new(),
            last_name: String::new(),
            credential,
            standing: Standing::Active,
            role: Role::default(),
            is_staff: false,
            is_superuser: false,
            groups: Vec::new(),
            epoch: 0,
            shared_key: SharedKey::default(),
            joined,
            last_login: None,
            details: None,
            contact: None,
            sessions: Vec::new(),
            logins: 0,
        }
    }

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
