//! `POST /v3_1/manage/verCode/`.

use tally::app::App;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::codes;

use crate::words::{self, Failure, InputFault};
use crate::{envelope, fields};

/// The one kind of code there is: for resetting the password.
pub(crate) const PASSWORD_RESET: i64 = 1;

/// Asks for a code by mail; the answer is the same whether anybody has the address.
pub(crate) async fn ask(app: App, request: Request) -> Result<Answer, Failure> {
    let fields = fields::read(&request).await?;
    let email = fields::username(&fields)?;
    if fields::number(&fields, "code_type")? != PASSWORD_RESET {
        return Err(InputFault::UnknownCodeType.into());
    }
    codes::ask(&app, &email, &request.asker, request.language()).await?;
    Ok(envelope::success(words::OK, envelope::Nothing {}))
}
