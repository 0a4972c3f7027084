//! `POST /rest-auth/password/change/`.

use http::StatusCode;
use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::request::Request;
use tally::services::passwords;
use tally::services::sessions::Caller;

use crate::envelope::detail;
use crate::form::Form;
use crate::sessions::without_session;
use crate::words::{self, Failure};

pub(crate) const ENDPOINT: Endpoint<Failure> = Endpoint::at("/rest-auth/password/change/", "Password Change")
    .post(Guarded(&change), described!(describe::change));

/// The fields, in the order in which the framework reports them.
const FORM: [FormField; 3] = [
    FormField::new("old_password", Kind::Password, "The current password.", "fswxxz1456"),
    FormField::new("new_password1", Kind::NewPassword, "The new password.", "fog123456"),
    FormField::new("new_password2", Kind::Password, "The same password again.", "fog123456"),
];

/// Changes the caller's password; every session and the key end with it.
async fn change(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let [old_password, _, again] = FORM;
    let [old, new, repeated] = FORM.map(|field| form.text(field));
    let proven = passwords::prove_typed(&app, &caller.account, old.as_deref(), &request.asker).await?;
    let Some(proven) = proven else {
        if old.is_none() {
            return Err(Failure::Fields(form.errors.in_order(&FORM)));
        }
        form.wrong(old_password, words::INVALID_PASSWORD);
        return Err(Failure::WrongOldPassword(form.errors.in_order(&FORM)));
    };
    let new = match (new, repeated) {
        (Some(new), Some(repeated)) if new == repeated => {
            form.new_password(again, &repeated, &caller.account.names(), true)
        }
        (Some(_), Some(_)) => {
            form.wrong(again, words::MISMATCH);
            None
        }
        (Some(_) | None, _) => None,
    };
    let Some(new) = new else {
        passwords::leave(&app, &proven).await;
        return Err(Failure::Fields(form.errors.in_order(&FORM)));
    };
    passwords::replace(&app, &proven, &new, request.language()).await?;
    Ok(without_session(&app, &caller, detail(StatusCode::OK, words::PASSWORD_SAVED)))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::password::PasswordFault;
    use tally::http::openapi::{Field, Operation};

    use super::FORM;
    use crate::describing::{throttled, told, weak, wrong};
    use crate::words;

    pub(super) fn change() -> Operation {
        let [old, _, again] = FORM;
        let meaning = "The password is changed; the user is logged out everywhere.";
        Operation::new("password_change", "Change the password")
            .described("Ends every session of the user, including this one, and the key.")
            .reads(FORM.map(Field::from))
            .answers([
                told("changed", meaning, words::PASSWORD_SAVED),
                wrong("wrong_old_password", "The old password is wrong.", old, words::INVALID_PASSWORD),
                wrong("mismatch", "The new passwords differ.", again, words::MISMATCH),
                weak("The new password does not meet the rules.", again, &[PasswordFault::TooCommon]),
                wrong("required", "A field is missing.", old, words::REQUIRED),
                throttled(),
            ])
    }
}
