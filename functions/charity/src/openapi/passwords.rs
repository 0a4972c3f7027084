//! The password.

use tally::http::openapi::{Field, Operation};

use super::{PASSWORD, bad_request, done, id, sign_in_refusals};

pub(crate) fn change() -> Operation {
    Operation::new("changepassword", "Change the password")
        .described(
            "Needs no token. The password until now is tried as at a login. Ends every session and key of \
             the user, in every group.",
        )
        .reads([
            id("The person's account number."),
            Field::password("password", "The password until now.").required().example(PASSWORD),
            Field::new_password("new_password", "The new password.").required().example("fog123456"),
        ])
        .answers([
            done("changed", "The password is changed; everybody is logged out."),
            bad_request("A field is missing, empty or of another type, or the new password may not be set."),
        ])
        .answers(sign_in_refusals())
}
