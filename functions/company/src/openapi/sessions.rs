//! Logging in and out.

use http::header::SET_COOKIE;
use tally::http::openapi::{Field, Operation, Parameter};
use tally::services::sessions::SignInRefusal;

use super::{EMAIL, PASSWORD, account, customer, done, errors, form_failure, throttled, told};
use crate::sessions::{LoggedIn, welcome};
use crate::words::{self, Failure};

pub(crate) fn login() -> Operation {
    let blank = [("username", words::REQUIRED), ("password", words::REQUIRED)];
    let answer = welcome(&account(), &customer(), "/");
    Operation::new("account_login", "Log in")
        .described("A session that the browser had is over. The new one lasts 14 days, however it is used.")
        .reads([
            Field::text(
                "username",
                "The user name, mobile number or e-mail address, in any case. What reads as a number or \
                 an address is one.",
            )
            .required()
            .example(EMAIL),
            Field::password("password", "The password.").required().example(PASSWORD),
        ])
        .answers([
            told::<LoggedIn<'_>>("logged_in", "The customer is logged in.", answer).perhaps_with(SET_COOKIE),
            form_failure(
                "wrong_credentials",
                "No such user, or another password.",
                SignInRefusal::WrongCredentials,
            ),
            form_failure(
                "frozen",
                "The password is right, but the account is frozen.",
                SignInRefusal::Frozen,
            ),
            form_failure("required", "Fields are missing or blank.", Failure::Form(errors(&blank))),
            throttled("Too many tries."),
        ])
}

pub(crate) fn logout() -> Operation {
    let logged_out = done("logged_out", "Nobody is logged in on this device any more.", words::LOGGED_OUT);
    Operation::new("account_logout", "Log this device out")
        .with(Parameter::everywhere())
        .described("The answer is the same whoever asks. No field is read.")
        .reads([])
        .answers([logged_out.perhaps_with(SET_COOKIE)])
}
