//! `GET` and `POST /api/accounts/account_change/`, and the contact data in every form.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::contact::Contact;
use tally::domain::email_address::EmailAddress;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Refusal, Welcoming, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::request::Request;
use tally::services::contacts::{self, ContactChange};
use tally::services::sessions::Caller;

use crate::csrf::Tokens;
use crate::envelope::success;
use crate::form::Form;
use crate::words::{self, Failure};

pub(crate) const ENDPOINT: Endpoint<Failure> =
    Endpoint::at("/api/accounts/account_change/", "account_change")
        .get(Welcoming(&show), described!(describe::show))
        .post(Welcoming(&change), described!(describe::change));

/// The fields of the data, in the order of the document.
pub(crate) const FORM: [FormField; 5] = [
    FormField::new("alias", Kind::Stored(100), "Another name.", "小张"),
    FormField::new("email", Kind::Email, "The e-mail address.", "zhang@example.com"),
    FormField::new("phone", Kind::Telephone(30), "A phone number, as the user writes it.", "13800138000"),
    FormField::new("job_number", Kind::Stored(50), "The number of the employee.", "A-017"),
    FormField::new("dept_id", Kind::Stored(50), "The department.", "3"),
];

/// A user as the form shows it. Nothing else of the account could stand in it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct User<'a> {
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
struct Shown<'a> {
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
async fn show(_: App, caller: Option<Caller>, _: Request) -> Result<Answer, Failure> {
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    Ok(success(user(&caller.account), words::USER))
}

/// Changes all five fields of the caller's data, or none.
async fn change(app: App, caller: Option<Caller>, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&app, caller.as_ref(), &request, Tokens::OrEndedSession).await?;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let (Some(email), Some(contact)) = read(&mut form, &FORM) else {
        return Err(Failure::UserForm(form.errors.in_order(&FORM)));
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
    Ok(success(words::CHANGED, shown(Some(&contact), kept.or(Some(&email)))))
}

/// Reads the address and the rest; each is `None` if something is wrong with it.
pub(crate) fn read(form: &mut Form, fields: &[FormField; 5]) -> (Option<EmailAddress>, Option<Contact>) {
    let [alias, email, phone, job_number, dept_id] = *fields;
    let email = form.email(email);
    let [alias, phone, job_number, dept_id] =
        [alias, phone, job_number, dept_id].map(|field| form.text(field));
    let contact =
        || Some(Contact { alias: alias?, phone: phone?, job_number: job_number?, dept_id: dept_id? });
    (email, contact())
}

/// What is shown of an account.
fn user(account: &Account) -> User<'_> {
    User {
        id: account.number.get(),
        username: account.username.as_ref().map_or("", Username::as_str),
        contact: shown(account.contact.as_ref(), account.email.as_ref()),
    }
}

/// What is shown of contact data.
fn shown<'a>(contact: Option<&'a Contact>, email: Option<&'a EmailAddress>) -> Shown<'a> {
    let text = |pick: fn(&Contact) -> &String| contact.map_or("", |contact| pick(contact));
    Shown {
        alias: text(|contact| &contact.alias),
        email: email.map_or("", EmailAddress::as_str),
        phone: text(|contact| &contact.phone),
        job_number: text(|contact| &contact.job_number),
        dept_id: text(|contact| &contact.dept_id),
    }
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::account::Account;
    use tally::domain::contact::Contact;
    use tally::http::openapi::{Operation, person};
    use tally::services::contacts::EmailTaken;

    use super::{FORM, shown, user};
    use crate::describing::{
        WITH_SESSION, WrongForm, failure, fields, invalid_email, not_authenticated, required, success,
        throttled, wrong,
    };
    use crate::words;

    pub(super) fn show() -> Operation {
        let account = Account { contact: Some(contact()), ..person() };
        Operation::new("account", "Show one's account")
            .described("A user of another group has empty texts.")
            .carried_by(&[&["session"], &["deployedSession"]])
            .answers([
                success("shown", "The user's own data.", user(&account), words::USER),
                not_authenticated(),
            ])
    }

    pub(super) fn change() -> Operation {
        let (account, contact) = (person(), contact());
        let data = shown(Some(&contact), account.email.as_ref());
        let [alias, email, phone, ..] = FORM;
        let most = phone.kind.most().expect("it is stored");
        let too_long = words::too_long(most, most + 1);
        Operation::new("account_change", "Change one's account")
            .described("All five fields at once, or none. Nobody has proven the new address: one that was proven goes on recovering the account, else the one before does for 7 days. The account's other sessions end with the old address.")
            .carried_by(&WITH_SESSION)
            .reads(fields(FORM))
            .answers([
                success("changed", "The data as they are now.", words::CHANGED, data),
                required(alias),
                wrong("too_long", "A field is over its limit.", phone, &too_long),
                invalid_email(email),
                failure::<WrongForm>("email_taken", "Somebody has the address.", EmailTaken),
                not_authenticated(),
                throttled(),
            ])
    }

    /// What the examples show.
    fn contact() -> Contact {
        let [alias, _, phone, job_number, dept_id] = FORM.map(|field| field.example.to_owned());
        Contact { alias, phone, job_number, dept_id }
    }
}
