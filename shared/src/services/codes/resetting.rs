//! Setting a new password with a code.

use jiff::Timestamp;

use super::notices::notify;
use super::subject;
use super::trying::{Trial, Trier, WrongCode, compare, refuse_wrong};
use crate::app::App;
use crate::courier::{Language, Letter};
use crate::domain::account::{Account, Standing};
use crate::domain::asker::Asker;
use crate::domain::code::{Code, CodePurpose, Destination};
use crate::domain::email_change;
use crate::domain::history::{Act, Actor};
use crate::domain::password::{Password, PasswordFault};
use crate::services::obstacle::{Declined, Reason};
use crate::services::records::record;
use crate::services::{attempts, sessions};
use crate::store::key::Identifier;
use crate::store::{Claim, Redemption};
use crate::telemetry;

/// Why a password was not reset.
#[derive(Debug, thiserror::Error)]
pub enum ResetRefusal {
    /// There is no such code, or not any more, or not for anybody who may use it.
    #[error(transparent)]
    Code(#[from] WrongCode),
    /// The code is right, but the password does not meet the rules.
    #[error("the password does not meet the rules")]
    Password(Vec<PasswordFault>),
}

impl Reason for ResetRefusal {}

/// Sets a new password with a code that was sent by mail or by text message; every session of the
/// account ends, and all its other codes die. The code is used up with it, or nothing happens at all.
///
/// Where the code is the first proof of an address, all ends that was attached to the account without
/// one, since it may have been somebody else's (trust rule 3). The owner is told of it.
#[expect(clippy::too_many_arguments, reason = "a code, where it went, what it is for, and who shows it")]
pub async fn reset_password(
    app: &App,
    destination: impl Into<Destination<'_>>,
    typed: &Code,
    new: &Password,
    asker: &Asker,
    language: Language,
) -> Result<(), Declined<ResetRefusal>> {
    let now = app.clock.now();
    let destination = destination.into();
    let (purpose, identifier) = match destination {
        Destination::Email(email) => (CodePurpose::PasswordReset, Identifier::email(email)),
        Destination::Phone(phone) => (CodePurpose::ChangePwd, Identifier::phone(phone)),
    };
    let subject = subject(app, destination);
    let holder =
        |claim: Option<Claim>| claim.map_or_else(|| sessions::nobody(app, &subject), |claim| claim.account);
    let whose = async { app.store.claim_on(&identifier, now).await.map(holder) };
    Box::pin(attempts::admit(app, asker, whose)).await?;
    let whose = Trier::of(asker);
    let (claim, trial) = futures_util::future::try_join(
        app.store.claim_on(&identifier, now),
        compare(app, &subject, purpose, typed, &whose),
    )
    .await?;
    let account = app.store.find_account(holder(claim)).await?;
    let account = account.filter(|account| claim.is_some() && is_recovered(account, destination, now));
    let (account, tried) = match (account, trial) {
        (Some(account), Trial::Right(tried)) if tried.made_for == Some(account.number) => (account, tried),
        (_, Trial::Right(_)) => return Err(refuse_wrong(app, asker, None).await.widen()),
        (_, Trial::Wrong(missed)) => return Err(refuse_wrong(app, asker, missed).await.widen()),
    };
    telemetry::note(|notes| notes.account = Some(account.number));
    let faults = new.faults(&account.names());
    if !faults.is_empty() {
        return Err(ResetRefusal::Password(faults).into());
    }
    let credential = app.hasher.hash(new, app.entropy.bytes()).await;
    let record = record(app, asker, Actor::CodeReader, Act::PasswordReset);
    let (at, op) = (record.at, app.entropy.mark());
    let proves = match destination {
        Destination::Email(email) => email_change::by_reset(&account, email, at),
        Destination::Phone(_) => None,
    };
    let code = tried.into_spendable(subject, purpose);
    let redemption = Redemption { code: &code, proves: proves.as_ref(), record: &record, op: &op };
    // Where it is refused, another request spent the code, or changed the account, first.
    let redeemed = app.store.redeem_for_credential(&account, &credential, &redemption).await?;
    redeemed.map_err(|_| ResetRefusal::from(WrongCode))?;
    // Guesses at the old password have not used up the tries at the new one.
    attempts::succeed_by_code(app, account.number, asker).await;
    // Whoever has the phone that the code went to knows, so a text would tell nobody anything.
    let channel = account.notice_channel(at).filter(|to| matches!(to, Destination::Email(_)));
    if let Some(Destination::Email(to)) = channel.or(account.email.as_ref().map(Destination::Email)) {
        notify(app, &account, to, &Letter::PasswordReset, language).await;
    }
    Ok(())
}

/// Whether a code that was sent there resets the account's password.
fn is_recovered(account: &Account, destination: Destination<'_>, now: Timestamp) -> bool {
    let recovers = match destination {
        Destination::Email(email) => account.is_recovered_by_email(email, now),
        Destination::Phone(phone) => account.is_recovered_by_phone(phone),
    };
    recovers && account.standing == Standing::Active
}
