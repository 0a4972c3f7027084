//! `GET` and `POST /api/accounts/account_change/`, and the contact data in every form.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::contact::Contact;
use tally::domain::email_address::EmailAddress;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::Refusal;
use tally::http::request::Request;
use tally::services::contacts::{self, ContactChange};
use tally::services::sessions::Caller;

use crate::csrf::Tokens;
use crate::envelope::success;
use crate::fields::{Form, Kind, Presence};
use crate::words::{self, Failure};

/// A field of the contact data and the most characters it may have.
pub(crate) type ContactField = (&'static str, usize);

pub(crate) const ALIAS: ContactField = ("alias", 100);
pub(crate) const PHONE: ContactField = ("phone", 30);
pub(crate) const JOB_NUMBER: ContactField = ("job_number", 50);
pub(crate) const DEPT_ID: ContactField = ("dept_id", 50);

/// The order in which the document lists the fields.
const FIELDS: [&str; 5] = ["alias", "email", "phone", "job_number", "dept_id"];

/// A user as the form shows it. Nothing else of the account could stand in it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct User<'a> {
    /// The account number.
    id: u32,
    /// The username; empty for whoever has none.
    username: &'a str,
    #[serde(flatten)]
    contact: Shown<'a>,
}

/// The five fields that can be changed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Shown<'a> {
    /// Another name.
    alias: &'a str,
    /// The e-mail address.
    email: &'a str,
    /// A phone number, as the user wrote it.
    phone: &'a str,
    /// The number of the employee.
    job_number: &'a str,
    /// The department.
    dept_id: &'a str,
}

/// Shows the caller's data; whoever registered elsewhere has empty texts.
pub(crate) async fn show(_: App, caller: Option<Caller>, _: Request) -> Result<Answer, Failure> {
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    Ok(success(user(&caller.account), words::USER))
}

/// Changes all five fields of the caller's data, or none.
pub(crate) async fn change(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&app, caller.as_ref(), &request, Tokens::OrEndedSession).await?;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let fields = [ALIAS, PHONE, JOB_NUMBER, DEPT_ID].map(|field| (field, Presence::Required));
    let contact = read(&mut form, fields);
    let email = form.email("email");
    let (Some(contact), Some(email)) = (contact, email) else {
        return Err(Failure::UserForm(form.errors.in_order(&FIELDS)));
    };
    let change = ContactChange {
        contact: &contact,
        email: &email,
        asker: request.asker.clone(),
        language: request.language(),
    };
    contacts::change(&app, &caller, &change).await?;
    // Another spelling changes nothing (trust rule 9).
    let kept = caller.account.email.as_ref().filter(|own| own.is_same(&email));
    Ok(success(words::CHANGED, shown(&contact, kept.unwrap_or(&email))))
}

/// Reads alias, phone, job number and department, in this order; `None` if one of them is wrong.
pub(crate) fn read(form: &mut Form, fields: [(ContactField, Presence); 4]) -> Option<Contact> {
    let mut text = |((name, most), presence): (ContactField, Presence), kind: fn(usize) -> Kind| {
        form.text(name, presence, kind(most))
    };
    let [alias, phone, job_number, dept_id] = fields;
    let (alias, phone) = (text(alias, Kind::Stored), text(phone, Kind::Telephone));
    let (job_number, dept_id) = (text(job_number, Kind::Stored), text(dept_id, Kind::Stored));
    Some(Contact { alias: alias?, phone: phone?, job_number: job_number?, dept_id: dept_id? })
}

/// What is shown of an account.
pub(crate) fn user(account: &Account) -> User<'_> {
    let text = |pick: fn(&Contact) -> &String| account.contact.as_ref().map_or("", |contact| pick(contact));
    User {
        id: account.number.get(),
        username: account.username.as_ref().map_or("", Username::as_str),
        contact: Shown {
            alias: text(|contact| &contact.alias),
            email: account.email.as_ref().map_or("", EmailAddress::as_str),
            phone: text(|contact| &contact.phone),
            job_number: text(|contact| &contact.job_number),
            dept_id: text(|contact| &contact.dept_id),
        },
    }
}

/// What is shown of a change.
pub(crate) fn shown<'a>(contact: &'a Contact, email: &'a EmailAddress) -> Shown<'a> {
    Shown {
        alias: &contact.alias,
        email: email.as_str(),
        phone: &contact.phone,
        job_number: &contact.job_number,
        dept_id: &contact.dept_id,
    }
}
