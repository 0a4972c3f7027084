//! `POST /rest-auth/registration/`.

use http::StatusCode;
use tally::domain::account::Names;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::session::Carrier;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::Exchange;
use tally::http::session_cookie;
use tally::services::registration::{self, Registered, Registration};
use tally::services::sessions::NewSession;

use crate::envelope;
use crate::fields::{Form, Kind, Presence};
use crate::sessions;
use crate::words::{self, Failure};

/// The order in which the framework reports the fields.
const FIELDS: [&str; 4] = ["username", "email", "password1", "password2"];

/// Registers a user and logs this device in.
pub(crate) async fn register(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, .. } = exchange;
    let mut form = Form::read(&request).await?;
    let Wanted { username, email, password, matches } = Wanted::read(&mut form);
    let valid = match (username, password) {
        (Some(username), Some(password)) if form.errors.is_empty() && matches => Some((username, password)),
        (username, _) => {
            // The form is wrong anyway; what is taken is told with the rest.
            let taken = registration::probe(&app, &request.asker, username.as_ref(), email.as_ref()).await?;
            words::add_taken(&mut form.errors, taken);
            None
        }
    };
    let Some((username, password)) = valid else {
        if form.errors.is_empty() {
            form.errors = envelope::whole_body(words::MISMATCH);
        }
        return Err(Failure::Fields(form.errors.in_order(&FIELDS)));
    };
    let asker = request.asker.clone();
    let session =
        Some(NewSession { carrier: Carrier::Cookie, lasts: session_cookie::LASTS, holds_key: true });
    let wanted =
        Registration { username: Some(username), email, session, ..Registration::new(password, asker) };
    let Registered { account, token } = registration::register(&app, wanted).await?;
    Ok(sessions::welcome(&app, StatusCode::CREATED, &account, token.as_ref()))
}

/// What the form asks for, as far as it is valid.
struct Wanted {
    username: Option<Username>,
    email: Option<EmailAddress>,
    password: Option<Password>,
    /// Whether both passwords are the same; only of interest when nothing else is wrong.
    matches: bool,
}

impl Wanted {
    fn read(form: &mut Form) -> Self {
        let username = form.text("username", Presence::Required, Kind::Plain);
        let email = form.text("email", Presence::Optional, Kind::Email);
        let password1 = form.text("password1", Presence::Required, Kind::Password);
        let password2 = form.text("password2", Presence::Required, Kind::Password);
        let email = email.and_then(|text| EmailAddress::parse(&text).ok());
        let username = username.and_then(|text| {
            let parsed = Username::parse(&text, email.as_ref());
            parsed.map_err(|fault| form.errors.add("username", [words::username_sentence(fault)])).ok()
        });
        // A blank username hides what is wrong with the password (docs/contracts/rest-auth.md#fields).
        let hides_weakness = form.is_blank("username");
        let names = Names { username: username.as_ref(), email: email.as_ref() };
        let matches = password1 == password2;
        let password =
            password1.and_then(|typed| read_password(form, "password1", &typed, &names, hides_weakness));
        Self { username, email, password, matches }
    }
}

fn read_password(
    form: &mut Form,
    field: &'static str,
    typed: &str,
    names: &Names<'_>,
    hides_weakness: bool,
) -> Option<Password> {
    let Ok(password) = Password::new(typed) else {
        form.errors.add(field, [words::password_too_long()]);
        return None;
    };
    let faults = password.faults(names);
    if !hides_weakness {
        form.errors.add(field, words::password_sentences(&faults));
    }
    faults.is_empty().then_some(password)
}
