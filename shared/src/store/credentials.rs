//! The password's hash: set with the old password, or with a code.

use jiff::Timestamp;

use super::codes::{SpendableCode, codes_die, if_code_lives};
use super::contacts::email_update;
use super::expression::Update;
use super::guarded::{Guarded, Write};
use super::key::Identifier;
use super::sessions::{CREDENTIAL, sessions_become};
use super::weixin::unbound;
use super::{Item, Store, StoreError, text};
use crate::domain::account::Account;
use crate::domain::credential::StoredCredential;
use crate::domain::email_change::EmailChange;
use crate::domain::history::Record;
use crate::domain::session::Session;

/// A new password.
#[derive(Clone, Copy, Debug)]
pub struct CredentialChange<'a> {
    /// Its hash.
    pub new: &'a StoredCredential,
    /// A session opened for the epoch after the change: the only one there is then.
    pub opened: Option<&'a Session>,
    /// What is written down of it, and when it is.
    pub record: &'a Record,
}

/// A code about to be used up for a new password.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// The code.
    pub code: &'a SpendableCode,
    /// What the account's addresses become, where the code proves one: then all ends that was attached
    /// to the account without proof.
    pub proves: Option<&'a EmailChange>,
    /// What is written down of it.
    pub record: &'a Record,
    /// A random mark, fresh for every try.
    pub op: &'a str,
}

impl Store {
    /// Sets a new password, and with the same transaction ends every session and the shared key, kills
    /// all codes made for the account, and writes it down.
    pub async fn replace_credential(
        &self,
        account: &Account,
        change: &CredentialChange<'_>,
        op: &str,
    ) -> Result<Write, StoreError> {
        let CredentialChange { new, opened, record } = *change;
        let on = Guarded::of(account, op);
        let items = vec![
            self.guarded_part(on, credential_update(account, new, record.at, opened)),
            self.record_part(account.number, record, op),
        ];
        // Its salt makes the credential one of a kind.
        let has_credential = |item: &Item| item.get(CREDENTIAL) == Some(&text(new.as_str()));
        self.transact_traced(items, account.number, op, has_credential).await
    }

    /// Uses the code up and sets the new password, both or neither. Where the code proves an address,
    /// what was attached to the account before and not proven ends by the same stroke.
    pub async fn redeem_for_credential(
        &self,
        account: &Account,
        new: &StoredCredential,
        reset: &Redemption<'_>,
    ) -> Result<Write, StoreError> {
        let Redemption { code, proves, record, op } = *reset;
        let on = Guarded::of(account, op);
        let mut update = if_code_lives(credential_update(account, new, record.at, None), code);
        let mut claims = Vec::new();
        if let Some(change) = proves {
            update = email_update(update, account, change)?;
            claims = self.claim_parts(account, change, None, record.at);
            if let Some(id) = &account.weixin {
                update = unbound(update, id);
                claims.push(self.free(&Identifier::weixin(id), account.number));
            }
        }
        let mut items = vec![self.guarded_part(on, update), self.consume(code)];
        items.extend(claims);
        items.push(self.record_part(account.number, record, op));
        self.transact(items, account.number, op).await
    }
}

/// The new password's part of an update: with the same write every session and the shared key end but the
/// one that is opened, and all codes made for the account die.
fn credential_update(
    account: &Account,
    new: &StoredCredential,
    at: Timestamp,
    opened: Option<&Session>,
) -> Update {
    codes_die(sessions_become(Update::default(), account, opened), at)
        .set(CREDENTIAL, text(new.as_str()))
        .if_equal(CREDENTIAL, text(account.credential.as_str()))
}
