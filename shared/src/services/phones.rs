//! Changing one's own mobile number (docs/contracts/company.md).

use crate::app::App;
use crate::courier::{Language, Letter, TextMessage};
use crate::domain::asker::Asker;
use crate::domain::history::{Act, Actor};
use crate::domain::phone_number::PhoneNumber;
use crate::services::codes;
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::records::record;
use crate::services::sessions::Caller;
use crate::store::{PhoneMove, Setback, SpendableCode};

/// Why the number was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PhoneRefusal {
    /// Somebody else has the number.
    #[error("the number is taken")]
    Taken,
    /// The code was used up meanwhile, or has died.
    #[error("the code was used up")]
    CodeSpent,
}

impl Reason for PhoneRefusal {}

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
) -> Result<(), Declined<PhoneRefusal>> {
    let account = &caller.account;
    let op = app.entropy.mark();
    let record = record(app, asker, Actor::Oneself, Act::PhoneChanged);
    let stays = caller.session();
    let moved = PhoneMove { account, to: phone, code: &code, stays, record: &record, op: &op };
    app.store.move_phone(&moved).await?.map_err(|setback| match setback {
        Setback::Taken => PhoneRefusal::Taken.into(),
        Setback::CodeSpent => PhoneRefusal::CodeSpent.into(),
        Setback::Changed => Declined::from(Obstacle::SignedOut),
    })?;
    codes::notify_owner(app, account, &Letter::PhoneChanged, &TextMessage::PhoneChanged, language).await;
    Ok(())
}
