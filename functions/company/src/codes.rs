//! `POST /users/send_sms_code/` and `/users/vaild_sms_code/`.

use tally::app::App;
use tally::domain::code::TextPurpose;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::codes;
use tally::services::sessions::Caller;

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::words::{self, Failure};

/// What a code can be for, by the document's words.
pub(crate) const ACTIONS: [(&str, TextPurpose); 3] = [
    ("AccountReg", TextPurpose::AccountReg),
    ("ChangePwd", TextPurpose::ChangePwd),
    ("ChangeMobile", TextPurpose::ChangeMobile),
];

/// Asks for a code by text message; the answer is the same whether one was sent.
pub(crate) async fn send(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let (purpose, mobile) = (action(&mut form), form.phone("mobile", &app));
    let (purpose, mobile) = form.accept(purpose.zip(mobile))?;
    // A code for changing the number is for nobody but whoever asked for it.
    let owner = caller.as_ref().filter(|_| purpose == TextPurpose::ChangeMobile);
    codes::ask_by_text(&app, purpose, &mobile, owner, &request.asker).await?;
    Ok(success(words::CODE_SENT, Nothing {}))
}

/// Tells whether a code is right, without using it up; it counts as a try.
pub(crate) async fn check(app: App, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let (purpose, mobile, code) = (action(&mut form), form.phone("mobile", &app), form.code("code"));
    let (purpose, (mobile, code)) = form.accept(purpose.zip(mobile.zip(code)))?;
    codes::check(&app, purpose, &mobile, &code, &request.asker).await?;
    Ok(success(words::CODE_RIGHT, Nothing {}))
}

/// What the code is for, by the document's word.
fn action(form: &mut Form) -> Option<TextPurpose> {
    let name = form.text("action_name", Presence::Required, Kind::Plain)?;
    let found = ACTIONS.iter().find(|(action, _)| *action == name);
    if found.is_none() {
        form.errors.add("action_name", [words::UNKNOWN_ACTION.to_owned()]);
    }
    found.map(|(_, purpose)| *purpose)
}
