//! `POST /api/accounts/password_change/`.

use tally::app::App;
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::passwords::{self, Proven};
use tally::services::sessions::{Caller, SignInRefusal};
use tally::store::Write;

use crate::csrf::Tokens;
use crate::envelope::success;
use crate::fields::{Form, Kind, Presence};
use crate::sessions::end_session;
use crate::words::{self, Failure};

/// The order in which the document lists the fields.
const FIELDS: [&str; 3] = ["old_password", "new_password1", "new_password2"];

/// Changes the caller's password; every session of theirs ends with it, this one too.
pub(crate) async fn change(exchange: Exchange) -> Result<Answer, Failure> {
    let mut form = Form::read(&exchange, Tokens::OrEndedSession).await?;
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    // A wrong old password and a weak new one are told together (docs/contracts/accounts.md#messages).
    let new = form.new_password("new_password1", "new_password2", &caller.account.names());
    let old = form.text("old_password", Presence::Required, Kind::Password);
    let proven = match &old {
        Some(old) => prove(&app, &caller, old, &request, &mut form).await?,
        None => None,
    };
    let (Some(proven), Some(new)) = (&proven, new) else {
        if let Some(proven) = &proven {
            passwords::leave(&app, proven).await;
        }
        let errors = form.errors.in_order(&FIELDS);
        let is_wrong = old.is_some() && proven.is_none();
        return Err(if is_wrong { Failure::WrongOldPassword(errors) } else { Failure::PasswordForm(errors) });
    };
    match passwords::replace(&app, proven, &new, request.language()).await? {
        Write::Applied => {
            let answer = success(words::PASSWORD_CHANGED, "");
            Ok(end_session(&app, session_cookie::forget(&app, answer)))
        }
        // Another device changed it first: this caller is signed out already.
        Write::Refused => Err(Refusal::NotAuthenticated.into()),
    }
}

/// Checks the old password; a wrong one is an error of its field.
async fn prove<'a>(
    app: &App,
    caller: &'a Caller,
    old: &str,
    request: &'a Request,
    form: &mut Form,
) -> Result<Option<Proven<'a>>, Failure> {
    let old = Password::new(old).ok();
    match passwords::prove(app, &caller.account, old.as_ref(), &request.asker).await {
        Ok(proven) => Ok(Some(proven)),
        Err(SignInRefusal::WrongCredentials) => {
            form.errors.add("old_password", [words::WRONG_OLD_PASSWORD.to_owned()]);
            Ok(None)
        }
        Err(
            refusal @ (SignInRefusal::Frozen | SignInRefusal::Throttled(_) | SignInRefusal::Unavailable(_)),
        ) => Err(refusal.into()),
    }
}
