//! `POST /api/accounts/password_change/`.

use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Refusal, Welcoming, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::passwords;
use tally::services::sessions::Caller;

use crate::csrf::Tokens;
use crate::envelope::success;
use crate::form::Form;
use crate::sessions::end_session;
use crate::words::{self, Failure};

pub(crate) const ENDPOINT: Endpoint<Failure> =
    Endpoint::at("/api/accounts/password_change/", "password_change")
        .post(Welcoming(&change), described!(describe::change));

/// The fields, in the order of the document.
const FORM: [FormField; 3] = [
    FormField::new("old_password", Kind::Password, "The current password.", "fswxxz1456"),
    FormField::new("new_password1", Kind::NewPassword, "The new password.", "fog123456"),
    FormField::new("new_password2", Kind::Password, "The same password again.", "fog123456"),
];

/// Changes the caller's password; every session of theirs ends with it, this one too.
async fn change(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&app, caller.as_ref(), &request, Tokens::OrEndedSession).await?;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    // A wrong old password and a weak new one are told together (docs/contracts/accounts.md#messages).
    let [old_password, new @ ..] = FORM;
    let new = form.new_password(new, &caller.account.names());
    let old = form.text(old_password);
    let proven = passwords::prove_typed(&app, &caller.account, old.as_deref(), &request.asker).await?;
    let is_wrong = old.is_some() && proven.is_none();
    if is_wrong {
        form.wrong(old_password, words::WRONG_OLD_PASSWORD);
    }
    let (Some(proven), Some(new)) = (&proven, new) else {
        if let Some(proven) = &proven {
            passwords::leave(&app, proven).await;
        }
        let errors = form.errors.in_order(&FORM);
        return Err(if is_wrong { Failure::WrongOldPassword(errors) } else { Failure::PasswordForm(errors) });
    };
    passwords::replace(&app, proven, &new, request.language()).await?;
    let answer = success(words::PASSWORD_CHANGED, "");
    Ok(end_session(&app, session_cookie::forget(&app, answer)))
}

#[cfg(feature = "openapi")]
mod describe {
    use http::header::SET_COOKIE;
    use tally::http::field_errors::FieldErrors;
    use tally::http::form_field::FormField;
    use tally::http::openapi::Operation;

    use super::FORM;
    use crate::describing::{
        WITH_SESSION, WrongForm, failure, fields, not_authenticated, success, throttled, weak,
    };
    use crate::words::{self, Failure};

    pub(super) fn change() -> Operation {
        let [old, _, again] = FORM;
        let wrong = |name, meaning, field: FormField, sentence| {
            let errors = FieldErrors::of(field.name, sentence);
            failure::<WrongForm>(name, meaning, Failure::PasswordForm(errors))
        };
        let weak = Failure::PasswordForm(weak(again));
        let meaning = "The password is changed.";
        Operation::new("password_change", "Change the password")
            .described("Ends every session of the user in every group, including this one.")
            .carried_by(&WITH_SESSION)
            .reads(fields(FORM))
            .answers([
                success("changed", meaning, words::PASSWORD_CHANGED, "").perhaps_with(SET_COOKIE),
                wrong("wrong_old_password", "The old password is wrong.", old, words::WRONG_OLD_PASSWORD),
                wrong("mismatch", "The new passwords differ.", again, words::MISMATCH),
                failure::<WrongForm>("weak_password", "The new password does not meet the rules.", weak),
                wrong("required", "A field is missing.", old, words::REQUIRED),
                not_authenticated(),
                throttled(),
            ])
    }
}
