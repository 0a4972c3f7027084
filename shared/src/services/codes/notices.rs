//! Telling somebody what happened to their account. A notice is a courtesy: that it was not sent is
//! logged, and changes nothing. It counts among the messages that its destination gets (trust rule 7).

use super::messages::{Delivery, NOTICE, cause_of, deliver};
use crate::app::App;
use crate::courier::{Dispatch, Language, Letter, TextMessage};
use crate::domain::account::Account;
use crate::domain::code::Destination;
use crate::domain::email_address::EmailAddress;
use crate::domain::email_change::EmailChange;
use crate::domain::message_budget::{Proof, Share};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::sent_messages::Cause;
use crate::services::budget::{self, Messages, Taking};
use crate::store::chain;

/// Tells it by mail. `account` is the one that it is told of, as it was before.
pub(super) async fn notify(
    app: &App,
    account: &Account,
    to: &EmailAddress,
    letter: &Letter<'_>,
    language: Language,
) {
    let cause = cause_of(app, account, to);
    let proof = Proof::when(cause == Cause::Owner);
    let taking = budget::take_mail(app, Messages::Sent, Share::Notice, proof);
    let sending = async || app.courier().mail(to, letter, language).await;
    tell(app, cause, to.into(), taking, sending).await;
}

/// Tells it by text message, in Chinese, to the account's own number. It counts against the budgets of
/// the deployment and of the number's range.
pub async fn notify_by_text(app: &App, to: &PhoneNumber, message: &TextMessage<'_>) {
    if !app.config.texts.countries.allow(to) {
        return;
    }
    let taking = budget::take_text(app, Messages::Sent, Share::Notice, to, None);
    let sending = async || app.text_messenger().text(to, message).await;
    tell(app, Cause::Owner, to.into(), taking, sending).await;
}

/// Tells the reader of an address that the account no longer uses, in words that say whether it still
/// recovers the account. `account` is as it was before.
pub async fn tell_left(app: &App, account: &Account, change: &EmailChange, language: Language) {
    let Some(left) = account.email.as_ref().filter(|left| !left.is_same(&change.email)) else {
        return;
    };
    let recovers = change.applied_to(account).is_recovered_by_email(left, app.clock.now());
    let letter = if recovers { Letter::EmailChanged } else { Letter::EmailReplaced };
    notify(app, account, left, &letter, language).await;
}

/// Tells the account's owner, by the channel that is most surely theirs. `account` is as it was
/// before.
pub async fn notify_owner(
    app: &App,
    account: &Account,
    letter: &Letter<'_>,
    text: &TextMessage<'_>,
    language: Language,
) {
    match account.notice_channel(app.clock.now()) {
        Some(Destination::Email(address)) => notify(app, account, address, letter, language).await,
        Some(Destination::Phone(phone)) => notify_by_text(app, phone, text).await,
        None => {}
    }
}

async fn tell(
    app: &App,
    cause: Cause,
    to: Destination<'_>,
    taking: impl Future<Output = Taking>,
    sending: impl AsyncFnOnce() -> Dispatch,
) {
    match Box::pin(deliver(app, NOTICE, cause, to, taking, sending)).await {
        Ok(Delivery::Sent | Delivery::NotSent | Delivery::Wait(_)) => {}
        Err(error) => tracing::warn!(error = %chain(&error), "a notice was not sent"),
    }
}
