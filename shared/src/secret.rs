//! The server's secret: what keyed fingerprints and the shared key are derived from.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The fewest characters of a secret: 32 alphanumeric ones carry 190 bits.
const MIN_CHARACTERS: usize = 32;

/// The deployment's secret, with the one before it while a rotation is under way.
#[derive(Clone)]
pub struct ServerSecret {
    current: Zeroizing<String>,
    previous: Option<Zeroizing<String>>,
}

/// What a keyed fingerprint is for; the same bytes give unrelated codes for different purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The shared key of contract 002.
    SharedKey,
    /// The record of password attempts.
    Attempts,
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
#[error("the secret must be a JSON object with a text \"current\" of at least {MIN_CHARACTERS} characters")]
pub struct InvalidSecret;

/// The secret as Secrets Manager keeps it.
#[derive(Deserialize)]
struct SecretText {
    current: String,
    previous: Option<String>,
}

impl ServerSecret {
    /// Reads the secret: `{"current": "…", "previous": "…"}`, the second only during a rotation.
    pub fn parse(json: &str) -> Result<Self, InvalidSecret> {
        let SecretText { current, previous } = serde_json::from_str(json).map_err(|_| InvalidSecret)?;
        let is_long = |text: &String| text.len() >= MIN_CHARACTERS;
        if !is_long(&current) || previous.as_ref().is_some_and(|text| !is_long(text)) {
            return Err(InvalidSecret);
        }
        Ok(Self { current: Zeroizing::new(current), previous: previous.map(Zeroizing::new) })
    }

    /// The authentication code of a message under the current secret.
    #[must_use]
    pub fn code(&self, purpose: Purpose, message: &[u8]) -> [u8; 16] {
        code(&self.current, purpose, message)
    }

    /// The codes to accept: under the current secret, and under the one before while it is kept.
    pub fn accepted_codes<'a>(
        &'a self,
        purpose: Purpose,
        message: &'a [u8],
    ) -> impl Iterator<Item = [u8; 16]> + 'a {
        std::iter::once(&self.current)
            .chain(self.previous.as_ref())
            .map(move |secret| code(secret, purpose, message))
    }

    /// The key of a cipher.
    #[must_use]
    pub fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(full_code(&self.current, purpose, b""))
    }

    /// The keys to accept: the current one, and the one before while it is kept.
    pub fn accepted_keys(&self, purpose: Purpose) -> impl Iterator<Item = Zeroizing<[u8; 32]>> + '_ {
        std::iter::once(&self.current)
            .chain(self.previous.as_ref())
            .map(move |secret| Zeroizing::new(full_code(secret, purpose, b"")))
    }

    /// A keyed fingerprint for use in a table key, so that the table does not tell what was counted.
    #[must_use]
    pub fn fingerprint(&self, purpose: Purpose, message: &[u8]) -> String {
        HEXLOWER.encode(&self.code(purpose, message))
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

impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old-old-old-old-old-old-old-old-old";
    const NEW: &str = "new-new-new-new-new-new-new-new-new";

    #[test]
    fn purposes_do_not_share_codes() {
        let secret = ServerSecret::parse(&format!(r#"{{"current":"{NEW}"}}"#)).unwrap();
        assert_ne!(secret.code(Purpose::SharedKey, b"x"), secret.code(Purpose::Attempts, b"x"));
        assert_ne!(secret.code(Purpose::Address, b"x"), secret.code(Purpose::Attempts, b"x"));
    }

    #[test]
    fn a_rotation_keeps_the_old_codes_valid() {
        let before = ServerSecret::parse(&format!(r#"{{"current":"{OLD}"}}"#)).unwrap();
        let during = ServerSecret::parse(&format!(r#"{{"current":"{NEW}","previous":"{OLD}"}}"#)).unwrap();
        let issued_before = before.code(Purpose::SharedKey, b"x");
        assert_ne!(during.code(Purpose::SharedKey, b"x"), issued_before);
        assert!(during.accepted_codes(Purpose::SharedKey, b"x").any(|code| code == issued_before));
    }

    #[test]
    fn refuses_what_is_no_secret_and_never_prints_one() {
        for text in ["", "{}", r#"{"current":"short"}"#, "[]", r#"{"current":1}"#] {
            assert_eq!(ServerSecret::parse(text).err(), Some(InvalidSecret), "{text}");
        }
        let secret = ServerSecret::parse(&format!(r#"{{"current":"{NEW}"}}"#)).unwrap();
        assert_eq!(format!("{secret:?}"), "ServerSecret(..)");
    }
}
