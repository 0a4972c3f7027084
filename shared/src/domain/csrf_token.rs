//! CSRF tokens in Django's shape, signed, so that the table need not remember them
//! (docs/contracts/accounts.md#csrf-tokens).
//!
//! A secret is 32 letters or digits: a random nonce and a code over the nonce and what the secret is
//! bound to. Nobody without the server's key can make one, and one of another session does not fit.
//! What travels is the secret behind a mask that is new in every answer, so that no attack on a
//! compressed answer can guess it letter by letter.

use std::fmt;

use subtle::ConstantTimeEq;

use super::session::SessionDigest;

/// Letters of a secret's random part: 71 bits.
pub const NONCE_LENGTH: usize = 12;

/// Letters of a secret, and of a mask.
pub const SECRET_LENGTH: usize = 32;

/// The letters of a token, each worth its place (docs/contracts/accounts.md#csrf-tokens).
const ALPHABET: &[u8; BASE] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BASE: usize = 62;

/// What a secret is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding<'a> {
    /// A browser in which nobody is logged in.
    Anonymous,
    /// One session.
    Session(&'a SessionDigest),
}

/// So many letters and digits, kept as their places in the alphabet.
#[derive(Clone, Copy)]
pub struct Letters<const N: usize>([u8; N]);

/// The secret behind a browser's tokens.
#[derive(Clone)]
pub struct CsrfSecret([u8; SECRET_LENGTH]);

impl<const N: usize> Letters<N> {
    /// Reads letters and digits; `None` for any other character or length.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let bytes: &[u8; N] = text.as_bytes().try_into().ok()?;
        let mut places = [0; N];
        for (place, letter) in places.iter_mut().zip(bytes) {
            *place = match letter {
                b'a'..=b'z' => letter - b'a',
                b'A'..=b'Z' => letter - b'A' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                _ => return None,
            };
        }
        Some(Self(places))
    }
}

impl CsrfSecret {
    /// Makes a secret from its random part and the code over [`derivation`] of it.
    #[must_use]
    pub fn new(nonce: Letters<NONCE_LENGTH>, code: &[u8; 16]) -> Self {
        let mut places = [0; SECRET_LENGTH];
        places[..NONCE_LENGTH].copy_from_slice(&nonce.0);
        places[NONCE_LENGTH..].copy_from_slice(&signature(code));
        Self(places)
    }

    /// Reads what a client presents: a masked secret, or a bare one as old clients may hold it.
    #[must_use]
    pub fn presented(token: &str) -> Option<Self> {
        if let Some(Letters(bare)) = Letters::read(token) {
            return Some(Self(bare));
        }
        let (mask, masked) = token.split_at_checked(SECRET_LENGTH)?;
        let (Letters(mask), Letters(masked)): (Letters<SECRET_LENGTH>, Letters<SECRET_LENGTH>) =
            (Letters::read(mask)?, Letters::read(masked)?);
        Some(Self(std::array::from_fn(|at| letter(usize::from(masked[at]) + BASE - usize::from(mask[at])))))
    }

    /// The token to hand out: the mask, and the secret behind it.
    #[must_use]
    pub fn masked(&self, mask: Letters<SECRET_LENGTH>) -> String {
        let Letters(mask) = mask;
        let masked =
            self.0.iter().zip(&mask).map(|(place, by)| letter(usize::from(*place) + usize::from(*by)));
        mask.iter().copied().chain(masked).map(|place| char::from(ALPHABET[usize::from(place)])).collect()
    }

    /// What the secret's code has to be computed over, if it is bound to that.
    #[must_use]
    pub fn derivation(&self, binding: Binding<'_>) -> Vec<u8> {
        let mut nonce = [0; NONCE_LENGTH];
        nonce.copy_from_slice(&self.0[..NONCE_LENGTH]);
        derivation(binding, Letters(nonce))
    }

    /// Whether the secret carries that code, compared in constant time.
    #[must_use]
    pub fn has_code(&self, code: &[u8; 16]) -> bool {
        self.0[NONCE_LENGTH..].ct_eq(&signature(code)).into()
    }
}

/// The secret that a cookie and a submitted token both hide, compared in constant time.
#[must_use]
pub fn pair(cookie: &str, submitted: Option<&str>) -> Option<CsrfSecret> {
    let secret = CsrfSecret::presented(cookie)?;
    let submitted = submitted.and_then(CsrfSecret::presented)?;
    bool::from(secret.0[..].ct_eq(&submitted.0)).then_some(secret)
}

/// What the code of a secret is computed over.
#[must_use]
pub fn derivation(binding: Binding<'_>, nonce: Letters<NONCE_LENGTH>) -> Vec<u8> {
    // The nonce comes first and has one length only, so no two pairs give the same message.
    let (kind, digest) = match binding {
        Binding::Anonymous => (b'a', ""),
        Binding::Session(digest) => (b's', digest.as_str()),
    };
    let mut message = nonce.0.to_vec();
    message.push(kind);
    message.extend_from_slice(digest.as_bytes());
    message
}

/// A code in the letters that a secret has room for: 119 bits of it.
fn signature(code: &[u8; 16]) -> [u8; SECRET_LENGTH - NONCE_LENGTH] {
    const LETTERS: u128 = BASE as u128;
    let mut rest = u128::from_be_bytes(*code);
    std::array::from_fn(|_| {
        let digit = usize::try_from(rest % LETTERS).expect("a digit below 62 fits");
        rest /= LETTERS;
        letter(digit)
    })
}

/// The place of the letter so many steps after the first, around the alphabet's end.
fn letter(steps: usize) -> u8 {
    u8::try_from(steps % BASE).expect("a place below 62 fits")
}

impl<const N: usize> fmt::Debug for Letters<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letters(..)")
    }
}

impl fmt::Debug for CsrfSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    /// Stands for the server's keyed code.
    fn code(message: &[u8]) -> [u8; 16] {
        let digest = Sha256::digest(message);
        *digest.first_chunk().unwrap()
    }

    fn issue(binding: Binding<'_>, nonce: &str) -> CsrfSecret {
        let nonce = Letters::read(nonce).unwrap();
        CsrfSecret::new(nonce, &code(&derivation(binding, nonce)))
    }

    fn is_valid(cookie: &str, submitted: &str, binding: Binding<'_>) -> bool {
        pair(cookie, Some(submitted))
            .is_some_and(|secret| secret.has_code(&code(&secret.derivation(binding))))
    }

    fn letters<const N: usize>(text: &str) -> Letters<N> {
        Letters::read(text).unwrap()
    }

    /// The text with one letter replaced by another one.
    fn flipped(text: &str, at: usize, steps: usize) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let at = at % bytes.len();
        let place = ALPHABET.iter().position(|letter| *letter == bytes[at]).unwrap();
        bytes[at] = ALPHABET[(place + 1 + steps % (BASE - 1)) % BASE];
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn masks_as_the_recorded_server_does() {
        // Secret letter "b" (1) behind mask letter "9" (61) wraps round to "a" (0).
        let secret = CsrfSecret::presented(&"b".repeat(32)).unwrap();
        assert_eq!(secret.masked(letters(&"9".repeat(32))), "9".repeat(32) + &"a".repeat(32));
        assert_eq!(secret.masked(letters(&"B".repeat(32))), "B".repeat(32) + &"C".repeat(32));
    }

    #[test]
    fn only_32_or_64_letters_are_a_token() {
        for odd in ["", "abc", &"a".repeat(31), &"a".repeat(33), &"a".repeat(63), &"a".repeat(65)] {
            assert!(CsrfSecret::presented(odd).is_none(), "{odd}");
        }
        assert!(CsrfSecret::presented(&"-".repeat(64)).is_none());
        assert!(CsrfSecret::presented(&"é".repeat(32)).is_none(), "64 bytes, but no letters");
        assert!(CsrfSecret::presented(&format!("{}é{}", "a".repeat(31), "a".repeat(31))).is_none());
    }

    #[test]
    fn half_a_pair_is_none() {
        let token = "a".repeat(64);
        assert!(pair(&token, Some(&token)).is_some());
        assert!(pair("", Some(&token)).is_none() && pair("x", Some(&token)).is_none());
        assert!(pair(&token, None).is_none() && pair(&token, Some("x")).is_none());
    }

    #[test]
    fn debug_tells_nothing() {
        let secret = CsrfSecret::presented(&"b".repeat(32)).unwrap();
        assert_eq!(format!("{secret:?} {:?}", letters::<1>("b")), "CsrfSecret(..) Letters(..)");
    }

    proptest! {
        #[test]
        fn every_masking_of_a_secret_fits_every_other(
            nonce in "[a-zA-Z0-9]{12}", one in "[a-zA-Z0-9]{32}", two in "[a-zA-Z0-9]{32}", session in ".*",
        ) {
            let digest = SessionDigest::of(&session);
            for binding in [Binding::Anonymous, Binding::Session(&digest)] {
                let secret = issue(binding, &nonce);
                let bare = secret.masked(letters(&"a".repeat(32))).split_off(32);
                let (cookie, token) = (secret.masked(letters(&one)), secret.masked(letters(&two)));
                prop_assert!(is_valid(&cookie, &token, binding) && is_valid(&cookie, &cookie, binding));
                prop_assert!(is_valid(&bare, &token, binding) && is_valid(&cookie, &bare, binding));
            }
        }

        #[test]
        fn no_flip_and_no_truncation_passes(
            nonce in "[a-zA-Z0-9]{12}", mask in "[a-zA-Z0-9]{32}", at in 0..64_usize, steps in any::<usize>(),
        ) {
            let cookie = issue(Binding::Anonymous, &nonce).masked(letters(&mask));
            let changed = flipped(&cookie, at, steps);
            prop_assert!(!is_valid(&cookie, &changed, Binding::Anonymous));
            prop_assert!(!is_valid(&changed, &cookie, Binding::Anonymous));
            prop_assert!(!is_valid(&changed, &changed, Binding::Anonymous), "both, but unsigned");
            prop_assert!(!is_valid(&cookie[..at], &cookie[..at], Binding::Anonymous));
        }

        #[test]
        fn no_other_binding_passes(nonce in "[a-zA-Z0-9]{12}", mask in "[a-zA-Z0-9]{32}", names in any::<[u64; 2]>()) {
            prop_assume!(names[0] != names[1]);
            let [own, other] = names.map(|name| SessionDigest::of(&name.to_string()));
            let bindings = [Binding::Anonymous, Binding::Session(&own), Binding::Session(&other)];
            for issued in bindings {
                let token = issue(issued, &nonce).masked(letters(&mask));
                for presented in bindings {
                    prop_assert_eq!(is_valid(&token, &token, presented), issued == presented);
                }
            }
        }
    }
}
