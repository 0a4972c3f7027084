//! `POST /api/create_users_info/` and `GET`, `PUT`, `PATCH /api/users_display/`.

use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use tally::domain::account::{Account, Standing};
use tally::domain::details::{Details, DetailsChange};
use tally::domain::email_address::EmailAddress;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::http::request::Request;
use tally::services::profiles;
use tally::services::sessions::Caller;

use crate::fields::{Form, Kind, Presence};
use crate::words::Failure;

/// The most characters of each field (docs/contracts/rest-auth.md).
pub(crate) const COMPANY: Kind = Kind::Stored(100);
pub(crate) const TEL: Kind = Kind::Telephone(20);
pub(crate) const ADDRESS: Kind = Kind::Stored(100);

/// A user's details as they are shown.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Record<'a> {
    /// The account number once more.
    id: u32,
    /// The company.
    company: &'a str,
    /// A telephone number, as the user wrote it.
    tel: &'a str,
    /// A postal address.
    address: &'a str,
    /// Whose they are.
    user: User<'a>,
}

/// The user in it. No field could hold a password hash: `password` is a constant.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct User<'a> {
    /// The account number.
    id: u32,
    /// Asterisks, the same for everybody.
    password: &'static str,
    /// When the user logged in last, UTC; `null` for never.
    last_login: Option<String>,
    /// Whether the user is a superuser.
    is_superuser: bool,
    /// The username; empty for whoever has none.
    username: &'a str,
    /// Given name; may be empty.
    first_name: &'a str,
    /// Family name; may be empty.
    last_name: &'a str,
    /// The e-mail address; empty for whoever has none.
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
pub(crate) async fn create(exchange: Exchange) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let (Some(company), Some(tel), Some(address)) = read(&request, Presence::Required).await? else {
        return Err(Refusal::Internal.into());
    };
    let details = Details { company, tel, address };
    profiles::create(&app, &caller, &details).await?;
    // A list of one record, as rest-auth's contract shows it.
    Ok(Answer::json(StatusCode::CREATED, &[record(&caller.account, &details)]))
}

/// Shows the caller's details.
pub(crate) fn show(exchange: Exchange) -> Result<Answer, Failure> {
    let (caller, details) = existing(exchange.caller)?;
    Ok(Answer::json(StatusCode::OK, &record(&caller.account, &details)))
}

/// Changes all of the caller's details.
pub(crate) async fn replace(exchange: Exchange) -> Result<Answer, Failure> {
    write(exchange, Presence::Required).await
}

/// Changes some of the caller's details.
pub(crate) async fn amend(exchange: Exchange) -> Result<Answer, Failure> {
    write(exchange, Presence::Partial).await
}

async fn write(exchange: Exchange, presence: Presence) -> Result<Answer, Failure> {
    let Exchange { app, request, caller } = exchange;
    // The record is looked up before the body is read (docs/contracts/rest-auth.md#requests).
    let (caller, _) = existing(caller)?;
    let (company, tel, address) = read(&request, presence).await?;
    let details = profiles::change(&app, &caller, &DetailsChange { company, tel, address }).await?;
    Ok(Answer::json(StatusCode::OK, &record(&caller.account, &details)))
}

fn existing(caller: Option<Caller>) -> Result<(Caller, Details), Failure> {
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let details = caller.account.details.clone().ok_or(Refusal::NotFound)?;
    Ok((caller, details))
}

type Texts = (Option<String>, Option<String>, Option<String>);

async fn read(request: &Request, presence: Presence) -> Result<Texts, Failure> {
    let mut form = Form::read(request).await?;
    let company = form.text("company", presence, COMPANY);
    let tel = form.text("tel", presence, TEL);
    let address = form.text("address", presence, ADDRESS);
    if form.errors.is_empty() { Ok((company, tel, address)) } else { Err(Failure::Fields(form.errors)) }
}

/// What is shown.
pub(crate) fn record<'a>(account: &'a Account, details: &'a Details) -> Record<'a> {
    Record {
        // One record per account, so the account's number names it as well.
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
