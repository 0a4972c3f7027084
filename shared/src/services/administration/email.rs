//! An operator gives an account its e-mail address, and vouches for it.

use super::{ROUNDS, kept_changing, living_sessions, operators_record};
use crate::app::Basics;
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::email_address::EmailAddress;
use crate::domain::history::Act;
use crate::store::key::Identifier;
use crate::store::{Acted, GivenEmail, StoreError, Write};

/// What came of giving an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// How many living sessions ended with it.
    pub sessions: usize,
    /// The account that had the address, never proven, and has it no longer.
    pub loser: Option<AccountNumber>,
}

/// Why an address is not given.
#[derive(Debug, thiserror::Error)]
pub enum GiftRefusal {
    /// There is no such account, or it is gone.
    #[error("there is no such account")]
    Gone,
    /// Somebody else has proven the address.
    #[error("account {0} has proven the address")]
    ProvenByAnother(AccountNumber),
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Gives the account that address, which counts as proven from then on; ends its sessions. Another
/// account that never proved the address loses it (trust rules 1, 2).
pub async fn set_email(on: &Basics, number: AccountNumber, to: &EmailAddress) -> Result<Given, GiftRefusal> {
    for _ in 0..ROUNDS {
        let account = on.store.find_account(number).await?;
        let account = account.filter(|account| account.standing != Standing::Deleted);
        let account = account.ok_or(GiftRefusal::Gone)?;
        let claim = on.store.claim_on(&Identifier::email(to), on.clock.now()).await?;
        let rival = claim.filter(|claim| claim.account != number);
        if let Some(rival) = rival.filter(|rival| rival.is_proven) {
            return Err(GiftRefusal::ProvenByAnother(rival.account));
        }
        let loser = match rival {
            Some(rival) => on.store.find_account(rival.account).await?.filter(|one| has(one, to)),
            None => None,
        };
        let record = operators_record(on, Act::EmailVouched);
        let op = on.entropy.mark();
        let given = GivenEmail { account: &account, to, rival, loser: loser.as_ref() };
        match on.store.give_email(&given, &Acted::new(&record, &op)).await? {
            Write::Applied => {
                let sessions = living_sessions(on, &account);
                return Ok(Given { sessions, loser: loser.map(|loser| loser.number) });
            }
            Write::Refused => {}
        }
    }
    Err(kept_changing().into())
}

/// Whether the address is the account's, or its former one.
fn has(account: &Account, address: &EmailAddress) -> bool {
    let formers = account.former_emails.iter().map(|former| &former.address);
    account.email.iter().chain(formers).any(|own| own.is_same(address))
}
