//! `POST /api/accounts/register/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Names;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Welcoming, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::request::Request;
use tally::services::registration::{self, Registration};
use tally::services::sessions::Caller;

use crate::contacts;
use crate::csrf::Tokens;
use crate::envelope::success;
use crate::form::Form;
use crate::words::{self, Failure};

pub(crate) const ENDPOINT: Endpoint<Failure> = Endpoint::at("/api/accounts/register/", "register")
    .post(Welcoming(&register), described!(describe::register));

/// The fields, in the order of the document.
const FORM: [FormField; 8] = {
    let names = "Letters, digits and `@ . + - _`; case-insensitive.";
    let [alias, email, phone, job_number, dept_id] = contacts::FORM;
    [
        FormField::new("username", Kind::Username, names, "zhang"),
        FormField::new("password1", Kind::NewPassword, "The password.", "fswxxz1456"),
        FormField::new("password2", Kind::Password, "The same password again.", "fswxxz1456"),
        alias.optional(),
        email,
        phone,
        job_number.optional(),
        dept_id,
    ]
};

/// `{"username": …}`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct NewUser<'a> {
    /// The username, as it was typed.
    username: &'a str,
}

/// Registers a user, who is not logged in by it.
async fn register(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&app, caller.as_ref(), &request, Tokens::OfCaller).await?;
    let asker = request.asker.clone();
    let [username, password, again, contact @ ..] = FORM;
    let (email, contact) = contacts::read(&mut form, &contact);
    let username = form.text(username).and_then(|text| {
        let parsed = Username::parse(&text, email.as_ref());
        parsed.map_err(|fault| form.wrong(username, words::username_sentence(fault, &text))).ok()
    });
    let names = Names { username: username.as_ref(), email: email.as_ref() };
    let password = form.new_password([password, again], &names);
    let (Some(username), Some(email), Some(password), Some(contact)) = (&username, &email, password, contact)
    else {
        // The form is wrong anyway; what is taken is told with the rest.
        let taken = registration::probe(&app, &asker, username.as_ref(), email.as_ref()).await?;
        words::add_taken(&mut form.errors, taken);
        return Err(Failure::UserForm(form.errors.in_order(&FORM)));
    };
    let wanted = Registration {
        username: Some(username.clone()),
        email: Some(email.clone()),
        contact: Some(contact),
        ..Registration::new(password, asker)
    };
    registration::register(&app, wanted).await?;
    Ok(success(words::REGISTERED, NewUser { username: username.as_str() }))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::username::UsernameFault;
    use tally::http::openapi::Operation;
    use tally::services::registration::Taken;

    use super::{FORM, NewUser};
    use crate::describing::{
        WITH_TOKEN, WrongForm, failure, fields, invalid_email, required, success, throttled, weak, wrong,
    };
    use crate::words::{self, Failure};

    pub(super) fn register() -> Operation {
        let taken = Taken { username: true, email: true, phone: false };
        let [username, _, again, _, email, ..] = FORM;
        let new_user = NewUser { username: username.example };
        let invalid = words::username_sentence(UsernameFault::Characters, "");
        let weak = Failure::UserForm(weak(again));
        Operation::new("register", "Register")
            .described("Does not log the user in. Reports all errors at once, in the order of the fields.")
            .carried_by(&WITH_TOKEN)
            .reads(fields(FORM))
            .answers([
                success("registered", "The user is registered.", words::REGISTERED, new_user),
                required(username),
                failure::<WrongForm>("taken", "The username or the e-mail address is taken.", taken),
                failure::<WrongForm>("weak_password", "The password does not meet the rules.", weak),
                wrong("mismatch", "The passwords differ.", again, words::MISMATCH),
                wrong("invalid_username", "The username is not allowed.", username, &invalid),
                invalid_email(email),
                throttled(),
            ])
    }
}
