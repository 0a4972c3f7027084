//! Contact data and the e-mail addresses, which are also claims.
//!
//! Every change of an account's addresses is one transaction: the account, the claims by which it
//! differs, whoever loses an address by it, the code that it uses up, and the records of it. It is done
//! only if no claim of the account has moved since it was read, which `codes_since` tells.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;

use super::codes::{CODES_SINCE, SpendableCode, codes_die, if_code_lives};
use super::expression::Update;
use super::guarded::{Guarded, Write};
use super::guards::Claim;
use super::key::{self, Identifier};
use super::record::{ContactRecord, FormerEmailRecord};
use super::sessions::others_end;
use super::transaction::{Setback, meaning};
use super::{Store, StoreError, attribute, number, text};
use crate::domain::account::Account;
use crate::domain::contact::{Contact, FormerEmail};
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change::{EmailChange, formers_without};
use crate::domain::history::{Act, Actor, Record};
use crate::domain::session::SessionDigest;

pub(super) const EMAIL: &str = "email";
/// Whether the address is proven; absent means that it is not.
const EMAIL_PROVEN: &str = "email_proven";
const FORMER_EMAILS: &str = "former_emails";
/// Where the one former address used to lie.
const FORMER_EMAIL: &str = "former_email";
const CONTACT: &str = "contact";

/// Addresses that take the place of those that an account has.
#[derive(Debug)]
pub struct EmailMove<'a> {
    /// The account, as it was read.
    pub account: &'a Account,
    /// What it has afterwards.
    pub change: &'a EmailChange,
    /// The contact data that is set with it.
    pub contact: Option<&'a Contact>,
    /// The unproven claim of another account on the address, as it was read.
    pub rival: Option<Claim>,
    /// That other account, which loses it, as it was read.
    pub loser: Option<&'a Account>,
    /// The code, which is used up, where one proves the address.
    pub code: Option<&'a SpendableCode>,
    /// The session that stays open; all others end, if the address becomes another one.
    pub stays: Option<&'a SessionDigest>,
    /// What is written down of it.
    pub record: &'a Record,
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

impl<'a> EmailMove<'a> {
    /// Addresses alone, that are nobody else's and that no code proves.
    #[must_use]
    pub fn new(account: &'a Account, change: &'a EmailChange, record: &'a Record, op: &'a str) -> Self {
        Self { account, change, contact: None, rival: None, loser: None, code: None, stays: None, record, op }
    }
}

impl Store {
    /// Sets the contact data alone.
    pub async fn set_contact(&self, on: Guarded<'_>, contact: &Contact) -> Result<Write, StoreError> {
        self.write_guarded(on, Update::default().set(CONTACT, attribute(ContactRecord::from(contact))?)).await
    }

    /// Gives the account other addresses: all of it or nothing. Where another one becomes the present one,
    /// all codes and links that were made for the account die, and its other sessions end. It counts as
    /// taken, too, where another account had the address and has lost it since.
    pub async fn move_email(&self, moved: &EmailMove<'_>) -> Result<Result<(), Setback>, StoreError> {
        let EmailMove { account, change, record, op, .. } = *moved;
        let mut update = email_update(Update::default(), account, change)?;
        if let Some(contact) = moved.contact {
            update = update.set(CONTACT, attribute(ContactRecord::from(contact))?);
        }
        if !account.email.as_ref().is_some_and(|own| own.is_same(&change.email)) {
            update = others_end(codes_die(update, record.at), account, moved.stays);
        }
        if let Some(code) = moved.code {
            update = if_code_lives(update, code);
        }
        let on = Guarded::of(account, op);
        let mut parts = vec![(self.guarded_part(on, update), Setback::Changed)];
        parts.extend(moved.code.map(|code| (self.consume(code), Setback::CodeSpent)));
        let claims = self.claim_parts(account, change, moved.rival, record.at);
        parts.extend(meaning(claims, Setback::Taken));
        if let Some(loser) = moved.loser {
            let by = Record { by: Actor::Account(account.number), ..record.clone() };
            parts.extend(meaning(self.loss_parts(loser, &change.email, &by, op)?, Setback::Taken));
        }
        parts.push((self.record_part(account.number, record, op), Setback::Changed));
        self.transact_parts(parts, account.number, op).await
    }

    /// The writes by which the account's claims become those of the change.
    pub(super) fn claim_parts(
        &self,
        account: &Account,
        change: &EmailChange,
        rival: Option<Claim>,
        at: Timestamp,
    ) -> Vec<TransactWriteItem> {
        let number = account.number;
        let to = Identifier::email(&change.email);
        let formers: Vec<&FormerEmail> = account.counting_formers(at).collect();
        let mut parts = vec![match (rival, change.is_proven) {
            (Some(rival), _) => self.take_over(&to, number, rival),
            (None, true) => self.take_proven(&to, number, at),
            (None, false) => self.take(&to, number, at),
        }];
        for former in &change.formers {
            let is_kept = |own: &&&FormerEmail| own.address.is_same(&former.address);
            if formers.iter().find(is_kept).is_none_or(|own| own.until != former.until) {
                parts.push(self.release(&Identifier::email(&former.address), number, former.until));
            }
        }
        let kept = |address: &EmailAddress| {
            let is_former = change.formers.iter().any(|former| former.address.is_same(address));
            is_former || change.email.is_same(address)
        };
        let before = account.email.iter().chain(formers.iter().map(|former| &former.address));
        parts.extend(before.filter(|one| !kept(one)).map(|left| self.free(&Identifier::email(left), number)));
        parts
    }

    /// The writes by which an account loses an address with its claim on it, and by which that is
    /// written down; none where it has the address no longer. `gain` is the record of whoever gets it.
    pub(super) fn loss_parts(
        &self,
        loser: &Account,
        address: &EmailAddress,
        gain: &Record,
        op: &str,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let Some(update) = loss(loser, address, gain.at)? else {
            return Ok(Vec::new());
        };
        let record = Record { act: Act::EmailLost, ..gain.clone() };
        Ok(vec![
            update.into_part(&self.table, key::account(loser.number)),
            self.record_part(loser.number, &record, op),
        ])
    }
}

/// The part of an account's update by which it has other addresses, if it still has those that it was
/// read with.
pub(super) fn email_update(
    update: Update,
    account: &Account,
    change: &EmailChange,
) -> Result<Update, StoreError> {
    let update = set_formers(update, &change.formers)?
        .set(EMAIL, text(change.email.as_str()))
        .put(EMAIL_PROVEN, change.is_proven.then_some(AttributeValue::Bool(true)));
    Ok(if_claims_are_as_read(update, account))
}

/// The condition that no claim of the account has moved since it was read.
fn if_claims_are_as_read(update: Update, account: &Account) -> Update {
    update
        .if_is(EMAIL, account.email.as_ref().map(|email| text(email.as_str())))
        .if_is(EMAIL_PROVEN, account.email_proven.then_some(AttributeValue::Bool(true)))
        .if_is(CODES_SINCE, account.codes_since.map(|since| number(since.as_microsecond())))
}

fn set_formers(update: Update, formers: &[FormerEmail]) -> Result<Update, StoreError> {
    let records: Vec<FormerEmailRecord> = formers.iter().map(FormerEmailRecord::from).collect();
    let records = (!records.is_empty()).then(|| attribute(records)).transpose()?;
    Ok(update.remove(FORMER_EMAIL).put(FORMER_EMAILS, records))
}

/// What an account loses with its claim on the address: the address itself, or its being a former one;
/// with it die the codes and links that were made for it. Who wrote last stays as it was, so that a
/// writer whose answer was lost still finds its mark.
fn loss(loser: &Account, address: &EmailAddress, at: Timestamp) -> Result<Option<Update>, StoreError> {
    let formers = formers_without(loser, address);
    let has_it = loser.email.as_ref().is_some_and(|own| own.is_same(address));
    if !has_it && formers.len() == loser.former_emails.len() {
        return Ok(None);
    }
    let update = codes_die(if_claims_are_as_read(Update::default(), loser), at);
    let update = set_formers(update, &formers)?;
    Ok(Some(if has_it { update.remove(EMAIL).remove(EMAIL_PROVEN) } else { update }))
}
