//! Signing out of one device, or of all.

use super::recognition::recognise_cookie;
use super::{Caller, RecognisedBy};
use crate::app::App;
use crate::domain::account::{Account, Standing};
use crate::domain::asker::Asker;
use crate::domain::history::{Act, Actor};
use crate::domain::session::Extent;
use crate::services::records::record;
use crate::services::rounds::Rounds;
use crate::store::{Guarded, StoreError};

/// Signs a caller out: of this device, or of all.
pub async fn sign_out(app: &App, caller: &Caller, extent: Extent, asker: &Asker) -> Result<(), StoreError> {
    match extent {
        Extent::ThisDevice => leave_device(app, caller).await,
        Extent::Everywhere => leave_everything(app, caller, asker).await,
    }
}

/// Signs out whoever a browser's session cookies stand for, each of them, so that none is left to come back
/// by. Answers whether there was anybody.
pub async fn sign_out_browser(
    app: &App,
    cookies: &[&str],
    extent: Extent,
    asker: &Asker,
) -> Result<bool, StoreError> {
    let mut was_in = false;
    for value in cookies {
        if let Some(caller) = recognise_cookie(app, value).await? {
            sign_out(app, &caller, extent, asker).await?;
            was_in = true;
        }
    }
    Ok(was_in)
}

/// Ends all sessions and the shared key, and writes that down.
async fn leave_everything(app: &App, caller: &Caller, asker: &Asker) -> Result<(), StoreError> {
    let op = app.entropy.mark();
    let record = record(app, asker, Actor::Oneself, Act::SessionsEnded);
    let mut account = caller.account.clone();
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        if app.store.end_own_sessions(&account, &record, &op).await?.is_ok() {
            return Ok(());
        }
        match app.store.find_account(account.number).await? {
            Some(now) if is_still_in(app, &now, caller) => account = now,
            Some(_) | None => return Ok(()),
        }
    }
}

/// Ends the session, gives the key back, or both.
async fn leave_device(app: &App, caller: &Caller) -> Result<(), StoreError> {
    let session = caller.session();
    let op = app.entropy.mark();
    let mut account = caller.account.clone();
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let on = Guarded::of(&account, &op);
        let key = gives_key_back(&account, caller).then(|| account.shared_key.on_logout());
        if app.store.record_sign_out(on, session, key).await?.is_ok() {
            return Ok(());
        }
        // Somebody else changed the account first; what is left to do depends on what it is now.
        match app.store.find_account(account.number).await? {
            Some(now) if is_still_in(app, &now, caller) => account = now,
            Some(_) | None => return Ok(()),
        }
    }
}

/// Whether the caller's device was handed the shared key: by the session, or it has just shown it.
fn gives_key_back(account: &Account, caller: &Caller) -> bool {
    match &caller.by {
        RecognisedBy::Session(digest) => {
            account.sessions.iter().any(|session| session.digest == *digest && session.holds_key)
        }
        RecognisedBy::SharedKey => true,
    }
}

fn is_still_in(app: &App, account: &Account, caller: &Caller) -> bool {
    match &caller.by {
        RecognisedBy::Session(digest) => account.session(digest, app.clock.now()).is_some(),
        RecognisedBy::SharedKey => {
            let same_key = account.shared_key.generation == caller.account.shared_key.generation;
            same_key && account.shared_key.is_alive() && account.standing == Standing::Active
        }
    }
}
