//! `POST /v3_1/manage/password/reset/`.

use tally::app::App;
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::codes;

use crate::words::{self, Failure, InputFault};
use crate::{envelope, fields};

/// Sets a new password with a code; ends every session of the user, in every group.
pub(crate) async fn reset(app: App, request: Request) -> Result<Answer, Failure> {
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
