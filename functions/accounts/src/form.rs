//! Reading the fields of a POST the way Django's forms do, once its CSRF token is checked.

use tally::app::App;
use tally::domain::account::Names;
use tally::domain::contact;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::text::{self, Text};
use tally::http::body::{self, Body, Fields};
use tally::http::field_errors::FieldErrors;
use tally::http::form_field::{FormField, Kind};
use tally::http::json::Value;
use tally::http::request::Request;
use tally::services::sessions::Caller;

use crate::csrf::{self, Tokens};
use crate::words::{self, Failure};

/// A body's fields and all that was found wrong with them so far.
#[derive(Debug)]
pub(crate) struct Form {
    fields: Fields,
    /// Whether it came with a token of the caller's own session.
    pub(crate) is_of_session: bool,
    pub(crate) errors: FieldErrors,
}

impl Form {
    /// Reads the body and checks that a page of ours sent it.
    pub(crate) async fn read(
        app: &App,
        caller: Option<&Caller>,
        request: &Request,
        tokens: Tokens,
    ) -> Result<Self, Failure> {
        match body::read(request).await? {
            Body::Fields(fields) => {
                let is_of_session = csrf::check(app, request, caller, &fields, tokens)?;
                Ok(Self { fields, is_of_session, errors: FieldErrors::default() })
            }
            Body::NotAnObject(_) => Err(Failure::NotAnObject),
        }
    }

    /// A field's text; `None` if it is wrong, which is reported.
    pub(crate) fn text(&mut self, field: FormField) -> Option<String> {
        judge(self.fields.get(field.name), field).map_err(|sentence| self.wrong(field, sentence)).ok()
    }

    /// A field's text that is kept, of as many characters as its type takes; `None` if it is wrong, which
    /// is reported.
    pub(crate) fn stored<const MOST: usize>(&mut self, field: FormField) -> Option<Text<MOST>> {
        let typed = self.text(field)?;
        Text::parse(typed).map_err(|fault| self.wrong(field, words::text_sentence(fault))).ok()
    }

    /// A field's e-mail address, which has to be there.
    pub(crate) fn email(&mut self, field: FormField) -> Option<EmailAddress> {
        let text = self.text(field)?;
        EmailAddress::parse(&text).map_err(|_| self.wrong(field, words::INVALID_EMAIL)).ok()
    }

    /// A new password from the field it is typed into and the one it is repeated in, if it may be set.
    ///
    /// Whatever is wrong with it is told under the second field, and its weakness even if the first
    /// one is not filled in (docs/contracts/accounts.md#messages).
    pub(crate) fn new_password(
        &mut self,
        [first, second]: [FormField; 2],
        names: &Names<'_>,
    ) -> Option<Password> {
        let typed = self.text(first);
        let repeated = self.text(second)?;
        if typed.as_ref().is_some_and(|typed| *typed != repeated) {
            self.wrong(second, words::MISMATCH);
            return None;
        }
        let Ok(password) = Password::new(&repeated) else {
            self.wrong(second, words::password_too_long());
            return None;
        };
        let faults = password.faults(names);
        self.errors.add(second.name, words::password_sentences(&faults));
        (typed.is_some() && faults.is_empty()).then_some(password)
    }

    /// Something is wrong with a field.
    pub(crate) fn wrong(&mut self, field: FormField, sentence: impl Into<String>) {
        self.errors.add(field.name, [sentence.into()]);
    }
}

/// Missing, `null` and blank are the same.
fn judge(value: Option<&Value>, FormField { is_required, kind, .. }: FormField) -> Result<String, String> {
    let typed = match value {
        None | Some(Value::Null) => "",
        Some(Value::Bool | Value::List(_) | Value::Object) => return Err(words::NOT_A_TEXT.to_owned()),
        Some(Value::Text(text) | Value::Number(text)) => text,
    };
    let text = match kind {
        Kind::Password | Kind::NewPassword => typed.to_owned(),
        Kind::Plain | Kind::Username | Kind::Email | Kind::Stored(_) => text::strip(typed).to_owned(),
        Kind::Telephone(_) => contact::telephone(typed),
    };
    if text.is_empty() && is_required { Err(words::REQUIRED.to_owned()) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    const fn field(kind: Kind) -> FormField {
        FormField::new("one", kind, "", "")
    }

    #[test]
    fn missing_null_and_blank_are_the_same() {
        for value in [None, Some(Value::Null), Some(text("")), Some(text(" \u{3000}"))] {
            let field = field(Kind::Stored(9));
            assert_eq!(judge(value.as_ref(), field), Err("这个字段是必填项。".to_owned()));
            assert_eq!(judge(value.as_ref(), field.optional()), Ok(String::new()));
        }
    }

    #[test]
    fn only_passwords_keep_their_white_space() {
        let judge = |kind| judge(Some(&text(" a b ")), field(kind));
        assert_eq!(judge(Kind::Password), Ok(" a b ".to_owned()));
        assert_eq!(judge(Kind::Stored(3)), Ok("a b".to_owned()));
    }

    #[test]
    fn what_is_kept_has_a_limit_and_no_control() {
        let stored = |typed: &str| {
            let fields = Fields::from_iter([("one".to_owned(), text(typed))]);
            let mut form = Form { fields, is_of_session: false, errors: FieldErrors::default() };
            let kept = form.stored::<3>(field(Kind::Stored(3)));
            (kept.map(|kept| kept.to_string()), form.errors)
        };
        let wrong = |sentence: &str| (None, FieldErrors::of("one", sentence));
        assert_eq!(stored(" a b "), (Some("a b".to_owned()), FieldErrors::default()));
        assert_eq!(stored("a  b"), wrong("确保该变量包含不超过 3 字符 (目前字符数 4)。"));
        assert_eq!(stored("a\0b"), wrong(words::CONTROL_CHARACTER));
    }

    #[test]
    fn numbers_are_texts_and_other_types_are_not() {
        let judge = |value| judge(Some(&value), field(Kind::Stored(9)).optional());
        assert_eq!(judge(Value::Number("42".to_owned())), Ok("42".to_owned()));
        for value in [Value::Bool, Value::List(None), Value::Object] {
            assert_eq!(judge(value), Err(words::NOT_A_TEXT.to_owned()));
        }
    }

    #[test]
    fn a_new_password_is_judged_under_its_second_field() {
        let errors = |first: Value, second: Value| {
            let fields = Fields::from_iter([("one".to_owned(), first), ("two".to_owned(), second)]);
            let mut form = Form { fields, is_of_session: false, errors: FieldErrors::default() };
            let [first, second] = ["one", "two"].map(|name| FormField { name, ..field(Kind::Password) });
            assert!(form.new_password([first, second], &Names::default()).is_none());
            form.errors
        };
        let of_second = |sentence: &str| FieldErrors::of("two", sentence);
        assert_eq!(errors(text("Zq8xk2wv"), text("other")), of_second(words::MISMATCH));
        assert_eq!(errors(text("abcdefgh"), text("abcdefgh")), of_second("这个密码太常见了。"));
        let mut both = FieldErrors::of("one", words::REQUIRED);
        both.add("two", ["这个密码太常见了。".to_owned()]);
        assert_eq!(errors(Value::Null, text("abcdefgh")), both);
    }
}
