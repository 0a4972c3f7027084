//! Reading the fields of a POST: JSON only, each field of the type that the document gives it, digits in
//! quotes or without.

use http::header::CONTENT_TYPE;
use tally::app::App;
use tally::domain::account::Names;
use tally::domain::code::Code;
use tally::domain::contact;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::text;
use tally::http::body::{self, Body, BodyFault, Fields};
use tally::http::endpoint::Exchange;
use tally::http::field_errors::FieldErrors;
use tally::http::json::Value;
use tally::http::request::Request;

use crate::words::{self, Failure};

/// A body's fields and all that was found wrong with them so far.
#[derive(Debug)]
pub(crate) struct Form {
    fields: Fields,
    pub(crate) errors: FieldErrors,
}

/// Whether a field has to be filled in. Missing, `null` and blank are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has to.
    Required,
    /// It counts as an empty text if it is not.
    Optional,
}

/// What a text is, besides being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Judged by its own rules afterwards; white space around it does not count.
    Plain,
    /// Kept as it was typed, white space and all.
    Password,
    /// Judged by its own rules as well, and as good without quotes, as JSON's number.
    Digits,
    /// Stored and shown again; at most so many characters, none of them a control.
    Stored(usize),
    /// The same, and as good without quotes.
    StoredDigits(usize),
    /// The same, and a telephone number.
    Telephone(usize),
}

impl Kind {
    /// The most characters, where there is a limit.
    pub(crate) const fn most(self) -> Option<usize> {
        match self {
            Self::Stored(most) | Self::StoredDigits(most) | Self::Telephone(most) => Some(most),
            Self::Plain | Self::Password | Self::Digits => None,
        }
    }

    /// Whether digits may stand without quotes.
    pub(crate) const fn takes_numbers(self) -> bool {
        match self {
            Self::Digits | Self::StoredDigits(_) | Self::Telephone(_) => true,
            Self::Plain | Self::Password | Self::Stored(_) => false,
        }
    }
}

impl Form {
    /// Reads the body of a POST.
    pub(crate) async fn read(exchange: &Exchange) -> Result<Self, Failure> {
        let request = &exchange.request;
        refuse_other_types(request)?;
        match body::read(request).await? {
            Body::Fields(fields) => Ok(Self { fields, errors: FieldErrors::default() }),
            Body::NotAnObject(_) => Err(Failure::NotAnObject),
        }
    }

    /// A field's text; `None` if it is wrong, which is reported.
    pub(crate) fn text(&mut self, name: &'static str, presence: Presence, kind: Kind) -> Option<String> {
        match judge(self.fields.get(name), presence, kind) {
            Ok(text) => Some(text),
            Err(sentence) => {
                self.errors.add(name, [sentence]);
                None
            }
        }
    }

    /// A field's list of texts, each at most `longest` characters and at most `most` of them; no list at
    /// all is an empty one.
    pub(crate) fn list(&mut self, name: &'static str, most: usize, longest: usize) -> Option<Vec<String>> {
        match judge_list(self.fields.get(name), most, longest) {
            Ok(texts) => Some(texts),
            Err(sentence) => {
                self.errors.add(name, [sentence]);
                None
            }
        }
    }

    /// A field's text that may be left out; `None` also if it is wrong, which is reported.
    pub(crate) fn change(&mut self, name: &'static str, kind: Kind) -> Option<String> {
        match self.fields.get(name) {
            None | Some(Value::Null) => None,
            Some(_) => self.text(name, Presence::Optional, kind),
        }
    }

    /// A field's phone number, which has to be there.
    pub(crate) fn phone(&mut self, name: &'static str, app: &App) -> Option<PhoneNumber> {
        let typed = self.text(name, Presence::Required, Kind::Digits)?;
        match PhoneNumber::parse(&typed, &app.config.texts.countries) {
            Ok(number) => Some(number),
            Err(fault) => {
                self.errors.add(name, [words::phone_sentence(fault).to_owned()]);
                None
            }
        }
    }

    /// A field's e-mail address, which has to be there.
    pub(crate) fn email(&mut self, name: &'static str) -> Option<EmailAddress> {
        let typed = self.text(name, Presence::Required, Kind::Plain)?;
        let parsed = EmailAddress::parse(&typed);
        parsed.map_err(|_| self.errors.add(name, [words::INVALID_EMAIL.to_owned()])).ok()
    }

    /// A code as people type it. Whether it could be one shows when it is tried.
    pub(crate) fn code(&mut self, name: &'static str) -> Option<Code> {
        if let Some(Value::Number(number)) = self.fields.get(name) {
            return Some(Code::of_number(number));
        }
        self.text(name, Presence::Required, Kind::Plain).map(|typed| Code::typed(&typed))
    }

    /// A new password, if it may be set.
    pub(crate) fn new_password(&mut self, name: &'static str, names: &Names<'_>) -> Option<Password> {
        let typed = self.text(name, Presence::Required, Kind::Password)?;
        let Ok(password) = Password::new(&typed) else {
            self.errors.add(name, [words::password_too_long()]);
            return None;
        };
        let faults = password.faults(names);
        self.errors.add(name, words::password_sentences(&faults));
        faults.is_empty().then_some(password)
    }

    /// A new password that has to be typed twice.
    pub(crate) fn repeated_password(
        &mut self,
        name: &'static str,
        again: &'static str,
        names: &Names<'_>,
    ) -> Option<Password> {
        let password = self.new_password(name, names);
        let repeated = self.text(again, Presence::Required, Kind::Password)?;
        let is_same = |typed: &str| typed == repeated;
        match self.fields.get(name) {
            Some(Value::Text(typed)) if !typed.is_empty() && !is_same(typed) => {
                self.errors.add(again, [words::MISMATCH.to_owned()]);
                None
            }
            Some(_) | None => password,
        }
    }

    /// What was read from the form, if nothing was wrong with any field.
    pub(crate) fn accept<T>(&mut self, read: Option<T>) -> Result<T, Failure> {
        let errors = std::mem::take(&mut self.errors);
        match read {
            Some(read) if errors.is_empty() => Ok(read),
            Some(_) | None => Err(Failure::Input(errors)),
        }
    }
}

/// A phone number as it was typed, if it is one that may have an account.
pub(crate) fn phone_number(typed: &str, app: &App) -> Option<PhoneNumber> {
    PhoneNumber::parse(typed, &app.config.texts.countries).ok()
}

/// What is not JSON is refused before it is looked at: only a page of ours can send this type without
/// asking first (security rule S9). A request without a body needs no type.
fn refuse_other_types(request: &Request) -> Result<(), BodyFault> {
    let sent = request.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let essence = sent.as_deref().map(|sent| sent.split(';').next().unwrap_or_default().trim());
    match essence {
        Some(essence) if essence.eq_ignore_ascii_case("application/json") => Ok(()),
        None if request.body.is_empty() => Ok(()),
        Some(_) | None => Err(BodyFault::UnsupportedMediaType(sent.unwrap_or_default().into_owned())),
    }
}

fn judge(value: Option<&Value>, presence: Presence, kind: Kind) -> Result<String, String> {
    let typed = match value {
        None | Some(Value::Null) => "",
        Some(Value::Text(text)) => text,
        Some(Value::Number(text)) if kind.takes_numbers() && is_whole(text) => text,
        Some(Value::Bool | Value::Number(_) | Value::List(_) | Value::Object) => {
            return Err(words::NOT_A_TEXT.to_owned());
        }
    };
    let text = match kind {
        Kind::Password => typed.to_owned(),
        Kind::Plain | Kind::Digits | Kind::Stored(_) | Kind::StoredDigits(_) => text::strip(typed).to_owned(),
        Kind::Telephone(_) => contact::telephone(typed),
    };
    match kind.most() {
        _ if text.is_empty() && presence == Presence::Required => Err(words::REQUIRED.to_owned()),
        Some(most) if text.chars().count() > most => Err(words::too_long(most)),
        Some(_) if text::has_control(&text) => Err(words::CONTROL_CHARACTER.to_owned()),
        Some(_) | None => Ok(text),
    }
}

/// Whether JSON's number has digits alone: a sign would be taken for a hyphen.
fn is_whole(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit())
}

fn judge_list(value: Option<&Value>, most: usize, longest: usize) -> Result<Vec<String>, String> {
    let texts = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::List(Some(texts))) => texts,
        Some(Value::List(None) | Value::Text(_) | Value::Bool | Value::Number(_) | Value::Object) => {
            return Err(words::NOT_TEXTS.to_owned());
        }
    };
    if texts.len() > most {
        return Err(words::too_many(most));
    }
    let judge =
        |text: &String| judge(Some(&Value::Text(text.clone())), Presence::Required, Kind::Stored(longest));
    texts.iter().map(judge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn missing_null_and_blank_are_the_same() {
        for value in [None, Some(Value::Null), Some(text("")), Some(text(" \u{3000}"))] {
            let judge = |presence| judge(value.as_ref(), presence, Kind::Stored(9));
            assert_eq!(judge(Presence::Required), Err(words::REQUIRED.to_owned()));
            assert_eq!(judge(Presence::Optional), Ok(String::new()));
        }
    }

    #[test]
    fn only_texts_are_texts_and_only_passwords_keep_their_white_space() {
        let judge = |value: Value, kind| judge(Some(&value), Presence::Required, kind);
        for value in [Value::Bool, Value::Number("1".to_owned()), Value::List(None), Value::Object] {
            assert_eq!(judge(value, Kind::Stored(9)), Err(words::NOT_A_TEXT.to_owned()));
        }
        assert_eq!(judge(text(" a b "), Kind::Password), Ok(" a b ".to_owned()));
        assert_eq!(judge(text(" a b "), Kind::Stored(3)), Ok("a b".to_owned()));
        assert_eq!(judge(text(" a b "), Kind::Stored(2)), Err("不能超过 2 个字符".to_owned()));
        assert_eq!(judge(text("a\0b"), Kind::Stored(9)), Err(words::CONTROL_CHARACTER.to_owned()));
    }

    #[test]
    fn digits_need_no_quotes_where_a_field_is_made_of_them() {
        let judge = |value: Value, kind| judge(Some(&value), Presence::Required, kind);
        let number = |digits: &str| Value::Number(digits.to_owned());
        for kind in [Kind::Digits, Kind::StoredDigits(20), Kind::Telephone(20)] {
            assert_eq!(judge(number("13800138000"), kind), Ok("13800138000".to_owned()));
            for odd in [number("-13800138000"), number("1.5"), number("1e+16"), Value::Bool] {
                assert_eq!(judge(odd, kind), Err(words::NOT_A_TEXT.to_owned()));
            }
        }
        let pasted = text("\u{202d}+86 138 0013 8000\u{202c}\n");
        assert_eq!(judge(pasted, Kind::Telephone(11)), Ok("13800138000".to_owned()));
        assert_eq!(judge(text("010-8888\0"), Kind::Telephone(30)), Err(words::CONTROL_CHARACTER.to_owned()));
    }

    #[test]
    fn a_list_holds_a_few_texts_that_are_something() {
        let list = |texts: &[&str]| {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            judge_list(Some(&Value::List(Some(texts))), 2, 3)
        };
        assert_eq!(list(&["金融", " IT "]), Ok(vec!["金融".to_owned(), "IT".to_owned()]));
        assert_eq!(judge_list(None, 2, 3), Ok(Vec::new()));
        assert_eq!(list(&["a", "b", "c"]), Err("不能超过 2 项".to_owned()));
        assert_eq!(list(&["abcd"]), Err("不能超过 3 个字符".to_owned()));
        assert_eq!(list(&[" "]), Err(words::REQUIRED.to_owned()));
        for value in [Value::List(None), text("金融"), Value::Object, Value::Number("1".to_owned())] {
            assert_eq!(judge_list(Some(&value), 2, 3), Err(words::NOT_TEXTS.to_owned()));
        }
    }
}
