//! The passwords that everybody guesses first, as sorted fingerprints.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes kept of each SHA-256; with N entries a password that is not listed is taken for one that
/// is with probability N / 2^40.
const FINGERPRINT: usize = 5;

/// Fingerprints of the lower-cased words, sorted; `data/README.md` says where they come from.
static FINGERPRINTS: &[u8] = include_bytes!("../../data/common_passwords.bin");

/// Whether the password, without regard to case, is on the list.
#[must_use]
pub fn contains(password: &str) -> bool {
    let lower = Zeroizing::new(password.to_lowercase());
    let digest = Sha256::digest(lower.as_bytes());
    let (entries, _) = FINGERPRINTS.as_chunks::<FINGERPRINT>();
    entries.binary_search_by(|entry| entry[..].cmp(&digest[..FINGERPRINT])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_whole_and_large_enough() {
        let (entries, rest) = FINGERPRINTS.as_chunks::<FINGERPRINT>();
        assert!(rest.is_empty() && entries.is_sorted());
        assert!(entries.len() >= 20_000, "contracts/README.md asks for 20,000, here {}", entries.len());
    }

    #[test]
    fn knows_the_common_and_not_the_others() {
        for word in ["password", "Password1", "qwertyuiop", "abcdefgh", "iloveyou", "12345678"] {
            assert!(contains(word), "{word}");
        }
        for word in ["fog123456", "fswxxz1456", "tiger-tally-xyz"] {
            assert!(!contains(word), "{word}");
        }
    }
}
