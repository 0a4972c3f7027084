//! Proving the account's e-mail address: by a link mailed to it, or by a code mailed to another one
//! that takes its place.
//!
//! An address is claimed as soon as somebody registers it, so it may be claimed by the wrong person.
//! Whoever proves it gets it: a link proves an account's own claim, a code takes the claim of another
//! account away, unless that has proven it before.

use std::time::Duration;

use crate::app::App;
use crate::courier::{Dispatch, Language, Letter, TextMessage};
use crate::domain::account::{Account, Standing};
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::binding_link::{self, BindingLink, PresentedToken};
use crate::domain::contact::FormerEmail;
use crate::domain::email_address::EmailAddress;
use crate::domain::message_budget::{Proof, Share};
use crate::secret::Purpose;
use crate::services::budget::{self, Messages};
use crate::services::codes::SpendableCode;
use crate::services::sessions::Caller;
use crate::services::{address_gate, codes, contacts};
use crate::store::key::Identifier;
use crate::store::{Claim, EmailBinding, EmailBound, StoreError, Write, chain};
use crate::telemetry;

/// The path of the page that links lead to, which the group serves whose customers get them.
pub const LANDING: &str = "/users/bind_email/";

/// What a link is called in the history of its address.
const MESSAGE: &str = "email-binding-link";

/// How often a write is tried again after another one changed the account or the claim first.
const ROUNDS: usize = 8;

/// Why no link was sent.
#[derive(Debug, thiserror::Error)]
pub enum LinkRefusal {
    /// The account has no address.
    #[error("the account has no e-mail address")]
    NoAddress,
    /// The address is bound already.
    #[error("the address is bound already")]
    AlreadyBound,
    /// A message went to the address too short a time ago, or too many did.
    #[error("too many messages to one address")]
    Throttled(Duration),
    /// The mail could not be sent; why is in the log.
    #[error("the mail was not sent")]
    NotSent,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why a link binds nothing.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefusal {
    /// It is none of ours, or has ended, or the account has changed since.
    #[error("the link does not work")]
    Dead,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why an address was not bound by a code.
#[derive(Debug, thiserror::Error)]
pub enum BindingRefusal {
    /// Another account has proven the address.
    #[error("the address is taken")]
    Taken,
    /// The code was used up, or another one took its place, meanwhile.
    #[error("the code is spent")]
    CodeSpent,
    /// The caller was signed out, or stopped, while the request was under way.
    #[error("the caller is no longer signed in")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Mails the account's own address a link that binds it. `public_url` is where the service is reached
/// from outside, `scheme://host[:port]`.
pub async fn send_link(
    app: &App,
    account: &Account,
    public_url: Option<&str>,
    share: Share,
    language: Language,
) -> Result<(), LinkRefusal> {
    let email = account.email.as_ref().ok_or(LinkRefusal::NoAddress)?;
    if account.email_proven {
        return Err(LinkRefusal::AlreadyBound);
    }
    let Some(public_url) = public_url else {
        tracing::error!("no link can be sent: it is not known where the service is reached from outside");
        return Err(LinkRefusal::NotSent);
    };
    let ends = binding_link::ends(app.clock.now());
    let message = binding_link::derivation(account.number, email, account.epoch, ends);
    let code = app.secret.code(Purpose::BindingLink, &message);
    let link = BindingLink::new(&format!("{public_url}{LANDING}"), account.number, ends, &code);
    let message = codes::note_message(app, MESSAGE, email).await?.map_err(LinkRefusal::Throttled)?;
    let Ok(taken) = budget::take_mail(app, Messages::Sent, share, Proof::Unproven).await? else {
        codes::withdraw_message(app, &message).await;
        return Err(LinkRefusal::NotSent);
    };
    match app.courier().mail(email, &Letter::EmailBindingLink(&link), language).await {
        Dispatch::Sent | Dispatch::Unknown => Ok(()),
        Dispatch::NotSent => {
            let given_back = budget::give_back(app, taken);
            futures_util::future::join(given_back, codes::withdraw_message(app, &message)).await;
            Err(LinkRefusal::NotSent)
        }
    }
}

/// Mails the link to somebody who has just registered. That it was not sent is logged and changes
/// nothing: it can be asked for again.
pub async fn welcome(app: &App, account: &Account, public_url: Option<&str>, language: Language) {
    if let Err(refusal) = Box::pin(send_link(app, account, public_url, Share::Registration, language)).await {
        tracing::warn!(error = %chain(&refusal), "the link was not sent at the registration");
    }
}

/// Mails the link again to somebody who asks for it.
pub async fn resend_link(
    app: &App,
    caller: &Caller,
    public_url: Option<&str>,
    asker: &Asker,
    language: Language,
) -> Result<(), LinkRefusal> {
    if let Some(wait) = app.addresses.wait(asker.address, Deed::CodeRequest, app.clock.now()) {
        return Err(LinkRefusal::Throttled(wait));
    }
    if let Some(wait) = address_gate::count(app, asker, Deed::CodeRequest).await? {
        return Err(LinkRefusal::Throttled(wait));
    }
    send_link(app, &caller.account, public_url, Share::Change, language).await
}

/// Binds the address that a link was mailed to; a second click finds it bound. Without `acts` the
/// answer is the same, and nothing is done.
pub async fn follow_link(app: &App, token: &str, acts: bool) -> Result<(), TokenRefusal> {
    let token = PresentedToken::parse(token).filter(|token| token.is_alive(app.clock.now()));
    let token = token.ok_or(TokenRefusal::Dead)?;
    let op = app.entropy.mark();
    for _ in 0..ROUNDS {
        let account = app.store.find_account(token.number).await?;
        let account = account.filter(|account| account.standing == Standing::Active);
        let account = account.ok_or(TokenRefusal::Dead)?;
        let email = account.email.as_ref().filter(|email| is_for(app, &token, &account, email));
        let email = email.ok_or(TokenRefusal::Dead)?;
        telemetry::note(|notes| notes.account = Some(account.number));
        if account.email_proven || !acts {
            return Ok(());
        }
        if app.store.confirm_email(&account, email, &op).await? == Write::Applied {
            return Ok(());
        }
    }
    Err(kept_changing().into())
}

/// Sets the address as the caller's own and proven, and uses the code up that was mailed there.
///
/// An account that claimed it without proof loses it, and hears of it by text message if it has a
/// mobile number. The owner of the address before hears of the change by mail.
pub async fn bind(
    app: &App,
    caller: &Caller,
    to: &EmailAddress,
    code: &SpendableCode,
    language: Language,
) -> Result<(), BindingRefusal> {
    let op = app.entropy.mark();
    let identifier = Identifier::email(to);
    let mut account = caller.account.clone();
    for _ in 0..ROUNDS {
        let at = app.clock.now();
        let claim = app.store.claim_on(&identifier, at).await?;
        let rival = claim.filter(|claim| claim.account != account.number);
        if rival.is_some_and(|rival| rival.is_proven) {
            return Err(BindingRefusal::Taken);
        }
        let loser = match rival {
            Some(rival) => app.store.find_account(rival.account).await?,
            None => None,
        };
        let has = |loser: &Account| loser.email.as_ref().is_some_and(|own| own.canonical() == to.canonical());
        if rival.is_some_and(|rival| !rival.is_former) && !loser.as_ref().is_none_or(has) {
            // It gave the address up after its claim was read.
            continue;
        }
        let left = account.email.as_ref().filter(|own| own.canonical() != to.canonical());
        let former = left.and_then(|left| contacts::former_if_proven(&account, left, at));
        let binding = EmailBinding {
            account: &account,
            to,
            rival,
            loser: loser.as_ref(),
            former: former.as_ref(),
            code,
            op: &op,
            at,
        };
        match app.store.bind_email(&binding).await? {
            EmailBound::Applied => {
                tell_loser(app, rival, loser.as_ref()).await;
                if let Some(left) = left {
                    tell_left(app, left, former.as_ref(), language).await;
                }
                return Ok(());
            }
            EmailBound::CodeSpent => return Err(BindingRefusal::CodeSpent),
            EmailBound::ClaimChanged => {}
            EmailBound::Refused => {
                let now = app.store.find_account(account.number).await?;
                let is_in = |now: &Account| now.epoch == account.epoch && now.standing == Standing::Active;
                let now = now.filter(is_in).ok_or(BindingRefusal::SignedOut)?;
                // Nothing is in the way but that the account's codes have died.
                if now.email == account.email {
                    return Err(BindingRefusal::CodeSpent);
                }
                account = now;
            }
        }
    }
    Err(kept_changing().into())
}

/// Whether the token was made for the address that the account has, as it is.
fn is_for(app: &App, token: &PresentedToken, account: &Account, email: &EmailAddress) -> bool {
    let message = token.derivation(email, account.epoch);
    app.secret.accepted_codes(Purpose::BindingLink, &message).any(|code| token.has_code(&code))
}

async fn tell_loser(app: &App, rival: Option<Claim>, loser: Option<&Account>) {
    let has_lost = rival.is_some_and(|rival| !rival.is_former);
    if let Some(phone) = loser.filter(|_| has_lost).and_then(|loser| loser.phone.as_ref()) {
        codes::notify_by_text(app, phone, &TextMessage::EmailLost).await;
    }
}

async fn tell_left(app: &App, left: &EmailAddress, former: Option<&FormerEmail>, language: Language) {
    let letter = if former.is_some() { Letter::EmailChanged } else { Letter::EmailReplaced };
    codes::notify(app, left, Proof::when(former.is_some()), &letter, language).await;
}

fn kept_changing() -> StoreError {
    StoreError::Unavailable("the account or the claim kept changing".into())
}
