//! Changing one's own mobile number (contract 003).

use crate::app::App;
use crate::courier::{Language, Letter};
use crate::domain::message_budget::Proof;
use crate::domain::phone_number::PhoneNumber;
use crate::services::codes;
use crate::services::sessions::Caller;
use crate::store::{Guarded, PhoneMove, PhoneMoved, SpendableCode, StoreError};

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
/// and tried for this caller. The owner hears of it by mail, where there is an address.
pub async fn change(
    app: &App,
    caller: &Caller,
    phone: &PhoneNumber,
    code: SpendableCode,
    language: Language,
) -> Result<(), PhoneRefusal> {
    let account = &caller.account;
    let op = app.entropy.mark();
    let on = Guarded { number: account.number, epoch: account.epoch, op: &op };
    let (from, at) = (account.phone.as_ref(), app.clock.now());
    match app.store.move_phone(on, &PhoneMove { from, to: phone, code: &code, at }).await? {
        PhoneMoved::Applied => {
            if let Some(address) = account.reset_address(at) {
                let proof = Proof::when(account.has_proven(address));
                codes::notify(app, address, proof, &Letter::PhoneChanged, language).await;
            }
            Ok(())
        }
        PhoneMoved::Taken => Err(PhoneRefusal::Taken),
        PhoneMoved::CodeSpent => Err(PhoneRefusal::CodeSpent),
        PhoneMoved::Refused => Err(PhoneRefusal::SignedOut),
    }
}
