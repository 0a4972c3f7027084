//! `POST /v3_1/manage/password/reset/`.

use tally::app::App;
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, described};
use tally::http::request::Request;
use tally::services::codes;

use crate::words::{self, Failure, InputFault};
use crate::{envelope, fields};

pub(crate) const ENDPOINT: Endpoint<Failure> =
    Endpoint::at("/v3_1/manage/password/reset/", "重置密码").post(Open(&reset), described!(describe::reset));

/// Sets a new password with a code; ends every session of the user, in every group.
async fn reset(app: App, request: Request) -> Result<Answer, Failure> {
    let fields = fields::read(&request).await?;
    let email = fields::username(&fields)?;
    let code = fields::code(&fields, "vercode")?;
    let (password, password2) = (fields::text(&fields, "password")?, fields::text(&fields, "password2")?);
    if password != password2 {
        return Err(Failure::Mismatch);
    }
    let password = Password::new(password).map_err(|_| InputFault::PasswordTooLong)?;
    // What is wrong with the password by itself is told before the code is tried.
    let faults = password.faults(&tally::domain::account::Names { username: None, email: Some(&email) });
    if !faults.is_empty() {
        return Err(Failure::Password(faults));
    }
    let language = request.language();
    Box::pin(codes::reset_password(&app, &email, &code, &password, &request.asker, language)).await?;
    Ok(envelope::success(words::PASSWORD_RESET, envelope::Nothing {}))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::code;
    use tally::domain::password::PasswordFault;
    use tally::http::openapi::{Field, Operation};
    use tally::services::codes::WrongCode;

    use crate::describing::{failure, of_every_form, success, username};
    use crate::envelope::Nothing;
    use crate::words::{self, Failure, InputFault};

    pub(super) fn reset() -> Operation {
        let (minutes, tries) = (code::LASTS.as_secs() / 60, code::TRIES);
        let weak = vec![PasswordFault::TooShort, PasswordFault::EntirelyNumeric];
        Operation::new("reset_password", "Set a new password with a code")
            .described(&format!(
                "A code is valid for {minutes} minutes and {tries} tries. Ends every session of the user \
                 in every group.",
            ))
            .reads([
                username(),
                Field::new_password("password", "The new password.").required().example("fog123456"),
                Field::password("password2", "The same password again.").required().example("fog123456"),
                Field::number("vercode", "The code from the mail.").required().example("123456"),
            ])
            .answers([
                success("reset", "The password is set.", words::PASSWORD_RESET, Nothing {}),
                failure("wrong_code", "The code is wrong, expired or used.", WrongCode),
                failure("mismatch", "The passwords differ.", Failure::Mismatch),
                failure("weak_password", "The password does not meet the rules.", Failure::Password(weak)),
                failure("password_too_long", "The password is too long.", InputFault::PasswordTooLong),
            ])
            .answers(of_every_form("vercode", "vercode"))
    }
}
