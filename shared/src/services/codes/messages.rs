//! Messages to a destination: each is noted before it is sent, so that pauses and numbers hold
//! however many requests run at once.

use std::time::Duration;

use data_encoding::HEXLOWER;

use super::{digest, subject};
use crate::app::App;
use crate::domain::account_number::AccountNumber;
use crate::domain::code::{self, Code, CodePurpose, Destination};
use crate::store::{NewCode, NewMessage, StoreError, chain};

/// Racers for the same destination: one sends, the others see that it just happened.
const ROUNDS: usize = 3;

/// Notes a message without a code, under a purpose's name of its own, unless one of that purpose went
/// to the destination too short a time ago or too many of any: `Err` then tells how long to wait.
pub async fn note_message(
    app: &App,
    purpose: &'static str,
    destination: impl Into<Destination<'_>>,
) -> Result<Result<NewMessage, Duration>, StoreError> {
    let (at, op) = (app.clock.now(), app.entropy.mark());
    let destination = subject(app, destination.into());
    put(app, NewMessage { destination, purpose, at, code: None, op }).await
}

/// Takes a message back that certainly was not sent. Where this fails, its pause stays.
pub async fn withdraw_message(app: &App, message: &NewMessage) {
    if let Err(error) = app.store.withdraw_message(message).await {
        tracing::warn!(error = %chain(&error), "a message that was not sent was not withdrawn");
    }
}

/// Notes a message with a fresh code, which takes the place of the one before; `None` if there is no
/// room for it.
pub(super) async fn note_code(
    app: &App,
    purpose: CodePurpose,
    destination: Destination<'_>,
    owner: Option<AccountNumber>,
    code: &Code,
) -> Result<Option<NewMessage>, StoreError> {
    let subject = subject(app, destination);
    let nonce = HEXLOWER.encode(&app.entropy.bytes::<16>());
    let digest = digest(app, &subject, purpose, &nonce, code);
    let code = Some(NewCode { digest, nonce, owner });
    let (at, op) = (app.clock.now(), app.entropy.mark());
    Ok(put(app, NewMessage { destination: subject, purpose: purpose.name(), at, code, op }).await?.ok())
}

async fn put(app: &App, message: NewMessage) -> Result<Result<NewMessage, Duration>, StoreError> {
    let mut seen = None;
    for _ in 0..ROUNDS {
        match app.store.put_message(&message, seen.as_ref()).await? {
            Ok(()) => return Ok(Ok(message)),
            Err(Some(history)) => match code::may_send(&history.sent, message.purpose, message.at) {
                Ok(()) => seen = Some(history),
                Err(wait) => return Ok(Err(wait)),
            },
            Err(None) => seen = None,
        }
    }
    // Others keep sending there; the shortest pause between two messages is a minute.
    Ok(Err(Duration::from_mins(1)))
}
