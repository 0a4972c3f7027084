//! An e-mail address that an operator gives to an account and vouches for.

use super::administration::{Acted, if_as_read};
use super::codes::codes_die;
use super::contacts::email_update;
use super::guarded::Write;
use super::guards::Claim;
use super::sessions::everything_ends;
use super::{Store, StoreError, key};
use crate::domain::account::Account;
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change;

/// An address that an operator gives.
#[derive(Debug)]
pub struct GivenEmail<'a> {
    /// The account, as it was read.
    pub account: &'a Account,
    /// The address.
    pub to: &'a EmailAddress,
    /// The unproven claim of another account on it, as it was read.
    pub rival: Option<Claim>,
    /// That other account, which loses it, as it was read.
    pub loser: Option<&'a Account>,
}

impl Store {
    /// Sets the address as proven, takes its claim, gives up those on the addresses before, takes it off
    /// the account that loses it, ends the account's sessions and both accounts' codes, and writes it
    /// all down; or nothing, if an account or a claim changed since it was read.
    pub async fn give_email(&self, given: &GivenEmail<'_>, act: &Acted<'_>) -> Result<Write, StoreError> {
        let &GivenEmail { account, to, rival, loser } = given;
        let Acted { record, op, .. } = *act;
        let change = email_change::by_operator(to);
        let update = if_as_read(codes_die(everything_ends(account), record.at), account, op);
        let update = email_update(update, account, &change)?;
        let mut items = vec![update.into_part(&self.table, key::account(account.number))];
        items.extend(self.claim_parts(account, &change, rival, record.at));
        items.push(self.record_part(account.number, record, op));
        if let Some(loser) = loser {
            items.extend(self.loss_parts(loser, to, record, op)?);
        }
        self.transact(items, account.number, op).await
    }
}
