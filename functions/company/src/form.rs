//! Reading the fields of a POST: JSON only, each field of the type that the document gives it, digits in
//! quotes or without.
//!
//! A form is one function that asks for its fields, each by its name, kind and meaning, and puts together
//! what they hold. [`read`] runs it on what was sent. For the OpenAPI document it is run on an empty form:
//! what it asks for is what is described.

use http::header::CONTENT_TYPE;
use tally::app::App;
use tally::domain::account::Names;
use tally::domain::code::Code;
use tally::domain::contact;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tally::domain::text::{self, Text};
use tally::http::body::{self, Body, BodyFault, Fields};
use tally::http::field_errors::FieldErrors;
use tally::http::json::Value;
use tally::http::request::Request;

use crate::words::{self, Failure};

/// A body's fields and all that was found wrong with them so far.
#[derive(Debug)]
pub(crate) struct Form<'a> {
    fields: Fields,
    errors: FieldErrors,
    /// The countries whose phone numbers may have accounts.
    countries: &'a CallingCodes,
    #[cfg(feature = "openapi")]
    asked: Vec<Asked>,
}

/// A field that a form asks for: its name, whether it has to be there, what it holds and what it means.
#[cfg(feature = "openapi")]
pub(crate) type Asked = (&'static str, Presence, Kind, &'static str);

/// Whether a field has to be filled in. Missing, `null` and blank are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has to.
    Required,
    /// It counts as an empty text if it is not.
    Optional,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text that is judged by its own rules afterwards; white space around it does not count.
    Plain,
    /// An e-mail address.
    Email,
    /// Kept as it was typed, white space and all.
    Password,
    /// The same, to be set.
    NewPassword,
    /// Also checked by its own rules, and accepted without quotes, as a JSON number.
    Digits,
    /// The same, and a mobile number.
    Mobile,
    /// The same, and a code from a message.
    Code,
    /// Stored and shown again; at most so many characters, none of them a control.
    Stored(usize),
    /// The same, and as good without quotes.
    StoredDigits(usize),
    /// The same, and a telephone number.
    Telephone(usize),
    /// So many texts of at most so many characters.
    Texts(usize, usize),
}

impl Kind {
    /// The most characters, or texts, where there is a limit.
    pub(crate) const fn most(self) -> Option<usize> {
        if let Self::Stored(most) | Self::StoredDigits(most) | Self::Telephone(most) | Self::Texts(most, _) =
            self
        {
            Some(most)
        } else {
            None
        }
    }

    /// Whether digits may stand without quotes.
    pub(crate) const fn takes_numbers(self) -> bool {
        matches!(self, Self::Digits | Self::Mobile | Self::Code | Self::StoredDigits(_) | Self::Telephone(_))
    }
}

/// Reads the body of a POST as that form. All that is wrong with its fields is told at once.
pub(crate) async fn read<T>(
    app: &App,
    request: &Request,
    form: impl FnOnce(&mut Form<'_>) -> Option<T>,
) -> Result<T, Failure> {
    let fields = fields(request).await?;
    Form::new(fields, &app.config.texts.countries).fill(form).map_err(Failure::Input)
}

/// The same for a form whose errors the document has a place for: those of registering and logging in.
pub(crate) async fn read_form<T>(
    app: &App,
    request: &Request,
    form: impl FnOnce(&mut Form<'_>) -> Option<T>,
) -> Result<T, Failure> {
    let fields = fields(request).await?;
    Form::new(fields, &app.config.texts.countries).fill(form).map_err(Failure::Form)
}

/// The fields of a POST.
pub(crate) async fn fields(request: &Request) -> Result<Fields, Failure> {
    refuse_other_types(request)?;
    match body::read(request).await? {
        Body::Fields(fields) => Ok(fields),
        Body::NotAnObject(_) => Err(Failure::NotAnObject),
    }
}

/// What a form asks for, and what is wrong with it where nothing is filled in.
#[cfg(feature = "openapi")]
pub(crate) fn asked_by<T>(form: impl FnOnce(&mut Form<'_>) -> Option<T>) -> (Vec<Asked>, FieldErrors) {
    let countries = CallingCodes::every();
    let mut blank = Form::new(Fields::default(), &countries);
    form(&mut blank);
    (blank.asked, blank.errors)
}

impl<'a> Form<'a> {
    fn new(fields: Fields, countries: &'a CallingCodes) -> Self {
        Self {
            fields,
            errors: FieldErrors::default(),
            countries,
            #[cfg(feature = "openapi")]
            asked: Vec::new(),
        }
    }

    /// What the form puts together, if nothing is wrong with any field.
    fn fill<T>(mut self, form: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, FieldErrors> {
        form(&mut self).filter(|_| self.errors.is_empty()).ok_or(self.errors)
    }

    /// Something is wrong with a field.
    pub(crate) fn wrong(&mut self, name: &'static str, sentence: impl Into<String>) {
        self.errors.add(name, [sentence.into()]);
    }

    /// A field's text, which has to be there; `None` if it is wrong, which is reported.
    pub(crate) fn text(&mut self, name: &'static str, kind: Kind, meaning: &'static str) -> Option<String> {
        self.ask(name, Presence::Required, kind, meaning)
    }

    /// The same for a text that is kept, of as many characters as its type takes.
    pub(crate) fn stored<const MOST: usize>(
        &mut self,
        name: &'static str,
        kind: fn(usize) -> Kind,
        meaning: &'static str,
    ) -> Option<Text<MOST>> {
        let typed = self.text(name, kind(MOST), meaning)?;
        limited(typed).map_err(|sentence| self.wrong(name, sentence)).ok()
    }

    /// The same for one that may be left out; `None` also if it is wrong, which is reported.
    pub(crate) fn change<const MOST: usize>(
        &mut self,
        name: &'static str,
        kind: fn(usize) -> Kind,
        meaning: &'static str,
    ) -> Option<Text<MOST>> {
        let is_sent = !matches!(self.fields.get(name), None | Some(Value::Null));
        let typed = self.ask(name, Presence::Optional, kind(MOST), meaning)?;
        limited(typed).map_err(|sentence| self.wrong(name, sentence)).ok().filter(|_| is_sent)
    }

    /// A field's list of at most `most` texts; no list at all is an empty one.
    pub(crate) fn texts<const MOST: usize>(
        &mut self,
        name: &'static str,
        most: usize,
        meaning: &'static str,
    ) -> Option<Vec<Text<MOST>>> {
        self.note(name, Presence::Optional, Kind::Texts(most, MOST), meaning);
        let judged = judge_list(self.fields.get(name), most);
        judged.map_err(|sentence| self.wrong(name, sentence)).ok()
    }

    /// A field's mobile number.
    pub(crate) fn mobile(&mut self, name: &'static str, meaning: &'static str) -> Option<PhoneNumber> {
        let typed = self.text(name, Kind::Mobile, meaning)?;
        let parsed = PhoneNumber::parse(&typed, self.countries);
        parsed.map_err(|fault| self.wrong(name, words::phone_sentence(fault))).ok()
    }

    /// A field's e-mail address.
    pub(crate) fn email(&mut self, name: &'static str, meaning: &'static str) -> Option<EmailAddress> {
        let typed = self.text(name, Kind::Email, meaning)?;
        let parsed = EmailAddress::parse(&typed);
        parsed.map_err(|_| self.wrong(name, words::INVALID_EMAIL)).ok()
    }

    /// The code of a message as people type it. Whether it could be one shows when it is tried.
    pub(crate) fn code(&mut self, meaning: &'static str) -> Option<Code> {
        if let Some(Value::Number(number)) = self.fields.get("code") {
            return Some(Code::of_number(number));
        }
        self.text("code", Kind::Code, meaning).map(|typed| Code::typed(&typed))
    }

    /// The caller's own password, asked for once more.
    pub(crate) fn own_password(&mut self) -> Option<String> {
        self.text("password", Kind::Password, "The caller's own password.")
    }

    /// A new password, if it may be set.
    pub(crate) fn new_password(
        &mut self,
        name: &'static str,
        names: &Names<'_>,
        meaning: &'static str,
    ) -> Option<Password> {
        let typed = self.text(name, Kind::NewPassword, meaning)?;
        let Ok(password) = Password::new(&typed) else {
            self.wrong(name, words::password_too_long());
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
        let password = self.new_password(name, names, "The new password.");
        let repeated = self.text(again, Kind::Password, "The same password again.")?;
        match self.fields.get(name) {
            Some(Value::Text(typed)) if !typed.is_empty() && *typed != repeated => {
                self.wrong(again, words::MISMATCH);
                None
            }
            Some(_) | None => password,
        }
    }

    fn ask(
        &mut self,
        name: &'static str,
        presence: Presence,
        kind: Kind,
        meaning: &'static str,
    ) -> Option<String> {
        self.note(name, presence, kind, meaning);
        judge(self.fields.get(name), presence, kind).map_err(|sentence| self.wrong(name, sentence)).ok()
    }

    /// Remembers a field for the OpenAPI document.
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_variables, clippy::unused_self, reason = "there is none")
    )]
    fn note(&mut self, name: &'static str, presence: Presence, kind: Kind, meaning: &'static str) {
        #[cfg(feature = "openapi")]
        self.asked.push((name, presence, kind, meaning));
    }
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
    let text = if matches!(kind, Kind::Password | Kind::NewPassword) {
        typed.to_owned()
    } else if matches!(kind, Kind::Telephone(_)) {
        contact::telephone(typed)
    } else {
        text::strip(typed).to_owned()
    };
    let is_missing = text.is_empty() && presence == Presence::Required;
    if is_missing { Err(words::REQUIRED.to_owned()) } else { Ok(text) }
}

fn limited<const MOST: usize>(text: String) -> Result<Text<MOST>, String> {
    Text::parse(text).map_err(words::text_sentence)
}

/// Whether JSON's number has digits alone: a sign would be taken for a hyphen.
fn is_whole(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit())
}

fn judge_list<const MOST: usize>(value: Option<&Value>, most: usize) -> Result<Vec<Text<MOST>>, String> {
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
    let judge = |text: &String| judge(Some(&Value::Text(text.clone())), Presence::Required, Kind::Plain);
    texts.iter().map(|text| judge(text).and_then(limited)).collect()
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
    }

    #[test]
    fn what_is_kept_has_a_limit_and_no_control() {
        let countries = CallingCodes::every();
        let stored = |kind, typed: &str| {
            let fields = Fields::from_iter([("field".to_owned(), text(typed))]);
            let kept = |form: &mut Form<'_>| form.stored::<3>("field", kind, "").map(|kept| kept.to_string());
            Form::new(fields, &countries).fill(kept)
        };
        let wrong = |sentence: &str| Err(FieldErrors::of("field", sentence));
        for kind in [Kind::Stored, Kind::StoredDigits, Kind::Telephone] {
            assert_eq!(stored(kind, " a b "), Ok("a b".to_owned()));
            assert_eq!(stored(kind, "abcd"), wrong("不能超过 3 个字符"));
            assert_eq!(stored(kind, "8\x008"), wrong(words::CONTROL_CHARACTER));
        }
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
    }

    #[test]
    fn a_list_holds_a_few_texts_that_are_something() {
        let list = |texts: &[&str]| {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            judge_list::<3>(Some(&Value::List(Some(texts))), 2)
        };
        assert_eq!(
            list(&["金融", " IT "]),
            Ok(["金融", "IT"].map(|text| Text::stored(text.to_owned())).to_vec())
        );
        assert_eq!(judge_list::<3>(None, 2), Ok(Vec::new()));
        assert_eq!(list(&["a", "b", "c"]), Err("不能超过 2 项".to_owned()));
        assert_eq!(list(&["abcd"]), Err("不能超过 3 个字符".to_owned()));
        assert_eq!(list(&[" "]), Err(words::REQUIRED.to_owned()));
        for value in [Value::List(None), text("金融"), Value::Object, Value::Number("1".to_owned())] {
            assert_eq!(judge_list::<3>(Some(&value), 2), Err(words::NOT_TEXTS.to_owned()));
        }
    }
}
