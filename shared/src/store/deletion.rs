//! Deleting an account: everything of it goes, but the number stays taken permanently.
//!
//! What takes the account's place is a new, bare item, so that an attribute that somebody adds to
//! accounts is gone as well without being named here, and the account from every list. Named are only
//! the other items that go with an account: the claims on its identifiers, and what lies beside it. What
//! was done about it stays written down, for it names nothing but numbers.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

use super::administration::{Acted, Veto};
use super::guarded::OP;
use super::key::{self, Identifier, Key, Subject};
use super::record::AccountRecord;
use super::transaction::{meaning, put_part};
use super::{Store, StoreError, text};
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::administration::Ruling;
use crate::domain::credential::StoredCredential;

/// The claims of an account, as far as it has them; each is freed with the account.
fn identifiers(account: &Account) -> Vec<Identifier> {
    let identifiers = [
        account.username.as_ref().map(Identifier::username),
        account.email.as_ref().map(Identifier::email),
        account.phone.as_ref().map(Identifier::phone),
        account.weixin.as_ref().map(Identifier::weixin),
    ];
    let formers = account.former_emails.iter().map(|former| Identifier::email(&former.address));
    let mut identifiers: Vec<Identifier> = identifiers.into_iter().flatten().chain(formers).collect();
    // A transaction takes each item once, and a former address may be the present one again.
    identifiers.sort_by_key(|identifier| format!("{identifier:?}"));
    identifiers.dedup();
    identifiers
}

/// The items that lie beside an account; each goes with it, where it is there.
fn belongings(number: AccountNumber) -> [Key; 2] {
    [key::company(number), key::attempts(&Subject::Account(number))]
}

impl Store {
    /// Deletes the account, or nothing. `ruling` says what it does to the roll of superusers. That it was
    /// done is written down with it.
    pub async fn delete_account(
        &self,
        account: &Account,
        ruling: Ruling,
        act: &Acted<'_>,
    ) -> Result<Result<(), Veto>, StoreError> {
        let Acted { record, by, op, .. } = *act;
        // Read once more for the mark of whoever wrote last: nothing may change an identifier between
        // reading them and freeing them.
        let Some(item) = self.item(key::account(account.number)).await? else {
            return Ok(Err(Veto::Changed));
        };
        let read = AccountRecord::read(item)?;
        let mark = read.op.clone();
        let seen = read.into_account(account.number)?;
        if !seen.is_still(account) {
            return Ok(Err(Veto::Changed));
        }
        let identifiers = identifiers(&seen);
        let held = identifiers.iter().map(|identifier| self.holds(identifier, seen.number));
        let held = futures_util::future::try_join_all(held).await?;
        let mut parts = vec![(self.bury(&seen, &mark, op)?, Veto::Changed)];
        parts.extend(self.authority(by));
        parts.extend(self.roll_change(ruling.roll, seen.number));
        let held = identifiers.iter().zip(held).filter(|(_, is_held)| *is_held);
        let freed = held.map(|(identifier, _)| self.free(identifier, seen.number));
        let discarded = belongings(seen.number).map(|key| self.discard(key));
        let beside = freed.chain(discarded).chain([self.record_part(seen.number, record, op)]);
        parts.extend(meaning(beside, Veto::Changed));
        self.transact_parts(parts, seen.number, op).await
    }

    /// Puts a bare account in the place of one that was marked so.
    fn bury(&self, account: &Account, mark: &str, op: &str) -> Result<TransactWriteItem, StoreError> {
        let bare = Account {
            standing: Standing::Deleted,
            epoch: account.epoch + 1,
            shared_key: account.shared_key.revoked(),
            ..Account::new(account.number, StoredCredential::unusable(), account.joined)
        };
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(AccountRecord::item(&bare, op)?))
            .condition_expression("#op = :mark")
            .expression_attribute_names("#op", OP)
            .expression_attribute_values(":mark", text(mark));
        Ok(put_part(put))
    }

    fn discard(&self, key: Key) -> TransactWriteItem {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key)).build();
        let delete = delete.expect("a deletion with a table and a key is complete");
        TransactWriteItem::builder().delete(delete).build()
    }
}
