//! `POST /users/account_register/`.

use serde::Serialize;
use tally::app::App;
use tally::domain::account::{Account, Names};
use tally::domain::code::{Code, CodePurpose};
use tally::domain::customer::{Customer, MOST_LINES_OF_BUSINESS};
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Open, described};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::codes;
use tally::services::email_binding;
use tally::services::registration::{self, Registration};

use crate::envelope::success;
use crate::form::{self, Form, Kind};
use crate::sessions::SESSION;
use crate::words::{self, Failure};

pub(crate) const REGISTER: Endpoint<Failure> =
    Endpoint::at("/users/account_register/", "注册").post(Open(&register), described!(describe::register));

/// What a registration answers beside status and message.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Registered<'a> {
    /// The username, which is the e-mail address.
    username: &'a str,
    /// Where the page should go next; a setting of the deployment.
    redirect_url: &'a str,
}

/// Registers a company's customer and logs the customer in.
///
/// What is taken, and whether the code is right, is told only when everything else is: neither tries at
/// a code nor questions about other people's addresses are free (security rule S13).
async fn register(app: App, request: Request) -> Result<Answer, Failure> {
    let Wanted { email, username, password, phone, code, customer } =
        form::read_form(&app, &request, Wanted::form).await?;
    let spends = codes::try_for(&app, CodePurpose::AccountReg, &phone, &code, None, &request.asker);
    let spends = spends.await.map_err(Failure::of_registration_code)?;
    let wanted = Registration {
        username: Some(username),
        email: Some(email),
        phone: Some(phone),
        customer: Some(customer),
        session: Some(SESSION),
        ..Registration::new(password, request.asker.clone())
    };
    let registered = Box::pin(registration::register_by_code(&app, wanted, &spends)).await?;
    let public_url = request.public_url(&app.config);
    email_binding::welcome(&app, &registered.account, public_url.as_deref(), request.language()).await;
    let answer = welcome(&registered.account, &app.config.company_redirect_url);
    Ok(match &registered.token {
        Some(token) => session_cookie::start(&app, answer, token),
        None => answer,
    })
}

/// The answer to a registration.
fn welcome(account: &Account, redirect_url: &str) -> Answer {
    let username = account.username.as_ref().map_or("", Username::as_str);
    success(words::REGISTERED, Registered { username, redirect_url })
}

/// What the form asks for.
struct Wanted {
    email: EmailAddress,
    username: Username,
    password: Password,
    phone: PhoneNumber,
    code: Code,
    customer: Customer,
}

impl Wanted {
    fn form(form: &mut Form<'_>) -> Option<Self> {
        let meaning = "The company's e-mail address, which becomes the username: letters, digits and `@ . \
            + - _`, at most 150 characters.";
        let email = form.email("user_email", meaning);
        // The address also becomes the username, so it has to be valid as one.
        let username = email.as_ref().and_then(|email| {
            let parsed = Username::parse(email.as_str(), Some(email));
            parsed.map_err(|_| form.wrong("user_email", words::NOT_A_NAME)).ok()
        });
        let company_name = form.stored("company_name", Kind::Stored, "The company's name.");
        let names = Names { username: username.as_ref(), email: email.as_ref() };
        let password = form.new_password("password", &names, "The password.");
        let phone = form.mobile("phone", "The person's mobile number.");
        let realname = form.stored("name", Kind::Stored, "The person's real name.");
        let qq = form.change("qq", Kind::StoredDigits, "The person's QQ number.");
        let code = form.code("The code that `send_sms_code` sent to `phone` for `AccountReg`.");
        let meaning = "The lines of business that the company chose.";
        let select_fields = form.texts("select_fields", MOST_LINES_OF_BUSINESS, meaning);
        let customer = Customer {
            realname: realname?,
            qq: qq.unwrap_or_default(),
            company_name: company_name?,
            select_fields: select_fields?,
            ..Customer::default()
        };
        Some(Self {
            email: email?,
            username: username?,
            password: password?,
            phone: phone?,
            code: code?,
            customer,
        })
    }
}

#[cfg(feature = "openapi")]
mod describe {
    use http::header::SET_COOKIE;
    use tally::domain::password::PasswordFault;
    use tally::domain::phone_number::PhoneFault;
    use tally::domain::username;
    use tally::http::field_errors::FieldErrors;
    use tally::http::openapi::{Operation, Outcome};
    use tally::services::registration::{RegistrationRefusal, Taken};

    use super::{Registered, Wanted, welcome};
    use crate::describing::{account, errors, fields, form_failure, form_required, throttled, told};
    use crate::words::{self, Failure};

    pub(super) fn register() -> Operation {
        let mut fields = fields(Wanted::form);
        fields[0] = fields[0].clone().at_most(username::MAX_CHARACTERS);
        Operation::new("account_register", "Register and log in")
            .described(
                "Also logs the customer in, and mails a link that binds the address. All errors of the \
                 form are reported at once. The code is checked only if there are none, and that an \
                 address or number is taken is reported only if the code is right; this counts as a try, \
                 but does not use the code up.",
            )
            .reads(fields)
            .answers(outcomes())
    }

    fn outcomes() -> Vec<Outcome> {
        let form = |name, meaning, errors| form_failure(name, meaning, Failure::Form(errors));
        let invalid = [
            ("user_email", words::INVALID_EMAIL),
            ("phone", words::phone_sentence(PhoneFault::NotANumber)),
            ("select_fields", words::NOT_TEXTS),
        ];
        let mut weak = FieldErrors::default();
        let faults = [PasswordFault::TooShort, PasswordFault::TooCommon, PasswordFault::EntirelyNumeric];
        weak.add("password", words::password_sentences(&faults));
        let taken = Taken { username: true, email: true, phone: true };
        let wrong_code = Failure::WrongFormCode;
        let country = words::phone_sentence(PhoneFault::Country);
        let set = told::<Registered<'_>>(
            "registered",
            "The customer is registered and logged in.",
            welcome(&account(), "/"),
        );
        vec![
            set.perhaps_with(SET_COOKIE),
            form_required(Wanted::form),
            form("invalid", "Fields have invalid values.", errors(&invalid)),
            form("weak_password", "The password does not meet the rules.", weak),
            form(
                "not_a_name",
                "The address cannot be a username.",
                errors(&[("user_email", words::NOT_A_NAME)]),
            ),
            form(
                "country",
                "The number is from a country that is not supported.",
                errors(&[("phone", country)]),
            ),
            form_failure(
                "wrong_code",
                "The code is wrong, expired, used, or was tried too often.",
                wrong_code,
            ),
            form_failure("taken", "The address or the number is taken.", RegistrationRefusal::Taken(taken)),
            throttled("Too many registrations, or too many tries of codes."),
        ]
    }
}
