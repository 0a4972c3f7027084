//! `POST /users/change_my_pwd/` and `/users/change_pwd_by_mobile/`.

use tally::app::App;
use tally::domain::account::{Account, Names};
use tally::domain::code::Code;
use tally::domain::password::Password;
use tally::domain::phone_number::PhoneNumber;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, Open, described};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::codes;
use tally::services::passwords::{self, Opened, Proven};
use tally::services::sessions::Caller;

use crate::envelope::{Nothing, success};
use crate::form::{self, Form, Kind};
use crate::sessions::SESSION;
use crate::words::{self, Failure};

pub(crate) const CHANGE: Endpoint<Failure> = Endpoint::at("/users/change_my_pwd/", "根据旧密码修改新密码")
    .post(Guarded(&change), described!(describe::change));
pub(crate) const RESET: Endpoint<Failure> =
    Endpoint::at("/users/change_pwd_by_mobile/", "根据手机号找回密码")
        .post(Open(&reset), described!(describe::reset));

fn change_form(form: &mut Form<'_>, names: &Names<'_>) -> Option<(String, Password)> {
    let old = form.text("old_password", Kind::Password, "The current password.");
    let new = form.repeated_password("new_password", "confirm_password", names);
    Some((old?, new?))
}

/// Changes the caller's password. All sessions of theirs end with it; this client gets a new one.
async fn change(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let account = caller.account;
    let (old, new) = form::read(&app, &request, |form| change_form(form, &account.names())).await?;
    let proven = prove(&app, &account, &old, &request).await?;
    let Opened { token, device } =
        passwords::replace_and_stay(&app, &proven, &new, SESSION, request.language()).await?;
    let answer = session_cookie::start(&app, success(words::PASSWORD_CHANGED, Nothing {}), &token);
    Ok(session_cookie::mark(&app, answer, device.as_ref()))
}

fn reset_form(form: &mut Form<'_>) -> Option<(PhoneNumber, Code, Password)> {
    let mobile = form.mobile("mobile", "The user's number.");
    let code = form.code("The code that `send_sms_code` sent to `mobile` for `ChangePwd`.");
    // Whose names it must not repeat shows only by a right code.
    let new = form.repeated_password("password", "re_password", &Names::default());
    Some((mobile?, code?, new?))
}

/// Sets a new password with a code from the phone; ends every session of the user and opens none.
async fn reset(app: App, request: Request) -> Result<Answer, Failure> {
    let (mobile, code, new) = form::read(&app, &request, reset_form).await?;
    let language = request.language();
    Box::pin(codes::reset_password(&app, &mobile, &code, &new, &request.asker, language)).await?;
    Ok(success(words::PASSWORD_CHANGED, Nothing {}))
}

/// Checks the password of somebody who is in already; a try counts as one at a login does.
pub(crate) async fn prove<'a>(
    app: &App,
    account: &'a Account,
    typed: &str,
    request: &'a Request,
) -> Result<Proven<'a>, Failure> {
    let typed = Password::new(typed).ok();
    Ok(passwords::prove(app, account, typed.as_ref(), &request.asker).await?)
}

#[cfg(feature = "openapi")]
mod describe {
    use http::header::SET_COOKIE;
    use tally::domain::account::Names;
    use tally::domain::password::PasswordFault;
    use tally::http::field_errors::FieldErrors;
    use tally::http::openapi::{Operation, Outcome};
    use tally::services::codes::ResetRefusal;

    use super::{change_form, reset_form};
    use crate::describing::{
        NEW_PASSWORD, done, each, failure, fields, required, throttled, wrong, wrong_code, wrong_mobile,
        wrong_password,
    };
    use crate::form::Form;
    use crate::words::{self, Failure};

    pub(super) fn reset() -> Operation {
        let [mobile, code, password, again] = each(reset_form);
        let weak = ResetRefusal::Password(vec![PasswordFault::TooCommon]);
        Operation::new("change_pwd_by_mobile", "Set a new password with a code")
            .described(
                "Ends every session and key of the user in every group, and does not log the caller in. A number \
                 that belongs to no account gets the same answer as a wrong code. That the password repeats \
                 the user's own names is reported only if the code is right.",
            )
            .reads([mobile, code, password.example(NEW_PASSWORD), again])
            .answers([
                done(
                    "changed",
                    "The password is changed; the user is logged out everywhere.",
                    words::PASSWORD_CHANGED,
                ),
                wrong_code(),
                failure("weak_password", "The password does not meet the rules.", weak),
                mismatch("re_password"),
                wrong_mobile(),
                required(reset_form),
                throttled("Too many wrong codes."),
            ])
    }

    pub(super) fn change() -> Operation {
        let form = |form: &mut Form<'_>| change_form(form, &Names::default());
        let weak = FieldErrors::all("new_password", words::password_sentences(&[PasswordFault::TooCommon]));
        let meaning = "The password is changed; the user is logged out everywhere else.";
        Operation::new("change_my_pwd", "Change the password")
            .described(
                "Ends every session and key of the user in every group, but keeps this browser logged in \
                 with a new cookie. The new password is validated before the old one is checked.",
            )
            .reads(fields(form))
            .answers([
                done("changed", meaning, words::PASSWORD_CHANGED).perhaps_with(SET_COOKIE),
                wrong_password(),
                failure("weak_password", "The new password does not meet the rules.", Failure::Input(weak)),
                mismatch("confirm_password"),
                required(form),
                throttled("Too many tries."),
            ])
    }

    fn mismatch(field: &'static str) -> Outcome {
        wrong("mismatch", "The passwords differ.", &[(field, words::MISMATCH)])
    }
}
