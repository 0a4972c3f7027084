//! Accounts whose power is still written in the former form, and writing it anew
//! (`domain/former_power.rs`).

use super::administration::{Acted, IS_STAFF, POWER, in_present_form, set_flag};
use super::expression::Update;
use super::guarded::{OP, Write};
use super::lists::{CHARITY, list_nowhere};
use super::record::AccountRecord;
use super::transfer::{AccountPage, ScanPosition, read};
use super::{Item, Store, StoreError, key, text};
use crate::domain::account::Account;
use crate::domain::former_power::FormerPower;

/// An account in the former form.
#[derive(Clone, Debug)]
pub struct FormerlyWritten {
    /// The account, as that form is read.
    pub account: Account,
    /// What the form says.
    pub former: FormerPower,
    /// Who wrote last.
    mark: String,
}

impl Store {
    /// The next accounts behind a place in the table that are in the former form, strongly consistent.
    pub async fn former_power_page(
        &self,
        from: Option<&ScanPosition>,
    ) -> Result<AccountPage<FormerlyWritten>, StoreError> {
        self.scan_accounts(from, Some(POWER), read_former).await
    }

    /// Writes an account's power in the form of today, if nobody has written to it since it was read.
    /// `act` is given where somebody ceases to be called staff by that.
    pub async fn renew_power(
        &self,
        one: &FormerlyWritten,
        act: Option<&Acted<'_>>,
        op: &str,
    ) -> Result<Write, StoreError> {
        let FormerlyWritten { account, mark, .. } = one;
        let update = Update::default().set(OP, text(op)).if_absent(POWER).if_equal(OP, text(mark));
        let update = set_flag(in_present_form(update, account.charity), IS_STAFF, account.is_staff);
        let update = if account.is_of_charity() { update } else { list_nowhere(update).if_absent(CHARITY) };
        let Some(Acted { record, op, .. }) = act else {
            return self.write_account(account.number, op, update, |_| false).await;
        };
        let own = update.into_part(&self.table, key::account(account.number));
        let items = vec![own, self.record_part(account.number, record, op)];
        self.transact(items, account.number, op).await
    }
}

fn read_former(item: Item) -> Result<Option<FormerlyWritten>, StoreError> {
    let account = read(item.clone())?;
    let record = AccountRecord::read(item)?;
    let former = record.former_power(account.role);
    Ok(former.map(|former| FormerlyWritten { account, former, mark: record.op }))
}
