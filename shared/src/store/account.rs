//! Account items: made in one transaction with their claims, changed by one conditional write each.

use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, TransactWriteItem};
use jiff::Timestamp;

use super::administration::CHARITY;
use super::codes::{SpendableCode, codes_die};
use super::directory::list_account;
use super::expression::{Place, Update};
use super::key::{self, Identifier};
use super::record::{AccountRecord, standing_word};
use super::transaction::Transaction;
use super::{Item, Store, StoreError, number, text};
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::credential::StoredCredential;
use crate::domain::customer::Customer;
use crate::domain::history::Record;
use crate::domain::session::{Session, SessionDigest};
use crate::domain::shared_key::{KeyIssue, KeyReturn};

const CREDENTIAL: &str = "credential";
pub(super) const STANDING: &str = "standing";
pub(super) const EPOCH: &str = "epoch";
const KEY_GENERATION: &str = "key_generation";
const KEY_DEVICES: &str = "key_devices";
const KEY_FRESH: &str = "key_fresh";
const KEY_RETIRED: &str = "key_retired";
const LAST_LOGIN: &str = "last_login";
const SESSIONS: &str = "sessions";
const LOGINS: &str = "logins";
/// Who wrote last.
pub(super) const OP: &str = "op";

/// An account to make, with the identifiers it claims and the mark of who makes it.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// The account.
    pub account: &'a Account,
    /// Its identifiers.
    pub claims: &'a [Identifier],
    /// The administrator on whose word it is made, where it takes one.
    pub sponsor: Option<&'a Account>,
    /// The company data that goes with it, where the group asks for some.
    pub customer: Option<&'a Customer>,
    /// The code that it uses up, where the group asks for one.
    pub spends: Option<&'a SpendableCode>,
    /// What is written down of its being made, where that is an act of power.
    pub record: Option<&'a Record>,
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

impl<'a> NewAccount<'a> {
    /// An account that takes nobody's word and no code, and has nothing beside it.
    #[must_use]
    pub fn new(account: &'a Account, claims: &'a [Identifier], op: &'a str) -> Self {
        Self { account, claims, sponsor: None, customer: None, spends: None, record: None, op }
    }
}

/// What came of making an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It is there, with all its claims.
    Created,
    /// Somebody has that number; nothing was written.
    NumberTaken,
    /// Others have these of its identifiers; nothing was written.
    Taken(Vec<Identifier>),
    /// The sponsor is no administrator any more, or was signed out; nothing was written.
    SponsorOut,
    /// The code was used up, or another one took its place; nothing was written.
    CodeSpent,
}

/// What came of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// It is done.
    Applied,
    /// The account is not, or no longer, in the state the write was meant for; nothing was written.
    Refused,
}

/// A write on behalf of somebody who was let in: it is done only while the account is active and in
/// the epoch it was judged in, so that a freeze or a password change in between stops it.
#[derive(Clone, Copy, Debug)]
pub struct Guarded<'a> {
    /// The account.
    pub number: AccountNumber,
    /// The epoch the caller was judged in.
    pub epoch: u32,
    /// A random mark, fresh for every write.
    pub op: &'a str,
}

/// A new password.
#[derive(Clone, Copy, Debug)]
pub struct CredentialChange<'a> {
    /// Its hash.
    pub new: &'a StoredCredential,
    /// A session opened for the epoch after the change: the only one there is then.
    pub opened: Option<&'a Session>,
    /// What is written down of it, and when it is.
    pub record: &'a Record,
}

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
    /// The account with that number, strongly consistent.
    pub async fn find_account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key::account(number)));
        let item = request.consistent_read(true).send().await?.item;
        item.map(|item| AccountRecord::read(item)?.into_account(number)).transpose()
    }

    /// Makes an account and its claims, all or nothing.
    pub async fn create_account(&self, new: &NewAccount<'_>) -> Result<Creation, StoreError> {
        let claims = new.claims.iter().map(|claim| {
            let (number, at) = (new.account.number, new.account.joined);
            match claim {
                // An operator who gives an address vouches for it.
                Identifier::Email(_) if new.account.email_proven => self.take_proven(claim, number, at),
                Identifier::Username(_) | Identifier::Email(_) => self.take(claim, number, at),
                // Nobody gets a number but by a code that was sent to it, nor an id but by WeChat's word.
                Identifier::Phone(_) | Identifier::Weixin(_) => self.take_proven(claim, number, at),
            }
        });
        self.create_with(new, claims.collect(), Vec::new()).await
    }

    /// Makes an account with these writes that take its claims, one for each of them, in their order, and
    /// with more that cannot fail.
    pub(super) async fn create_with(
        &self,
        new: &NewAccount<'_>,
        claims: Vec<TransactWriteItem>,
        more: Vec<TransactWriteItem>,
    ) -> Result<Creation, StoreError> {
        let item = AccountRecord::item(new.account, new.op)?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", key::PARTITION)
            .build()
            .expect("a put with a table and an item is complete");
        let put = TransactWriteItem::builder().put(put).build();
        let sponsor = new.sponsor.map(|sponsor| self.authority_check(sponsor));
        let spent = new.spends.map(|code| self.consume(code));
        let company =
            new.customer.map(|customer| self.customer_part(new.account.number, customer)).transpose()?;
        let items = std::iter::once(put).chain(claims).chain(sponsor).chain(spent);
        let record = new.record.map(|record| self.record_part(new.account.number, record, new.op));
        let items = items.chain(self.enrolment(new.account)).chain(company).chain(record).chain(more);
        match self.transact(items.collect(), new.account.number, new.op).await? {
            Transaction::Applied => Ok(Creation::Created),
            Transaction::Failed(failed) => Ok(refusal(&failed, new)),
        }
    }

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
            // Once only, so that nobody is listed by names of before.
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

    /// Sets a new password, and with the same transaction ends every session and the shared key, kills
    /// all codes made for the account, and writes it down.
    pub async fn replace_credential(
        &self,
        account: &Account,
        change: &CredentialChange<'_>,
        op: &str,
    ) -> Result<Write, StoreError> {
        let CredentialChange { new, opened, record } = *change;
        let on = Guarded { number: account.number, epoch: account.epoch, op };
        let items = vec![
            self.guarded_part(on, credential_replaced(account, new, record.at, opened)),
            self.record_part(account.number, record, op),
        ];
        // Its salt makes the credential one of a kind.
        let has_credential = |item: &Item| item.get(CREDENTIAL) == Some(&text(new.as_str()));
        Ok(self.transact_traced(items, account.number, op, has_credential).await?.into())
    }

    /// One conditional write of the account item.
    pub(super) async fn write_guarded(&self, on: Guarded<'_>, update: Update) -> Result<Write, StoreError> {
        self.write_recognised(on, update, |_| false).await
    }

    /// The same, recognised by a trace that only this write leaves, should its answer be lost and
    /// somebody else have written since.
    pub(super) async fn write_recognised(
        &self,
        on: Guarded<'_>,
        update: Update,
        has_trace: impl Fn(&Item) -> bool,
    ) -> Result<Write, StoreError> {
        self.write_account(on.number, on.op, guard(update, on), has_trace).await
    }

    /// One conditional write of the account item that brings its own conditions and sets `op`.
    ///
    /// It happens once: the SDK repeats a write whose answer was lost, and the repetition meets our
    /// own mark, or a trace of ours.
    pub(super) async fn write_account(
        &self,
        account: AccountNumber,
        op: &str,
        update: Update,
        has_trace: impl Fn(&Item) -> bool,
    ) -> Result<Write, StoreError> {
        let update = update.unless_equal(OP, text(op));
        let is_ours = |item: &Item| item.get(OP) == Some(&text(op)) || has_trace(item);
        Ok(match self.update(key::account(account), update, ReturnValue::None).await? {
            Ok(_) => Write::Applied,
            Err(item) if item.as_ref().is_some_and(is_ours) => Write::Applied,
            Err(_) => Write::Refused,
        })
    }

    /// The same write as a part of a transaction.
    pub(super) fn guarded_part(&self, on: Guarded<'_>, update: Update) -> TransactWriteItem {
        guard(update, on).into_part(&self.table, key::account(on.number))
    }
}

/// The new password's part of an update: with the same write every session and the shared key end,
/// and all codes made for the account die.
pub(super) fn credential_update(account: &Account, new: &StoredCredential, at: Timestamp) -> Update {
    credential_replaced(account, new, at, None)
}

fn credential_replaced(
    account: &Account,
    new: &StoredCredential,
    at: Timestamp,
    opened: Option<&Session>,
) -> Update {
    codes_die(sessions_become(Update::default(), account, opened), at)
        .set(CREDENTIAL, text(new.as_str()))
        .if_equal(CREDENTIAL, text(account.credential.as_str()))
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

fn sessions_become(update: Update, account: &Account, opened: Option<&Session>) -> Update {
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

fn guard(update: Update, on: Guarded<'_>) -> Update {
    update
        .set(OP, text(on.op))
        .if_equal(EPOCH, number(on.epoch))
        .if_equal(STANDING, text(standing_word(Standing::Active)))
}

/// Reads why a creation was refused, in the order of its items.
fn refusal(failed: &[bool], new: &NewAccount<'_>) -> Creation {
    let mut failed = failed.iter().copied().skip(1);
    let taken = new.claims.iter().zip(failed.by_ref().take(new.claims.len())).filter(|(_, failed)| *failed);
    let taken: Vec<Identifier> = taken.map(|(claim, _)| claim.clone()).collect();
    if new.sponsor.is_some() && failed.next() == Some(true) {
        return Creation::SponsorOut;
    }
    if !taken.is_empty() {
        return Creation::Taken(taken);
    }
    let is_spent = new.spends.is_some() && failed.next() == Some(true);
    if is_spent { Creation::CodeSpent } else { Creation::NumberTaken }
}
