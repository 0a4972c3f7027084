//! Tokens of 32 hex digits that name their account without showing it (docs/contracts/charity.md).
//!
//! There is room for 16 bytes: the account's number and 96 random bits, enciphered as one AES block
//! under a key of the server. Without that key a token looks like 128 random bits, and so does a
//! guess at one; the server reads the number out of it and needs no index of tokens.

use aes::Aes256;
use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use data_encoding::HEXLOWER;

use super::account_number::AccountNumber;
use super::session::SessionToken;

/// Random bytes in a token, beside the number.
pub const RANDOM_BYTES: usize = 12;

/// What makes and reads such tokens.
pub struct TokenSeal(Aes256);

impl TokenSeal {
    /// The seal with that key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256::new(key.into()))
    }

    /// The token of a new session.
    #[must_use]
    pub fn seal(&self, number: AccountNumber, random: [u8; RANDOM_BYTES]) -> SessionToken {
        let mut block = Block::<Aes256>::default();
        let (place_of_number, rest) = block.split_at_mut(4);
        place_of_number.copy_from_slice(&number.get().to_be_bytes());
        rest.copy_from_slice(&random);
        self.0.encrypt_block(&mut block);
        SessionToken::sealed(HEXLOWER.encode(&block))
    }

    /// The account that a presented token names; any 32 hex digits name one, hardly ever one that
    /// exists.
    #[must_use]
    pub fn account(&self, token: &str) -> Option<AccountNumber> {
        let bytes: [u8; 16] = HEXLOWER.decode(token.as_bytes()).ok()?.try_into().ok()?;
        let mut block = Block::<Aes256>::from(bytes);
        self.0.decrypt_block(&mut block);
        let (number, _) = block.split_first_chunk::<4>()?;
        Some(AccountNumber::new(u32::from_be_bytes(*number)))
    }
}

impl std::fmt::Debug for TokenSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSeal(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_account_to_the_seal_that_made_it_alone() {
        let (seal, other) = (TokenSeal::new(&[1; 32]), TokenSeal::new(&[2; 32]));
        let number = AccountNumber::new(51_923_482);
        let token = seal.seal(number, [7; RANDOM_BYTES]);
        assert_eq!(token.as_str().len(), 32);
        assert_eq!(seal.account(token.as_str()), Some(number));
        assert_ne!(other.account(token.as_str()), Some(number));
        assert_ne!(seal.seal(number, [8; RANDOM_BYTES]).as_str(), token.as_str());
        for odd in
            ["", "x", &"z".repeat(32), &"A".repeat(32), &"é".repeat(16), &"0".repeat(31), &"0".repeat(34)]
        {
            assert_eq!(seal.account(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_bits_of_tokens_are_balanced() {
        let seal = TokenSeal::new(&[3; 32]);
        let mut ones = [0_u32; 128];
        for count in 0..10_000_u64 {
            let mut random = [0; RANDOM_BYTES];
            random[..8].copy_from_slice(&count.to_be_bytes());
            let token = seal.seal(AccountNumber::new(51_923_482), random);
            let bits = u128::from_str_radix(token.as_str(), 16).unwrap();
            for (place, ones) in ones.iter_mut().enumerate() {
                *ones += u32::from(bits >> place & 1 == 1);
            }
        }
        // Six standard deviations around 5,000.
        assert!(ones.iter().all(|ones| (4_700..=5_300).contains(ones)), "{ones:?}");
    }
}
