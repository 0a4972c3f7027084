//! Roles, standing and groups: what others decide about an account, and the two registries behind it.
//!
//! **Superusers.** `REGISTRY#superusers` holds the numbers of all superusers that may come in, as a
//! set. Whatever makes or unmakes one changes the account and the set in one transaction, and the
//! part that takes a number out requires that another one stays. So the last superuser is known
//! without looking through the pool, and two operators who each take away one of the last two meet
//! on this item: one of them is refused. A set rather than a count, because entering it twice is
//! entering it once, and because it tells who they are when a table has to be looked into.
//!
//! **Groups.** `REGISTRY#groups` maps every name that was ever used to its number. A new name gets
//! the next number by one conditional write that fails where the name is there already, so that
//! however many ask at once, all are told the same number. Numbers are never given to another name.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem};

use super::codes::codes_die;
use super::contacts::email_update;
use super::expression::{Place, Update};
use super::guarded::{EPOCH, OP, STANDING, Write};
use super::lists::{CHARITY, list_account, list_nowhere, list_role};
use super::record::{GroupRecord, POWER_FORM, role_word, standing_word};
use super::sessions::everything_ends;
use super::transaction::{Part, meaning};
use super::{Item, Store, StoreError, attribute, key, number, text};
use crate::domain::account::{Account, Group, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::administration::{GroupName, RollChange, Ruling, is_on_roll};
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change;
use crate::domain::history::{Act, Record};
use crate::domain::role::Role;

pub(super) const IS_STAFF: &str = "is_staff";
const IS_SUPERUSER: &str = "is_superuser";
const GROUPS: &str = "groups";
pub(super) const ROLE: &str = "role";
/// The form of all that; absent is the former one.
pub(super) const POWER: &str = "power";

/// The set in the registry of superusers.
const ACCOUNTS: &str = "numbers";

/// The map in the registry of groups, and the number given last.
const NAMES: &str = "names";
const LAST: &str = "last";

/// Why a ruling is not carried out; nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Veto {
    /// The account changed since it was read.
    Changed,
    /// It would leave the pool without a superuser who can come in.
    LastSuperuser,
    /// Whoever has it done is no administrator any more, or was signed out.
    NoAuthority,
}

/// An act on an account: who has it done, and how it is written down.
#[derive(Clone, Copy, Debug)]
pub struct Acted<'a> {
    /// What is written down.
    pub record: &'a Record,
    /// The administrator who has it done: nothing is, unless they still may.
    pub by: Option<&'a Account>,
    /// The account's own address, if it counts as proven from now on.
    pub vouched: Option<&'a EmailAddress>,
    /// The mark of the transaction that does it, fresh for every try.
    pub op: &'a str,
}

impl<'a> Acted<'a> {
    /// An operator's act, which vouches for nothing.
    #[must_use]
    pub fn new(record: &'a Record, op: &'a str) -> Self {
        Self { record, by: None, vouched: None, op }
    }
}

impl Store {
    /// Makes the account what the ruling says, and with the same transaction ends its sessions and its
    /// key and writes the act down.
    pub async fn administer(
        &self,
        account: &Account,
        ruling: Ruling,
        act: &Acted<'_>,
    ) -> Result<Result<(), Veto>, StoreError> {
        let Acted { by, op, .. } = *act;
        let update = if_as_read(set_role(everything_ends(account), ruling.role), account, op)
            .set(STANDING, text(standing_word(ruling.standing)));
        let update = set_flag(set_flag(update, IS_STAFF, ruling.is_staff), IS_SUPERUSER, ruling.is_superuser);
        let update = list_as_ruled(in_present_form(update, ruling.charity), account, ruling);
        let mut parts: Vec<_> = meaning(self.acting_items(account, update, act)?, Veto::Changed).collect();
        parts.extend(self.authority(by));
        parts.extend(self.roll_change(ruling.roll, account.number));
        self.transact_parts(parts, account.number, op).await
    }

    /// Notes that an operator vouches for the account's own address, and nothing else; the record says
    /// that.
    pub async fn vouch_for_email(
        &self,
        account: &Account,
        email: &EmailAddress,
        act: &Acted<'_>,
    ) -> Result<Write, StoreError> {
        let Acted { record, op, .. } = *act;
        let change = email_change::by_code(account, email, record.at);
        let update = if_as_read(codes_die(Update::default(), record.at), account, op);
        let update = email_update(update, account, &change)?;
        let mut items = vec![
            update.into_part(&self.table, key::account(account.number)),
            self.record_part(account.number, record, op),
        ];
        items.extend(self.claim_parts(account, &change, None, record.at));
        self.transact(items, account.number, op).await
    }

    /// What an act writes: the account, and the record. All codes and links die that were made for the
    /// account before: what it may do, or whether it may come in, was another matter then. Vouching for
    /// its address goes with it, and is a record of its own.
    fn acting_items(
        &self,
        account: &Account,
        update: Update,
        act: &Acted<'_>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let Acted { record, vouched, op, .. } = *act;
        let number = account.number;
        let mut update = codes_die(update, record.at);
        let change = vouched.map(|email| email_change::by_code(account, email, record.at));
        if let Some(change) = &change {
            update = email_update(update, account, change)?;
        }
        let mut items =
            vec![update.into_part(&self.table, key::account(number)), self.record_part(number, record, op)];
        if let Some(change) = &change {
            let record = Record { act: Act::EmailVouched, ..record.clone() };
            items.extend(self.claim_parts(account, change, None, record.at));
            items.push(self.record_part(number, &record, &format!("{op}-vouched")));
        }
        Ok(items)
    }

    /// The part that lets nothing happen unless the administrator is still who they were when they
    /// were recognised: in the same epoch, active, and an administrator.
    pub(super) fn authority(&self, by: Option<&Account>) -> Option<Part<Veto>> {
        let check = self.authority_check(by?);
        Some((check, Veto::NoAuthority))
    }

    /// The same without its meaning.
    pub(super) fn authority_check(&self, by: &Account) -> TransactWriteItem {
        let unchanged = Update::default()
            .if_equal(EPOCH, number(by.epoch))
            .if_equal(STANDING, text(standing_word(Standing::Active)));
        // By which of the two they are an administrator was read with the epoch, which both would change.
        let unchanged = if by.is_superuser {
            unchanged.if_equal(IS_SUPERUSER, AttributeValue::Bool(true))
        } else {
            unchanged.if_equal(ROLE, text(Role::Administrator.word()))
        };
        unchanged.into_check(&self.table, key::account(by.number))
    }

    /// The part that a ruling adds for the roll of superusers.
    pub(super) fn roll_change(&self, roll: RollChange, account: AccountNumber) -> Option<Part<Veto>> {
        let part = match roll {
            RollChange::Stays => return None,
            RollChange::Enters => self.enter_roll(account),
            RollChange::Leaves => self.leave_roll(account),
        };
        Some((part, Veto::LastSuperuser))
    }

    /// Puts the account into these groups and no others, and writes it down.
    pub async fn set_groups(
        &self,
        account: &Account,
        groups: &[Group],
        act: &Acted<'_>,
    ) -> Result<Write, StoreError> {
        let op = act.op;
        let update =
            Update::default().set(OP, text(op)).if_equal(STANDING, text(standing_word(account.standing)));
        // Absent means none, in the table too.
        let update = if account.groups.is_empty() {
            update.if_absent(GROUPS)
        } else {
            update.if_equal(GROUPS, list(&account.groups)?)
        };
        let update =
            if groups.is_empty() { update.remove(GROUPS) } else { update.set(GROUPS, list(groups)?) };
        self.transact(self.acting_items(account, update, act)?, account.number, op).await
    }

    /// The group with that name, which gets its number by being asked for the first time.
    pub async fn group(&self, name: &GroupName) -> Result<Group, StoreError> {
        let registry = self.item(key::groups()).await?;
        let known = registry.as_ref().and_then(|registry| read_number(registry, name));
        let id = match (known, registry) {
            (Some(id), _) => id,
            (None, Some(_)) => self.next_group(name).await?,
            (None, None) => {
                self.found_groups().await?;
                self.next_group(name).await?
            }
        };
        Ok(Group { id, name: name.as_str().to_owned() })
    }

    /// The part of a creation that enters a superuser on the roll.
    pub(super) fn enrolment(&self, account: &Account) -> Option<TransactWriteItem> {
        is_on_roll(account.is_superuser, account.standing).then(|| self.enter_roll(account.number))
    }

    fn enter_roll(&self, account: AccountNumber) -> TransactWriteItem {
        let update = Update::default().enter(ACCOUNTS, only(account));
        update.into_part(&self.table, key::superusers())
    }

    fn leave_roll(&self, account: AccountNumber) -> TransactWriteItem {
        let update = Update::default().leave(ACCOUNTS, only(account)).if_larger(ACCOUNTS, 1);
        update.into_part(&self.table, key::superusers())
    }

    /// Makes the registry of groups unless it is there.
    async fn found_groups(&self) -> Result<(), StoreError> {
        let update = Update::default()
            .set(NAMES, AttributeValue::M(HashMap::new()))
            .set(LAST, number(0))
            .if_absent(LAST);
        // That somebody else made it meanwhile is as good.
        self.update(key::groups(), update, ReturnValue::None).await?.ok();
        Ok(())
    }

    /// Gives the name the next number, or tells the one it was given meanwhile. One write does both,
    /// so a repetition by the SDK meets the number that the lost answer told.
    async fn next_group(&self, name: &GroupName) -> Result<u32, StoreError> {
        let entry = Place::Entry(NAMES, name.as_str());
        let update = Update::default().set_above(entry, LAST, 1).increase(LAST, 1).if_absent(entry);
        let id = match self.update(key::groups(), update, ReturnValue::UpdatedNew).await? {
            Ok(written) => written.get(LAST).and_then(as_number),
            Err(registry) => registry.and_then(|registry| read_number(&registry, name)),
        };
        id.ok_or_else(|| StoreError::Unreadable("the registry of groups".to_owned()))
    }
}

/// The part of an update by an operator or an administrator that leaves their mark, if the account,
/// which may be frozen, is in the epoch and of the standing that it was read in.
pub(super) fn if_as_read(update: Update, account: &Account, op: &str) -> Update {
    update
        .set(OP, text(op))
        .if_equal(EPOCH, number(account.epoch))
        .if_equal(STANDING, text(standing_word(account.standing)))
}

/// Writes power in the form of today, whatever it was read in. That somebody is one of the charity's
/// people is never taken back: a login there may say so at the same moment.
pub(super) fn in_present_form(update: Update, is_of_charity: bool) -> Update {
    let update = update.set(POWER, number(POWER_FORM));
    if is_of_charity { update.set(CHARITY, AttributeValue::Bool(true)) } else { update }
}

/// The part of an update by which the account stands in the lists as it does after the ruling.
fn list_as_ruled(update: Update, account: &Account, ruling: Ruling) -> Update {
    let Ruling { role, charity, is_superuser, .. } = ruling;
    let ruled = Account { role, charity, is_superuser, ..account.clone() };
    if !ruled.is_of_charity() {
        return list_nowhere(update).if_absent(CHARITY);
    }
    if account.is_of_charity() {
        list_role(update, account.number, role)
    } else {
        list_account(update, account, role)
    }
}

/// The usual role is not written down.
fn set_role(update: Update, role: Role) -> Update {
    match role_word(role) {
        Some(word) => update.set(ROLE, text(word)),
        None => update.remove(ROLE),
    }
}

/// Absent means false, in the table too.
fn set_flag(update: Update, flag: &str, value: bool) -> Update {
    if value { update.set(flag, AttributeValue::Bool(true)) } else { update.remove(flag) }
}

/// The set that holds this account alone.
fn only(account: AccountNumber) -> AttributeValue {
    AttributeValue::Ns(vec![account.to_string()])
}

fn list(groups: &[Group]) -> Result<AttributeValue, StoreError> {
    attribute(groups.iter().map(GroupRecord::from).collect::<Vec<_>>())
}

fn read_number(registry: &Item, name: &GroupName) -> Option<u32> {
    registry.get(NAMES)?.as_m().ok()?.get(name.as_str()).and_then(as_number)
}

fn as_number(value: &AttributeValue) -> Option<u32> {
    value.as_n().ok()?.parse().ok()
}
