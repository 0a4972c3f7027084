//! Changing a password, which ends everything the old one had opened.

use std::future::ready;

use crate::app::App;
use crate::courier::{Language, Letter, TextMessage};
use crate::domain::account::{Account, Standing};
use crate::domain::asker::{Asker, Device};
use crate::domain::credential::Comparison;
use crate::domain::history::{Act, Actor};
use crate::domain::password::{Password, PasswordFault};
use crate::domain::session::{Session, SessionToken};
use crate::services::attempts::{self, Trial};
use crate::services::codes;
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::records::record;
use crate::services::rounds::Rounds;
use crate::services::sessions::{self, Admitted, LoginName, NewSession, SignInRefusal};
use crate::store::key::Subject;
use crate::store::{CredentialChange, StoreError, Write};
use crate::telemetry;

/// The account's holder has just proven to know its password. What comes of it is
/// [`replace`], [`replace_and_stay`] or [`leave`].
#[derive(Debug)]
pub struct Proven<'a> {
    account: &'a Account,
    trial: Trial,
    asker: &'a Asker,
}

/// The session that a client goes on with.
#[derive(Debug)]
pub struct Opened {
    /// Its token.
    pub token: SessionToken,
    /// The mark that the device gets, where it keeps cookies and had none.
    pub device: Option<Device>,
}

/// Somebody who is not in wants another password, and names the account.
#[derive(Debug)]
pub struct NamedChange {
    /// Who they say they are.
    pub name: LoginName,
    /// What they say the password is; `None` if it is longer than any password can be.
    pub old: Option<Password>,
    /// What it is to be; judged already, but for the user's own names.
    pub new: Password,
    /// Where the request came from.
    pub asker: Asker,
    /// The language to tell the owner in.
    pub language: Language,
}

/// Why the password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum NamedChangeRefusal {
    /// Not by the account's owner.
    #[error(transparent)]
    NotProven(#[from] SignInRefusal),
    /// The new password does not meet the rules.
    #[error("the password does not meet the rules")]
    Password(Vec<PasswordFault>),
}

impl Reason for NamedChangeRefusal {}

/// The password is not the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password is wrong")]
pub struct WrongPassword;

impl Reason for WrongPassword {}

/// Changes the password of a named account as carefully as a login lets somebody in: the same count
/// of attempts, the same work and the same order (security rule S15). Every session and the shared
/// key end with the same write.
pub async fn change_named(app: &App, change: NamedChange) -> Result<(), Declined<NamedChangeRefusal>> {
    let NamedChange { name, old, new, asker, language } = change;
    let admitted = sessions::admit(app, &name, old.as_ref(), &asker, false).await;
    let Admitted { mut account, trial, .. } = admitted.map_err(Declined::widen)?;
    let verified = account.credential.clone();
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let proven = Proven { account: &account, trial: trial.clone(), asker: &asker };
        let faults = new.faults(&account.names());
        if !faults.is_empty() {
            leave(app, &proven).await;
            return Err(NamedChangeRefusal::Password(faults).into());
        }
        if replace_and_open(app, &proven, &new, None, language).await?.is_ok() {
            return Ok(());
        }
        // Another write came first. The password that was checked must still be the account's.
        let now = app.store.find_account(account.number).await?;
        account = match now.filter(|now| now.standing == Standing::Active && now.credential == verified) {
            Some(now) => now,
            None => return Err(NamedChangeRefusal::from(SignInRefusal::WrongCredentials).into()),
        };
    }
}

/// Checks the old password of somebody who is in already, as carefully as at a login.
pub async fn prove<'a>(
    app: &App,
    account: &'a Account,
    old: Option<&Password>,
    asker: &'a Asker,
) -> Result<Proven<'a>, Declined<WrongPassword>> {
    attempts::admit(app, asker, ready(Ok(account.number))).await?;
    let trial = attempts::begin(app, Subject::Account(account.number), None, asker).await?;
    match sessions::compare(app, asker, &trial, Some(account), old).await? {
        Comparison::Current | Comparison::Outdated => Ok(Proven { account, trial, asker }),
        Comparison::Different => {
            attempts::miss(app, asker, &trial).await?;
            Err(WrongPassword.into())
        }
    }
}

/// The same with a password as it was typed, if it was; `None` where it was not, or is wrong.
pub async fn prove_typed<'a>(
    app: &App,
    account: &'a Account,
    typed: Option<&str>,
    asker: &'a Asker,
) -> Result<Option<Proven<'a>>, Obstacle> {
    let Some(typed) = typed else {
        return Ok(None);
    };
    match prove(app, account, Password::new(typed).ok().as_ref(), asker).await {
        Ok(proven) => Ok(Some(proven)),
        Err(Declined::Because(WrongPassword)) => Ok(None),
        Err(Declined::Obstacle(obstacle)) => Err(obstacle),
    }
}

/// Sets the new password: every session and the shared key end with the same write. The owner is told.
///
/// [`Obstacle::SignedOut`] means that the account changed since it was read, for instance by the same
/// request from another device; nothing was done.
pub async fn replace(
    app: &App,
    proven: &Proven<'_>,
    new: &Password,
    language: Language,
) -> Result<(), Obstacle> {
    Ok(replace_and_open(app, proven, new, None, language).await??)
}

/// The same, but the client that changes it stays in: its new session opens with the same write.
pub async fn replace_and_stay(
    app: &App,
    proven: &Proven<'_>,
    new: &Password,
    session: NewSession,
    language: Language,
) -> Result<Opened, Obstacle> {
    let account = proven.account;
    let device = sessions::new_mark(app, proven.asker, session);
    let (token, session) = sessions::open(app, account.number, account.epoch + 1, account.logins, session);
    let opened = Some((&session, device.as_ref()));
    replace_and_open(app, proven, new, opened, language).await??;
    Ok(Opened { token, device })
}

async fn replace_and_open(
    app: &App,
    proven: &Proven<'_>,
    new: &Password,
    opened: Option<(&Session, Option<&Device>)>,
    language: Language,
) -> Result<Write, StoreError> {
    let (opened, marked) = opened.map_or((None, None), |(session, device)| (Some(session), device));
    let credential = app.hasher.hash(new, app.entropy.bytes()).await;
    let op = app.entropy.mark();
    let record = record(app, proven.asker, Actor::Oneself, Act::PasswordChanged);
    let change = CredentialChange { new: &credential, opened, record: &record };
    let replaced = app.store.replace_credential(proven.account, &change, &op);
    let succeeded = attempts::succeed(app, &proven.trial, marked);
    let (replaced, ()) = futures_util::future::join(replaced, succeeded).await;
    if let Ok(Ok(())) = replaced {
        telemetry::note(|notes| notes.act = Some((record.act, proven.account.number)));
        let (letter, text) = (Letter::PasswordChanged, TextMessage::PasswordChanged);
        Box::pin(codes::notify_owner(app, proven.account, &letter, &text, language)).await;
    }
    replaced
}

/// Changes nothing after all; the right password is a success, so its attempts are forgotten.
pub async fn leave(app: &App, proven: &Proven<'_>) {
    attempts::succeed(app, &proven.trial, None).await;
}
