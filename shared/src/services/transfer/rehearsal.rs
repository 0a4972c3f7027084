//! What would become of accounts if they were let in: found by reading alone, and by remembering who would
//! have come before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{ArrivalRefusal, Arrived, claims, patiently};
use crate::app::Basics;
use crate::domain::account::{Account, Group};
use crate::domain::account_number::AccountNumber;
use crate::domain::transfer::{Arrival, Likeness};
use crate::services::registration;
use crate::store::StoreError;
use crate::store::key::Identifier;

/// Everybody who would have come in so far.
#[derive(Debug, Default)]
pub(super) struct Rehearsal(Mutex<Expected>);

#[derive(Debug, Default)]
struct Expected {
    by_number: HashMap<AccountNumber, Arc<Account>>,
    by_identifier: HashMap<Identifier, Arc<Account>>,
}

impl Rehearsal {
    /// Tells what would become of an account that is not in the table, and expects it from now on if it
    /// would come in.
    pub(super) async fn let_in(&self, on: &Basics, arrival: &Arrival) -> Result<Arrived, ArrivalRefusal> {
        let now = on.clock.now();
        let mut wanted = claims(&arrival.account);
        let earlier = self.earlier(arrival, &wanted);
        match earlier.map(|earlier| arrival.likeness(&earlier, now)) {
            Some(Likeness::Same) => return Ok(Arrived::There),
            Some(Likeness::Differs(fields)) => return Err(ArrivalRefusal::Differs(arrival.number, fields)),
            Some(Likeness::Stranger) | None => {}
        }
        wanted.extend(arrival.account.counting_formers(now).map(|former| Identifier::email(&former.address)));
        let mut taken = Vec::new();
        for identifier in &wanted {
            if self.is_expected(identifier) || is_held(on, identifier, arrival.number).await? {
                taken.push(identifier.clone());
            }
        }
        if !taken.is_empty() {
            return Err(ArrivalRefusal::Taken(registration::among(&taken)));
        }
        if let Some(number) = arrival.number {
            let resident = patiently(async || on.store.find_account(number).await).await?;
            if resident.is_some() || self.expected().by_number.contains_key(&number) {
                return Err(ArrivalRefusal::NumberTaken);
            }
        }
        self.expect(arrival, wanted);
        Ok(Arrived::Created)
    }

    /// Who would be there under the number or, where there is none, under all of the identifiers.
    fn earlier(&self, arrival: &Arrival, wanted: &[Identifier]) -> Option<Arc<Account>> {
        let expected = self.expected();
        if let Some(number) = arrival.number {
            return expected.by_number.get(&number).cloned();
        }
        let mut holders = wanted.iter().map(|identifier| expected.by_identifier.get(identifier));
        let first = holders.next()??;
        holders
            .all(|holder| holder.is_some_and(|holder| Arc::ptr_eq(holder, first)))
            .then(|| Arc::clone(first))
    }

    fn is_expected(&self, identifier: &Identifier) -> bool {
        self.expected().by_identifier.contains_key(identifier)
    }

    fn expect(&self, arrival: &Arrival, identifiers: Vec<Identifier>) {
        let groups = arrival.groups.iter().map(|name| Group { id: 0, name: name.as_str().to_owned() });
        let account = Arc::new(Account { groups: groups.collect(), ..arrival.account.clone() });
        let mut expected = self.expected();
        expected.by_number.extend(arrival.number.map(|number| (number, Arc::clone(&account))));
        expected
            .by_identifier
            .extend(identifiers.into_iter().map(|identifier| (identifier, Arc::clone(&account))));
    }

    fn expected(&self) -> std::sync::MutexGuard<'_, Expected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn is_held(
    on: &Basics,
    identifier: &Identifier,
    by_other_than: Option<AccountNumber>,
) -> Result<bool, StoreError> {
    let claim = patiently(async || on.store.claim_on(identifier, on.clock.now()).await).await?;
    Ok(claim.is_some_and(|claim| Some(claim.account) != by_other_than))
}
