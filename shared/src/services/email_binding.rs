//! Proving the account's e-mail address: by a link mailed to it, or by a code mailed to another one
//! that takes its place.
//!
//! An address is claimed as soon as somebody registers it, so it may be claimed by the wrong person.
//! Whoever proves it gets it: a link proves an account's own claim, a code takes the claim of another
//! account away, unless that has proven it before.

use std::future::ready;

use jiff::Timestamp;

use crate::app::App;
use crate::courier::{Language, Letter, TextMessage};
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::binding_link::{self, BindingLink, PresentedToken};
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change;
use crate::domain::history::{Act, Actor};
use crate::domain::message_budget::{Proof, Share};
use crate::secret::Purpose;
use crate::services::budget::{self, Messages};
use crate::services::codes::{Delivery, SpendableCode};
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::records::record;
use crate::services::rounds::{Rounds, reread};
use crate::services::sessions::Caller;
use crate::services::{address_gate, attempts, codes};
use crate::store::key::Identifier;
use crate::store::{Claim, EmailMove, Setback, Store, StoreError, chain};
use crate::telemetry;

/// The path of the page that links lead to, which the group serves whose customers get them.
pub const LANDING: &str = "/users/bind_email/";

/// What a link is called in the history of its address.
const MESSAGE: &str = "email-binding-link";

/// Why no link was sent.
#[derive(Debug, thiserror::Error)]
pub enum LinkRefusal {
    /// The account has no address.
    #[error("the account has no e-mail address")]
    NoAddress,
    /// The address is bound already.
    #[error("the address is already bound")]
    AlreadyBound,
    /// The mail could not be sent; why is in the log.
    #[error("the mail was not sent")]
    NotSent,
}

impl Reason for LinkRefusal {}

/// Why a link binds nothing.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the link does not work")]
pub struct DeadLink;

impl Reason for DeadLink {}

/// Why an address was not bound by a code.
#[derive(Debug, thiserror::Error)]
pub enum BindingRefusal {
    /// Another account has proven the address.
    #[error("the address is taken")]
    Taken,
    /// The code was used up, or another one took its place, meanwhile.
    #[error("the code is spent")]
    CodeSpent,
}

impl Reason for BindingRefusal {}

/// Mails the account's own address a link that binds it. `public_url` is where the service is reached
/// from outside, `scheme://host[:port]`.
pub async fn send_link(
    app: &App,
    account: &Account,
    public_url: Option<&str>,
    share: Share,
    language: Language,
) -> Result<(), Declined<LinkRefusal>> {
    let email = account.email.as_ref().ok_or(LinkRefusal::NoAddress)?;
    if account.email_proven {
        return Err(LinkRefusal::AlreadyBound.into());
    }
    let Some(public_url) = public_url else {
        tracing::error!("no link can be sent: the service's public address is not known");
        return Err(LinkRefusal::NotSent.into());
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
        Delivery::NotSent => Err(LinkRefusal::NotSent.into()),
        Delivery::Wait(wait) => Err(Obstacle::Throttled(wait).into()),
    }
}

/// Mails the link to somebody who has just registered. That it was not sent is logged and changes
/// nothing: it can be asked for again.
pub async fn welcome(app: &App, account: &Account, public_url: Option<&str>, language: Language) {
    if let Err(refusal) = Box::pin(send_link(app, account, public_url, Share::Registration, language)).await {
        tracing::warn!(error = %chain(&refusal), "the link was not sent after the registration");
    }
}

/// Mails the link again to somebody who asks for it.
pub async fn resend_link(
    app: &App,
    caller: &Caller,
    public_url: Option<&str>,
    asker: &Asker,
    language: Language,
) -> Result<(), Declined<LinkRefusal>> {
    let admitted = address_gate::admit_and_count(app, asker, Deed::CodeRequest).await;
    attempts::unless_known(app, asker, admitted, ready(Ok(caller.account.number))).await?;
    send_link(app, &caller.account, public_url, Share::Change, language).await
}

/// What the page behind a link says about the account that wants the address.
#[derive(Clone, Debug)]
pub struct LinkOffer {
    /// The address.
    pub email: EmailAddress,
    /// The company, as its customer named it; empty if there is none.
    pub company: String,
    /// The end of the account's mobile number, where it has one.
    pub phone_ending: Option<String>,
}

/// Reads what a link is for, and changes nothing, whoever opens it: mail is opened by machines, too
/// (trust rule 3).
pub async fn open_link(app: &App, token: &str) -> Result<LinkOffer, Declined<DeadLink>> {
    let token = living(app, token)?;
    let (account, company) = futures_util::future::try_join(
        app.store.find_account(token.number),
        app.store.find_customer(token.number),
    )
    .await?;
    let account = account.ok_or(DeadLink)?;
    let email = bound_by(app, &token, &account).ok_or(DeadLink)?.clone();
    Ok(LinkOffer {
        email,
        company: company.unwrap_or_default().company_name.to_string(),
        phone_ending: account.phone.as_ref().map(|phone| phone.ending().to_owned()),
    })
}

/// Binds the address that a link was mailed to, on the word of a person who read it; a second time finds
/// it bound. Whoever proves it need not be signed in, and all else of the account stays.
pub async fn follow_link(app: &App, token: &str, asker: &Asker) -> Result<(), Declined<DeadLink>> {
    let token = living(app, token)?;
    let op = app.entropy.mark();
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let account = app.store.find_account(token.number).await?.ok_or(DeadLink)?;
        let email = bound_by(app, &token, &account).ok_or(DeadLink)?;
        telemetry::note(|notes| notes.account = Some(account.number));
        if account.email_proven {
            return Ok(());
        }
        let record = record(app, asker, Actor::CodeReader, Act::EmailProven);
        let change = email_change::by_code(&account, email, record.at);
        if app.store.move_email(&EmailMove::new(&account, &change, &record, &op)).await?.is_ok() {
            return Ok(());
        }
    }
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
) -> Result<(), Declined<BindingRefusal>> {
    let op = app.entropy.mark();
    let mut account = caller.account.clone();
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let rival = rival(&app.store, &account, to, app.clock.now()).await?;
        let (rival, loser) = rival.map_err(|_| BindingRefusal::Taken)?;
        let has = |loser: &Account| loser.email.as_ref().is_some_and(|own| own.is_same(to));
        if rival.is_some_and(|rival| !rival.is_former) && !loser.as_ref().is_none_or(has) {
            // It gave the address up after its claim was read.
            continue;
        }
        let record = record(app, asker, Actor::Oneself, Act::EmailProven);
        let change = email_change::by_code(&account, to, record.at);
        let moved = EmailMove {
            rival,
            loser: loser.as_ref(),
            code: Some(code),
            stays: caller.session(),
            ..EmailMove::new(&account, &change, &record, &op)
        };
        match app.store.move_email(&moved).await? {
            Ok(()) => {
                tell_loser(app, rival, loser.as_ref()).await;
                codes::tell_left(app, &account, &change, language).await;
                return Ok(());
            }
            Err(Setback::CodeSpent) => return Err(BindingRefusal::CodeSpent.into()),
            Err(Setback::Taken) => {}
            Err(Setback::Changed) => {
                account = reread(&app.store, &account).await?;
                if !code.lives_in(&account) {
                    return Err(BindingRefusal::CodeSpent.into());
                }
            }
        }
    }
}

/// Another account's unproven claim on an address that this one is to have, and that account, which loses
/// it. The inner `Err` is the account that has proven the address.
pub(super) async fn rival(
    store: &Store,
    account: &Account,
    to: &EmailAddress,
    now: Timestamp,
) -> Result<Result<(Option<Claim>, Option<Account>), AccountNumber>, StoreError> {
    let claim = store.claim_on(&Identifier::email(to), now).await?;
    Ok(match claim.filter(|claim| claim.account != account.number) {
        None => Ok((None, None)),
        Some(rival) if rival.is_proven => Err(rival.account),
        Some(rival) => Ok((Some(rival), store.find_account(rival.account).await?)),
    })
}

/// A token that has not ended yet.
fn living(app: &App, token: &str) -> Result<PresentedToken, DeadLink> {
    let token = PresentedToken::parse(token).filter(|token| token.is_alive(app.clock.now()));
    token.ok_or(DeadLink)
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
