//! The passwords that everybody guesses first, as fingerprints.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes kept of each SHA-256; with N entries a password that is not listed is taken for one that
/// is with probability N / 2^40.
const FINGERPRINT: usize = GROUPED + ENDING;

/// The first bytes, by which the entries are grouped and which are not written.
const GROUPED: usize = 2;

/// The bytes that are.
const ENDING: usize = 3;

/// How many entries each group has, in half a byte each, the lower half first; then the endings of all.
/// Of the lower-cased words; `shared/data/README.md` says where they come from.
static FINGERPRINTS: &[u8] = include_bytes!("../../data/common_passwords.bin");

/// Whether the password, without regard to case, is on the list.
#[must_use]
pub fn contains(password: &str) -> bool {
    let lower = Zeroizing::new(password.to_lowercase());
    let digest = Sha256::digest(lower.as_bytes());
    let (counts, endings) = parts();
    let group = usize::from(u16::from_be_bytes([digest[0], digest[1]]));
    let whole: usize = counts[..group / 2].iter().flat_map(|&both| halves(both)).sum();
    let [even, odd] = halves(counts[group / 2]);
    let (before, count) = if group.is_multiple_of(2) { (whole, even) } else { (whole + even, odd) };
    endings[before..][..count].iter().any(|ending| ending[..] == digest[GROUPED..FINGERPRINT])
}

/// The counts of the groups, two in a byte, and the endings.
fn parts() -> (&'static [u8], &'static [[u8; ENDING]]) {
    let (counts, endings) = FINGERPRINTS.split_at(1 << (8 * GROUPED - 1));
    (counts, endings.as_chunks().0)
}

fn halves(both: u8) -> [usize; 2] {
    [usize::from(both & 15), usize::from(both >> 4)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_large_enough() {
        let (counts, endings) = parts();
        let entries: usize = counts.iter().flat_map(|&both| halves(both)).sum();
        assert_eq!((entries, FINGERPRINTS.len()), (endings.len(), counts.len() + endings.len() * ENDING));
        assert!(entries >= 20_000, "docs/contracts/README.md#passwords asks for 20,000, here {entries}");
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
