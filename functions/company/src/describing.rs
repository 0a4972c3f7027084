//! Shorthands for describing operations in the OpenAPI document, and the customer whom its examples show.

use std::time::Duration;

use schemars::{JsonSchema, json_schema};
use tally::domain::account::Account;
use tally::domain::customer::{Customer, ReceivingAddress};
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::{CallingCodes, PhoneFault, PhoneNumber};
use tally::domain::username::Username;
use tally::http::answer::Answer;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::http::openapi::{self, Field, Outcome, text};
use tally::services::codes::WrongCode;
use tally::services::passwords::WrongPassword;

use crate::envelope::{Error, FormError, Nothing, Success, success};
use crate::form::{Asked, Form, Kind, Presence, asked_by};
use crate::words::{self, Failure};

/// A success with no more to say.
pub(crate) fn done(name: &'static str, meaning: &str, msg: &str) -> Outcome {
    told::<Nothing>(name, meaning, success(msg, Nothing {}))
}

/// A success: that answer, which has those fields.
pub(crate) fn told<Fields: JsonSchema>(name: &'static str, meaning: &str, answer: Answer) -> Outcome {
    Outcome::of::<Success<'_, Fields>>(name, meaning, answer)
}

/// A failure.
pub(crate) fn failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Error<'_>>(name, meaning, words::say(failure.into()))
}

/// The form is wrong, if the answer has a form's errors.
pub(crate) fn form_failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<FormError<'_>>(name, meaning, words::say(failure.into()))
}

/// Fields are wrong.
pub(crate) fn wrong(name: &'static str, meaning: &str, faults: &[(&'static str, &str)]) -> Outcome {
    failure(name, meaning, Failure::Input(errors(faults)))
}

/// What is wrong with fields, each by its name.
pub(crate) fn errors(faults: &[(&'static str, &str)]) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (field, sentence) in faults {
        errors.add(field, [(*sentence).to_owned()]);
    }
    errors
}

/// No field is filled in.
pub(crate) fn required<T>(form: impl FnOnce(&mut Form<'_>) -> Option<T>) -> Outcome {
    failure("required", REQUIRED, Failure::Input(asked_by(form).1))
}

/// The same if the answer has a form's errors.
pub(crate) fn form_required<T>(form: impl FnOnce(&mut Form<'_>) -> Option<T>) -> Outcome {
    form_failure("required", REQUIRED, Failure::Form(asked_by(form).1))
}

const REQUIRED: &str = "Fields are missing or blank.";

/// Too many requests.
pub(crate) fn throttled(meaning: &str) -> Outcome {
    failure("throttled", meaning, Refusal::Throttled(Duration::from_mins(1)))
}

/// The caller's password is wrong.
pub(crate) fn wrong_password() -> Outcome {
    failure("wrong_password", "Wrong password.", WrongPassword)
}

/// A code that is not valid, whatever it was for.
pub(crate) fn wrong_code() -> Outcome {
    failure(
        "wrong_code",
        "The code is wrong, expired, used, or was tried too often; or there is none.",
        WrongCode,
    )
}

/// Something that is not a phone number.
pub(crate) fn wrong_mobile() -> Outcome {
    let sentence = words::phone_sentence(PhoneFault::NotANumber);
    let meaning = "Not a valid number, or from a country that is not supported.";
    wrong("invalid_mobile", meaning, &[("mobile", sentence)])
}

/// The fields that a form asks for.
pub(crate) fn fields<T>(form: impl FnOnce(&mut Form<'_>) -> Option<T>) -> Vec<Field> {
    asked_by(form).0.into_iter().map(describe).collect()
}

/// The same, each to be told more of, or for another order.
pub(crate) fn each<T, const N: usize>(form: impl FnOnce(&mut Form<'_>) -> Option<T>) -> [Field; N] {
    fields(form).try_into().expect("as many are named as the form asks for")
}

fn describe((name, presence, kind, meaning): Asked) -> Field {
    let field = match kind {
        Kind::Plain | Kind::Stored(_) => Field::text(name, meaning),
        Kind::Email => Field::text(name, meaning).email(),
        Kind::Password => Field::password(name, meaning),
        Kind::NewPassword => Field::new_password(name, meaning),
        Kind::Digits | Kind::StoredDigits(_) | Kind::Telephone(_) => Field::number(name, meaning),
        Kind::Mobile => Field::number(name, &format!("{meaning} {MOBILES}")).example(MOBILE),
        Kind::Code => Field::number(name, meaning).example("087629"),
        Kind::Texts(_, longest) => {
            let one = json_schema!({"type": "string", "minLength": 1, "maxLength": longest});
            let schema = json_schema!({"type": "array", "items": one});
            Field::of(name, meaning, schema.as_value()).example(LINES_OF_BUSINESS)
        }
    };
    let field = kind.most().map_or(field.clone(), |most| field.at_most(most));
    let field = example(name).map_or(field.clone(), |example| field.example(example));
    if presence == Presence::Required { field.required() } else { field }
}

/// What a field holds in the examples, where it is the same in every form.
fn example(field: &str) -> Option<String> {
    let Customer { realname, qq, company_name, company_url, receiving, .. } = &customer();
    let example: &str = match field {
        "user_email" | "username" => EMAIL,
        "email" => "notices@example.com",
        "password" | "old_password" => PASSWORD,
        "new_password" | "confirm_password" | "re_password" => NEW_PASSWORD,
        "realname" | "name" => realname,
        "qq" => qq,
        "company_name" => company_name,
        "company_url" => company_url,
        "province" => &receiving.province,
        "city" => &receiving.city,
        "area" => &receiving.area,
        "street" => &receiving.street,
        "recv_name" => &receiving.recv_name,
        "recv_phone" => &receiving.recv_phone,
        _ => return None,
    };
    Some(example.to_owned())
}

const LINES_OF_BUSINESS: [&str; 2] = ["金融", "物流"];
const EMAIL: &str = "liming@example.com";
const PASSWORD: &str = "fswxxz1456";
pub(crate) const NEW_PASSWORD: &str = "nanjing-fog-26";
const MOBILE: &str = "13800138000";

/// What is a mobile number.
const MOBILES: &str = "Mainland numbers with or without `+86`, `86` or `0086`; numbers of other countries \
    that the deployment supports with `+` or `00`. Single spaces and hyphens are ignored.";

/// The account of the customer whom the examples show.
pub(crate) fn account() -> Account {
    Account {
        username: Some(Username::stored(EMAIL.to_owned())),
        email: EmailAddress::parse(EMAIL).ok(),
        phone: PhoneNumber::parse(MOBILE, &CallingCodes::every()).ok(),
        ..openapi::person()
    }
}

/// What the customer entered.
pub(crate) fn customer() -> Customer {
    Customer {
        realname: text("李明"),
        qq: text("10001"),
        company_name: text("例子公司"),
        company_url: text("https://www.example.com"),
        select_fields: LINES_OF_BUSINESS.map(text).to_vec(),
        receiving: ReceivingAddress {
            province: text("江苏省"),
            city: text("南京市"),
            area: text("玄武区"),
            street: text("中山路 1 号"),
            recv_name: text("李明"),
            recv_phone: text("025-8438 9999"),
        },
    }
}
