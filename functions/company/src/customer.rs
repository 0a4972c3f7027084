//! `GET /users/my_info/`, and the three endpoints that change what it shows.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::Account;
use tally::domain::customer::{self, Customer, CustomerChange, ReceivingAddress};
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::text::Text;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::request::Request;
use tally::services::customer as customers;
use tally::services::sessions::Caller;

use crate::envelope::{Nothing, success};
use crate::form::{self, Form, Kind};
use crate::words::{self, Failure};

pub(crate) const SHOW: Endpoint<Failure> =
    Endpoint::at("/users/my_info/", "我的信息").get(Guarded(&show), described!(describe::show));
pub(crate) const CHANGE_PERSON: Endpoint<Failure> = Endpoint::at("/users/change_my_info/", "修改个人信息")
    .post(Guarded(&change_person), described!(describe::change_person));
pub(crate) const CHANGE_FIRM: Endpoint<Failure> = Endpoint::at("/users/change_company_info/", "修改企业信息")
    .post(Guarded(&change_firm), described!(describe::change_firm));
pub(crate) const CHANGE_RECEIVING: Endpoint<Failure> =
    Endpoint::at("/users/change_my_recv_info/", "修改收货信息")
        .post(Guarded(&change_receiving), described!(describe::change_receiving));

/// What a customer sees of themselves. Nothing else of the account could stand in it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct MyInfo<'a> {
    /// The username.
    username: &'a str,
    /// The person's real name.
    realname: &'a str,
    /// The person's QQ number.
    qq: &'a str,
    /// The mobile number, as it was typed.
    mobile: &'a str,
    /// The notification address, bound or not.
    notify_email: &'a str,
    /// The company's name.
    company_name: &'a str,
    /// The company's home page.
    company_url: &'a str,
    /// The lines of business chosen at registration.
    user_industry: Vec<&'a str>,
    /// Where parcels go: province.
    province: &'a str,
    /// City.
    city: &'a str,
    /// District or county.
    area: &'a str,
    /// Street and number.
    street: &'a str,
    /// Who receives the parcel.
    recv_name: &'a str,
    /// The recipient's telephone number.
    recv_phone: &'a str,
}

/// Shows the caller's data; what was never set is empty.
async fn show(app: App, caller: Caller, _: Request) -> Result<Answer, Failure> {
    let customer = customers::find(&app, &caller.account).await?;
    Ok(my_info(&caller.account, &customer))
}

/// What a customer is told of themselves.
fn my_info(account: &Account, customer: &Customer) -> Answer {
    let Customer { realname, qq, company_name, company_url, select_fields, receiving } = customer;
    let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = receiving;
    let info = MyInfo {
        username: account.username.as_ref().map_or("", Username::as_str),
        realname,
        qq,
        mobile: account.phone.as_ref().map_or("", PhoneNumber::typed),
        notify_email: account.email.as_ref().map_or("", EmailAddress::as_str),
        company_name,
        company_url,
        user_industry: select_fields.iter().map(Text::as_str).collect(),
        province,
        city,
        area,
        street,
        recv_name,
        recv_phone,
    };
    success(words::INFO, info)
}

fn person_form(form: &mut Form<'_>) -> Option<CustomerChange> {
    let realname = form.stored("realname", Kind::Stored, "The person's real name.");
    let meaning = "The person's QQ number; unchanged if left out, removed if empty.";
    let qq = form.change("qq", Kind::StoredDigits, meaning);
    Some(CustomerChange::Person { realname: realname?, qq })
}

/// Changes the caller's own name and QQ number.
async fn change_person(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    change(&app, &caller, &request, person_form).await
}

fn firm_form(form: &mut Form<'_>) -> Option<CustomerChange> {
    let company_name = form.stored("company_name", Kind::Stored, "The company's name.");
    let meaning = "The company's home page, http or https; unchanged if left out, removed if empty.";
    let company_url = form.change("company_url", Kind::Stored, meaning);
    if company_url.as_ref().is_some_and(|url| !url.is_empty() && !customer::is_home_page(url)) {
        form.wrong("company_url", words::NOT_A_HOME_PAGE);
    }
    Some(CustomerChange::Firm { company_name: company_name?, company_url })
}

/// Changes the company's name and home page.
async fn change_firm(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    change(&app, &caller, &request, firm_form).await
}

fn receiving_form(form: &mut Form<'_>) -> Option<CustomerChange> {
    let province = form.stored("province", Kind::Stored, "Province.");
    let city = form.stored("city", Kind::Stored, "City.");
    let area = form.stored("area", Kind::Stored, "District or county.");
    let street = form.stored("street", Kind::Stored, "Street and number.");
    let recv_name = form.stored("recv_name", Kind::Stored, "Who receives the parcel.");
    let recv_phone = form.stored("recv_phone", Kind::Telephone, "The recipient's telephone number.");
    Some(CustomerChange::Receiving(ReceivingAddress {
        province: province?,
        city: city?,
        area: area?,
        street: street?,
        recv_name: recv_name?,
        recv_phone: recv_phone?,
    }))
}

/// Changes the address for parcels, all of it.
async fn change_receiving(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    change(&app, &caller, &request, receiving_form).await
}

async fn change(
    app: &App,
    caller: &Caller,
    request: &Request,
    form: impl FnOnce(&mut Form<'_>) -> Option<CustomerChange>,
) -> Result<Answer, Failure> {
    let change = form::read(app, request, form).await?;
    customers::change(app, caller, &change).await?;
    Ok(success(words::CHANGED, Nothing {}))
}

#[cfg(feature = "openapi")]
mod describe {
    use tally::http::openapi::{Operation, Outcome};

    use super::{MyInfo, firm_form, my_info, person_form, receiving_form};
    use crate::describing::{account, customer, done, fields, required, told, wrong};
    use crate::form::{Form, asked_by};
    use crate::words;

    pub(super) fn change_person() -> Operation {
        Operation::new("change_my_info", "Change the caller's name and QQ number")
            .described("Changes all fields that are sent, or none if one is wrong.")
            .reads(fields(person_form))
            .answers([changed(), required(person_form), too_long("qq", person_form)])
    }

    pub(super) fn change_firm() -> Operation {
        let meaning = "The home page is not an http or https address.";
        Operation::new("change_company_info", "Change the company's name and home page")
            .described("Changes all fields that are sent, or none if one is wrong.")
            .reads(fields(firm_form))
            .answers([
                changed(),
                required(firm_form),
                too_long("company_name", firm_form),
                wrong("invalid_url", meaning, &[("company_url", words::NOT_A_HOME_PAGE)]),
            ])
    }

    pub(super) fn change_receiving() -> Operation {
        Operation::new("change_my_recv_info", "Change the delivery address")
            .described("Changes all six fields, or none if one is wrong.")
            .reads(fields(receiving_form))
            .answers([changed(), required(receiving_form), too_long("street", receiving_form)])
    }

    pub(super) fn show() -> Operation {
        let answer = my_info(&account(), &customer());
        Operation::new("my_info", "Show the caller's data")
            .described("A value that was never set is an empty string.")
            .answers([told::<MyInfo<'_>>("shown", "The caller's own data.", answer)])
    }

    fn changed() -> Outcome {
        done("changed", "The data is changed.", words::CHANGED)
    }

    fn too_long<T>(field: &'static str, form: fn(&mut Form<'_>) -> Option<T>) -> Outcome {
        let asked = asked_by(form).0.into_iter().find(|(name, ..)| *name == field);
        let most = asked.and_then(|(_, _, kind, _)| kind.most()).expect("the form asks for it");
        wrong("too_long", "A field is too long.", &[(field, &words::too_long(most))])
    }
}
