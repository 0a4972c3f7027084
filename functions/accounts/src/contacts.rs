//! `GET` and `POST /api/accounts/account_change/`, and the contact data in every form.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::contact::{Alias, Contact, DeptId, JobNumber, Phone};
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
pub(crate) const FORM: [FormField; 5] = {
    let of_phone = "A phone number, as the user writes it.";
    [
        FormField::new("alias", Kind::Stored(Alias::MOST), "An alias.", "小张"),
        FormField::new("email", Kind::Email, "The e-mail address.", "zhang@example.com"),
        FormField::new("phone", Kind::Telephone(Phone::MOST), of_phone, "13800138000"),
        FormField::new("job_number", Kind::Stored(JobNumber::MOST), "The employee number.", "A-017"),
        FormField::new("dept_id", Kind::Stored(DeptId::MOST), "The department.", "3"),
    ]
};

/// A user as the form shows it. There is no place for anything else of the account.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct User<'a> {
    /// The account number.
    id: u32,
    /// The username; empty if the user has none.
    username: &'a str,
    #[serde(flatten)]
    contact: Shown<'a>,
}

/// The five fields that can be changed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Shown<'a> {
    /// An alias.
    alias: &'a str,
    /// The e-mail address.
    email: &'a str,
    /// A phone number, as the user wrote it.
    phone: &'a str,
    /// The employee number.
    job_number: &'a str,
    /// The department.
    dept_id: &'a str,
}

/// Shows the caller's data; users who registered elsewhere may have empty strings.
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
    let (alias, phone) = (form.stored(alias), form.stored(phone));
    let (job_number, dept_id) = (form.stored(job_number), form.stored(dept_id));
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
    let text = |pick: fn(&Contact) -> &str| contact.map_or("", |contact| pick(contact));
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
    use tally::http::openapi::{Operation, person, text};
    use tally::services::contacts::EmailTaken;

    use super::{FORM, shown, user};
    use crate::describing::{
        WITH_SESSION, WrongForm, failure, fields, invalid_email, not_authenticated, required, success,
        throttled, wrong,
    };
    use crate::words;

    pub(super) fn show() -> Operation {
        let account = Account { contact: Some(contact()), ..person() };
        Operation::new("account", "Show the caller's account")
            .described("Users who registered through another group may have empty strings here.")
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
        Operation::new("account_change", "Change the caller's account")
            .described(
                "Changes all five fields, or none if one is wrong. The new address is not verified: \
                if an address of the account was verified, that one can still recover the account, \
                otherwise the previous one can for 7 days. The account's other sessions end when the \
                address changes.",
            )
            .carried_by(&WITH_SESSION)
            .reads(fields(FORM))
            .answers([
                success("changed", "The data after the change.", words::CHANGED, data),
                required(alias),
                wrong("too_long", "A field is too long.", phone, &too_long),
                invalid_email(email),
                failure::<WrongForm>("email_taken", "The e-mail address is taken.", EmailTaken),
                not_authenticated(),
                throttled(),
            ])
    }

    /// What the examples show.
    fn contact() -> Contact {
        let [alias, _, phone, job_number, dept_id] = FORM.map(|field| field.example);
        Contact {
            alias: text(alias),
            phone: text(phone),
            job_number: text(job_number),
            dept_id: text(dept_id),
        }
    }
}
