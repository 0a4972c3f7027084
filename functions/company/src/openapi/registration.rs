//! Registering.

use http::Method;
use http::header::SET_COOKIE;
use tally::domain::password::PasswordFault;
use tally::domain::phone_number::PhoneFault;
use tally::domain::username;
use tally::http::field_errors::FieldErrors;
use tally::http::openapi::{Field, Operation, Outcome};
use tally::services::registration::{RegistrationRefusal, Taken};

use super::{
    EMAIL, PASSWORD, account, code, customer, errors, form_failure, mobile, select_fields, stored, throttled,
    told,
};
use crate::company::{COMPANY_NAME, QQ, REALNAME};
use crate::registration::{Registered, welcome};
use crate::words::{self, Failure};

pub(super) fn register() -> Operation {
    Operation::new(Method::POST, "/users/account_register/", "account_register", "Register, and log in")
        .described(
            "The customer is logged in by it, and a link that binds the address is mailed there. All that \
             is wrong with the form is told at once. The code is tried only where nothing is, and what is \
             taken is told only if the code is right; that costs a try, but does not use the code up.",
        )
        .reads(fields())
        .answers(outcomes())
}

fn fields() -> [Field; 8] {
    let customer = customer();
    let address = format!(
        "The company's e-mail address, which becomes the user name: letters, digits and `@ . + - _`, at \
         most {} characters.",
        username::MAX_CHARACTERS
    );
    let address = Field::text("user_email", &address).email().at_most(username::MAX_CHARACTERS);
    [
        address.required().example(EMAIL),
        stored("company_name", "The company's name.", COMPANY_NAME).required().example(customer.company_name),
        Field::new_password("password", "The password.").required().example(PASSWORD),
        mobile("phone", "The person's mobile number."),
        stored("name", "The person's real name.", REALNAME).required().example(customer.realname),
        stored("qq", "The person's QQ number.", QQ).example(customer.qq),
        code("The code that `send_sms_code` sent to `phone` for `AccountReg`."),
        select_fields(),
    ]
}

fn outcomes() -> Vec<Outcome> {
    let form = |name, meaning, errors| form_failure(name, meaning, Failure::Form(errors));
    let required = ["user_email", "company_name", "password", "phone", "name", "code"];
    let required = required.map(|field| (field, words::REQUIRED));
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
        form("required", "Fields are missing or blank.", errors(&required)),
        form("invalid", "Fields hold something else than they should.", errors(&invalid)),
        form("weak_password", "The password may not be set.", weak),
        form(
            "not_a_name",
            "The address is not fit for a user name.",
            errors(&[("user_email", words::NOT_A_NAME)]),
        ),
        form("country", "The number is of a country that is not served.", errors(&[("phone", country)])),
        form_failure("wrong_code", "The code is another, expired, used or tried too often.", wrong_code),
        form_failure("taken", "Somebody has the address or the number.", RegistrationRefusal::Taken(taken)),
        throttled("Too many registrations, or too many tries at codes."),
    ]
}
