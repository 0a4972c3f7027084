//! Changing a password, which ends everything the old one had opened.

use std::net::IpAddr;

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::credential::Comparison;
use crate::domain::password::Password;
use crate::services::sessions::{self, SignInRefusal};
use crate::store::{StoreError, Write};

/// The account's holder has just proven to know its password. What comes of it is
/// [`replace`] or [`leave`].
#[derive(Debug)]
pub struct Proven<'a> {
    account: &'a Account,
    subject: String,
}

/// Checks the old password of somebody who is in already, as carefully as at a login.
pub async fn prove<'a>(
    app: &App,
    account: &'a Account,
    old: Option<&Password>,
    address: IpAddr,
) -> Result<Proven<'a>, SignInRefusal> {
    sessions::refuse_if_blocked(app, address)?;
    let subject = sessions::account_subject(app, account.number);
    if let Some(wait) = app.store.reserve_attempt(&subject, app.clock.now()).await? {
        return Err(SignInRefusal::Throttled(wait));
    }
    match sessions::compare(app, address, Some(account), old).await? {
        Comparison::Current | Comparison::Outdated => Ok(Proven { account, subject }),
        Comparison::Different => Err(sessions::refuse_wrong(app, address).await),
    }
}

/// Sets the new password: every session and the shared key end with the same write.
///
/// [`Write::Refused`] means that the account changed since it was read, for instance by the same
/// request from another device; nothing was done.
pub async fn replace(app: &App, proven: &Proven<'_>, new: &Password) -> Result<Write, StoreError> {
    let credential = app.hasher.hash(new, app.entropy.bytes()).await;
    let op = app.entropy.mark();
    let replaced = app.store.replace_credential(proven.account, &credential, &op);
    let (replaced, ()) = futures_util::future::join(replaced, leave(app, proven)).await;
    replaced
}

/// Changes nothing after all; the right password is a success, so its attempts are forgotten.
pub async fn leave(app: &App, proven: &Proven<'_>) {
    sessions::forget_attempts(app, &proven.subject).await;
}
