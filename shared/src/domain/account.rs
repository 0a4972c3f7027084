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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
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
    /// Whether it is one of the charity's people: it registered or logged in there, or was given a role.
    pub charity: bool,
    /// Was made staff of the console. Who may use that is [`Account::may_use_console`].
    pub is_staff: bool,
    /// May do everything, as long as it is one.
    pub is_superuser: bool,
    /// The groups of the staff console it is in.
    pub groups: Vec<Group>,
    /// Counts what ends all sessions at once: each session remembers the epoch it was opened in.
    pub epoch: u32,
    /// The state of the key that rest-auth's contract hands out.
    pub shared_key: SharedKey,
    /// When the person registered.
    pub joined: Timestamp,
    /// When the person last logged in.
    pub last_login: Option<Timestamp>,
    /// The detailed information of rest-auth's contract, once submitted.
    pub details: Option<Details>,
    /// The contact data of accounts' contract, once given.
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
            charity: false,
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

    /// Whether it may use the staff console: staff may, and so may superusers while they are that (trust
    /// rule 4).
    #[must_use]
    pub fn may_use_console(&self) -> bool {
        self.is_staff || self.is_superuser
    }

    /// Whether it counts as an administrator of the charity.
    #[must_use]
    pub fn administers_charity(&self) -> bool {
        administers_charity(self.role, self.is_superuser)
    }

    /// Whether the charity's administrators see it at all (trust rule 4). A superuser counts as one of
    /// them, so it is no secret that it exists.
    #[must_use]
    pub fn is_of_charity(&self) -> bool {
        self.charity || self.administers_charity()
    }

    /// Whether it is as it was when somebody was judged by it: nothing ended their sessions since, and it
    /// was neither frozen nor released.
    #[must_use]
    pub fn is_still(&self, judged: &Self) -> bool {
        (self.epoch, self.standing) == (judged.epoch, judged.standing)
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

/// Whether somebody counts as an administrator of the charity: by the role, or as a superuser while
/// being one (trust rule 4).
#[must_use]
pub fn administers_charity(role: Role, is_superuser: bool) -> bool {
    role == Role::Administrator || is_superuser
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_administrator_and_superuser_are_three_things_and_a_superuser_counts_as_all() {
        let credential = StoredCredential::stored(String::new());
        let blank = Account::new(AccountNumber::new(51_923_482), credential, Timestamp::UNIX_EPOCH);
        let rights = |account: Account| {
            (account.may_use_console(), account.administers_charity(), account.is_of_charity())
        };
        assert_eq!(rights(blank.clone()), (false, false, false));
        assert_eq!(rights(Account { charity: true, ..blank.clone() }), (false, false, true));
        assert_eq!(rights(Account { is_staff: true, ..blank.clone() }), (true, false, false));
        let administrator = Account { role: Role::Administrator, charity: true, ..blank.clone() };
        assert_eq!(rights(administrator), (false, true, true));
        assert_eq!(rights(Account { is_superuser: true, ..blank }), (true, true, true));
    }
}
