//! Sessions: what a client presents after a login, and what the account remembers of it.
//!
//! Sessions live inside the account item, so that one read answers "who is this and may he come
//! in", and one write ends a session, or all of them, together with what caused it.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::account_number::AccountNumber;

/// The most sessions one account keeps; the oldest gives way (security rule 2.3).
pub const MAX_PER_ACCOUNT: usize = 10;

/// Random bytes in every token: 128 bits (security rule 7.2.3).
pub const SECRET_BYTES: usize = 16;

/// Characters of a cookie value: 7 for the number, 25 for the secret, all `[0-9a-z]`.
const COOKIE_LENGTH: usize = 32;
const COOKIE_NUMBER: usize = 7;

/// Bytes kept of a token's SHA-256: finding another token with the same 128 bits is out of reach.
const DIGEST_BYTES: usize = 16;

/// How a session travels. A session opened for one way is not accepted by another, so that a cookie
/// never opens a group that has no CSRF rule (contracts/README.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The `sessionid` cookie.
    Cookie,
    /// The `Authorization` header.
    Authorization,
    /// The `token` header of contract 004.
    TokenHeader,
}

/// A session as the account keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Fingerprint of the token.
    pub digest: SessionDigest,
    /// How it travels.
    pub carrier: Carrier,
    /// Whether the device was handed the shared key with it, and gives it back at logout.
    pub holds_key: bool,
    /// The account's epoch when it was opened; another epoch ends it.
    pub epoch: u32,
    /// When it ends by itself.
    pub expires: Timestamp,
}

impl Session {
    /// Whether the session still opens the account with that epoch at that time.
    #[must_use]
    pub fn is_alive(&self, epoch: u32, now: Timestamp) -> bool {
        self.epoch == epoch && now < self.expires
    }
}

/// What identifies a session in the table: not the token, and of no use without it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionDigest(String);

impl SessionDigest {
    /// The fingerprint of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        let digest = Sha256::digest(token.as_bytes());
        Self(BASE64URL_NOPAD.encode(&digest[..DIGEST_BYTES]))
    }

    /// Wraps a fingerprint from the table.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The fingerprint's text in the table.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionDigest(..)")
    }
}

/// A token in plain text: shown once, stored never.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// Makes the value of a session's cookie.
    #[must_use]
    pub fn for_cookie(number: AccountNumber, secret: [u8; SECRET_BYTES]) -> Self {
        let number = base36(u128::from(number.get()), COOKIE_NUMBER);
        let secret = base36(u128::from_be_bytes(secret), COOKIE_LENGTH - COOKIE_NUMBER);
        Self(Zeroizing::new(number + &secret))
    }

    /// Makes the token of a session that travels in `Authorization`.
    #[must_use]
    pub fn for_authorization(number: AccountNumber, secret: [u8; SECRET_BYTES]) -> Self {
        let number = HEXLOWER.encode(&number.get().to_be_bytes());
        Self(Zeroizing::new(number + &HEXLOWER.encode(&secret)))
    }

    /// A token that [`TokenSeal`](super::token_seal::TokenSeal) made.
    pub(super) fn sealed(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text to hand to the client.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The fingerprint to store.
    #[must_use]
    pub fn digest(&self) -> SessionDigest {
        SessionDigest::of(&self.0)
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

/// The account that a presented cookie value names; `None` when it cannot be one of ours.
#[must_use]
pub fn account_in_cookie(value: &str) -> Option<AccountNumber> {
    let is_ours =
        value.len() == COOKIE_LENGTH && value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    let number = is_ours.then(|| u32::from_str_radix(&value[..COOKIE_NUMBER], 36).ok())??;
    Some(AccountNumber::new(number))
}

fn base36(mut value: u128, width: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut text = vec![b'0'; width];
    for place in text.iter_mut().rev() {
        let digit = usize::try_from(value % 36).expect("a digit below 36 fits");
        *place = DIGITS[digit];
        value /= 36;
    }
    text.into_iter().map(char::from).collect()
}

/// The sessions to forget when another one is opened: the dead ones, then the oldest over the cap.
///
/// All sessions of one carrier last equally long, so the one that expires first is the oldest.
#[must_use]
pub fn to_evict(sessions: &[Session], epoch: u32, now: Timestamp) -> Vec<SessionDigest> {
    let (alive, dead): (Vec<&Session>, Vec<&Session>) =
        sessions.iter().partition(|session| session.is_alive(epoch, now));
    let mut by_age = alive;
    by_age.sort_by_key(|session| session.expires);
    let over = (by_age.len() + 1).saturating_sub(MAX_PER_ACCOUNT);
    dead.into_iter().chain(by_age.into_iter().take(over)).map(|session| session.digest.clone()).collect()
}

/// A session's text in the table: carrier, epoch and expiry in seconds, and `key` if it holds the
/// shared key, separated by blanks.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let carrier = match self.carrier {
            Carrier::Cookie => "cookie",
            Carrier::Authorization => "authorization",
            Carrier::TokenHeader => "token-header",
        };
        let key = if self.holds_key { " key" } else { "" };
        write!(f, "{carrier} {} {}{key}", self.epoch, self.expires.as_second())
    }
}

/// A stored session that cannot be read; it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableSession;

/// Reads a session's text of the table; the fingerprint, its name there, is filled in by the caller.
impl FromStr for Session {
    type Err = UnreadableSession;

    fn from_str(text: &str) -> Result<Self, UnreadableSession> {
        let mut parts = text.split(' ');
        let mut next = || parts.next().ok_or(UnreadableSession);
        let carrier = match next()? {
            "cookie" => Carrier::Cookie,
            "authorization" => Carrier::Authorization,
            "token-header" => Carrier::TokenHeader,
            _ => return Err(UnreadableSession),
        };
        let epoch = next()?.parse().map_err(|_| UnreadableSession)?;
        let seconds = next()?.parse().map_err(|_| UnreadableSession)?;
        let expires = Timestamp::from_second(seconds).map_err(|_| UnreadableSession)?;
        let holds_key = match parts.next() {
            None => false,
            Some("key") => true,
            Some(_) => return Err(UnreadableSession),
        };
        Ok(Self { digest: SessionDigest::stored(String::new()), carrier, holds_key, epoch, expires })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn session(name: &str, epoch: u32, expires: i64) -> Session {
        Session {
            digest: SessionDigest::stored(name.to_owned()),
            carrier: Carrier::Cookie,
            holds_key: false,
            epoch,
            expires: at(expires),
        }
    }

    #[test]
    fn tokens_have_the_documented_shapes_and_name_their_account() {
        for number in [10_000_000, 51_923_482, u32::MAX] {
            let number = AccountNumber::new(number);
            let cookie = SessionToken::for_cookie(number, [0xff; SECRET_BYTES]);
            assert_eq!(cookie.as_str().len(), 32);
            assert_eq!(account_in_cookie(cookie.as_str()), Some(number));
            let token = SessionToken::for_authorization(number, [7; SECRET_BYTES]);
            assert_eq!(super::super::shared_key::PresentedKey::parse(token.as_str()).unwrap().number, number);
        }
        for odd in ["", "x", &"Z".repeat(32), &"é".repeat(16), &"z".repeat(32)] {
            assert_eq!(account_in_cookie(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_session_ends_with_its_time_or_its_epoch() {
        let session = session("s", 3, 100);
        assert!(session.is_alive(3, at(99)));
        assert!(!session.is_alive(3, at(100)) && !session.is_alive(4, at(99)));
    }

    #[test]
    fn the_dead_and_the_oldest_give_way() {
        let mut sessions: Vec<Session> = (0..10).map(|n| session(&n.to_string(), 1, 1000 + n)).collect();
        sessions.push(session("old epoch", 0, 5000));
        sessions.push(session("expired", 1, 10));
        let names: Vec<String> =
            to_evict(&sessions, 1, at(500)).iter().map(|digest| digest.as_str().to_owned()).collect();
        assert_eq!(names, ["old epoch", "expired", "0"]);
    }

    #[test]
    fn the_text_in_the_table_reads_back() {
        let stored = session("", 7, 1_795_000_000);
        assert_eq!(stored.to_string(), "cookie 7 1795000000");
        assert_eq!(stored.to_string().parse(), Ok(stored.clone()));
        let holder = Session { holds_key: true, ..stored };
        assert_eq!(holder.to_string(), "cookie 7 1795000000 key");
        assert_eq!(holder.to_string().parse(), Ok(holder));
        assert_eq!("pigeon 1 2".parse::<Session>(), Err(UnreadableSession));
    }

    proptest::proptest! {
        #[test]
        fn every_stored_session_reads_back(epoch: u32, expires in 0..253_402_300_799_i64, holds_key: bool, carrier in 0..3_usize) {
            let carrier = [Carrier::Cookie, Carrier::Authorization, Carrier::TokenHeader][carrier];
            let stored = Session { carrier, holds_key, ..session("", epoch, expires) };
            proptest::prop_assert_eq!(stored.to_string().parse(), Ok(stored));
        }

        #[test]
        fn no_cookie_makes_it_stumble_and_every_minted_one_names_its_account(
            text in ".{0,40}", number: u32, secret: [u8; SECRET_BYTES]
        ) {
            let _ = account_in_cookie(&text);
            let number = AccountNumber::new(number);
            let token = SessionToken::for_cookie(number, secret);
            proptest::prop_assert_eq!(account_in_cookie(token.as_str()), Some(number));
        }
    }
}
