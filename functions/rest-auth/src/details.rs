//! `POST /api/create_users_info/` and `GET`, `PUT`, `PATCH /api/users_display/`.

use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use tally::app::App;
use tally::domain::account::{Account, Standing};
use tally::domain::details::{Address, Company, Details, DetailsChange, Tel};
use tally::domain::email_address::EmailAddress;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, Refusal, described};
use tally::http::form_field::{FormField, Kind};
use tally::http::request::Request;
use tally::services::profiles;
use tally::services::sessions::Caller;

use crate::form::Form;
use crate::words::Failure;

pub(crate) const CREATE: Endpoint<Failure> = Endpoint::at("/api/create_users_info/", "Create Users Info")
    .post(Guarded(&create), described!(describe::create));
pub(crate) const ENDPOINT: Endpoint<Failure> = Endpoint::at("/api/users_display/", "Users Display")
    .get(Guarded(&show), described!(describe::show))
    .put(Guarded(&replace), described!(describe::replace))
    .patch(Guarded(&amend), described!(describe::amend));

/// The fields (docs/contracts/rest-auth.md).
const FORM: [FormField; 3] = {
    let of_tel = "A telephone number, as the user writes it.";
    [
        FormField::new("company", Kind::Stored(Company::MOST), "The company.", "上海庆科信息技术有限公司"),
        FormField::new("tel", Kind::Telephone(Tel::MOST), of_tel, "021-52655026"),
        FormField::new(
            "address",
            Kind::Stored(Address::MOST),
            "A postal address.",
            "上海市普陀区金沙江路2145号",
        ),
    ]
};

/// A user's details as they are shown.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Record<'a> {
    /// The account number again.
    id: u32,
    /// The company.
    company: &'a str,
    /// A telephone number, as the user wrote it.
    tel: &'a str,
    /// A postal address.
    address: &'a str,
    /// The user whose details they are.
    user: User<'a>,
}

/// The user in the details. No field could hold a password hash: `password` is a constant.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct User<'a> {
    /// The account number.
    id: u32,
    /// Asterisks, the same for everybody.
    password: &'static str,
    /// When the user last logged in, UTC; `null` if never.
    last_login: Option<String>,
    /// Whether the user is a superuser.
    is_superuser: bool,
    /// The username; empty if the user has none.
    username: &'a str,
    /// Given name; may be empty.
    first_name: &'a str,
    /// Family name; may be empty.
    last_name: &'a str,
    /// The e-mail address; empty if the user has none.
    email: &'a str,
    /// Whether the user may use the staff console.
    is_staff: bool,
    /// Whether the user is not frozen.
    is_active: bool,
    /// When the user registered, UTC.
    date_joined: String,
    /// The numbers of the user's groups.
    groups: Vec<u32>,
    /// Always empty.
    #[cfg_attr(feature = "openapi", schemars(with = "Vec<String>", length(max = 0)))]
    user_permissions: [(); 0],
}

/// Stores the caller's details, once.
async fn create(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let change = read(&request, false).await?;
    let DetailsChange { company: Some(company), tel: Some(tel), address: Some(address) } = change else {
        return Err(Refusal::Internal.into());
    };
    let details = Details { company, tel, address };
    profiles::create(&app, &caller, &details).await?;
    // A list of one record, as rest-auth's contract shows it.
    Ok(Answer::json(StatusCode::CREATED, &[record(&caller.account, &details)]))
}

/// Shows the caller's details.
async fn show(_: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    let details = existing(&caller)?;
    Ok(Answer::json(StatusCode::OK, &record(&caller.account, details)))
}

/// Changes all of the caller's details.
async fn replace(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    write(app, caller, request, false).await
}

/// Changes some of the caller's details.
async fn amend(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    write(app, caller, request, true).await
}

async fn write(app: App, caller: Caller, request: Request, is_partial: bool) -> Result<Answer, Failure> {
    // The record is looked up before the body is read (docs/contracts/rest-auth.md#requests).
    existing(&caller)?;
    let change = read(&request, is_partial).await?;
    let details = profiles::change(&app, &caller, &change).await?;
    Ok(Answer::json(StatusCode::OK, &record(&caller.account, &details)))
}

fn existing(caller: &Caller) -> Result<&Details, Failure> {
    caller.account.details.as_ref().ok_or_else(|| Refusal::NotFound.into())
}

async fn read(request: &Request, is_partial: bool) -> Result<DetailsChange, Failure> {
    let mut form = Form::read(request).await?;
    form.is_partial = is_partial;
    let [company, tel, address] = FORM;
    let (company, tel, address) = (form.stored(company), form.stored(tel), form.stored(address));
    let change = DetailsChange { company, tel, address };
    if form.errors.is_empty() { Ok(change) } else { Err(Failure::Fields(form.errors)) }
}

/// What is shown.
fn record<'a>(account: &'a Account, details: &'a Details) -> Record<'a> {
    Record {
        // One record per account, so the account's number identifies it too.
        id: account.number.get(),
        company: &details.company,
        tel: &details.tel,
        address: &details.address,
        user: User {
            id: account.number.get(),
            password: "********",
            last_login: account.last_login.map(time),
            is_superuser: account.is_superuser,
            username: account.username.as_ref().map_or("", Username::as_str),
            first_name: &account.first_name,
            last_name: &account.last_name,
            email: account.email.as_ref().map_or("", EmailAddress::as_str),
            is_staff: account.may_use_console(),
            is_active: account.standing == Standing::Active,
            date_joined: time(account.joined),
            groups: account.groups.iter().map(|group| group.id).collect(),
            user_permissions: [],
        },
    }
}

/// `2017-07-06T05:11:24.945000Z`: six digits of microseconds, none when they are zero.
fn time(time: Timestamp) -> String {
    let format = if time.subsec_microsecond() == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S.%6fZ" };
    time.strftime(format).to_string()
}

#[cfg(feature = "openapi")]
mod describe {
    use http::StatusCode;
    use tally::domain::details::Details;
    use tally::http::form_field::FormField;
    use tally::http::openapi::{Field, Operation, Outcome, person, text};
    use tally::services::profiles::DetailsRefusal;

    use super::{FORM, record};
    use crate::describing::{failure, wrong};
    use crate::envelope::Detail;
    use crate::words;

    pub(super) fn create() -> Operation {
        let (account, details) = (person(), details());
        let created = [record(&account, &details)];
        let meaning = "The details are stored: a list with one record.";
        Operation::new("create_users_info", "Submit the caller's details, once")
            .described("All three fields are needed. The answer is a list with one record.")
            .reads(FORM.map(Field::from))
            .answers([
                Outcome::json("created", meaning, StatusCode::CREATED, &created),
                too_long(),
                blank(),
                failure::<[String; 1]>(
                    "exist",
                    "The details have already been submitted.",
                    DetailsRefusal::Exist,
                ),
            ])
    }

    pub(super) fn show() -> Operation {
        Operation::new("users_display", "Show the caller's details")
            .described("Only the caller's own details, with the user as Django's serializer shows one.")
            .answers([shown("shown", "The user's own details."), none()])
    }

    pub(super) fn replace() -> Operation {
        Operation::new("replace_users_display", "Change the caller's details")
            .described("Changes all three fields, or none if one is wrong.")
            .reads(FORM.map(Field::from))
            .answers(changing())
    }

    pub(super) fn amend() -> Operation {
        Operation::new("amend_users_display", "Change some of the caller's details")
            .described("Changes the fields that are sent, or none if one is wrong.")
            .reads(FORM.map(FormField::optional).map(Field::from))
            .answers(changing())
    }

    fn changing() -> [Outcome; 4] {
        [shown("changed", "The details after the change."), none(), too_long(), blank()]
    }

    fn details() -> Details {
        let [company, tel, address] = FORM.map(|field| field.example);
        Details { company: text(company), tel: text(tel), address: text(address) }
    }

    fn shown(name: &'static str, meaning: &str) -> Outcome {
        Outcome::json(name, meaning, StatusCode::OK, &record(&person(), &details()))
    }

    fn none() -> Outcome {
        failure::<Detail>("no_details", "The user has not submitted any details.", DetailsRefusal::Missing)
    }

    fn too_long() -> Outcome {
        let [_, tel, _] = FORM;
        let sentence = words::too_long(tel.kind.most().expect("it is stored"));
        wrong("too_long", "A field is too long.", tel, &sentence)
    }

    fn blank() -> Outcome {
        wrong("blank", "A field is blank.", FORM[0], words::BLANK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_django_prints_them() {
        let at = |text: &str| time(text.parse().unwrap());
        assert_eq!(at("2017-07-06T05:11:24.945Z"), "2017-07-06T05:11:24.945000Z");
        assert_eq!(at("2017-07-06T05:11:24Z"), "2017-07-06T05:11:24Z");
    }
}
