//! The server's secret: what keyed fingerprints and the shared key are derived from.
//!
//! Two kinds of things are derived. What a client brings back (keys, tokens, links, codes) changes with
//! a rotation, while what was made before is accepted for another day. What something lies under in
//! the table stays: were it to change, counters of attempts and messages would begin anew, and a code
//! would not be found again.

mod held;
mod rotation;
mod vault;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use held::{HeldSecret, KEPT_AT_MOST, LATE, SOON, SecretTooOld};
pub use rotation::{ACCEPTED, Phase, SPREADS, UnderWay};
pub use vault::{Kept, ReplaceError, Vault, VaultError};

/// The fewest characters of a secret: 32 alphanumeric ones carry 190 bits.
const MIN_CHARACTERS: usize = 32;

/// The deployment's secret, with the one before it and the time of the rotation, if there was one.
#[derive(Clone)]
pub struct ServerSecret {
    current: Zeroizing<String>,
    previous: Option<Zeroizing<String>>,
    fingerprints: Option<Zeroizing<String>>,
    rotated_at: Option<Timestamp>,
}

/// What a keyed fingerprint is for; the same bytes give unrelated codes for different purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The shared key of rest-auth's contract.
    SharedKey,
    /// The record of password attempts.
    Attempts,
    /// The networks and devices where an account's holder is known.
    Place,
    /// The counters of a network address.
    Address,
    /// The signature in a CSRF token.
    CsrfToken,
    /// What the verification codes for a destination are kept under.
    CodeSubject,
    /// The digest of a verification code.
    CodeDigest,
    /// The code in a link that binds an e-mail address.
    BindingLink,
    /// The cipher of tokens that name their account without showing it.
    TokenSeal,
    /// The budgets of messages.
    MessageBudget,
}

/// The secret's text is not a JSON object with a long enough `current` text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret must be a JSON object with a string \"current\" of at least {MIN_CHARACTERS} characters")]
pub struct InvalidSecret;

/// The secret as Secrets Manager keeps it.
#[derive(Deserialize, Serialize)]
struct SecretText<T> {
    current: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprints: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotated_at: Option<String>,
}

impl ServerSecret {
    /// Reads the secret: `{"current": "…"}`, and since a rotation `previous`, `fingerprints` and
    /// `rotated_at` (RFC 3339) beside it. A `previous` without `rotated_at` is accepted for as long as
    /// it stands there.
    pub fn parse(json: &str) -> Result<Self, InvalidSecret> {
        let SecretText::<String> { current, previous, fingerprints, rotated_at } =
            serde_json::from_str(json).map_err(|_| InvalidSecret)?;
        let [current, previous, fingerprints] =
            [Some(current), previous, fingerprints].map(|text| text.map(Zeroizing::new));
        let is_short =
            |text: &Option<Zeroizing<String>>| text.as_ref().is_some_and(|text| text.len() < MIN_CHARACTERS);
        if [&current, &previous, &fingerprints].into_iter().any(is_short) {
            return Err(InvalidSecret);
        }
        let current = current.ok_or(InvalidSecret)?;
        let rotated_at = rotated_at.map(|time| time.parse()).transpose().map_err(|_| InvalidSecret)?;
        Ok(Self { current, previous, fingerprints, rotated_at })
    }

    /// The text that [`Self::parse`] reads.
    #[must_use]
    pub fn write(&self) -> Zeroizing<String> {
        let text = SecretText {
            current: self.current.as_str(),
            previous: self.previous.as_ref().map(|text| text.as_str()),
            fingerprints: self.fingerprints.as_ref().map(|text| text.as_str()),
            rotated_at: self.rotated_at.map(|time| time.to_string()),
        };
        Zeroizing::new(serde_json::to_string(&text).expect("texts have a JSON form"))
    }

    /// The authentication code of a message, as it is made now.
    #[must_use]
    pub fn code(&self, purpose: Purpose, message: &[u8], now: Timestamp) -> [u8; 16] {
        code(self.used(now).0, purpose, message)
    }

    /// The codes to accept now; the one that is made now is the first.
    pub fn accepted_codes(
        &self,
        purpose: Purpose,
        message: &[u8],
        now: Timestamp,
    ) -> impl Iterator<Item = [u8; 16]> + use<> {
        let (used, other) = self.used(now);
        let codes = [Some(code(used, purpose, message)), other.map(|other| code(other, purpose, message))];
        codes.into_iter().flatten()
    }

    /// The key of a cipher, as it is used now.
    #[must_use]
    pub fn key(&self, purpose: Purpose, now: Timestamp) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(full_code(self.used(now).0, purpose, b""))
    }

    /// The keys to accept now; the one that is used now is the first.
    pub fn accepted_keys(
        &self,
        purpose: Purpose,
        now: Timestamp,
    ) -> impl Iterator<Item = Zeroizing<[u8; 32]>> + use<> {
        let (used, other) = self.used(now);
        let key = |secret| Zeroizing::new(full_code(secret, purpose, b""));
        [Some(key(used)), other.map(key)].into_iter().flatten()
    }

    /// A keyed fingerprint for use in a table key, so that the table does not tell what was counted.
    /// A rotation leaves it as it is.
    #[must_use]
    pub fn fingerprint(&self, purpose: Purpose, message: &[u8]) -> String {
        let secret = self.fingerprints.as_ref().unwrap_or(&self.current);
        HEXLOWER.encode(&code(secret, purpose, message))
    }

    /// When it was rotated last, if it ever was by `tally-admin`.
    #[must_use]
    pub const fn rotated_at(&self) -> Option<Timestamp> {
        self.rotated_at
    }

    /// Where the latest rotation is; `None` if there is nothing of one left.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> Option<Phase> {
        self.previous.as_ref().and(self.rotated_at).map(|rotated_at| Phase::of(rotated_at, now))
    }

    /// The secret that things are made with, and another one that is accepted.
    fn used(&self, now: Timestamp) -> (&str, Option<&str>) {
        let (current, previous) = (self.current.as_str(), self.previous.as_ref().map(|text| text.as_str()));
        match (previous, self.phase(now)) {
            (Some(previous), Some(Phase::Spreading)) => (previous, Some(current)),
            (previous, Some(Phase::Changing) | None) => (current, previous),
            (_, Some(Phase::Over | Phase::Spreading)) => (current, None),
        }
    }
}

fn code(secret: &str, purpose: Purpose, message: &[u8]) -> [u8; 16] {
    let full = full_code(secret, purpose, message);
    let (half, _) = full.split_first_chunk::<16>().expect("32 bytes have a first half");
    *half
}

fn full_code(secret: &str, purpose: Purpose, message: &[u8]) -> [u8; 32] {
    let label: &[u8] = match purpose {
        Purpose::SharedKey => b"shared-key/v1\0",
        Purpose::Attempts => b"attempts/v1\0",
        Purpose::Place => b"place/v1\0",
        Purpose::Address => b"address/v1\0",
        Purpose::CsrfToken => b"csrf-token/v1\0",
        Purpose::CodeSubject => b"code-subject/v1\0",
        Purpose::CodeDigest => b"code-digest/v1\0",
        Purpose::BindingLink => b"binding-link/v1\0",
        Purpose::TokenSeal => b"token-seal/v1\0",
        Purpose::MessageBudget => b"message-budget/v1\0",
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(label);
    mac.update(message);
    mac.finalize().into_bytes().into()
}

hidden!(ServerSecret);

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old-old-old-old-old-old-old-old-old";
    const NEW: &str = "new-new-new-new-new-new-new-new-new";
    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn purposes_do_not_share_codes() {
        let secret = ServerSecret::parse(&format!(r#"{{"current":"{NEW}"}}"#)).unwrap();
        let code = |purpose| secret.code(purpose, b"x", NOW);
        assert_ne!(code(Purpose::SharedKey), code(Purpose::Attempts));
        assert_ne!(code(Purpose::Address), code(Purpose::Attempts));
    }

    #[test]
    fn a_rotation_by_hand_keeps_the_old_codes_valid_as_long_as_the_old_secret_stands_there() {
        let before = ServerSecret::parse(&format!(r#"{{"current":"{OLD}"}}"#)).unwrap();
        let during = ServerSecret::parse(&format!(r#"{{"current":"{NEW}","previous":"{OLD}"}}"#)).unwrap();
        let issued_before = before.code(Purpose::SharedKey, b"x", NOW);
        assert_ne!(during.code(Purpose::SharedKey, b"x", NOW), issued_before);
        let mut accepted = during.accepted_codes(Purpose::SharedKey, b"x", NOW);
        assert!(accepted.any(|code| code == issued_before));
    }

    #[test]
    fn refuses_what_is_no_secret_and_never_prints_one() {
        let odd_time = format!(r#"{{"current":"{NEW}","previous":"{OLD}","rotated_at":"yesterday"}}"#);
        let short = format!(r#"{{"current":"{NEW}","fingerprints":"short"}}"#);
        for text in ["", "{}", r#"{"current":"short"}"#, "[]", r#"{"current":1}"#, &odd_time, &short] {
            assert_eq!(ServerSecret::parse(text).err(), Some(InvalidSecret), "{text}");
        }
        let secret = ServerSecret::parse(&format!(r#"{{"current":"{NEW}"}}"#)).unwrap();
        assert_eq!(format!("{secret:?}"), "ServerSecret(..)");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = format!(
            r#"{{"current":"{NEW}","previous":"{OLD}","fingerprints":"{OLD}","rotated_at":"2026-11-21T10:00:00Z"}}"#
        );
        assert_eq!(*ServerSecret::parse(&text).unwrap().write(), text);
    }
}
