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
use tally::http::openapi::{self, Field, Outcome};
use tally::services::codes::WrongCode;
use tally::services::passwords::WrongPassword;

use crate::envelope::{Error, FormError, Nothing, Success, success};
use crate::form::{Asked, Form, Kind, Presence, asked_by};
use crate::words::{self, Failure};

/// It worked, and there is no more to tell.
pub(crate) fn done(name: &'static str, meaning: &str, msg: &str) -> Outcome {
    told::<Nothing>(name, meaning, success(msg, Nothing {}))
}

/// It worked: that answer, which has those fields.
pub(crate) fn told<Fields: JsonSchema>(name: &'static str, meaning: &str, answer: Answer) -> Outcome {
    Outcome::of::<Success<'_, Fields>>(name, meaning, answer)
}

/// It did not work.
pub(crate) fn failure(name: &'static str, meaning: &str, failure: impl Into<Failure>) -> Outcome {
    Outcome::of::<Error<'_>>(name, meaning, words::say(failure.into()))
}

/// The form is wrong, where the document has a form's errors.
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

/// Nothing is filled in.
pub(crate) fn required<T>(form: impl FnOnce(&mut Form<'_>) -> Option<T>) -> Outcome {
    failure("required", REQUIRED, Failure::Input(asked_by(form).1))
}

/// The same where the document has a form's errors.
pub(crate) fn form_required<T>(form: impl FnOnce(&mut Form<'_>) -> Option<T>) -> Outcome {
    form_failure("required", REQUIRED, Failure::Form(asked_by(form).1))
}

const REQUIRED: &str = "Fields are missing or blank.";

/// Too often.
pub(crate) fn throttled(meaning: &str) -> Outcome {
    failure("throttled", meaning, Refusal::Throttled(Duration::from_mins(1)))
}

/// Another password than the caller's own.
pub(crate) fn wrong_password() -> Outcome {
    failure("wrong_password", "The caller's password is another one.", WrongPassword)
}

/// A code that does not do, whatever it was for.
pub(crate) fn wrong_code() -> Outcome {
    failure(
        "wrong_code",
        "The code is another, expired, used or tried too often; or there is none.",
        WrongCode,
    )
}

/// A number that is none.
pub(crate) fn wrong_mobile() -> Outcome {
    let sentence = words::phone_sentence(PhoneFault::NotANumber);
    let meaning = "The number is none, or of a country that is not served.";
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
            Field::of(name, meaning, schema.as_value()).example(customer().select_fields)
        }
    };
    let field = kind.most().map_or(field.clone(), |most| field.at_most(most));
    let field = example(name).map_or(field.clone(), |example| field.example(example));
    if presence == Presence::Required { field.required() } else { field }
}

/// What a field holds in the examples, where it is the same in every form.
fn example(field: &str) -> Option<String> {
    let Customer { realname, qq, company_name, company_url, receiving, .. } = customer();
    Some(match field {
        "user_email" | "username" => EMAIL.to_owned(),
        "email" => "notices@example.com".to_owned(),
        "password" | "old_password" => PASSWORD.to_owned(),
        "new_password" | "confirm_password" | "re_password" => NEW_PASSWORD.to_owned(),
        "realname" | "name" => realname,
        "qq" => qq,
        "company_name" => company_name,
        "company_url" => company_url,
        "province" => receiving.province,
        "city" => receiving.city,
        "area" => receiving.area,
        "street" => receiving.street,
        "recv_name" => receiving.recv_name,
        "recv_phone" => receiving.recv_phone,
        _ => return None,
    })
}

const EMAIL: &str = "liming@example.com";
const PASSWORD: &str = "fswxxz1456";
pub(crate) const NEW_PASSWORD: &str = "nanjing-fog-26";
const MOBILE: &str = "13800138000";

/// What is a mobile number.
const MOBILES: &str = "Mainland numbers with or without `+86`, `86` or `0086`; those of other countries \
    that the deployment serves with `+` or `00`. Single blanks and hyphens do not count.";

/// The account of the customer whom the examples show.
pub(crate) fn account() -> Account {
    Account {
        username: Some(Username::stored(EMAIL.to_owned())),
        email: EmailAddress::parse(EMAIL).ok(),
        phone: PhoneNumber::parse(MOBILE, &CallingCodes::every()).ok(),
        ..openapi::person()
    }
}

/// What the customer told.
pub(crate) fn customer() -> Customer {
    Customer {
        realname: "李明".to_owned(),
        qq: "10001".to_owned(),
        company_name: "例子公司".to_owned(),
        company_url: "https://www.example.com".to_owned(),
        select_fields: vec!["金融".to_owned(), "物流".to_owned()],
        receiving: ReceivingAddress {
            province: "江苏省".to_owned(),
            city: "南京市".to_owned(),
            area: "玄武区".to_owned(),
            street: "中山路 1 号".to_owned(),
            recv_name: "李明".to_owned(),
            recv_phone: "025-8438 9999".to_owned(),
        },
    }
}
