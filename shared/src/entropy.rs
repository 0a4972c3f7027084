//! The one place where chance enters.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// Where random bytes come from.
#[derive(Clone, Debug)]
pub enum Entropy {
    /// The operating system's generator.
    System,
    /// A repeatable stream for tests, from a seed and a counter. Never for real secrets.
    Seeded(u64, Arc<AtomicU64>),
}

impl Entropy {
    /// A repeatable stream.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(seed, Arc::default())
    }

    /// Fresh random bytes.
    ///
    /// # Panics
    /// When the operating system has none to give: nothing safe can be done without them.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is where chance enters")]
            Self::System => getrandom::fill(&mut bytes).expect("the operating system has random bytes"),
            Self::Seeded(seed, counter) => {
                for chunk in bytes.chunks_mut(32) {
                    let count = counter.fetch_add(1, Ordering::SeqCst);
                    let digest =
                        Sha256::new().chain_update(seed.to_be_bytes()).chain_update(count.to_be_bytes());
                    chunk.copy_from_slice(&digest.finalize()[..chunk.len()]);
                }
            }
        }
        bytes
    }

    /// A fresh mark by which a write recognises itself.
    #[must_use]
    pub fn mark(&self) -> String {
        BASE64URL_NOPAD.encode(&self.bytes::<9>())
    }

    /// A random text of the given length over letters and digits, each as likely as the others.
    #[must_use]
    pub fn alphanumeric(&self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            // 248 is the largest multiple of 62 below 256; bytes above it would favour some letters.
            let fresh = self.bytes::<64>().into_iter().filter(|byte| *byte < 248);
            let letters = fresh.map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
            text.extend(letters.take(length - text.len()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_a_stream_does_not() {
        let (one, two) = (Entropy::seeded(1), Entropy::seeded(1));
        assert_eq!(one.bytes::<40>(), two.bytes::<40>());
        assert_ne!(one.bytes::<16>(), one.bytes::<16>());
        assert_ne!(Entropy::System.bytes::<16>(), Entropy::System.bytes::<16>());
    }

    #[test]
    fn alphanumeric_has_its_length() {
        let text = Entropy::System.alphanumeric(64);
        assert!(text.len() == 64 && text.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
