//! `POST /users/send_sms_code/` and `/users/vaild_sms_code/`.

use tally::app::App;
use tally::domain::code::{Code, TextPurpose};
use tally::domain::phone_number::PhoneNumber;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, Welcoming, described};
use tally::http::request::Request;
use tally::services::codes;
use tally::services::sessions::Caller;

use crate::envelope::{Nothing, success};
use crate::form::{self, Form, Kind};
use crate::words::{self, Failure};

pub(crate) const SEND: Endpoint<Failure> =
    Endpoint::at("/users/send_sms_code/", "申请短信验证").post(Welcoming(&send), described!(describe::send));
pub(crate) const CHECK: Endpoint<Failure> =
    Endpoint::at("/users/vaild_sms_code/", "短信验证码验证").post(Open(&check), described!(describe::check));

/// What a code can be for, by the document's words.
const ACTIONS: [(&str, TextPurpose); 3] = [
    ("AccountReg", TextPurpose::AccountReg),
    ("ChangePwd", TextPurpose::ChangePwd),
    ("ChangeMobile", TextPurpose::ChangeMobile),
];

/// What the code is for, by the document's word.
fn action(form: &mut Form<'_>) -> Option<TextPurpose> {
    let meaning = "What the code is for: registering, a new password, or a new mobile number. A code for \
        one purpose is never valid for another.";
    let name = form.text("action_name", Kind::Plain, meaning)?;
    let found = ACTIONS.iter().find(|(action, _)| *action == name);
    if found.is_none() {
        form.wrong("action_name", words::UNKNOWN_ACTION);
    }
    found.map(|(_, purpose)| *purpose)
}

fn send_form(form: &mut Form<'_>) -> Option<(TextPurpose, PhoneNumber)> {
    let (purpose, mobile) = (action(form), form.mobile("mobile", "Where the code goes."));
    Some((purpose?, mobile?))
}

/// Asks for a code by text message; the answer is the same whether one was sent.
async fn send(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let (purpose, mobile) = form::read(&app, &request, send_form).await?;
    // A code for changing the number is valid only for the account that asked for it.
    let owner = caller.as_ref().filter(|_| purpose == TextPurpose::ChangeMobile);
    codes::ask_by_text(&app, purpose, &mobile, owner, &request.asker).await?;
    Ok(success(words::CODE_SENT, Nothing {}))
}

fn check_form(form: &mut Form<'_>) -> Option<(TextPurpose, PhoneNumber, Code)> {
    let (purpose, mobile) = (action(form), form.mobile("mobile", "Where the code went."));
    let code = form.code("The code that was received.");
    Some((purpose?, mobile?, code?))
}

/// Tells whether a code is right, without using it up; it counts as a try.
async fn check(app: App, request: Request) -> Result<Answer, Failure> {
    let (purpose, mobile, code) = form::read(&app, &request, check_form).await?;
    codes::check(&app, purpose, &mobile, &code, &request.asker).await?;
    Ok(success(words::CODE_RIGHT, Nothing {}))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::code;
    use tally::domain::phone_number::PhoneFault;
    use tally::http::openapi::{Field, Operation, Outcome};

    use super::{ACTIONS, check_form, send_form};
    use crate::describing::{done, each, required, throttled, wrong, wrong_code};
    use crate::words;

    fn one_of_actions(action: Field) -> Field {
        let names = ACTIONS.map(|(name, _)| name);
        action.one_of(&names).example(names[0])
    }

    pub(super) fn send() -> Operation {
        let [action, mobile] = each(send_form);
        Operation::new("send_sms_code", "Request a code by text message")
            .described(
                "The answer, and the time it takes, are the same whether or not a message is sent. None is \
                 sent for `AccountReg` or `ChangeMobile` if the number is taken, for `ChangePwd` if it \
                 belongs to no account, during the pause after the previous message, or when a budget is \
                 used up. If the caller is logged in, a `ChangeMobile` code is valid for that account \
                 only.",
            )
            .reads([one_of_actions(action), mobile])
            .answers([
                done("sent", "The request was accepted.", words::CODE_SENT),
                invalid(),
                required(send_form),
                throttled("Too many requests from one network address."),
            ])
    }

    pub(super) fn check() -> Operation {
        let [action, mobile, code] = each(check_form);
        let counts = format!(
            "Does not use the code up, but counts as one of the {} tries that a code has in all operations \
             together.",
            code::TRIES
        );
        Operation::new("vaild_sms_code", "Check a code")
            .described(&counts)
            .reads([one_of_actions(action), code, mobile])
            .answers([
                done("right", "The code is right.", words::CODE_RIGHT),
                wrong_code(),
                invalid(),
                required(check_form),
                throttled("Too many wrong codes."),
            ])
    }

    fn invalid() -> Outcome {
        let faults = [
            ("action_name", words::UNKNOWN_ACTION),
            ("mobile", words::phone_sentence(PhoneFault::NotANumber)),
        ];
        wrong("invalid", "Unknown purpose, or not a valid number.", &faults)
    }
}
