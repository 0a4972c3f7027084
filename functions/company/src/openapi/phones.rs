//! The mobile number.

use tally::http::openapi::Operation;
use tally::services::phones::PhoneRefusal;

use super::codes::{required, wrong_code, wrong_mobile};
use super::passwords::wrong_password;
use super::{code, done, failure, mobile, own_password, throttled};
use crate::words;

pub(crate) fn change() -> Operation {
    Operation::new("change_mobile", "Change the mobile number")
        .described(
            "The fields are judged first, then the password is tried, then the code. Sessions stay; the \
             number before is free at once.",
        )
        .reads([
            own_password(),
            code("The code that `send_sms_code` sent to `mobile` for `ChangeMobile`."),
            mobile("mobile", "The new number."),
        ])
        .answers([
            done("changed", "The number is the account's.", words::MOBILE_CHANGED),
            wrong_password(),
            wrong_code(),
            failure("taken", "Somebody else has the number.", PhoneRefusal::Taken),
            wrong_mobile(),
            required(&["password", "mobile", "code"]),
            throttled("Too many tries."),
        ])
}
