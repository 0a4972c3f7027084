//! `POST /user/changepassword/`.

use tally::app::App;
use tally::domain::account::Names;
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::passwords::{self, NamedChange};
use tally::services::sessions::LoginName;

use crate::envelope::Nothing;
use crate::words::Failure;
use crate::{envelope, fields};

/// Sets a new password for whoever knows the old one; ends every session of the account, in every
/// group.
pub(crate) async fn change(app: App, request: Request) -> Result<Answer, Failure> {
    let fields = fields::read(&request).await?;
    let (id, password) = (fields::id(&fields)?, fields::text(&fields, "password")?);
    // What is wrong with the password by itself is told before the old one is tried; whether it
    // repeats the user's own names, only to who knows the old one.
    let new = fields::new_password(&fields, "new_password", &Names::default())?;
    let change = NamedChange {
        name: LoginName::Number(id),
        old: Password::new(password).ok(),
        new,
        language: request.language(),
        asker: request.asker,
    };
    Box::pin(passwords::change_named(&app, change)).await?;
    Ok(envelope::success(Nothing {}))
}
