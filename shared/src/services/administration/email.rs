//! An operator gives an account its e-mail address, and vouches for it.

use super::living_sessions;
use crate::app::Basics;
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::email_address::EmailAddress;
use crate::domain::history::Act;
use crate::services::email_binding::rival;
use crate::services::records::operators_record;
use crate::services::rounds::Rounds;
use crate::store::{Acted, GivenEmail, StoreError};

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
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let account = on.store.find_account(number).await?;
        let account = account.filter(|account| account.standing != Standing::Deleted);
        let account = account.ok_or(GiftRefusal::Gone)?;
        let rival = rival(&on.store, &account, to, on.clock.now()).await?;
        let (rival, loser) = rival.map_err(GiftRefusal::ProvenByAnother)?;
        let loser = loser.filter(|loser| has(loser, to));
        let (record, op) = (operators_record(on, Act::EmailVouched), on.entropy.mark());
        let given = GivenEmail { account: &account, to, rival, loser: loser.as_ref() };
        if on.store.give_email(&given, &Acted::new(&record, &op)).await?.is_ok() {
            let sessions = living_sessions(on, &account);
            return Ok(Given { sessions, loser: loser.map(|loser| loser.number) });
        }
    }
}

/// Whether the address is the account's, or its former one.
fn has(account: &Account, address: &EmailAddress) -> bool {
    let formers = account.former_emails.iter().map(|former| &former.address);
    account.email.iter().chain(formers).any(|own| own.is_same(address))
}
