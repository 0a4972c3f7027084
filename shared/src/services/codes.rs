//! Verification codes by mail and by text message: asking for one, trying it, and spending it on a
//! new password. Whatever else a code is spent on is the matter of that capability.
//!
//! Whether anybody has the address or the number shows neither in the answer, nor in the calls to
//! DynamoDB, nor in the time it takes: a code is made and kept for every destination, and the answer
//! waits for a fixed time.

mod asking;
mod messages;
mod notices;
mod resetting;
mod trying;

use subtle::ConstantTimeEq;

use data_encoding::HEXLOWER;

pub use asking::{Asked, ask, ask_by_text, ask_email_binding};
pub use messages::{Delivery, cause_of, deliver, note_message, withdraw_message};
pub use notices::{notify_by_text, notify_owner, tell_left};
pub use resetting::{ResetRefusal, reset_password};
pub use trying::{WrongCode, check, try_for};

pub use crate::store::SpendableCode;

use crate::app::App;
use crate::domain::code::{Code, CodePurpose, Destination};
use crate::secret::Purpose;
use crate::store::TriedCode;

/// What the codes for a destination are kept under.
fn subject(app: &App, destination: Destination<'_>) -> String {
    let text = match destination {
        Destination::Email(address) => format!("email {}", address.canonical()),
        Destination::Phone(number) => format!("phone {}", number.as_str()),
    };
    app.secret.fingerprint(Purpose::CodeSubject, text.as_bytes())
}

/// The digest names destination and purpose, so that of one code never fits another.
fn digest(app: &App, subject: &str, purpose: CodePurpose, nonce: &str, code: &Code) -> String {
    let message = digest_message(subject, purpose, nonce, code);
    HEXLOWER.encode(&app.secret.code(Purpose::CodeDigest, message.as_bytes()))
}

fn is_same(app: &App, subject: &str, purpose: CodePurpose, tried: &TriedCode, typed: &Code) -> bool {
    let message = digest_message(subject, purpose, &tried.nonce, typed);
    let accepted = app.secret.accepted_codes(Purpose::CodeDigest, message.as_bytes());
    accepted.fold(false, |same, code| {
        same | bool::from(HEXLOWER.encode(&code).as_bytes().ct_eq(tried.digest.as_bytes()))
    })
}

fn digest_message(subject: &str, purpose: CodePurpose, nonce: &str, code: &Code) -> String {
    format!("{subject} {} {nonce} {}", purpose.name(), code.as_str())
}
