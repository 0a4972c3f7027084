//! `POST /user/changepassword/`.

use tally::app::App;
use tally::domain::account::Names;
use tally::domain::password::Password;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, described};
use tally::http::request::Request;
use tally::services::passwords::{self, NamedChange};
use tally::services::sessions::LoginName;

use crate::envelope::Nothing;
use crate::words::Failure;
use crate::{envelope, fields};

pub(crate) const CHANGE: Endpoint<Failure> =
    Endpoint::at("/user/changepassword/", "更改密码").post(Open(&change), described!(describe::change));

/// Sets a new password for somebody who knows the old one; ends every session of the account, in every
/// group.
async fn change(app: App, request: Request) -> Result<Answer, Failure> {
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

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::{Field, Operation};

    use crate::describing::{PASSWORD, bad_request, done, id, sign_in_refusals};

    pub(super) fn change() -> Operation {
        Operation::new("changepassword", "Change the password")
            .described(
                "Needs no token. The current password is checked as for a login. Ends every session and \
                 key of the user in every group.",
            )
            .reads([
                id("The person's account number."),
                Field::password("password", "The current password.").required().example(PASSWORD),
                Field::new_password("new_password", "The new password.").required().example("fog123456"),
            ])
            .answers([
                done("changed", "The password is changed; the user is logged out everywhere."),
                bad_request(
                    "A field is missing, empty or of the wrong type, or the new password does not \
                    meet the rules.",
                ),
            ])
            .answers(sign_in_refusals())
    }
}
