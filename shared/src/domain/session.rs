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

/// The most sessions one account keeps of each carrier; the one opened first gives way (security rule S3).
/// Carriers are counted apart: logging in often in one way does not sign anybody out of another.
pub const MAX_PER_CARRIER: usize = 10;

/// Random bytes in every token: 128 bits (security rule S3).
pub const SECRET_BYTES: usize = 16;

/// Characters of a cookie value: 7 for the number, 25 for the secret, all `[0-9a-z]`.
const COOKIE_LENGTH: usize = 32;
const COOKIE_NUMBER: usize = 7;

/// Bytes kept of a token's SHA-256: finding another token with the same 128 bits is out of reach.
const DIGEST_BYTES: usize = 16;

/// How a session travels. A session opened for one way is not accepted by another, so that a cookie
/// never opens a group that has no CSRF rule (docs/contracts/README.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The `sessionid` cookie.
    Cookie,
    /// The `Authorization` header.
    Authorization,
    /// The `token` header of charity's contract.
    TokenHeader,
}

/// How far somebody who signs out wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Only this device.
    ThisDevice,
    /// Every device: all sessions and the shared key.
    Everywhere,
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
    /// When it expires.
    pub expires: Timestamp,
    /// Which login of the account opened it: its place in the order in which sessions give way.
    ///
    /// Those that were stored before logins were counted all have 0, so they give way first, and among
    /// themselves in the order in which they expire: all of one carrier last equally long.
    pub login: u32,
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

/// What has to give way when another session is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eviction {
    /// The sessions to forget: the dead ones, then those of the carrier that were opened first.
    pub sessions: Vec<SessionDigest>,
    /// How many more logins there may have been since the sessions were read, without which the carrier's
    /// would be too many.
    pub slack: u32,
}

/// The sessions to forget when another one of that carrier is opened.
#[must_use]
pub fn to_evict<'a>(
    sessions: impl IntoIterator<Item = &'a Session>,
    carrier: Carrier,
    epoch: u32,
    now: Timestamp,
) -> Eviction {
    let (alive, dead): (Vec<&Session>, Vec<&Session>) =
        sessions.into_iter().partition(|session| session.is_alive(epoch, now));
    let mut by_age: Vec<&Session> = alive.into_iter().filter(|session| session.carrier == carrier).collect();
    by_age.sort_by_key(|session| (session.login, session.expires, &session.digest));
    let over = (by_age.len() + 1).saturating_sub(MAX_PER_CARRIER);
    let slack = MAX_PER_CARRIER.saturating_sub(by_age.len() + 1);
    let sessions = dead.into_iter().chain(by_age.into_iter().take(over));
    Eviction {
        sessions: sessions.map(|session| session.digest.clone()).collect(),
        slack: u32::try_from(slack).expect("the cap is small"),
    }
}

/// A session's text in the table: carrier, epoch, expiry in seconds and login, and `k` if it holds the
/// shared key, separated by blanks. Short, for it stands in the account's item up to 30 times.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let carrier = match self.carrier {
            Carrier::Cookie => "c",
            Carrier::Authorization => "a",
            Carrier::TokenHeader => "t",
        };
        let key = if self.holds_key { " k" } else { "" };
        write!(f, "{carrier} {} {} {}{key}", self.epoch, self.expires.as_second(), self.login)
    }
}

/// A stored session that cannot be read; it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableSession;

/// Reads a session's text of the table, and the longer one from before logins were counted; the
/// fingerprint, its name there, is filled in by the caller.
impl FromStr for Session {
    type Err = UnreadableSession;

    fn from_str(text: &str) -> Result<Self, UnreadableSession> {
        let mut parts = text.split(' ');
        let mut next = || parts.next().ok_or(UnreadableSession);
        let (carrier, is_counted) = match next()? {
            "c" => (Carrier::Cookie, true),
            "a" => (Carrier::Authorization, true),
            "t" => (Carrier::TokenHeader, true),
            "cookie" => (Carrier::Cookie, false),
            "authorization" => (Carrier::Authorization, false),
            "token-header" => (Carrier::TokenHeader, false),
            _ => return Err(UnreadableSession),
        };
        let epoch = next()?.parse().map_err(|_| UnreadableSession)?;
        let seconds = next()?.parse().map_err(|_| UnreadableSession)?;
        let expires = Timestamp::from_second(seconds).map_err(|_| UnreadableSession)?;
        let login = if is_counted { next()?.parse().map_err(|_| UnreadableSession)? } else { 0 };
        let holds_key = match parts.next() {
            None => false,
            Some("k" | "key") => true,
            Some(_) => return Err(UnreadableSession),
        };
        let digest = SessionDigest::stored(String::new());
        Ok(Self { digest, carrier, holds_key, epoch, expires, login })
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
            login: 0,
        }
    }

    fn evicted(sessions: &[Session], carrier: Carrier, now: i64) -> Vec<String> {
        let eviction = to_evict(sessions, carrier, 1, at(now));
        eviction.sessions.iter().map(|digest| digest.as_str().to_owned()).collect()
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
        assert_eq!(evicted(&sessions, Carrier::Cookie, 500), ["old epoch", "expired", "0"]);
        assert_eq!(evicted(&sessions, Carrier::Authorization, 500), ["old epoch", "expired"]);
    }

    #[test]
    fn sessions_give_way_in_the_order_of_their_logins_whatever_else_is_said_of_them() {
        let opened = |login: u32, expires| Session { login, ..session(&login.to_string(), 1, expires) };
        // Login 3 lasts shortest, and one was stored before logins were counted.
        let mut sessions: Vec<Session> =
            (1..10).map(|n| opened(n, if n == 3 { 600 } else { 1000 })).collect();
        assert_eq!(to_evict(&sessions, Carrier::Cookie, 1, at(500)).slack, 0);
        sessions.push(opened(0, 9000));
        assert_eq!(evicted(&sessions, Carrier::Cookie, 500), ["0"]);
        sessions.push(opened(10, 1000));
        assert_eq!(evicted(&sessions, Carrier::Cookie, 500), ["0", "1"]);
    }

    #[test]
    fn the_slack_is_what_the_carrier_has_left() {
        let of = |carrier| Session { carrier, ..session("s", 1, 1000) };
        let sessions = [of(Carrier::Cookie), of(Carrier::Cookie), of(Carrier::TokenHeader)];
        let slack = |carrier| to_evict(&sessions, carrier, 1, at(0)).slack;
        assert_eq!((slack(Carrier::Cookie), slack(Carrier::TokenHeader)), (7, 8));
        assert_eq!(slack(Carrier::Authorization), 9);
    }

    #[test]
    fn the_text_in_the_table_reads_back() {
        let stored = Session { login: 12, ..session("", 7, 1_795_000_000) };
        assert_eq!(stored.to_string(), "c 7 1795000000 12");
        assert_eq!(stored.to_string().parse(), Ok(stored.clone()));
        let holder = Session { holds_key: true, ..stored.clone() };
        assert_eq!(holder.to_string(), "c 7 1795000000 12 k");
        assert_eq!(holder.to_string().parse(), Ok(holder.clone()));
        assert_eq!("cookie 7 1795000000".parse(), Ok(Session { login: 0, ..stored }));
        assert_eq!("cookie 7 1795000000 key".parse(), Ok(Session { login: 0, ..holder }));
        for odd in ["pigeon 1 2", "c 1 2", "c 1 2 x", "cookie 1 2 3"] {
            assert_eq!(odd.parse::<Session>(), Err(UnreadableSession), "{odd}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_stored_session_reads_back(
            epoch: u32, expires in 0..253_402_300_799_i64, login: u32, holds_key: bool, carrier in 0..3_usize
        ) {
            let carrier = [Carrier::Cookie, Carrier::Authorization, Carrier::TokenHeader][carrier];
            let stored = Session { carrier, holds_key, login, ..session("", epoch, expires) };
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
