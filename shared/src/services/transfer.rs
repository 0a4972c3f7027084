//! Moving accounts in and out of the pool, which only operators do.

mod rehearsal;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use self::rehearsal::Rehearsal;
use crate::app::Basics;
use crate::domain::account::{Account, Group, Standing};
use crate::domain::account_number::{AccountNumber, FIRST_DIGITS};
use crate::domain::administration::GroupName;
use crate::domain::credential::{Cost, StoredCredential};
use crate::domain::history::Act;
use crate::domain::role::Role;
use crate::domain::shared_key::SharedKey;
use crate::domain::transfer::{Arrival, Likeness};
use crate::services::hashing::Hasher;
use crate::services::records::operators_record;
use crate::services::registration::{self, DRAWS, Taken};
use crate::store::key::Identifier;
use crate::store::{AccountPage, NewAccount, Resident, ScanPosition, StoreError, Uncreated};

/// The pause before a call that DynamoDB had no time for is tried again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often one is tried: for about two minutes of pauses.
const TRIES: u32 = 18;

/// What became of an account that is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// It is here now.
    Created,
    /// It was here already.
    There,
}

/// Why an account is not let in; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ArrivalRefusal {
    /// It brings neither a number nor an identifier, so a second try could not tell it from others.
    #[error("nothing would identify the account")]
    Unrecognisable,
    /// Somebody else has its number.
    #[error("the number is taken")]
    NumberTaken,
    /// Others have these of its identifiers.
    #[error("an identifier is taken")]
    Taken(Taken),
    /// It is here under that number, but these fields differ. Without a number it is expected only.
    #[error("the account exists already, and differs")]
    Differs(Option<AccountNumber>, Vec<&'static str>),
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What lets accounts in, one after the other or several at a time.
#[derive(Debug)]
pub struct Importer<'a> {
    on: &'a Basics,
    hasher: Hasher,
    groups: Mutex<HashMap<String, Group>>,
    /// Whether the latest arrival was here already: then the next one probably is too, and reading
    /// is cheaper than a write that fails.
    expects_residents: AtomicBool,
    /// Where nothing is to be written.
    rehearsal: Option<Rehearsal>,
}

/// The identifiers that an arrival claims.
#[must_use]
pub fn claims(account: &Account) -> Vec<Identifier> {
    let mut claims = registration::claims(account.username.as_ref(), account.email.as_ref());
    claims.extend(account.phone.as_ref().map(Identifier::phone));
    claims.extend(account.weixin.as_ref().map(Identifier::weixin));
    claims
}

/// What is written down of the power that an arrival brings along.
fn powers(account: &Account) -> impl Iterator<Item = Act> {
    let is_administrator = account.role == Role::Administrator;
    [
        account.is_superuser.then_some(Act::SuperuserGiven),
        account.is_staff.then_some(Act::StaffGiven),
        is_administrator.then_some(Act::RoleGiven(Role::Administrator)),
    ]
    .into_iter()
    .flatten()
}

/// The next accounts of the pool behind a place in the table.
pub async fn page(on: &Basics, from: Option<&ScanPosition>) -> Result<AccountPage<Resident>, StoreError> {
    patiently(async || on.store.account_page(from).await).await
}

impl<'a> Importer<'a> {
    /// One that has seen nobody yet.
    #[must_use]
    pub fn new(on: &'a Basics) -> Self {
        let hasher = Hasher::new(Cost::PRODUCTION);
        let expects_residents = AtomicBool::new(false);
        Self { on, hasher, groups: Mutex::default(), expects_residents, rehearsal: None }
    }

    /// One that writes nothing and tells what would become of everybody.
    #[must_use]
    pub fn rehearsing(on: &'a Basics) -> Self {
        Self { rehearsal: Some(Rehearsal::default()), ..Self::new(on) }
    }

    /// Lets an account in, unless it is here already. Whatever DynamoDB has no time for is tried again.
    pub async fn let_in(&self, arrival: &Arrival) -> Result<Arrived, ArrivalRefusal> {
        if !arrival.is_recognisable() {
            return Err(ArrivalRefusal::Unrecognisable);
        }
        let arrival = &self.strengthened(arrival).await;
        let looks_first = self.rehearsal.is_some() || self.expects_residents.load(Ordering::Relaxed);
        if looks_first && self.is_here(arrival).await? {
            return Ok(Arrived::There);
        }
        if let Some(rehearsal) = &self.rehearsal {
            return rehearsal.let_in(self.on, arrival).await;
        }
        let mut groups = Vec::new();
        for name in &arrival.groups {
            groups.push(self.group(name).await?);
        }
        let refusal = match patiently(async || self.create(arrival, &groups).await).await? {
            Ok(()) => {
                self.expects_residents.store(false, Ordering::Relaxed);
                return Ok(Arrived::Created);
            }
            Err(refusal) => refusal,
        };
        if !self.is_here(arrival).await? {
            return Err(refusal);
        }
        self.expects_residents.store(true, Ordering::Relaxed);
        Ok(Arrived::There)
    }

    /// The same with a hash that makes guessing as expensive as a new one does.
    async fn strengthened(&self, arrival: &Arrival) -> Arrival {
        let mut arrival = arrival.clone();
        arrival.account.credential = self.hasher.strengthen(arrival.account.credential).await;
        arrival
    }

    /// Makes the account; the inner `Err` says what stands in the way.
    async fn create(
        &self,
        arrival: &Arrival,
        groups: &[Group],
    ) -> Result<Result<(), ArrivalRefusal>, StoreError> {
        let now = self.on.clock.now();
        let acts = std::iter::once(Act::MovedIn).chain(powers(&arrival.account));
        let records: Vec<_> = acts.map(|act| operators_record(self.on, act)).collect();
        let claims = claims(&arrival.account);
        let tries = if arrival.number.is_some() { 1 } else { DRAWS };
        for draw in 0..tries {
            let fresh =
                || AccountNumber::draw(FIRST_DIGITS, draw, u64::from_be_bytes(self.on.entropy.bytes()));
            let account = self.settled(arrival, arrival.number.unwrap_or_else(fresh), groups, now);
            let op = self.on.entropy.mark();
            let customer = arrival.company.as_ref();
            let new = NewAccount { customer, ..NewAccount::new(&account, &claims, &op) };
            match self.on.store.create_arrival(&new, &records, now).await? {
                Ok(()) => return Ok(Ok(())),
                // It needs nobody's word and no code.
                Err(Uncreated::NumberTaken | Uncreated::SponsorOut | Uncreated::CodeSpent) => {}
                Err(Uncreated::Taken(taken)) => {
                    return Ok(Err(ArrivalRefusal::Taken(registration::among(&taken))));
                }
            }
        }
        Ok(Err(ArrivalRefusal::NumberTaken))
    }

    /// The account as it will lie in the table.
    fn settled(&self, arrival: &Arrival, number: AccountNumber, groups: &[Group], now: Timestamp) -> Account {
        // A shared key is derived from number and generation, under a secret that may be the very one
        // under which the account had keys before. They must not open it again.
        let generation = u32::from_be_bytes(self.on.entropy.bytes()) >> 1;
        Account {
            number,
            groups: groups.to_vec(),
            shared_key: SharedKey { generation, ..SharedKey::default() },
            former_emails: arrival.account.counting_formers(now).cloned().collect(),
            ..arrival.account.clone()
        }
    }

    /// Whether the person is here already.
    async fn is_here(&self, arrival: &Arrival) -> Result<bool, ArrivalRefusal> {
        let number = match arrival.number {
            Some(number) => Some(number),
            None => self.holder_of_all(&claims(&arrival.account)).await?,
        };
        let Some(number) = number else {
            return Ok(false);
        };
        let resident = patiently(async || self.on.store.find_account(number).await).await?;
        match resident.map(|resident| arrival.likeness(&resident, self.on.clock.now())) {
            Some(Likeness::Same) => Ok(true),
            Some(Likeness::Differs(fields)) => Err(ArrivalRefusal::Differs(Some(number), fields)),
            Some(Likeness::Stranger) | None => Ok(false),
        }
    }

    /// The account that has every one of these identifiers.
    async fn holder_of_all(&self, claims: &[Identifier]) -> Result<Option<AccountNumber>, StoreError> {
        let mut holders = Vec::new();
        for claim in claims {
            let claim = patiently(async || self.on.store.claim_on(claim, self.on.clock.now()).await).await?;
            holders.push(claim.filter(|claim| !claim.is_former).map(|claim| claim.account));
        }
        let first = holders.first().copied().flatten();
        Ok(first.filter(|_| holders.iter().all(|holder| *holder == first)))
    }

    async fn group(&self, name: &GroupName) -> Result<Group, StoreError> {
        let known = self.groups.lock().unwrap_or_else(PoisonError::into_inner).get(name.as_str()).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let group = patiently(async || self.on.store.group(name).await).await?;
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.insert(name.as_str().to_owned(), group.clone());
        Ok(group)
    }
}

/// The account of somebody who is deleted: its number stays taken, and that is all of it.
#[must_use]
pub fn deleted(number: AccountNumber) -> Account {
    let blank = Account::new(number, StoredCredential::unusable(), Timestamp::UNIX_EPOCH);
    Account { standing: Standing::Deleted, ..blank }
}

/// Calls DynamoDB until it has time for it, or patience ends.
pub(super) async fn patiently<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match call().await {
            Err(error) if error.may_pass() => {
                tracing::info!(error = %crate::store::chain(&error), "DynamoDB is throttling, waiting");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            outcome @ (Ok(_) | Err(_)) => return outcome,
        }
    }
    call().await
}
