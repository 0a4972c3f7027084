//! PBKDF2 (RFC 8018) as Django uses it, in a crate of its own: generic code is compiled as the crate asks
//! that says for which types, and only a crate by itself can be optimised in builds that otherwise are not.
//! There, a million iterations took seconds.

use sha1::Sha1;
use sha2::Sha256;

/// PBKDF2 with HMAC-SHA-256: one block of 32 bytes.
#[must_use]
pub fn pbkdf2_sha256(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, iterations)
}

/// PBKDF2 with HMAC-SHA-1: one block of 20 bytes.
#[must_use]
pub fn pbkdf2_sha1(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 20] {
    pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password, salt, iterations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_rfcs_come_out() {
        // RFC 6070, 4,096 iterations; RFC 7914, section 11.
        assert_eq!(pbkdf2_sha1(b"password", b"salt", 4_096)[..4], [0x4b, 0x00, 0x79, 0x01]);
        assert_eq!(pbkdf2_sha256(b"passwd", b"salt", 1)[..4], [0x55, 0xac, 0x04, 0x6e]);
    }
}
