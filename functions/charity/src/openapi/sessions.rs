//! Logging in and out.

use tally::http::openapi::{Field, Operation, Parameter};

use super::{PASSWORD, SESSION, bad_request, done, id, sign_in_refusals, told};
use crate::envelope::success;
use crate::sessions::LoggedIn;

pub(crate) fn login() -> Operation {
    Operation::new("login", "Log in")
        .described(
            "Anybody in the pool may, whichever group registered them. Every login has a token of its own.",
        )
        .reads([
            id("The person's account number."),
            Field::password("password", "The password.").required().example(PASSWORD),
        ])
        .answers([
            told::<LoggedIn<'_>>(
                "logged_in",
                "The person is logged in.",
                success(LoggedIn { token: SESSION }),
            ),
            bad_request("A field is missing, empty or of another type."),
        ])
        .answers(sign_in_refusals())
}

pub(crate) fn logout() -> Operation {
    Operation::new("logout", "Log out")
        .with(Parameter::everywhere())
        .described("Ends the session of the token, and no other. The document has no such call; it is ours.")
        .answers([done("logged_out", "The session is over.")])
}
