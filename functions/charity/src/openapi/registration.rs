//! Registering.

use std::time::Duration;

use http::Method;
use tally::http::endpoint::Refusal;
use tally::http::openapi::{Field, Operation};

use super::{CARRIER, PASSWORD, SESSION, bad_request, donor, failure, names, not_permitted, role, told};
use crate::envelope::Tail;
use crate::registration::{Newcomer, welcome};

pub(super) fn register() -> Operation {
    let [first_name, last_name] = names();
    let password = Field::new_password("password", "The password.").required().example(PASSWORD);
    Operation::new(Method::POST, "/user/register/", "register", "Register, and log in")
        .described(
            "Role `0` takes the token of an administrator, unless the deployment lets everybody. For the \
             others the header is not looked at.",
        )
        .carried_by(&[&[], &[CARRIER]])
        .reads([first_name, last_name, role(), password])
        .answers([
            told::<Newcomer<'_>>("registered", "The person is registered.", welcome(&donor(), SESSION)),
            bad_request(
                "A field is missing, empty or of another type, there is no such role, a name is too long or holds \
                 control characters, or the password may not be set.",
            ),
            not_permitted("Role `0`, without the token of an administrator.", Tail::Bare),
            failure(
                "not_authenticated",
                "Role `0`, by an administrator who was signed out meanwhile.",
                Refusal::NotAuthenticated,
            ),
            failure(
                "throttled",
                "Too many registrations from one network address.",
                Refusal::Throttled(Duration::from_mins(1)),
            ),
        ])
}
