//! `POST /rest-auth/password/change/`.

use http::StatusCode;
use tally::app::App;
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::http::field_errors::FieldErrors;
use tally::http::request::Request;
use tally::services::obstacle::Declined;
use tally::services::passwords::{self, Proven, WrongPassword};
use tally::services::sessions::Caller;

use crate::envelope::detail;
use crate::fields::{Form, Kind, Presence};
use crate::sessions::without_session;
use crate::words::{self, Failure};

/// The order in which the framework reports the fields.
const FIELDS: [&str; 3] = ["old_password", "new_password1", "new_password2"];

/// Changes the caller's password; every session and the key end with it.
pub(crate) async fn change(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let mut form = Form::read(&request).await?;
    let old = form.text("old_password", Presence::Required, Kind::Password);
    let new1 = form.text("new_password1", Presence::Required, Kind::Password);
    let new2 = form.text("new_password2", Presence::Required, Kind::Password);
    let proven = match &old {
        Some(old) => prove(&app, &caller, old, &request, &mut form.errors).await?,
        None => None,
    };
    let Some(proven) = proven else {
        let errors = form.errors.in_order(&FIELDS);
        return Err(if old.is_some() { Failure::WrongOldPassword(errors) } else { Failure::Fields(errors) });
    };
    let Some(new) = judge_new(&caller, new1, new2, &mut form.errors) else {
        passwords::leave(&app, &proven).await;
        return Err(Failure::Fields(form.errors.in_order(&FIELDS)));
    };
    passwords::replace(&app, &proven, &new, request.language()).await?;
    Ok(without_session(&app, &caller, detail(StatusCode::OK, words::PASSWORD_SAVED)))
}

/// Checks the old password; a wrong one is an error of its field, beside those of the others.
async fn prove<'a>(
    app: &App,
    caller: &'a Caller,
    old: &str,
    request: &'a Request,
    errors: &mut FieldErrors,
) -> Result<Option<Proven<'a>>, Failure> {
    let old = Password::new(old).ok();
    match passwords::prove(app, &caller.account, old.as_ref(), &request.asker).await {
        Ok(proven) => Ok(Some(proven)),
        Err(Declined::Because(WrongPassword)) => {
            errors.add("old_password", [words::INVALID_PASSWORD.to_owned()]);
            Ok(None)
        }
        Err(Declined::Obstacle(obstacle)) => Err(obstacle.into()),
    }
}

/// The new password, if both fields are there, are the same, and it may be set.
fn judge_new(
    caller: &Caller,
    new1: Option<String>,
    new2: Option<String>,
    errors: &mut FieldErrors,
) -> Option<Password> {
    let (new1, new2) = (new1?, new2?);
    if new1 != new2 {
        errors.add("new_password2", [words::MISMATCH.to_owned()]);
        return None;
    }
    let Ok(password) = Password::new(&new2) else {
        errors.add("new_password2", [words::password_too_long()]);
        return None;
    };
    let faults = password.faults(&caller.account.names());
    errors.add("new_password2", words::password_sentences(&faults));
    faults.is_empty().then_some(password)
}
