//! Telling somebody what happened to their account. A notice is a courtesy: that it was not sent is
//! logged, and changes nothing.

use crate::app::App;
use crate::courier::{Dispatch, Language, Letter, TextMessage};
use crate::domain::email_address::EmailAddress;
use crate::domain::message_budget::{Proof, Share};
use crate::domain::phone_number::PhoneNumber;
use crate::services::budget::{self, Messages, Taking, UsedUp};
use crate::store::chain;

/// Tells it by mail.
pub async fn notify(app: &App, to: &EmailAddress, proof: Proof, letter: &Letter<'_>, language: Language) {
    let taken = budget::take_mail(app, Messages::Sent, Share::Notice, proof).await;
    send(app, taken, async || app.courier().mail(to, letter, language).await).await;
}

/// Tells it by text message, in Chinese. It counts against the budgets of the deployment and of the
/// number's range.
pub async fn notify_by_text(app: &App, to: &PhoneNumber, message: &TextMessage<'_>) {
    if !app.config.texts.countries.allow(to) {
        return;
    }
    let taken = Box::pin(budget::take_text(app, Messages::Sent, Share::Notice, to, None)).await;
    send(app, taken, async || app.text_messenger().text(to, message).await).await;
}

async fn send(app: &App, taken: Taking, send: impl AsyncFnOnce() -> Dispatch) {
    match taken {
        Ok(Ok(taken)) => match send().await {
            Dispatch::Sent | Dispatch::Unknown => {}
            Dispatch::NotSent => budget::give_back(app, taken).await,
        },
        Ok(Err(UsedUp::Network | UsedUp::Others)) => {}
        Err(error) => tracing::warn!(error = %chain(&error), "a notice was not sent"),
    }
}
