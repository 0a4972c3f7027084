//! The key of rest-auth's contract: the same on every device, revocable, and stored nowhere.
//!
//! A key is derived from the server's secret, the account number and a generation. What the account
//! stores is the generation and how many devices hold the key; when the last of them logs out, or
//! the password changes, the generation moves on and the key is dead
//! (docs/contracts/rest-auth.md#differences, points 5 and 6).

use data_encoding::HEXLOWER;

use super::account_number::AccountNumber;

/// Bytes of the account number in front of the key.
const NUMBER_BYTES: usize = 4;

/// Bytes of the authentication code behind it: 128 bits.
pub const CODE_BYTES: usize = 16;

/// What an account remembers of its shared key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedKey {
    /// Counts the keys this account has had; part of what the key is derived from.
    pub generation: u32,
    /// Devices that were handed the key and have not logged out; at 0 the key is dead.
    pub devices: u32,
    /// Registered, not logged in since: the first login is the same device.
    pub fresh: bool,
    /// The generation that the latest password change ended, if one did.
    pub retired: Option<u32>,
}

/// What a login does to the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyIssue {
    /// The device that registered logs in: it is counted already.
    SameDevice,
    /// Nobody holds a living key: this device is the first.
    FirstDevice,
    /// One more device holds the key.
    FurtherDevice,
}

/// What a logout does to the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyReturn {
    /// The key is dead already.
    Nothing,
    /// Other devices still hold it.
    OneLess,
    /// This was the last device: the key dies.
    LastDevice,
}

impl SharedKey {
    /// The key of a person who has just registered.
    #[must_use]
    pub const fn registered() -> Self {
        Self { generation: 0, devices: 1, fresh: true, retired: None }
    }

    /// Whether a key of the current generation opens anything.
    #[must_use]
    pub const fn is_alive(&self) -> bool {
        self.devices > 0
    }

    /// What the next login does.
    #[must_use]
    pub const fn on_login(&self) -> KeyIssue {
        if self.devices == 0 {
            KeyIssue::FirstDevice
        } else if self.fresh {
            KeyIssue::SameDevice
        } else {
            KeyIssue::FurtherDevice
        }
    }

    /// What the next logout does.
    #[must_use]
    pub const fn on_logout(&self) -> KeyReturn {
        match self.devices {
            0 => KeyReturn::Nothing,
            1 => KeyReturn::LastDevice,
            2.. => KeyReturn::OneLess,
        }
    }

    /// The state after everything of the account was revoked.
    #[must_use]
    pub const fn revoked(&self) -> Self {
        Self { generation: self.generation + 1, devices: 0, fresh: false, retired: Some(self.generation) }
    }
}

/// A key as a client presents it, taken apart: whose it claims to be, and the proof.
#[derive(Clone, Copy)]
pub struct PresentedKey {
    /// The account it names.
    pub number: AccountNumber,
    code: [u8; CODE_BYTES],
}

impl PresentedKey {
    /// Reads 40 lower-case hex digits; anything else is no key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 2 * (NUMBER_BYTES + CODE_BYTES) {
            return None;
        }
        let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
        let (number, code) = bytes.split_first_chunk::<NUMBER_BYTES>()?;
        Some(Self { number: AccountNumber::new(u32::from_be_bytes(*number)), code: code.try_into().ok()? })
    }

    /// Whether this is the key with the given authentication code, compared in constant time.
    #[must_use]
    pub fn has_code(&self, code: &[u8; CODE_BYTES]) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.code[..], &code[..]).into()
    }
}

impl std::fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PresentedKey").field("number", &self.number).finish_non_exhaustive()
    }
}

/// What the authentication code of a key is computed over.
#[must_use]
pub fn derivation(number: AccountNumber, generation: u32) -> [u8; 8] {
    let mut message = [0; 8];
    message[..4].copy_from_slice(&number.get().to_be_bytes());
    message[4..].copy_from_slice(&generation.to_be_bytes());
    message
}

/// Writes a key: 8 hex digits of the account number, 32 of the authentication code.
#[must_use]
pub fn write(number: AccountNumber, code: &[u8; CODE_BYTES]) -> String {
    let mut bytes = Vec::with_capacity(NUMBER_BYTES + CODE_BYTES);
    bytes.extend_from_slice(&number.get().to_be_bytes());
    bytes.extend_from_slice(code);
    HEXLOWER.encode(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies what the store does for each decision.
    fn login(key: SharedKey) -> SharedKey {
        match key.on_login() {
            KeyIssue::SameDevice => SharedKey { fresh: false, ..key },
            KeyIssue::FirstDevice => SharedKey { devices: 1, fresh: false, ..key },
            KeyIssue::FurtherDevice => SharedKey { devices: key.devices + 1, ..key },
        }
    }

    fn logout(key: SharedKey) -> SharedKey {
        match key.on_logout() {
            KeyReturn::Nothing => key,
            KeyReturn::OneLess => SharedKey { devices: key.devices - 1, fresh: false, ..key },
            KeyReturn::LastDevice => {
                SharedKey { generation: key.generation + 1, devices: 0, fresh: false, ..key }
            }
        }
    }

    #[test]
    fn registering_and_logging_in_once_is_one_device() {
        let key = login(SharedKey::registered());
        assert_eq!(key.devices, 1);
        let key = logout(key);
        assert!(!key.is_alive());
        assert_eq!(key.generation, 1);
    }

    #[test]
    fn every_further_login_is_a_device_and_the_last_logout_ends_the_key() {
        let mut key = login(login(login(SharedKey::registered())));
        assert_eq!(key.devices, 3);
        key = logout(logout(key));
        assert!(key.is_alive());
        key = logout(logout(key));
        assert!(!key.is_alive() && key.generation == 1);
        assert!(login(key).is_alive());
    }

    #[test]
    fn keys_survive_writing_and_reading() {
        let number = AccountNumber::new(51_923_482);
        let text = write(number, &[0xab; CODE_BYTES]);
        assert_eq!(text.len(), 40);
        let key = PresentedKey::parse(&text).unwrap();
        assert_eq!(key.number, number);
        assert!(key.has_code(&[0xab; CODE_BYTES]) && !key.has_code(&[0xaa; CODE_BYTES]));
        assert!(PresentedKey::parse(&text.to_uppercase()).is_none(), "the case of a key matters");
        assert!(PresentedKey::parse(&text[1..]).is_none());
    }
}
