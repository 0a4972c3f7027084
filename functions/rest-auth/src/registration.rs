//! `POST /rest-auth/registration/`.

use http::StatusCode;
use tally::app::App;
use tally::domain::account::Names;
use tally::domain::email_address::EmailAddress;
use tally::domain::session::Carrier;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Welcoming, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::registration::{self, Registered, Registration};
use tally::services::sessions::{Caller, NewSession};

use crate::envelope;
use crate::form::Form;
use crate::sessions;
use crate::words::{self, Failure};

pub(crate) const ENDPOINT: Endpoint<Failure> = Endpoint::at("/rest-auth/registration/", "Register")
    .post(Welcoming(&register), described!(describe::register));

/// The fields, in the order in which the framework reports them.
const FORM: [FormField; 4] = {
    let names = "Letters, digits and `@ . + - _`; case-insensitive.";
    [
        FormField::new("username", Kind::Username, names, "zhang"),
        FormField::new("email", Kind::Email, "The address, if the user has one.", "zhang@example.com")
            .optional(),
        FormField::new("password1", Kind::NewPassword, "The password.", "fswxxz1456"),
        FormField::new("password2", Kind::Password, "The same password again.", "fswxxz1456"),
    ]
};

/// Registers a user and logs this device in.
async fn register(app: App, _: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let [username, _, password, _] = FORM;
    let [name, email, typed, repeated] = FORM.map(|field| form.text(field));
    let email = email.and_then(|text| EmailAddress::parse(&text).ok());
    let name = name.and_then(|text| {
        let parsed = Username::parse(&text, email.as_ref());
        parsed.map_err(|fault| form.wrong(username, words::username_sentence(fault))).ok()
    });
    let names = Names { username: name.as_ref(), email: email.as_ref() };
    // A blank username hides what is wrong with the password (docs/contracts/rest-auth.md#fields).
    let shows_weakness = !form.is_blank(username);
    let matches = typed == repeated;
    let new = typed.and_then(|typed| form.new_password(password, &typed, &names, shows_weakness));
    let (Some(name), Some(new), true) = (&name, new, form.errors.is_empty() && matches) else {
        // The form is wrong anyway; what is taken is told with the rest.
        let taken = registration::probe(&app, &request.asker, name.as_ref(), email.as_ref()).await?;
        words::add_taken(&mut form.errors, taken);
        if form.errors.is_empty() {
            form.errors = envelope::whole_body(words::MISMATCH);
        }
        return Err(Failure::Fields(form.errors.in_order(&FORM)));
    };
    let asker = request.asker.clone();
    let session =
        Some(NewSession { carrier: Carrier::Cookie, lasts: session_cookie::LASTS, holds_key: true });
    let wanted =
        Registration { username: Some(name.clone()), email, session, ..Registration::new(new, asker) };
    let Registered { account, token } = registration::register(&app, wanted).await?;
    Ok(sessions::welcome(&app, StatusCode::CREATED, &account, token.as_ref()))
}

#[cfg(feature = "openapi")]
mod describe {
    use http::StatusCode;
    use tally::domain::password::PasswordFault;
    use tally::domain::username::UsernameFault;
    use tally::http::field_errors::FieldErrors;
    use tally::http::openapi::{Field, Operation};
    use tally::services::registration::Taken;

    use super::FORM;
    use crate::describing::{failure, key, throttled, weak, wrong, wrong_body};
    use crate::words::{self, Failure};

    pub(super) fn register() -> Operation {
        let faults = [PasswordFault::TooShort, PasswordFault::TooCommon, PasswordFault::EntirelyNumeric];
        let taken = Taken { username: true, email: true, phone: false };
        let [username, email, password, _] = FORM;
        let mut blank = FieldErrors::default();
        for field in FORM.iter().filter(|field| field.is_required) {
            blank.add(field.name, [words::BLANK.to_owned()]);
        }
        let blank = Failure::Fields(blank);
        let invalid = words::username_sentence(UsernameFault::Characters);
        Operation::new("registration", "Register and log in")
            .described("All errors are reported at once, but a blank username hides those of the password.")
            .reads(FORM.map(Field::from))
            .answers([
                key("registered", "The user is registered and logged in.", StatusCode::CREATED),
                failure::<FieldErrors>("blank", "Fields are blank or missing.", blank),
                failure::<FieldErrors>("taken", "The username or the e-mail address is taken.", taken),
                weak("The password does not meet the rules.", password, &faults),
                wrong_body("mismatch", "The passwords differ.", words::MISMATCH),
                wrong("invalid_username", "The username is not allowed.", username, &invalid),
                wrong("invalid_email", "Not a valid e-mail address.", email, words::INVALID_EMAIL),
                throttled(),
            ])
    }
}
