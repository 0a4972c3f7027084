//! Recognising who calls, by whatever carries a session.

use super::{Caller, RecognisedBy};
use crate::app::App;
use crate::domain::account::{Account, Standing};
use crate::domain::session::{self, Carrier, SessionDigest};
use crate::domain::shared_key::{self, PresentedKey};
use crate::domain::token_seal::TokenSeal;
use crate::secret::Purpose;
use crate::store::StoreError;
use crate::telemetry;

/// What a presented token turned out to be.
#[derive(Debug)]
pub enum Recognition {
    /// A living session or key.
    Caller(Box<Caller>),
    /// The shared key that the latest password change ended.
    RetiredKey,
    /// Nothing of ours, or nothing any more.
    Unknown,
}

/// Recognises the first of a browser's session cookies that opens anything.
pub async fn recognise_cookies(app: &App, values: &[&str]) -> Result<Option<Caller>, StoreError> {
    for value in values {
        let caller = recognise_cookie(app, value).await?;
        if caller.is_some() {
            return Ok(caller);
        }
    }
    Ok(None)
}

/// Recognises a session cookie.
pub(super) async fn recognise_cookie(app: &App, value: &str) -> Result<Option<Caller>, StoreError> {
    let Some(number) = session::account_in_cookie(value) else {
        return Ok(None);
    };
    let account = app.store.find_account(number).await?;
    Ok(account.and_then(|account| by_session(app, &account, value, Carrier::Cookie)))
}

/// Recognises what an `Authorization` header carries: a session token or the shared key.
pub async fn recognise_token(app: &App, value: &str) -> Result<Recognition, StoreError> {
    let Some(presented) = PresentedKey::parse(value) else {
        return Ok(Recognition::Unknown);
    };
    let Some(account) = app.store.find_account(presented.number).await? else {
        return Ok(Recognition::Unknown);
    };
    if let Some(caller) = by_session(app, &account, value, Carrier::Authorization) {
        return Ok(Recognition::Caller(Box::new(caller)));
    }
    let is_of_generation = |generation: u32| {
        let message = shared_key::derivation(account.number, generation);
        app.secret.accepted_codes(Purpose::SharedKey, &message).any(|code| presented.has_code(&code))
    };
    let key = account.shared_key;
    if key.is_alive() && account.standing == Standing::Active && is_of_generation(key.generation) {
        return Ok(Recognition::Caller(Box::new(caller(account, RecognisedBy::SharedKey))));
    }
    if key.retired.is_some_and(is_of_generation) {
        return Ok(Recognition::RetiredKey);
    }
    Ok(Recognition::Unknown)
}

/// Recognises what the `token` header of charity's contract carries.
pub async fn recognise_token_header(app: &App, value: &str) -> Result<Option<Caller>, StoreError> {
    for key in app.secret.accepted_keys(Purpose::TokenSeal) {
        let Some(number) = TokenSeal::new(&key).account(value) else {
            return Ok(None);
        };
        let account = app.store.find_account(number).await?;
        let caller = account.and_then(|account| by_session(app, &account, value, Carrier::TokenHeader));
        if caller.is_some() {
            return Ok(caller);
        }
    }
    Ok(None)
}

fn caller(account: Account, by: RecognisedBy) -> Caller {
    telemetry::note(|notes| notes.account = Some(account.number));
    Caller { account, by }
}

fn by_session(app: &App, account: &Account, token: &str, carrier: Carrier) -> Option<Caller> {
    let digest = SessionDigest::of(token);
    let session = account.session(&digest, app.clock.now())?;
    (session.carrier == carrier).then(|| caller(account.clone(), RecognisedBy::Session(digest)))
}
