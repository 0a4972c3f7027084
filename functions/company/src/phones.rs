//! `POST /users/change_mobile/`.

use tally::app::App;
use tally::domain::code::{Code, CodePurpose};
use tally::domain::phone_number::PhoneNumber;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::services::{codes, passwords, phones};

use crate::envelope::{Nothing, success};
use crate::form::{self, Form};
use crate::passwords::prove;
use crate::words::{self, Failure};

pub(crate) const CHANGE: Endpoint<Failure> =
    Endpoint::at("/users/change_mobile/", "修改手机号").post(Guarded(&change), described!(describe::change));

fn change_form(form: &mut Form<'_>) -> Option<(String, PhoneNumber, Code)> {
    let password = form.own_password();
    let mobile = form.mobile("mobile", "The new number.");
    let code = form.code("The code that `send_sms_code` sent to `mobile` for `ChangeMobile`.");
    Some((password?, mobile?, code?))
}

/// Changes the caller's mobile number to one that they have read a code from.
async fn change(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let (password, mobile, code) = form::read(&app, &request, change_form).await?;
    let proven = prove(&app, &caller.account, &password, &request).await?;
    let owner = Some(caller.account.number);
    let tried = codes::try_for(&app, CodePurpose::ChangeMobile, &mobile, &code, owner, &request.asker);
    let ((), code) = tokio::join!(passwords::leave(&app, &proven), tried);
    let code = code?;
    phones::change(&app, &caller, &mobile, code, &request.asker, request.language()).await?;
    Ok(success(words::MOBILE_CHANGED, Nothing {}))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::Operation;
    use tally::services::phones::PhoneRefusal;

    use super::change_form;
    use crate::describing::{
        done, each, failure, required, throttled, wrong_code, wrong_mobile, wrong_password,
    };
    use crate::words;

    pub(super) fn change() -> Operation {
        let [password, mobile, code] = each(change_form);
        Operation::new("change_mobile", "Change the mobile number")
            .described(
                "The fields are validated first, then the password is checked, then the code. The account's other \
                 sessions end; the previous number is free at once.",
            )
            .reads([password, code, mobile])
            .answers([
                done("changed", "The account has the new number.", words::MOBILE_CHANGED),
                wrong_password(),
                wrong_code(),
                failure("taken", "Another account has the number.", PhoneRefusal::Taken),
                wrong_mobile(),
                required(change_form),
                throttled("Too many tries."),
            ])
    }
}
