//! Asking for a code.

use std::future::ready;

use super::messages::{Content, Draft, cause_of, draft, settle, take_back};
use super::subject;
use crate::app::App;
use crate::courier::{Dispatch, Language, Letter, TextMessage};
use crate::domain::account::Standing;
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::code::{Code, CodePurpose, Destination, TextPurpose};
use crate::domain::email_address::EmailAddress;
use crate::domain::message_budget::{Proof, Share};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::sent_messages::{Cause, Fate};
use crate::services::budget::{self, Messages, Taking, UsedUp};
use crate::services::obstacle::Obstacle;
use crate::services::sessions::{self, Caller};
use crate::services::{address_gate, attempts};
use crate::store::key::Identifier;
use crate::store::{Claim, NewMessage, StoreError, TakenMessage};

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
pub async fn ask(app: &App, email: &EmailAddress, asker: &Asker, language: Language) -> Result<(), Obstacle> {
    in_fixed_time(app, send_reset(app, email, asker, language)).await.map(|_| ())
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
) -> Result<(), Obstacle> {
    in_fixed_time(app, send_text(app, purpose, phone, caller, asker)).await.map(|_| ())
}

/// Sends a code to an address that the caller, who has just shown the password, wants to be told
/// things at. Nothing goes to an address that somebody else has proven, and nobody learns that.
pub async fn ask_email_binding(
    app: &App,
    caller: &Caller,
    email: &EmailAddress,
    asker: &Asker,
    language: Language,
) -> Result<Asked, Obstacle> {
    in_fixed_time(app, send_binding(app, caller, email, asker, language)).await
}

/// Answers a request not before the time that hides whether a message was sent.
async fn in_fixed_time(
    app: &App,
    sending: impl Future<Output = Result<Asked, Obstacle>>,
) -> Result<Asked, Obstacle> {
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
) -> Result<Asked, Obstacle> {
    let code = draw(app);
    let destination = Destination::Email(email);
    let now = app.clock.now();
    let (claim, admitted) = claim_and_admit(app, asker, email).await?;
    let made_for = claim.map(|claim| claim.account);
    let number = made_for.unwrap_or_else(|| sessions::nobody(app, &subject(app, destination)));
    attempts::unless_known(app, asker, admitted, ready(Ok(number))).await?;
    let content = Content {
        purpose: CodePurpose::PasswordReset.name(),
        cause: Cause::Stranger,
        is_due: made_for.is_some(),
        code: Some((&code, CodePurpose::PasswordReset, made_for)),
    };
    let (account, draft) = futures_util::future::try_join(
        app.store.find_account(number),
        Box::pin(draft(app, destination, &content)),
    )
    .await?;
    let account = account.filter(|account| made_for.is_some() && account.standing == Standing::Active);
    let account = account.filter(|account| account.is_recovered_by_email(email, now));
    let to = account.as_ref().and_then(|account| account.own_spelling(email, now));
    let is_due = to.is_some();
    let draft = Box::pin(as_owner(app, asker, draft, destination, content, number, is_due)).await?;
    let proof = Proof::when(claim.is_some_and(|claim| claim.is_proven));
    let taking = |messages| budget::take_mail(app, messages, Share::Recovery, proof);
    let due = Due::settle(app, draft, is_due, taking).await?;
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
) -> Result<Asked, Obstacle> {
    let code = draw(app);
    let destination = Destination::Phone(phone);
    let may_be_owner = matches!(purpose, TextPurpose::ChangePwd);
    let admitted = address_gate::admit(app, asker, Deed::CodeRequest);
    let admitted = if may_be_owner { admitted } else { Ok(admitted?) };
    let claim = app.store.claim_on(&Identifier::phone(phone), app.clock.now()).await?;
    let holder = claim.map(|claim| claim.account);
    let number = holder.unwrap_or_else(|| sessions::nobody(app, &subject(app, destination)));
    attempts::unless_known(app, asker, admitted, ready(Ok(number))).await?;
    let caller = caller.map(|caller| caller.account.number);
    let (cause, made_for, fits) = match purpose {
        TextPurpose::AccountReg => (Cause::Stranger, holder, holder.is_none()),
        TextPurpose::ChangePwd => (Cause::Stranger, holder, holder.is_some()),
        TextPurpose::ChangeMobile => {
            (caller.map_or(Cause::Stranger, Cause::Account), caller, holder.is_none())
        }
    };
    let share = match (purpose, caller) {
        (TextPurpose::ChangePwd, _) => Share::Recovery,
        (TextPurpose::ChangeMobile, Some(_)) => Share::Change,
        // People who are not signed in take nothing away from those who are.
        (TextPurpose::ChangeMobile, None) | (TextPurpose::AccountReg, _) => Share::Registration,
    };
    // Numbers are read by the list of countries; one that was stored under a longer list is not.
    let fits = fits && app.config.texts.countries.allow(phone);
    let code_purpose = CodePurpose::from(purpose);
    let content = Content {
        purpose: code_purpose.name(),
        cause,
        is_due: fits,
        code: Some((&code, code_purpose, made_for)),
    };
    let drafting = Box::pin(draft(app, destination, &content));
    let (is_due, draft) = match purpose {
        TextPurpose::AccountReg | TextPurpose::ChangeMobile => (fits, drafting.await?),
        TextPurpose::ChangePwd => {
            let (account, draft) =
                futures_util::future::try_join(app.store.find_account(number), drafting).await?;
            let account = account.filter(|account| account.standing == Standing::Active);
            let is_due = fits && account.is_some_and(|account| account.is_recovered_by_phone(phone));
            (is_due, Box::pin(as_owner(app, asker, draft, destination, content, number, is_due)).await?)
        }
    };
    let taking = async |messages| {
        let taken = budget::take_text(app, messages, share, phone, Some(asker)).await?;
        let is_of_owner = may_be_owner && matches!(taken, Err(UsedUp::Network));
        if is_of_owner && attempts::is_known_place(app, number, asker).await? {
            return budget::take_text(app, messages, share, phone, None).await;
        }
        Ok(taken)
    };
    let due = Due::settle(app, draft, is_due, taking).await?;
    let fruitless = count_if_fruitless(app, asker, &due).await;
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
) -> Result<Asked, Obstacle> {
    let code = draw(app);
    let owner = caller.account.number;
    let (claim, admitted) = claim_and_admit(app, asker, email).await?;
    admitted?;
    let is_due = !claim.is_some_and(|claim| claim.is_proven && claim.account != owner);
    let content = Content {
        purpose: CodePurpose::EmailBinding.name(),
        cause: cause_of(app, &caller.account, email),
        is_due,
        code: Some((&code, CodePurpose::EmailBinding, Some(owner))),
    };
    let draft = Box::pin(draft(app, Destination::Email(email), &content)).await?;
    let proof = Proof::when(claim.is_some_and(|claim| claim.is_proven));
    let taking = |messages| budget::take_mail(app, messages, Share::Change, proof);
    let due = Due::settle(app, draft, is_due, taking).await?;
    let send =
        async |to: &EmailAddress| app.courier().mail(to, &Letter::EmailBindingCode(&code), language).await;
    Ok(due.send(app, is_due.then_some(email), send).await)
}

/// Where strangers have used up their share of a destination's messages, whoever asks from a place that
/// the account is known from has another one (trust rule 7). It is looked up for accounts that are not
/// there, too.
#[expect(clippy::too_many_arguments, reason = "a draft, what it was made of, and whose it may be")]
async fn as_owner(
    app: &App,
    asker: &Asker,
    refused: Draft,
    destination: Destination<'_>,
    content: Content<'_>,
    number: AccountNumber,
    is_due: bool,
) -> Result<Draft, StoreError> {
    let Draft::Wait(_) = refused else {
        return Ok(refused);
    };
    let is_known = attempts::is_known_place(app, number, asker).await?;
    if !(is_known && is_due) {
        return Ok(refused);
    }
    draft(app, destination, &Content { cause: Cause::Owner, ..content }).await
}

/// A message that was noted, if there was room for one, and taken out of the budgets, if they allow.
struct Due {
    message: Option<NewMessage>,
    taken: Result<Vec<TakenMessage>, UsedUp>,
    messages: Messages,
}

impl Due {
    /// Notes a message and takes it out of the budgets, side by side. Whether it is due is known by now;
    /// what is not comes out of imagined budgets, by the same calls.
    async fn settle(
        app: &App,
        draft: Draft,
        is_due: bool,
        taking: impl AsyncFnOnce(Messages) -> Taking,
    ) -> Result<Self, StoreError> {
        let fate = draft.fate();
        let messages = if is_due && fate == Some(Fate::Sent) { Messages::Sent } else { Messages::Imagined };
        let taking = taking(messages);
        let taking = async { if fate.is_some() { taking.await } else { Ok(Ok(Vec::new())) } };
        let settled = Box::pin(futures_util::future::try_join(settle(app, draft), Box::pin(taking))).await?;
        let (message, taken) = match settled {
            (Ok(message), taken) => (Some(message), taken),
            (Err(_), taken) => {
                budget::give_back(app, taken.unwrap_or_default()).await;
                (None, Ok(Vec::new()))
            }
        };
        if let Some(message) = message.as_ref().filter(|message| !is_due && message.fate == Fate::Sent) {
            // Nothing went there, so it must not count among what did.
            app.store.note_undue(message).await?;
        }
        Ok(Self { message, taken, messages })
    }

    /// Sends it to the person who is due it. What certainly reaches nobody is credited back.
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
            // The pause stays, as it does where nobody is due the message: what a refused request leaves
            // behind tells nothing (trust rule 7).
            return Asked::Taken;
        };
        let Some(to) = to.filter(|_| messages == Messages::Sent) else {
            return Asked::Taken;
        };
        match send(to).await {
            Dispatch::Sent | Dispatch::Unknown => Asked::Taken,
            Dispatch::NotSent => {
                take_back(app, &message, taken).await;
                Asked::NotSent
            }
        }
    }
}

/// Whose the address is, and whether the network address may ask once more. That is known before anything is
/// left behind for the destination.
async fn claim_and_admit(
    app: &App,
    asker: &Asker,
    email: &EmailAddress,
) -> Result<(Option<Claim>, Result<(), Obstacle>), StoreError> {
    let identifier = Identifier::email(email);
    let lookup = app.store.claim_on(&identifier, app.clock.now());
    let admitted = address_gate::admit_and_count(app, asker, Deed::CodeRequest);
    let (claim, admitted) = futures_util::future::join(lookup, admitted).await;
    Ok((claim?, admitted))
}

/// A text message that is not even due, because its pause has not passed or its network address has
/// used its messages up, counts as a request, so that nobody can go on asking for nothing. Whether
/// anybody has the number makes no difference to this.
async fn count_if_fruitless(app: &App, asker: &Asker, due: &Due) -> Result<(), Obstacle> {
    if due.message.is_some() && !matches!(due.taken, Err(UsedUp::Network)) {
        return Ok(());
    }
    address_gate::count(app, asker, Deed::CodeRequest).await
}

fn draw(app: &App) -> Code {
    Code::draw(|| u32::from_be_bytes(app.entropy.bytes()))
}
