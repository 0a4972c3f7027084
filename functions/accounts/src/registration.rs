//! `POST /api/accounts/register/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Names;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::registration::{self, Registration};
use tally::services::sessions::Caller;

use crate::contacts::{self, ALIAS, DEPT_ID, JOB_NUMBER, PHONE};
use crate::csrf::Tokens;
use crate::envelope::success;
use crate::fields::{Form, Kind, Presence};
use crate::words::{self, Failure};

/// The order in which the document lists the fields.
const FIELDS: [&str; 8] =
    ["username", "password1", "password2", "alias", "email", "phone", "job_number", "dept_id"];

/// `{"username": …}`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct NewUser<'a> {
    /// The username, as it was typed.
    pub(crate) username: &'a str,
}

/// Registers a user, who is not logged in by it.
pub(crate) async fn register(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&app, caller.as_ref(), &request, Tokens::OfCaller).await?;
    let asker = request.asker.clone();
    let (username, email, password) = read_identity(&mut form);
    let contact = contacts::read(
        &mut form,
        [
            (ALIAS, Presence::Optional),
            (PHONE, Presence::Required),
            (JOB_NUMBER, Presence::Optional),
            (DEPT_ID, Presence::Required),
        ],
    );
    let (Some(username), Some(email), Some(password), Some(contact)) = (&username, &email, password, contact)
    else {
        // The form is wrong anyway; what is taken is told with the rest.
        let taken = registration::probe(&app, &asker, username.as_ref(), email.as_ref()).await?;
        words::add_taken(&mut form.errors, taken);
        return Err(Failure::UserForm(form.errors.in_order(&FIELDS)));
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

/// What the user will be known by and let in with, as far as it is valid.
fn read_identity(form: &mut Form) -> (Option<Username>, Option<EmailAddress>, Option<Password>) {
    let email = form.email("email");
    let username = form.text("username", Presence::Required, Kind::Plain).and_then(|text| {
        let parsed = Username::parse(&text, email.as_ref());
        let told = parsed.map_err(|fault| words::username_sentence(fault, &text));
        told.map_err(|sentence| form.errors.add("username", [sentence])).ok()
    });
    let names = Names { username: username.as_ref(), email: email.as_ref() };
    let password = form.new_password("password1", "password2", &names);
    (username, email, password)
}
