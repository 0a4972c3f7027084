//! Account items: how they are read, and how they are made in one transaction with their claims.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;

use super::codes::SpendableCode;
use super::key::{self, Identifier};
use super::record::AccountRecord;
use super::transaction::{Part, meaning};
use super::{Store, StoreError};
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::customer::Customer;
use crate::domain::history::Record;

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

/// Why an account was not made; nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncreated {
    /// Somebody has that number.
    NumberTaken,
    /// Others have these of its identifiers.
    Taken(Vec<Identifier>),
    /// The sponsor is no administrator any more, or was signed out.
    SponsorOut,
    /// The code was used up, or another one took its place.
    CodeSpent,
}

impl Store {
    /// The account with that number, strongly consistent.
    pub async fn find_account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        let item = self.item(key::account(number)).await?;
        item.map(|item| AccountRecord::read(item)?.into_account(number)).transpose()
    }

    /// Makes an account and its claims, all or nothing.
    pub async fn create_account(&self, new: &NewAccount<'_>) -> Result<Result<(), Uncreated>, StoreError> {
        self.create_with(new, new.account.joined, Vec::new(), Vec::new()).await
    }

    /// The same at that time, with more parts that take something for it, and more that cannot fail.
    pub(super) async fn create_with(
        &self,
        new: &NewAccount<'_>,
        at: Timestamp,
        more_claims: Vec<Part<Uncreated>>,
        more: Vec<TransactWriteItem>,
    ) -> Result<Result<(), Uncreated>, StoreError> {
        let number = new.account.number;
        let take = |claim: &Identifier| match claim {
            // An operator who gives an address vouches for it.
            Identifier::Email(_) if new.account.email_proven => self.take_proven(claim, number, at),
            Identifier::Username(_) | Identifier::Email(_) => self.take(claim, number, at),
            // Nobody gets a number but by a code that was sent to it, nor an id but by WeChat's word.
            Identifier::Phone(_) | Identifier::Weixin(_) => self.take_proven(claim, number, at),
        };
        let claims = new.claims.iter().map(|claim| (take(claim), Uncreated::Taken(vec![claim.clone()])));
        let claims = claims.chain(more_claims);
        let spent = new.spends.map(|code| (self.consume(code), Uncreated::CodeSpent));
        let sponsor = new.sponsor.map(|sponsor| (self.authority_check(sponsor), Uncreated::SponsorOut));
        let customer = new.customer.map(|customer| self.customer_part(number, customer)).transpose()?;
        let record = new.record.map(|record| self.record_part(number, record, new.op));
        let beside = self.enrolment(new.account).into_iter().chain(customer).chain(record).chain(more);
        let put = self.put_new(AccountRecord::item(new.account, new.op)?);
        let parts = std::iter::once((put, Uncreated::NumberTaken)).chain(claims).chain(sponsor).chain(spent);
        let parts = parts.chain(meaning(beside, Uncreated::NumberTaken)).collect();
        Ok(self.transact_telling(parts, number, new.op, |_| false).await?.map_err(weightiest))
    }
}

/// What of several reasons decides: whoever may not have it made learns nothing else, and a number is drawn
/// again only where nothing but that failed.
fn weightiest(failed: Vec<Uncreated>) -> Uncreated {
    let (mut taken, mut other) = (Vec::new(), Uncreated::NumberTaken);
    for why in failed {
        match why {
            Uncreated::SponsorOut => return Uncreated::SponsorOut,
            Uncreated::Taken(identifiers) => taken.extend(identifiers),
            Uncreated::CodeSpent => other = Uncreated::CodeSpent,
            Uncreated::NumberTaken => {}
        }
    }
    if taken.is_empty() { other } else { Uncreated::Taken(taken) }
}
