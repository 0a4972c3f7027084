//! Changing one's own mobile number (docs/contracts/company.md).

use crate::app::App;
use crate::courier::{Language, Letter, TextMessage};
use crate::domain::asker::Asker;
use crate::domain::history::{Act, Actor, Record};
use crate::domain::phone_number::PhoneNumber;
use crate::services::codes;
use crate::services::sessions::Caller;
use crate::store::{PhoneMove, PhoneMoved, SpendableCode, StoreError};

/// Why the number was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PhoneRefusal {
    /// Somebody else has the number.
    #[error("the number is taken")]
    Taken,
    /// The code was used up meanwhile, or has died.
    #[error("the code was used up")]
    CodeSpent,
    /// The caller was signed out, or the number changed, while the request was under way.
    #[error("the account changed meanwhile")]
    SignedOut,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Makes the number the caller's and gives the one before up, by a code that was sent to the new one
/// and tried for this caller, whose other sessions end. The owner hears of it, at a proven address or at
/// the number before.
#[expect(clippy::too_many_arguments, reason = "a number, the code that proves it, and who shows it")]
pub async fn change(
    app: &App,
    caller: &Caller,
    phone: &PhoneNumber,
    code: SpendableCode,
    asker: &Asker,
    language: Language,
) -> Result<(), PhoneRefusal> {
    let account = &caller.account;
    let op = app.entropy.mark();
    let (door, at) = (asker.door.to_owned(), app.clock.now());
    let record = Record { act: Act::PhoneChanged, by: Actor::Oneself, door, at };
    let stays = caller.session();
    let moved = PhoneMove { account, to: phone, code: &code, stays, record: &record, op: &op };
    match app.store.move_phone(&moved).await? {
        PhoneMoved::Applied => {
            let text = TextMessage::PhoneChanged;
            codes::notify_owner(app, account, &Letter::PhoneChanged, &text, language).await;
            Ok(())
        }
        PhoneMoved::Taken => Err(PhoneRefusal::Taken),
        PhoneMoved::CodeSpent => Err(PhoneRefusal::CodeSpent),
        PhoneMoved::Refused => Err(PhoneRefusal::SignedOut),
    }
}
