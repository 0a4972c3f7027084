//! Codes by text message.

use http::Method;
use tally::domain::code;
use tally::domain::phone_number::PhoneFault;
use tally::http::endpoint::Refusal;
use tally::http::openapi::{Field, Operation, Outcome};
use tally::services::codes::TryRefusal;

use super::{done, failure, mobile, throttled, wrong};
use crate::codes::ACTIONS;
use crate::words;

pub(super) fn operations() -> [Operation; 2] {
    [send(), check()]
}

fn send() -> Operation {
    Operation::new(Method::POST, "/users/send_sms_code/", "send_sms_code", "Ask for a code by text message")
        .described(
            "The answer, and the time it takes, are the same whether a message is sent. None is for \
             `AccountReg` of a number that somebody has, `ChangePwd` of one that nobody has, \
             `ChangeMobile` to one that somebody has, within the pause after the message before, or over \
             a budget. A `ChangeMobile` code that somebody asks for who is logged in is for that account \
             only.",
        )
        .reads([action(), mobile("mobile", "Where the code goes.")])
        .answers([
            done("sent", "The request is taken.", words::CODE_SENT),
            invalid(),
            required(&["action_name", "mobile"]),
            failure(
                "throttled",
                "Too many requests from one network address.",
                Refusal::Throttled(std::time::Duration::from_mins(1)),
            ),
        ])
}

fn check() -> Operation {
    let counts = format!(
        "Uses nothing up, but counts as a try, of which a code stands {}, wherever they are made.",
        code::TRIES
    );
    Operation::new(Method::POST, "/users/vaild_sms_code/", "vaild_sms_code", "Ask whether a code is right")
        .described(&counts)
        .reads([
            action(),
            super::code("The code that was received."),
            mobile("mobile", "Where the code went."),
        ])
        .answers([
            done("right", "The code is right.", words::CODE_RIGHT),
            wrong_code(),
            invalid(),
            required(&["action_name", "mobile", "code"]),
            throttled("Too many wrong codes."),
        ])
}

/// A code that does not do, whatever it was for.
pub(super) fn wrong_code() -> Outcome {
    failure(
        "wrong_code",
        "The code is another, expired, used or tried too often; or there is none.",
        TryRefusal::WrongCode,
    )
}

/// A number that is none.
pub(super) fn wrong_mobile() -> Outcome {
    let sentence = words::phone_sentence(PhoneFault::NotANumber);
    wrong(
        "invalid_mobile",
        "The number is none, or of a country that is not served.",
        &[("mobile", sentence)],
    )
}

/// Fields that are not filled in.
pub(super) fn required(fields: &[&'static str]) -> Outcome {
    let faults: Vec<(&str, &str)> = fields.iter().map(|field| (*field, words::REQUIRED)).collect();
    wrong("required", "Fields are missing or blank.", &faults)
}

fn action() -> Field {
    let names = ACTIONS.map(|(name, _)| name);
    let meaning = "What the code is for: registering, a new password, or another mobile number. A code of \
        one never serves another.";
    Field::text("action_name", meaning).required().one_of(&names).example(names[0])
}

fn invalid() -> Outcome {
    let faults =
        [("action_name", words::UNKNOWN_ACTION), ("mobile", words::phone_sentence(PhoneFault::NotANumber))];
    wrong("invalid", "There is no such purpose, or the number is none.", &faults)
}
