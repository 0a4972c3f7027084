//! Asking for a code.

use std::time::Duration;

use super::messages::{note_code, withdraw_message};
use super::subject;
use crate::app::App;
use crate::courier::{Dispatch, Language, Letter, TextMessage};
use crate::domain::account::Standing;
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::code::{Code, CodePurpose, Destination, TextPurpose};
use crate::domain::email_address::EmailAddress;
use crate::domain::message_budget::{Proof, Share};
use crate::domain::phone_number::PhoneNumber;
use crate::services::address_gate;
use crate::services::budget::{self, Messages, Taking, UsedUp};
use crate::services::sessions::{self, Caller};
use crate::store::key::Identifier;
use crate::store::{NewMessage, StoreError, TakenMessage};

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

/// What somebody who is known may be told of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It was taken. Whether a message goes out is not told.
    Taken,
    /// The message was due, and certainly could not be sent; asking again may help.
    NotSent,
}

/// Sends a code that resets the password to whoever has the e-mail address, if anybody has it and the
/// budgets allow; the caller learns neither.
pub async fn ask(
    app: &App,
    email: &EmailAddress,
    asker: &Asker,
    language: Language,
) -> Result<(), AskRefusal> {
    in_fixed_time(app, asker, send_reset(app, email, asker, language)).await.map(|_| ())
}

/// Sends a code by text message to the number, if the purpose fits it and the budgets allow; the
/// caller learns neither.
///
/// Registering and changing the mobile number are for numbers that nobody has, resetting the password
/// for one that somebody has. A code for changing the number is its caller's alone, where there is one.
pub async fn ask_by_text(
    app: &App,
    purpose: TextPurpose,
    phone: &PhoneNumber,
    caller: Option<&Caller>,
    asker: &Asker,
) -> Result<(), AskRefusal> {
    in_fixed_time(app, asker, send_text(app, purpose, phone, caller, asker)).await.map(|_| ())
}

/// Sends a code to an address that the caller, who has just shown the password, wants to be told
/// things at. Nothing goes to an address that somebody else has proven, and nobody learns that.
pub async fn ask_email_binding(
    app: &App,
    caller: &Caller,
    email: &EmailAddress,
    asker: &Asker,
    language: Language,
) -> Result<Asked, AskRefusal> {
    in_fixed_time(app, asker, send_binding(app, caller, email, asker, language)).await
}

/// Answers a request not before the time that hides whether a message was sent.
async fn in_fixed_time(
    app: &App,
    asker: &Asker,
    sending: impl Future<Output = Result<Asked, AskRefusal>>,
) -> Result<Asked, AskRefusal> {
    refuse_if_blocked(app, asker)?;
    let not_before = tokio::time::sleep(app.config.code_answer_time);
    let outcome = Box::pin(sending).await;
    not_before.await;
    outcome
}

async fn send_reset(
    app: &App,
    email: &EmailAddress,
    asker: &Asker,
    language: Language,
) -> Result<Asked, AskRefusal> {
    let code = draw(app);
    let identifier = Identifier::email(email);
    let destination = Destination::Email(email);
    let now = app.clock.now();
    let (claim, over_budget, message) = futures_util::future::try_join3(
        app.store.claim_on(&identifier, now),
        address_gate::count(app, asker, Deed::CodeRequest),
        Box::pin(note_code(app, CodePurpose::PasswordReset, destination, None, &code)),
    )
    .await?;
    let message = refuse_over_budget(app, message, over_budget).await?;
    let number = match claim {
        Some(claim) => claim.account,
        None => sessions::nobody(app, &subject(app, destination)),
    };
    let messages = if claim.is_some() { Messages::Sent } else { Messages::Imagined };
    let proof = Proof::when(claim.is_some_and(|claim| claim.is_proven));
    let (account, taken) = futures_util::future::try_join(
        app.store.find_account(number),
        Box::pin(take(message.is_some(), budget::take_mail(app, messages, Share::Recovery, proof))),
    )
    .await?;
    let account = account.filter(|account| claim.is_some() && account.standing == Standing::Active);
    let to = account.as_ref().and_then(|account| account.reset_address(now));
    let due = Due { message, taken, messages };
    let send =
        async |to: &EmailAddress| app.courier().mail(to, &Letter::PasswordResetCode(&code), language).await;
    Ok(due.send(app, to, send).await)
}

async fn send_text(
    app: &App,
    purpose: TextPurpose,
    phone: &PhoneNumber,
    caller: Option<&Caller>,
    asker: &Asker,
) -> Result<Asked, AskRefusal> {
    let code = draw(app);
    let identifier = Identifier::phone(phone);
    let destination = Destination::Phone(phone);
    let owner = match purpose {
        TextPurpose::ChangeMobile => caller.map(|caller| caller.account.number),
        TextPurpose::AccountReg | TextPurpose::ChangePwd => None,
    };
    let (claim, message) = futures_util::future::try_join(
        app.store.claim_on(&identifier, app.clock.now()),
        Box::pin(note_code(app, purpose.into(), destination, owner, &code)),
    )
    .await?;
    let fits = match purpose {
        TextPurpose::AccountReg | TextPurpose::ChangeMobile => claim.is_none(),
        TextPurpose::ChangePwd => claim.is_some(),
    };
    // Numbers are read by the list of countries; one that was stored under a longer list is not.
    let fits = fits && app.config.texts.countries.allow(phone);
    let messages = if fits { Messages::Sent } else { Messages::Imagined };
    let share = match (purpose, caller) {
        (TextPurpose::ChangePwd, _) => Share::Recovery,
        (TextPurpose::ChangeMobile, Some(_)) => Share::Change,
        // Whoever is not signed in takes nothing away from those who are.
        (TextPurpose::ChangeMobile, None) | (TextPurpose::AccountReg, _) => Share::Registration,
    };
    let taken =
        Box::pin(take(message.is_some(), budget::take_text(app, messages, share, phone, Some(asker))));
    let (is_due, taken) = match purpose {
        TextPurpose::AccountReg | TextPurpose::ChangeMobile => (fits, taken.await?),
        TextPurpose::ChangePwd => {
            let number = match claim {
                Some(claim) => claim.account,
                None => sessions::nobody(app, &subject(app, destination)),
            };
            let (account, taken) =
                futures_util::future::try_join(app.store.find_account(number), taken).await?;
            let account = account.filter(|account| account.standing == Standing::Active);
            (fits && account.is_some_and(|account| account.phone.as_ref() == Some(phone)), taken)
        }
    };
    let fruitless = count_if_fruitless(app, asker, message.as_ref(), &taken).await;
    let due = Due { message, taken, messages };
    let send = async |to: &PhoneNumber| app.text_messenger().text(to, &TextMessage::Code(&code)).await;
    let outcome = due.send(app, is_due.then_some(phone), send).await;
    fruitless.map(|()| outcome)
}

async fn send_binding(
    app: &App,
    caller: &Caller,
    email: &EmailAddress,
    asker: &Asker,
    language: Language,
) -> Result<Asked, AskRefusal> {
    let code = draw(app);
    let owner = caller.account.number;
    let identifier = Identifier::email(email);
    let (claim, over_budget, message) = futures_util::future::try_join3(
        app.store.claim_on(&identifier, app.clock.now()),
        address_gate::count(app, asker, Deed::CodeRequest),
        Box::pin(note_code(app, CodePurpose::EmailBinding, Destination::Email(email), Some(owner), &code)),
    )
    .await?;
    let message = refuse_over_budget(app, message, over_budget).await?;
    let is_anothers = claim.is_some_and(|claim| claim.is_proven && claim.account != owner);
    let messages = if is_anothers { Messages::Imagined } else { Messages::Sent };
    let proof = Proof::when(claim.is_some_and(|claim| claim.is_proven));
    let taken = take(message.is_some(), budget::take_mail(app, messages, Share::Change, proof)).await?;
    let due = Due { message, taken, messages };
    let send =
        async |to: &EmailAddress| app.courier().mail(to, &Letter::EmailBindingCode(&code), language).await;
    Ok(due.send(app, (!is_anothers).then_some(email), send).await)
}

/// A message that was noted, if there was room for one, and taken out of the budgets, if they allow.
struct Due {
    message: Option<NewMessage>,
    taken: Result<Vec<TakenMessage>, UsedUp>,
    messages: Messages,
}

impl Due {
    /// Sends it to whoever is due it. What certainly goes to nobody is given back.
    async fn send<T: ?Sized>(
        self,
        app: &App,
        to: Option<&T>,
        send: impl AsyncFnOnce(&T) -> Dispatch,
    ) -> Asked {
        let Self { message, taken, messages } = self;
        let Some(message) = message else {
            return Asked::Taken;
        };
        let Ok(taken) = taken else {
            // A code that nobody gets must not stand in the way of the next one.
            withdraw_message(app, &message).await;
            return Asked::Taken;
        };
        let Some(to) = to else {
            // Only what was imagined from the start stays counted, as what is sent does.
            if messages == Messages::Sent {
                budget::give_back(app, taken).await;
            }
            return Asked::Taken;
        };
        match send(to).await {
            Dispatch::Sent | Dispatch::Unknown => Asked::Taken,
            Dispatch::NotSent => {
                let given_back = budget::give_back(app, taken);
                futures_util::future::join(given_back, withdraw_message(app, &message)).await;
                Asked::NotSent
            }
        }
    }
}

fn refuse_if_blocked(app: &App, asker: &Asker) -> Result<(), AskRefusal> {
    let wait = app.addresses.wait(asker.address, Deed::CodeRequest, app.clock.now());
    wait.map_or(Ok(()), |wait| Err(AskRefusal::Throttled(wait)))
}

/// A request over the address's budget sends nothing, so its message is taken back.
async fn refuse_over_budget(
    app: &App,
    message: Option<NewMessage>,
    over_budget: Option<Duration>,
) -> Result<Option<NewMessage>, AskRefusal> {
    let Some(wait) = over_budget else {
        return Ok(message);
    };
    if let Some(message) = message {
        withdraw_message(app, &message).await;
    }
    Err(AskRefusal::Throttled(wait))
}

/// Takes out of the budgets only what is about to go, so that asking alone uses nothing up.
async fn take(is_about_to_go: bool, taking: impl Future<Output = Taking>) -> Taking {
    if is_about_to_go { taking.await } else { Ok(Ok(Vec::new())) }
}

/// A text message that is not even due, because its pause has not passed or its network address has
/// used its messages up, counts as a request, so that nobody can go on asking for nothing. Whether
/// anybody has the number makes no difference to this.
async fn count_if_fruitless(
    app: &App,
    asker: &Asker,
    message: Option<&NewMessage>,
    taken: &Result<Vec<TakenMessage>, UsedUp>,
) -> Result<(), AskRefusal> {
    if message.is_some() && !matches!(taken, Err(UsedUp::Network)) {
        return Ok(());
    }
    let wait = address_gate::count(app, asker, Deed::CodeRequest).await?;
    wait.map_or(Ok(()), |wait| Err(AskRefusal::Throttled(wait)))
}

fn draw(app: &App) -> Code {
    Code::draw(|| u32::from_be_bytes(app.entropy.bytes()))
}
