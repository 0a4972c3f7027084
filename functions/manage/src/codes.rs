//! `POST /v3_1/manage/verCode/`.

use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, described};
use tally::http::request::Request;
use tally::services::codes;

use crate::words::{self, Failure, InputFault};
use crate::{envelope, fields};

pub(crate) const ENDPOINT: Endpoint<Failure> =
    Endpoint::at("/v3_1/manage/verCode/", "获取验证码").post(Open(&ask), described!(describe::ask));

/// The one kind of code there is: for resetting the password.
const PASSWORD_RESET: i64 = 1;

/// Asks for a code by mail; the answer is the same whether anybody has the address.
async fn ask(app: App, request: Request) -> Result<Answer, Failure> {
    let fields = fields::read(&request).await?;
    let email = fields::username(&fields)?;
    if fields::number(&fields, "code_type")? != PASSWORD_RESET {
        return Err(InputFault::UnknownCodeType.into());
    }
    codes::ask(&app, &email, &request.asker, request.language()).await?;
    Ok(envelope::success(words::OK, envelope::Nothing {}))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::{Field, Operation};

    use super::PASSWORD_RESET;
    use crate::describing::{failure, of_every_form, success, username};
    use crate::envelope::Nothing;
    use crate::words::{self, InputFault};

    pub(super) fn ask() -> Operation {
        let digits = PASSWORD_RESET.to_string();
        let types = format!("{PASSWORD_RESET} resets the password; there is no other.");
        let code_type = Field::number_of("code_type", &types, &[&digits], &[]);
        Operation::new("ask_for_code", "Request a code by e-mail")
            .described(
                "The answer, and the time it takes, are the same whether or not the address belongs \
                to a user.",
            )
            .reads([username(), code_type.required().example(PASSWORD_RESET)])
            .answers([
                success("asked", "The request was accepted.", words::OK, Nothing {}),
                failure("unknown_code_type", "There is no such kind of code.", InputFault::UnknownCodeType),
                failure(
                    "not_a_number",
                    "The kind is not a whole number.",
                    InputFault::NotANumber("code_type"),
                ),
            ])
            .answers(of_every_form("code_type", "username"))
    }
}
