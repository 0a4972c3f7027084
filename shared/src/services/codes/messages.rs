//! Messages to a destination: each is noted before it is sent, so that pauses and numbers hold
//! however many requests run at once.
//!
//! A destination that got nothing for two days takes one write. Else the first write finds what went
//! there, which is judged, and a second one notes the message: [`draft`] makes the one, [`settle`] the
//! other, so that both can run beside other calls.

use std::time::Duration;

use data_encoding::HEXLOWER;

use super::{digest, subject};
use crate::app::App;
use crate::courier::Dispatch;
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::code::{Code, CodePurpose, Destination};
use crate::domain::email_address::EmailAddress;
use crate::domain::sent_messages::{self, Cause, Fate, Wanted};
use crate::services::budget::{self, Taking, UsedUp};
use crate::store::{MessageHistory, NewCode, NewMessage, StoreError, TakenMessage, chain};

/// What notices are called in the history of a destination.
pub(super) const NOTICE: &str = "notice";

/// A message on its way into a destination's history.
pub(super) enum Draft {
    /// It is noted: nothing went there before.
    Noted(NewMessage),
    /// It fits what went there before, and is yet to be noted.
    Fits(NewMessage, MessageHistory),
    /// The sender has to wait.
    Wait(Duration),
}

impl Draft {
    /// What becomes of the message, unless its cause has to wait.
    pub(super) fn fate(&self) -> Option<Fate> {
        match self {
            Self::Noted(message) | Self::Fits(message, _) => Some(message.fate),
            Self::Wait(_) => None,
        }
    }
}

/// A message without a code, or with a fresh one.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    /// What it is for.
    pub(super) purpose: &'static str,
    /// Who causes it.
    pub(super) cause: Cause,
    /// Whether it is due, as far as is known before the account is read.
    pub(super) is_due: bool,
    /// The code in it, its purpose, and the account that it is made for.
    pub(super) code: Option<(&'a Code, CodePurpose, Option<AccountNumber>)>,
}

/// Begins to note a message.
pub(super) async fn draft(
    app: &App,
    destination: Destination<'_>,
    content: &Content<'_>,
) -> Result<Draft, StoreError> {
    let destination = subject(app, destination);
    let code = content.code.map(|(code, purpose, made_for)| {
        let nonce = HEXLOWER.encode(&app.entropy.bytes::<16>());
        NewCode { digest: digest(app, &destination, purpose, &nonce, code), nonce, made_for }
    });
    let &Content { purpose, cause, is_due, .. } = content;
    let fate = if is_due { Fate::Sent } else { Fate::Undue };
    let (at, op) = (app.clock.now(), app.entropy.mark());
    let message = NewMessage { destination, purpose, cause, fate, at, code, op };
    match app.store.put_message(&message, None).await? {
        Ok(()) => Ok(Draft::Noted(message)),
        Err(seen) => {
            let seen = seen.unwrap_or_default();
            let wanted = Wanted { purpose, cause, is_due, pauses: purpose != NOTICE };
            Ok(match sent_messages::judge(&seen.sent, wanted, at) {
                // A code that goes nowhere must not take the place of one that went.
                Ok(fate @ Fate::NoRoom) => Draft::Fits(NewMessage { fate, code: None, ..message }, seen),
                Ok(fate @ (Fate::Sent | Fate::Undue)) => Draft::Fits(NewMessage { fate, ..message }, seen),
                Err(wait) => Draft::Wait(wait),
            })
        }
    }
}

/// Notes what fits, unless another message came first: then whoever causes this one waits.
pub(super) async fn settle(app: &App, draft: Draft) -> Result<Result<NewMessage, Duration>, StoreError> {
    match draft {
        Draft::Noted(message) => Ok(Ok(message)),
        Draft::Wait(wait) => Ok(Err(wait)),
        Draft::Fits(message, seen) => {
            let noted = app.store.put_message(&message, Some(&seen)).await?;
            // The shortest pause between two messages is a minute.
            Ok(noted.map(|()| message).map_err(|_| Duration::from_mins(1)))
        }
    }
}

/// Notes a message without a code that is due for certain; `Err` tells how long to wait.
pub async fn note_message(
    app: &App,
    purpose: &'static str,
    cause: Cause,
    destination: impl Into<Destination<'_>>,
) -> Result<Result<NewMessage, Duration>, StoreError> {
    let content = Content { purpose, cause, is_due: true, code: None };
    let draft = draft(app, destination.into(), &content).await?;
    settle(app, draft).await
}

/// What became of a message without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It went out, or may have.
    Sent,
    /// It did not: its destination or a budget had no room for it, or it could not be sent.
    NotSent,
    /// Whoever causes it has to wait so long first.
    Wait(Duration),
}

/// Notes a message without a code that is due for certain, takes it out of the budgets, and sends it.
/// What certainly was not sent is taken back everywhere.
#[expect(clippy::too_many_arguments, reason = "a message, whose it is, and how it goes out")]
pub async fn deliver(
    app: &App,
    purpose: &'static str,
    cause: Cause,
    to: impl Into<Destination<'_>>,
    taking: impl Future<Output = Taking>,
    sending: impl AsyncFnOnce() -> Dispatch,
) -> Result<Delivery, StoreError> {
    let message = match note_message(app, purpose, cause, to).await? {
        Ok(message) => message,
        Err(wait) => return Ok(Delivery::Wait(wait)),
    };
    if message.fate != Fate::Sent {
        return Ok(Delivery::NotSent);
    }
    let taken = match Box::pin(taking).await? {
        Ok(taken) => taken,
        Err(UsedUp::Network | UsedUp::Others) => {
            withdraw_message(app, &message).await;
            return Ok(Delivery::NotSent);
        }
    };
    match sending().await {
        Dispatch::Sent | Dispatch::Unknown => Ok(Delivery::Sent),
        Dispatch::NotSent => {
            take_back(app, &message, taken).await;
            Ok(Delivery::NotSent)
        }
    }
}

/// Takes a message back that certainly was not sent, out of its destination's history and the budgets.
pub(super) async fn take_back(app: &App, message: &NewMessage, taken: Vec<TakenMessage>) {
    futures_util::future::join(budget::give_back(app, taken), withdraw_message(app, message)).await;
}

/// Takes a message back that certainly was not sent. Where this fails, its pause stays.
pub async fn withdraw_message(app: &App, message: &NewMessage) {
    if let Err(error) = app.store.withdraw_message(message).await {
        tracing::warn!(error = %chain(&error), "a message that was not sent was not withdrawn");
    }
}

/// Who causes a message to an address by acting in an account.
#[must_use]
pub fn cause_of(app: &App, account: &Account, address: &EmailAddress) -> Cause {
    if account.has_proven_email(address, app.clock.now()) {
        Cause::Owner
    } else {
        Cause::Account(account.number)
    }
}
