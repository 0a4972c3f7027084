//! `POST /users/account_register/`.

use serde::Serialize;
use tally::domain::account::{Account, Names};
use tally::domain::code::CodePurpose;
use tally::domain::company::Company;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::Exchange;
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::codes;
use tally::services::email_binding;
use tally::services::registration::{self, Registration};

use crate::company::{COMPANY_NAME, QQ, REALNAME, select_fields};
use crate::envelope::success;
use crate::fields::{Form, Presence};
use crate::sessions::SESSION;
use crate::words::{self, Failure};

/// The order in which the document lists the fields.
const FIELDS: [&str; 8] =
    ["user_email", "company_name", "password", "phone", "name", "qq", "code", "select_fields"];

/// What a registration answers beside status and message.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Registered<'a> {
    /// The user name, which is the e-mail address.
    username: &'a str,
    /// Where the page goes next; a setting of the deployment.
    redirect_url: &'a str,
}

/// Registers a company's customer, who is logged in by it.
///
/// What is taken, and whether the code is right, is told only when everything else is: neither tries at
/// a code nor questions about other people's addresses are free (security rule S13).
pub(crate) async fn register(exchange: Exchange) -> Result<Answer, Failure> {
    let mut form = Form::read(&exchange).await?;
    let Exchange { app, request, .. } = exchange;
    let wanted = read(&mut form, &request);
    let phone = form.phone("phone", &app);
    let code = form.code("code");
    let (Some(wanted), Some(phone), Some(code), true) = (wanted, phone, code, form.errors.is_empty()) else {
        return Err(Failure::Form(form.errors.in_order(&FIELDS)));
    };
    let spends = codes::try_for(&app, CodePurpose::AccountReg, &phone, &code, None, &request.asker);
    let spends = spends.await.map_err(Failure::of_registration_code)?;
    let wanted = Registration { phone: Some(phone), spends: Some(spends), ..wanted };
    let registered = Box::pin(registration::register(&app, wanted)).await?;
    let public_url = request.public_url(&app.config);
    email_binding::welcome(&app, &registered.account, public_url.as_deref(), request.language()).await;
    let answer = welcome(&registered.account, &app.config.company_redirect_url);
    Ok(match &registered.token {
        Some(token) => session_cookie::start(&app, answer, token),
        None => answer,
    })
}

/// What is said to whoever has registered.
pub(crate) fn welcome(account: &Account, redirect_url: &str) -> Answer {
    let username = account.username.as_ref().map_or("", Username::as_str);
    success(words::REGISTERED, Registered { username, redirect_url })
}

/// All of the form but what the code is for; `None` if something is wrong with it, which is reported.
fn read(form: &mut Form, request: &Request) -> Option<Registration> {
    let email = form.email("user_email");
    // The address becomes the user's name as well, so it has to be fit for one.
    let username = email.as_ref().and_then(|email| {
        let parsed = Username::parse(email.as_str(), Some(email));
        parsed.map_err(|_| form.errors.add("user_email", [words::NOT_A_NAME.to_owned()])).ok()
    });
    let names = Names { username: username.as_ref(), email: email.as_ref() };
    let password = form.new_password("password", &names);
    let company_name = form.text("company_name", Presence::Required, COMPANY_NAME);
    let realname = form.text("name", Presence::Required, REALNAME);
    let qq = form.text("qq", Presence::Optional, QQ);
    let select_fields = select_fields(form);
    let company = Company {
        realname: realname?,
        qq: qq?,
        company_name: company_name?,
        select_fields: select_fields?,
        ..Company::default()
    };
    Some(Registration {
        username: Some(username?),
        email,
        company: Some(company),
        session: Some(SESSION),
        ..Registration::new(password?, request.asker.clone())
    })
}
