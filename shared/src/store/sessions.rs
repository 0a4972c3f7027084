//! The sessions in an account's item, and the shared key: one conditional write for each login and logout,
//! and what ends them all.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::expression::{Place, Update};
use super::guarded::{EPOCH, Guarded, Write};
use super::lists::{CHARITY, list_account};
use super::{Item, Store, StoreError, number, text};
use crate::domain::account::Account;
use crate::domain::credential::StoredCredential;
use crate::domain::history::Record;
use crate::domain::session::{Session, SessionDigest};
use crate::domain::shared_key::{KeyIssue, KeyReturn};

/// The attribute that holds the hash of the password.
pub(super) const CREDENTIAL: &str = "credential";
const KEY_GENERATION: &str = "key_generation";
const KEY_DEVICES: &str = "key_devices";
const KEY_FRESH: &str = "key_fresh";
const KEY_RETIRED: &str = "key_retired";
const LAST_LOGIN: &str = "last_login";
const SESSIONS: &str = "sessions";
const LOGINS: &str = "logins";

/// All that a successful login changes.
#[derive(Debug)]
pub struct SignInRecord<'a> {
    /// The new session.
    pub session: &'a Session,
    /// Sessions that make room for it.
    pub evicted: &'a [SessionDigest],
    /// The most logins that there may have been before, or the sessions would be too many.
    pub logins_at_most: u32,
    /// What it does to the shared key, where the group hands that out.
    pub key: Option<KeyIssue>,
    /// The password hashed anew, where the old hash is outdated.
    pub rehashed: Option<&'a StoredCredential>,
    /// The account as it was read, where it becomes one of the charity's people by this.
    pub joins_charity: Option<&'a Account>,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Records a login: one write, or nothing.
    pub async fn record_sign_in(
        &self,
        on: Guarded<'_>,
        record: &SignInRecord<'_>,
    ) -> Result<Write, StoreError> {
        let session = Place::Entry(SESSIONS, record.session.digest.as_str());
        let mut update = Update::default()
            .set(session, text(record.session.to_string()))
            .set(LAST_LOGIN, number(record.at.as_microsecond()))
            .count_up(LOGINS)
            .if_absent(session)
            .if_absent_or_below(LOGINS, i64::from(record.logins_at_most) + 1);
        for digest in record.evicted {
            update = update.remove(Place::Entry(SESSIONS, digest.as_str()));
        }
        if let Some(credential) = record.rehashed {
            update = update.set(CREDENTIAL, text(credential.as_str()));
        }
        if let Some(account) = record.joins_charity {
            // Once only, so that nobody is listed by earlier names.
            update = list_account(update.if_absent(CHARITY), account, account.role)
                .set(CHARITY, AttributeValue::Bool(true));
        }
        update = match record.key {
            None => update,
            Some(KeyIssue::SameDevice) => update
                .set(KEY_FRESH, AttributeValue::Bool(false))
                .if_equal(KEY_FRESH, AttributeValue::Bool(true)),
            Some(KeyIssue::FirstDevice) => {
                update.set(KEY_DEVICES, number(1)).if_equal(KEY_DEVICES, number(0))
            }
            Some(KeyIssue::FurtherDevice) => update
                .increase(KEY_DEVICES, 1)
                .if_above(KEY_DEVICES, 0)
                .if_equal(KEY_FRESH, AttributeValue::Bool(false)),
        };
        let digest = record.session.digest.as_str();
        let has_session = |item: &Item| {
            item.get(SESSIONS)
                .and_then(|sessions| sessions.as_m().ok())
                .is_some_and(|s| s.contains_key(digest))
        };
        self.write_recognised(on, update, has_session).await
    }

    /// Ends a session where one is named, and takes a device off the shared key where it held that.
    pub async fn record_sign_out(
        &self,
        on: Guarded<'_>,
        session: Option<&SessionDigest>,
        key: Option<KeyReturn>,
    ) -> Result<Write, StoreError> {
        let mut update = Update::default();
        if let Some(digest) = session {
            let session = Place::Entry(SESSIONS, digest.as_str());
            update = update.remove(session).if_present(session);
        }
        update = match key {
            None => update,
            Some(KeyReturn::Nothing) => update.if_equal(KEY_DEVICES, number(0)),
            Some(KeyReturn::OneLess) => update
                .increase(KEY_DEVICES, -1)
                .set(KEY_FRESH, AttributeValue::Bool(false))
                .if_above(KEY_DEVICES, 1),
            Some(KeyReturn::LastDevice) => update
                .set(KEY_DEVICES, number(0))
                .set(KEY_FRESH, AttributeValue::Bool(false))
                .increase(KEY_GENERATION, 1)
                .if_equal(KEY_DEVICES, number(1)),
        };
        self.write_guarded(on, update).await
    }

    /// Ends one session and nothing else; that it had ended already is as good.
    pub async fn forget_session(
        &self,
        on: Guarded<'_>,
        session: &SessionDigest,
    ) -> Result<Write, StoreError> {
        self.write_guarded(on, Update::default().remove(Place::Entry(SESSIONS, session.as_str()))).await
    }

    /// Ends every session of the account and its shared key, because its holder says so, and writes that
    /// down.
    pub async fn end_own_sessions(
        &self,
        account: &Account,
        record: &Record,
        op: &str,
    ) -> Result<Write, StoreError> {
        let on = Guarded::of(account, op);
        let items = vec![
            self.guarded_part(on, everything_ends(account)),
            self.record_part(account.number, record, op),
        ];
        self.transact(items, account.number, op).await
    }
}

/// The part of an update that ends every session and the shared key.
pub(super) fn everything_ends(account: &Account) -> Update {
    sessions_become(Update::default(), account, None)
}

/// The part of an update that ends the shared key and every session but one, which goes on in the
/// account's next epoch without the key.
pub(super) fn others_end(update: Update, account: &Account, stays: Option<&SessionDigest>) -> Update {
    let stays = stays.and_then(|digest| account.sessions.iter().find(|one| one.digest == *digest));
    let stays = stays.map(|one| Session { epoch: account.epoch + 1, holds_key: false, ..one.clone() });
    sessions_become(update, account, stays.as_ref())
}

pub(super) fn sessions_become(update: Update, account: &Account, opened: Option<&Session>) -> Update {
    let key = account.shared_key.revoked();
    let sessions = opened.map(|session| (session.digest.as_str().to_owned(), text(session.to_string())));
    update
        .increase(EPOCH, 1)
        .set(SESSIONS, AttributeValue::M(sessions.into_iter().collect()))
        .set(KEY_GENERATION, number(key.generation))
        .set(KEY_DEVICES, number(key.devices))
        .set(KEY_FRESH, AttributeValue::Bool(key.fresh))
        .set(KEY_RETIRED, number(account.shared_key.generation))
        .if_equal(KEY_GENERATION, number(account.shared_key.generation))
}
