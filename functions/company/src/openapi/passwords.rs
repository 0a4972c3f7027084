//! The password.

use http::Method;
use http::header::SET_COOKIE;
use tally::domain::password::PasswordFault;
use tally::http::field_errors::FieldErrors;
use tally::http::openapi::{Field, Operation, Outcome};
use tally::services::codes::ResetRefusal;
use tally::services::passwords::WrongPassword;

use super::codes::{required, wrong_code, wrong_mobile};
use super::{PASSWORD, code, done, failure, mobile, throttled, wrong};
use crate::words::{self, Failure};

/// The new password of the examples.
const NEW: &str = "nanjing-fog-26";

pub(super) fn operations() -> [Operation; 2] {
    [reset(), change()]
}

fn reset() -> Operation {
    let weak = ResetRefusal::Password(vec![PasswordFault::TooCommon]);
    Operation::new(
        Method::POST,
        "/users/change_pwd_by_mobile/",
        "change_pwd_by_mobile",
        "Set a new password with a code",
    )
    .described(
        "Ends every session and key of the user, in every group, and opens none. A number that nobody has \
         and a wrong code are answered alike. That the password repeats the user's own names is told only \
         to who has the code.",
    )
    .reads([
        mobile("mobile", "The user's number."),
        code("The code that `send_sms_code` sent to `mobile` for `ChangePwd`."),
        Field::new_password("password", "The new password.").required().example(NEW),
        Field::password("re_password", "The same again.").required().example(NEW),
    ])
    .answers([
        done("changed", "The password is changed; everybody is logged out.", words::PASSWORD_CHANGED),
        wrong_code(),
        failure("weak_password", "The password may not be set.", weak),
        mismatch("re_password"),
        wrong_mobile(),
        required(&["mobile", "code", "password", "re_password"]),
        throttled("Too many wrong codes."),
    ])
}

fn change() -> Operation {
    let mut weak = FieldErrors::default();
    weak.add("new_password", words::password_sentences(&[PasswordFault::TooCommon]));
    let changed =
        done("changed", "The password is changed; everybody else is logged out.", words::PASSWORD_CHANGED);
    Operation::new(Method::POST, "/users/change_my_pwd/", "change_my_pwd", "Change the password")
        .described(
            "Ends every session and key of the user, in every group, but leaves this browser in, with a \
             new cookie. The new password is judged before the old one is tried.",
        )
        .reads([
            Field::password("old_password", "The password until now.").required().example(PASSWORD),
            Field::new_password("new_password", "The new password.").required().example(NEW),
            Field::password("confirm_password", "The same again.").required().example(NEW),
        ])
        .answers([
            changed.perhaps_with(SET_COOKIE),
            wrong_password(),
            failure("weak_password", "The new password may not be set.", Failure::Input(weak)),
            mismatch("confirm_password"),
            required(&["old_password", "new_password", "confirm_password"]),
            throttled("Too many tries."),
        ])
}

/// Another password than the caller's own.
pub(super) fn wrong_password() -> Outcome {
    failure("wrong_password", "The caller's password is another one.", WrongPassword)
}

fn mismatch(field: &'static str) -> Outcome {
    wrong("mismatch", "The passwords differ.", &[(field, words::MISMATCH)])
}
