//! Signing out of one device.

use super::{Caller, ROUNDS, RecognisedBy};
use crate::app::App;
use crate::domain::account::{Account, Standing};
use crate::store::{Guarded, StoreError, Write};

/// Signs a caller out of this device: ends the session, gives the key back, or both.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<(), StoreError> {
    let session = match &caller.by {
        RecognisedBy::Session(digest) => Some(digest),
        RecognisedBy::SharedKey => None,
    };
    let op = app.entropy.mark();
    let mut account = caller.account.clone();
    for _ in 0..ROUNDS {
        let on = Guarded { number: account.number, epoch: account.epoch, op: &op };
        let key = gives_key_back(&account, caller).then(|| account.shared_key.on_logout());
        if app.store.record_sign_out(on, session, key).await? == Write::Applied {
            return Ok(());
        }
        // Somebody else changed the account first; what is left to do depends on what it is now.
        match app.store.find_account(account.number).await? {
            Some(now) if is_still_in(app, &now, caller) => account = now,
            Some(_) | None => return Ok(()),
        }
    }
    Err(StoreError::Unavailable("the account kept changing".into()))
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
