//! Verification codes by mail: asking for one, and spending it on a new password.
//!
//! Whether anybody has the address shows neither in the answer, nor in the calls to DynamoDB, nor in
//! the time it takes: a code is made and kept for every address, and the answer waits for a fixed time.

use std::net::IpAddr;
use std::time::Duration;

use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::courier::{Dispatch, Language, Letter};
use crate::domain::account::{Account, Standing};
use crate::domain::address_budget::Deed;
use crate::domain::code::{self, Code, CodePurpose};
use crate::domain::email_address::EmailAddress;
use crate::domain::password::{Password, PasswordFault};
use crate::secret::Purpose;
use crate::services::address_gate;
use crate::services::budget::{self, Letters};
use crate::services::sessions::{self, SignInRefusal};
use crate::store::key::Identifier;
use crate::store::{NewCode, Redemption, StoreError, TriedCode, Write, chain};

/// Racers for the same code item: one sends, the others see that it just happened.
const ROUNDS: usize = 3;

/// Why a request for a code is refused. That nothing is sent is no refusal: see [`ask`].
#[derive(Debug, thiserror::Error)]
pub enum AskRefusal {
    /// The network address asked too often.
    #[error("too many codes for one network address")]
    Throttled(Duration),
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why a password was not reset.
#[derive(Debug, thiserror::Error)]
pub enum ResetRefusal {
    /// There is no such code, or not any more, or not for anybody who may use it.
    #[error("the code is wrong")]
    WrongCode,
    /// The code is right; the password may not be set.
    #[error("the password may not be set")]
    Password(Vec<PasswordFault>),
    /// The network address failed too often.
    #[error("too many attempts")]
    Throttled(Duration),
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Sends a code that resets the password to whoever has the e-mail address, if anybody has it and the
/// budgets allow; the caller learns neither.
pub async fn ask(
    app: &App,
    email: &EmailAddress,
    from: IpAddr,
    language: Language,
) -> Result<(), AskRefusal> {
    if let Some(wait) = app.addresses.wait(from, Deed::CodeRequest, app.clock.now()) {
        return Err(AskRefusal::Throttled(wait));
    }
    let not_before = tokio::time::sleep(app.config.code_answer_time);
    let outcome = Box::pin(send_if_due(app, email, from, language)).await;
    not_before.await;
    outcome
}

async fn send_if_due(
    app: &App,
    email: &EmailAddress,
    from: IpAddr,
    language: Language,
) -> Result<(), AskRefusal> {
    let now = app.clock.now();
    let identifier = Identifier::email(email);
    let subject = subject(app, CodePurpose::PasswordReset, email);
    let (claim, over_budget) = futures_util::future::try_join(
        app.store.claim_on(&identifier, now),
        address_gate::count(app, from, Deed::CodeRequest),
    )
    .await?;
    if let Some(wait) = over_budget {
        return Err(AskRefusal::Throttled(wait));
    }
    let number = claim.map_or_else(|| sessions::nobody(app, &subject), |claim| claim.account);
    let code = draw(app);
    let (account, kept, has_budget) = futures_util::future::try_join3(
        app.store.find_account(number),
        Box::pin(keep(app, &subject, &code)),
        // What is asked for nobody takes from a budget of its own, by the same call.
        budget::take_mail(app, if claim.is_some() { Letters::Sent } else { Letters::Imagined }),
    )
    .await?;
    let account = account.filter(|account| claim.is_some() && account.standing == Standing::Active);
    let destination = account.as_ref().and_then(|account| account.reset_address(now));
    let (Some(kept), Some(destination), true) = (kept, destination, has_budget) else {
        return Ok(());
    };
    if app.courier().mail(destination, &Letter::PasswordResetCode(&code), language).await == Dispatch::NotSent
    {
        // Where this fails the pause stays, and the answer is that of an address nobody has.
        if let Err(error) = app.store.withdraw_code(&kept.as_new(&subject)).await {
            tracing::warn!(error = %chain(&error), "a code that was not sent was not withdrawn");
        }
    }
    Ok(())
}

/// Sets a new password with a code; every session of the account ends. The code is used up with it,
/// or nothing happens at all.
pub async fn reset_password(
    app: &App,
    email: &EmailAddress,
    typed: &Code,
    new: &Password,
    from: IpAddr,
) -> Result<Account, ResetRefusal> {
    if let Some(wait) = app.addresses.wait(from, Deed::FailedLogin, app.clock.now()) {
        return Err(ResetRefusal::Throttled(wait));
    }
    let now = app.clock.now();
    let identifier = Identifier::email(email);
    let subject = subject(app, CodePurpose::PasswordReset, email);
    let (claim, tried) = futures_util::future::try_join(
        app.store.claim_on(&identifier, now),
        app.store.try_code(&subject, now),
    )
    .await?;
    let number = claim.map_or_else(|| sessions::nobody(app, &subject), |claim| claim.account);
    let account = app.store.find_account(number).await?;
    let account = account.filter(|account| claim.is_some() && account.standing == Standing::Active);
    let tried = tried.filter(|tried| is_same(app, &subject, tried, typed));
    let (Some(account), Some(tried)) = (account, tried) else {
        return Err(refuse_wrong(app, from).await);
    };
    let faults = new.faults(&account.names());
    if !faults.is_empty() {
        return Err(ResetRefusal::Password(faults));
    }
    let credential = app.hasher.hash(new, app.entropy.bytes()).await;
    // A code read from the former address proves nothing about the present one.
    let proves = account.reset_address(now).is_some_and(|address| address.canonical() == email.canonical());
    let is_current = account.email.as_ref().is_some_and(|own| own.canonical() == email.canonical());
    let op = app.entropy.mark();
    let claim = (proves && is_current).then_some(&identifier);
    let redemption = Redemption { subject: &subject, code: &tried, proven: claim, op: &op };
    match app.store.redeem_for_credential(&account, &credential, &redemption).await? {
        Write::Applied => {
            // Whoever guessed at the old password has not used up the tries at the new one.
            sessions::forget_attempts(app, &sessions::account_subject(app, account.number)).await;
            Ok(account)
        }
        // Another request spent the code, or changed the account, first.
        Write::Refused => Err(ResetRefusal::WrongCode),
    }
}

/// A code that was stored, with what its item needs to be recognised.
struct Kept {
    digest: String,
    nonce: String,
    expires: jiff::Timestamp,
    sent: Vec<jiff::Timestamp>,
    op: String,
}

impl Kept {
    fn as_new<'a>(&'a self, subject: &'a str) -> NewCode<'a> {
        let Self { digest, nonce, expires, sent, op } = self;
        NewCode { subject, digest, nonce, expires: *expires, sent, op }
    }
}

/// Stores the code, unless a message went to the address too short a time ago or another request is
/// just sending one.
async fn keep(app: &App, subject: &str, code: &Code) -> Result<Option<Kept>, StoreError> {
    let now = app.clock.now();
    let nonce = HEXLOWER.encode(&app.entropy.bytes::<16>());
    let digest = digest(app, subject, &nonce, code);
    let expires = now.saturating_add(code::LASTS).expect("a duration without a sign is in range");
    let mut kept = Kept { digest, nonce, expires, sent: vec![now], op: app.entropy.mark() };
    let mut seen = None;
    for _ in 0..ROUNDS {
        match app.store.put_code(&kept.as_new(subject), seen.as_ref()).await? {
            Ok(()) => return Ok(Some(kept)),
            Err(Some(history)) if code::may_send(&history.sent, now).is_ok() => {
                kept.sent = code::remember(&history.sent, now);
                seen = Some(history);
            }
            Err(Some(_)) => return Ok(None),
            Err(None) => seen = None,
        }
    }
    Ok(None)
}

async fn refuse_wrong(app: &App, from: IpAddr) -> ResetRefusal {
    match sessions::refuse_wrong(app, from).await {
        SignInRefusal::WrongCredentials | SignInRefusal::Frozen => ResetRefusal::WrongCode,
        SignInRefusal::Throttled(wait) => ResetRefusal::Throttled(wait),
        SignInRefusal::Unavailable(error) => ResetRefusal::Unavailable(error),
    }
}

fn draw(app: &App) -> Code {
    Code::draw(|| u32::from_be_bytes(app.entropy.bytes()))
}

/// What a code of that purpose for that address is kept under.
fn subject(app: &App, purpose: CodePurpose, email: &EmailAddress) -> String {
    app.secret
        .fingerprint(Purpose::CodeSubject, format!("{} {}", purpose.name(), email.canonical()).as_bytes())
}

/// The subject holds purpose and address, so a digest of one never fits the other.
fn digest(app: &App, subject: &str, nonce: &str, code: &Code) -> String {
    HEXLOWER.encode(&app.secret.code(Purpose::CodeDigest, digest_message(subject, nonce, code).as_bytes()))
}

fn is_same(app: &App, subject: &str, tried: &TriedCode, typed: &Code) -> bool {
    let message = digest_message(subject, &tried.nonce, typed);
    let accepted = app.secret.accepted_codes(Purpose::CodeDigest, message.as_bytes());
    accepted.fold(false, |same, code| {
        same | bool::from(HEXLOWER.encode(&code).as_bytes().ct_eq(tried.digest.as_bytes()))
    })
}

fn digest_message(subject: &str, nonce: &str, code: &Code) -> String {
    format!("{subject} {nonce} {}", code.as_str())
}

/// Tells somebody what happened to their account. The message is a courtesy: that it was not sent is
/// logged, and changes nothing.
pub async fn notify(app: &App, to: &EmailAddress, letter: &Letter<'_>, language: Language) {
    match budget::take_mail(app, Letters::Sent).await {
        Ok(true) => _ = app.courier().mail(to, letter, language).await,
        Ok(false) => {}
        Err(error) => tracing::warn!(error = %chain(&error), "a notice was not sent"),
    }
}
