//! Proving the account's e-mail address: by a link mailed to it, or by a code mailed to another one
//! that takes its place.
//!
//! An address is claimed as soon as somebody registers it, so it may be claimed by the wrong person.
//! Whoever proves it gets it: a link proves an account's own claim, a code takes the claim of another
//! account away, unless that has proven it before.

use std::future::ready;
use std::time::Duration;

use crate::app::App;
use crate::courier::{Language, Letter, TextMessage};
use crate::domain::account::{Account, Standing};
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::binding_link::{self, BindingLink, PresentedToken};
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change;
use crate::domain::history::{Act, Actor, Record};
use crate::domain::message_budget::{Proof, Share};
use crate::secret::Purpose;
use crate::services::budget::{self, Messages};
use crate::services::codes::{Delivery, SpendableCode};
use crate::services::sessions::Caller;
use crate::services::{address_gate, attempts, codes};
use crate::store::key::Identifier;
use crate::store::{Claim, EmailMove, EmailMoved, StoreError, chain};
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
    let message = binding_link::derivation(account, email, ends);
    let code = app.secret.code(Purpose::BindingLink, &message);
    let link = BindingLink::new(&format!("{public_url}{LANDING}"), account.number, ends, &code);
    let cause = codes::cause_of(app, account, email);
    let taking = budget::take_mail(app, Messages::Sent, share, Proof::Unproven);
    let sending = async || app.courier().mail(email, &Letter::EmailBindingLink(&link), language).await;
    match Box::pin(codes::deliver(app, MESSAGE, cause, email, taking, sending)).await? {
        Delivery::Sent => Ok(()),
        Delivery::NotSent => Err(LinkRefusal::NotSent),
        Delivery::Wait(wait) => Err(LinkRefusal::Throttled(wait)),
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
    let wait = match app.addresses.wait(asker.address, Deed::CodeRequest, app.clock.now()) {
        None => address_gate::count(app, asker, Deed::CodeRequest).await?,
        wait => wait,
    };
    let own = ready(Ok(caller.account.number));
    if let Some(wait) = attempts::wait_of_stranger(app, asker, wait, own).await? {
        return Err(LinkRefusal::Throttled(wait));
    }
    send_link(app, &caller.account, public_url, Share::Change, language).await
}

/// What the page behind a link tells its reader of whoever wants the address.
#[derive(Clone, Debug)]
pub struct LinkOffer {
    /// The address.
    pub email: EmailAddress,
    /// The company, as its customer named it; empty where there is none.
    pub company: String,
    /// The end of the account's mobile number, where it has one.
    pub phone_ending: Option<String>,
}

/// Reads what a link is for, and changes nothing, whoever opens it: mail is opened by machines, too
/// (trust rule 3).
pub async fn open_link(app: &App, token: &str) -> Result<LinkOffer, TokenRefusal> {
    let token = living(app, token)?;
    let (account, company) = futures_util::future::try_join(
        app.store.find_account(token.number),
        app.store.find_customer(token.number),
    )
    .await?;
    let account = account.ok_or(TokenRefusal::Dead)?;
    let email = bound_by(app, &token, &account).ok_or(TokenRefusal::Dead)?.clone();
    Ok(LinkOffer {
        email,
        company: company.unwrap_or_default().company_name,
        phone_ending: account.phone.as_ref().map(|phone| phone.ending().to_owned()),
    })
}

/// Binds the address that a link was mailed to, on the word of a person who read it; a second time finds
/// it bound. Whoever proves it need not be signed in, and all else of the account stays.
pub async fn follow_link(app: &App, token: &str, asker: &Asker) -> Result<(), TokenRefusal> {
    let token = living(app, token)?;
    let op = app.entropy.mark();
    for _ in 0..ROUNDS {
        let account = app.store.find_account(token.number).await?.ok_or(TokenRefusal::Dead)?;
        let email = bound_by(app, &token, &account).ok_or(TokenRefusal::Dead)?;
        telemetry::note(|notes| notes.account = Some(account.number));
        if account.email_proven {
            return Ok(());
        }
        let at = app.clock.now();
        let record = Record { act: Act::EmailProven, by: Actor::CodeReader, door: asker.door.to_owned(), at };
        let moved = EmailMove {
            account: &account,
            change: &email_change::by_code(&account, email, at),
            contact: None,
            rival: None,
            loser: None,
            code: None,
            stays: None,
            record: &record,
            op: &op,
        };
        match app.store.move_email(&moved).await? {
            EmailMoved::Applied => return Ok(()),
            EmailMoved::Refused | EmailMoved::CodeSpent | EmailMoved::ClaimChanged => {}
        }
    }
    Err(kept_changing().into())
}

/// Sets the address as the caller's own and proven, and uses the code up that was mailed there. If it
/// was another one, the caller's other sessions end.
///
/// An account that claimed it without proof loses it, and hears of it by text message if it has a
/// mobile number. The owner of the address before hears of the change by mail.
#[expect(clippy::too_many_arguments, reason = "an address, the code that proves it, and who shows it")]
pub async fn bind(
    app: &App,
    caller: &Caller,
    to: &EmailAddress,
    code: &SpendableCode,
    asker: &Asker,
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
        let has = |loser: &Account| loser.email.as_ref().is_some_and(|own| own.is_same(to));
        if rival.is_some_and(|rival| !rival.is_former) && !loser.as_ref().is_none_or(has) {
            // It gave the address up after its claim was read.
            continue;
        }
        let change = email_change::by_code(&account, to, at);
        let record = Record { act: Act::EmailProven, by: Actor::Oneself, door: asker.door.to_owned(), at };
        let moved = EmailMove {
            account: &account,
            change: &change,
            contact: None,
            rival,
            loser: loser.as_ref(),
            code: Some(code),
            stays: caller.session(),
            record: &record,
            op: &op,
        };
        match app.store.move_email(&moved).await? {
            EmailMoved::Applied => {
                tell_loser(app, rival, loser.as_ref()).await;
                codes::tell_left(app, &account, &change, language).await;
                return Ok(());
            }
            EmailMoved::CodeSpent => return Err(BindingRefusal::CodeSpent),
            EmailMoved::ClaimChanged => {}
            EmailMoved::Refused => {
                let now = app.store.find_account(account.number).await?;
                let is_in = |now: &Account| now.epoch == account.epoch && now.standing == Standing::Active;
                let now = now.filter(is_in).ok_or(BindingRefusal::SignedOut)?;
                if !code.lives_in(&now) {
                    return Err(BindingRefusal::CodeSpent);
                }
                account = now;
            }
        }
    }
    Err(kept_changing().into())
}

/// A token that has not ended yet.
fn living(app: &App, token: &str) -> Result<PresentedToken, TokenRefusal> {
    let token = PresentedToken::parse(token).filter(|token| token.is_alive(app.clock.now()));
    token.ok_or(TokenRefusal::Dead)
}

/// The address that the token binds: the one that the account has, if the token was made for it as the
/// account is.
fn bound_by<'a>(app: &App, token: &PresentedToken, account: &'a Account) -> Option<&'a EmailAddress> {
    let email = account.email.as_ref().filter(|_| account.standing == Standing::Active)?;
    let message = token.derivation(account, email);
    let is_ours = app.secret.accepted_codes(Purpose::BindingLink, &message).any(|code| token.has_code(&code));
    is_ours.then_some(email)
}

async fn tell_loser(app: &App, rival: Option<Claim>, loser: Option<&Account>) {
    let has_lost = rival.is_some_and(|rival| !rival.is_former);
    if let Some(phone) = loser.filter(|_| has_lost).and_then(|loser| loser.phone.as_ref()) {
        codes::notify_by_text(app, phone, &TextMessage::EmailLost).await;
    }
}

fn kept_changing() -> StoreError {
    StoreError::Unavailable("the account or the claim kept changing".into())
}
