//! `GET /users/my_info/`, the three endpoints that change what it shows, and company data in every form.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::company::{self, Company, CompanyChange, ReceivingAddress};
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::company as customers;
use tally::services::sessions::Caller;

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::words::{self, Failure};

/// The most characters of each field.
pub(crate) const REALNAME: Kind = Kind::Stored(50);
pub(crate) const QQ: Kind = Kind::StoredDigits(20);
pub(crate) const COMPANY_NAME: Kind = Kind::Stored(100);
pub(crate) const COMPANY_URL: Kind = Kind::Stored(200);
pub(crate) const PLACE: Kind = Kind::Stored(50);
pub(crate) const STREET: Kind = Kind::Stored(200);
pub(crate) const RECV_NAME: Kind = Kind::Stored(50);
pub(crate) const RECV_PHONE: Kind = Kind::Telephone(30);

/// The most lines of business, and the most characters of one.
pub(crate) const MOST_FIELDS: usize = 20;
pub(crate) const LONGEST_FIELD: usize = 50;

/// What a customer sees of themselves. Nothing else of the account could stand in it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct MyInfo<'a> {
    /// The user name.
    username: &'a str,
    /// The person's real name.
    realname: &'a str,
    /// The person's QQ number.
    qq: &'a str,
    /// The mobile number, as it was typed.
    mobile: &'a str,
    /// The notify address, bound or not.
    notify_email: &'a str,
    /// The company's name.
    company_name: &'a str,
    /// The company's home page.
    company_url: &'a str,
    /// The lines of business that were chosen at the registration.
    user_industry: &'a [String],
    /// Where parcels go: province.
    province: &'a str,
    /// City.
    city: &'a str,
    /// District or county.
    area: &'a str,
    /// Street and number.
    street: &'a str,
    /// Who takes the parcel.
    recv_name: &'a str,
    /// Their telephone number.
    recv_phone: &'a str,
}

/// Shows the caller's data; what was never set is empty.
pub(crate) async fn show(app: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    let company = customers::find(&app, &caller.account).await?;
    Ok(my_info(&caller.account, &company))
}

/// Changes the caller's own name and QQ number.
pub(crate) async fn change_person(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    change(app, caller, request, |form| {
        let realname = form.text("realname", Presence::Required, REALNAME);
        let qq = form.change("qq", QQ);
        Some(CompanyChange::Person { realname: realname?, qq })
    })
    .await
}

/// Changes the company's name and home page.
pub(crate) async fn change_firm(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    change(app, caller, request, |form| {
        let company_name = form.text("company_name", Presence::Required, COMPANY_NAME);
        let company_url = home_page(form);
        Some(CompanyChange::Firm { company_name: company_name?, company_url })
    })
    .await
}

/// Changes the address for parcels, all of it.
pub(crate) async fn change_receiving(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    change(app, caller, request, |form| {
        let mut text = |name, kind| form.text(name, Presence::Required, kind);
        let (province, city, area) = (text("province", PLACE), text("city", PLACE), text("area", PLACE));
        let street = text("street", STREET);
        let (recv_name, recv_phone) = (text("recv_name", RECV_NAME), text("recv_phone", RECV_PHONE));
        Some(CompanyChange::Receiving(ReceivingAddress {
            province: province?,
            city: city?,
            area: area?,
            street: street?,
            recv_name: recv_name?,
            recv_phone: recv_phone?,
        }))
    })
    .await
}

/// The lines of business that were chosen.
pub(crate) fn select_fields(form: &mut Form) -> Option<Vec<String>> {
    form.list("select_fields", MOST_FIELDS, LONGEST_FIELD)
}

async fn change(
    app: App,
    caller: Caller,
    request: Request,
    read: impl Fn(&mut Form) -> Option<CompanyChange>,
) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let change = read(&mut form);
    let change = form.accept(change)?;
    customers::change(&app, &caller, &change).await?;
    Ok(success(words::CHANGED, Nothing {}))
}

/// The home page, where one is given: an empty text takes it away.
fn home_page(form: &mut Form) -> Option<String> {
    let url = form.change("company_url", COMPANY_URL)?;
    if !url.is_empty() && !company::is_home_page(&url) {
        form.errors.add("company_url", [words::NOT_A_HOME_PAGE.to_owned()]);
        return None;
    }
    Some(url)
}

/// What a customer is told of themselves.
pub(crate) fn my_info(account: &Account, company: &Company) -> Answer {
    let Company { realname, qq, company_name, company_url, select_fields, receiving } = company;
    let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = receiving;
    let info = MyInfo {
        username: account.username.as_ref().map_or("", Username::as_str),
        realname,
        qq,
        mobile: account.phone.as_ref().map_or("", PhoneNumber::typed),
        notify_email: account.email.as_ref().map_or("", EmailAddress::as_str),
        company_name,
        company_url,
        user_industry: select_fields,
        province,
        city,
        area,
        street,
        recv_name,
        recv_phone,
    };
    success(words::INFO, info)
}
