//! Links that bind an account to its e-mail address: mailed there and to nobody else
//! (docs/contracts/company.md).
//!
//! Nothing of a link is stored. Its token names the account and the time it ends, and carries a code
//! over both, the address, the account's epoch and the time since when its codes count. So it dies when
//! any identifier of the account moves, when
//! the password changes and when the account is stopped, and no other token of the service fits.

use std::fmt;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::account::Account;
use super::account_number::AccountNumber;
use super::email_address::EmailAddress;

/// How long a link works: mail may wait for its reader overnight (security rule S2; NIST SP
/// 800-63B-4, 3.1.3.2, allows a day by mail).
pub const LASTS: Duration = Duration::from_hours(24);

/// Bytes of a token: number, end in seconds since 1970, code.
const NUMBER_BYTES: usize = 4;
const END_BYTES: usize = 8;
const CODE_BYTES: usize = 16;

/// A whole link, as it is mailed: who has it can bind the address.
#[derive(Clone)]
pub struct BindingLink(Zeroizing<String>);

/// A token that somebody presents, not yet believed.
#[derive(Clone)]
pub struct PresentedToken {
    /// The account that it names.
    pub number: AccountNumber,
    /// When it ends, in seconds since 1970.
    ends: i64,
    code: [u8; CODE_BYTES],
}

impl BindingLink {
    /// The link to a landing page (`https://host/path/`) with the token for an account and its end.
    #[must_use]
    pub fn new(landing: &str, number: AccountNumber, ends: i64, code: &[u8; CODE_BYTES]) -> Self {
        let mut bytes = Vec::with_capacity(NUMBER_BYTES + END_BYTES + CODE_BYTES);
        bytes.extend_from_slice(&number.get().to_be_bytes());
        bytes.extend_from_slice(&ends.to_be_bytes());
        bytes.extend_from_slice(code);
        Self(Zeroizing::new(format!("{landing}?token={}", BASE64URL_NOPAD.encode(&bytes))))
    }

    /// The link's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PresentedToken {
    /// Reads a token; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(token: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (number, rest) = bytes.split_first_chunk::<NUMBER_BYTES>()?;
        let (ends, rest) = rest.split_first_chunk::<END_BYTES>()?;
        Some(Self {
            number: AccountNumber::new(u32::from_be_bytes(*number)),
            ends: i64::from_be_bytes(*ends),
            code: rest.try_into().ok()?,
        })
    }

    /// What its code has to be computed over, if it is for that address of the account as it is.
    #[must_use]
    pub fn derivation(&self, account: &Account, address: &EmailAddress) -> Vec<u8> {
        derivation(account, address, self.ends)
    }

    /// Whether it still works at that time.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now.as_second() < self.ends
    }

    /// Whether it carries that code, compared in constant time.
    #[must_use]
    pub fn has_code(&self, code: &[u8; CODE_BYTES]) -> bool {
        self.code.ct_eq(code).into()
    }
}

/// When a link that is made now ends, in seconds since 1970.
#[must_use]
pub fn ends(now: Timestamp) -> i64 {
    now.as_second().saturating_add_unsigned(LASTS.as_secs())
}

/// What the code of a token is computed over. The address comes last: all before it is of fixed length,
/// so no two cases give the same message.
#[must_use]
pub fn derivation(account: &Account, address: &EmailAddress, ends: i64) -> Vec<u8> {
    let since = account.codes_since.map_or(0, Timestamp::as_microsecond);
    let mut message = Vec::new();
    message.extend_from_slice(&account.number.get().to_be_bytes());
    message.extend_from_slice(&account.epoch.to_be_bytes());
    message.extend_from_slice(&since.to_be_bytes());
    message.extend_from_slice(&ends.to_be_bytes());
    message.extend_from_slice(address.canonical().as_bytes());
    message
}

impl fmt::Debug for BindingLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BindingLink(..)")
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::credential::StoredCredential;
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_link_carries_what_was_put_into_it_until_it_ends() {
        let (number, code) = (AccountNumber::new(51_923_482), [7; 16]);
        let link = BindingLink::new("https://a.example/bind/", number, ends(at(1000)), &code);
        let token = link.as_str().strip_prefix("https://a.example/bind/?token=").unwrap();
        let token = PresentedToken::parse(token).unwrap();
        assert_eq!(token.number, number);
        assert!(token.has_code(&code) && !token.has_code(&[8; 16]));
        assert!(token.is_alive(at(1000 + 24 * 3600 - 1)) && !token.is_alive(at(1000 + 24 * 3600)));
        assert!(!format!("{link:?} {token:?}").contains('7'));
    }

    #[test]
    fn what_is_no_token_is_none() {
        let good = BindingLink::new("", AccountNumber::new(1), 2, &[3; 16]);
        let good = good.as_str().strip_prefix("?token=").unwrap();
        assert!(PresentedToken::parse(good).is_some());
        for bad in ["", "x", &good[1..], &format!("{good}A"), &format!("{good}="), &format!(" {good}")] {
            assert!(PresentedToken::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn account_epoch_claims_end_and_address_all_count() {
        let address = |text| EmailAddress::parse(text).unwrap();
        let (zhang, li) = (address("zhang@a.example"), address("li@a.example"));
        let account = |number| {
            let credential = StoredCredential::stored(String::new());
            let new = Account::new(AccountNumber::new(number), credential, Timestamp::UNIX_EPOCH);
            Account { epoch: 3, codes_since: Some(at(5)), ..new }
        };
        let one = account(1);
        let good = derivation(&one, &zhang, 4);
        assert_eq!(good, derivation(&one, &address("ZHANG@A.example"), 4));
        let others = [
            derivation(&account(2), &zhang, 4),
            derivation(&one, &li, 4),
            derivation(&Account { epoch: 4, ..one.clone() }, &zhang, 4),
            derivation(&Account { codes_since: Some(at(6)), ..one.clone() }, &zhang, 4),
            derivation(&Account { codes_since: None, ..one.clone() }, &zhang, 4),
            derivation(&one, &zhang, 5),
        ];
        assert!(others.iter().all(|other| *other != good));
    }
}
