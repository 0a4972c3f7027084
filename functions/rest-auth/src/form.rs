//! Reading the fields of a body the way the framework's serializers do (docs/contracts/rest-auth.md#fields).

use tally::domain::account::Names;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::text::{self, Text};
use tally::http::body::{self, Body, Fields};
use tally::http::field_errors::FieldErrors;
use tally::http::form_field::{FormField, Kind};
use tally::http::json::Value;
use tally::http::request::Request;

use crate::words::{self, Failure};

/// A body's fields and all that was found wrong with them so far.
#[derive(Debug)]
pub(crate) struct Form {
    fields: Fields,
    /// Whether even what is required may be missing, though not blank (a PATCH).
    pub(crate) is_partial: bool,
    pub(crate) errors: FieldErrors,
}

impl Form {
    /// Reads the request's body.
    pub(crate) async fn read(request: &Request) -> Result<Self, Failure> {
        match body::read(request).await? {
            Body::Fields(fields) => Ok(Self { fields, is_partial: false, errors: FieldErrors::default() }),
            Body::NotAnObject(kind) => Err(Failure::NotAnObject(kind)),
        }
    }

    /// A field's text; `None` if it is missing, or wrong and reported.
    pub(crate) fn text(&mut self, field: FormField) -> Option<String> {
        let judged = judge(self.fields.get(field.name), self.fields.from_form, self.is_partial, field);
        judged.map_err(|sentence| self.wrong(field, sentence)).ok()?
    }

    /// A field's text that is kept, of as many characters as its type takes; `None` if it is missing, or
    /// wrong and reported.
    pub(crate) fn stored<const MOST: usize>(&mut self, field: FormField) -> Option<Text<MOST>> {
        let typed = self.text(field)?;
        Text::parse(typed).map_err(|fault| self.wrong(field, words::text_sentence(fault))).ok()
    }

    /// Something is wrong with a field.
    pub(crate) fn wrong(&mut self, field: FormField, sentence: impl Into<String>) {
        self.errors.add(field.name, [sentence.into()]);
    }

    /// A typed password, if it may be set; else that is reported, its weakness only where it is `shown`.
    pub(crate) fn new_password(
        &mut self,
        field: FormField,
        typed: &str,
        names: &Names<'_>,
        shown: bool,
    ) -> Option<Password> {
        let Ok(password) = Password::new(typed) else {
            self.wrong(field, words::password_too_long());
            return None;
        };
        let faults = password.faults(names);
        if shown {
            self.errors.add(field.name, words::password_sentences(&faults));
        }
        faults.is_empty().then_some(password)
    }

    /// Whether the field was sent as an empty text, or one of white space.
    pub(crate) fn is_blank(&self, FormField { name, .. }: FormField) -> bool {
        matches!(self.fields.get(name), Some(Value::Text(text)) if text::strip(text).is_empty())
    }
}

fn judge(
    value: Option<&Value>,
    from_form: bool,
    is_partial: bool,
    FormField { is_required, kind, .. }: FormField,
) -> Result<Option<String>, String> {
    let typed = match value {
        None => {
            return if is_required && !is_partial { Err(words::REQUIRED.to_owned()) } else { Ok(None) };
        }
        Some(Value::Null) => return Err(words::NULL.to_owned()),
        Some(Value::Bool | Value::List(_) | Value::Object) => {
            let sentence = if kind == Kind::Email { words::INVALID_EMAIL } else { words::NOT_A_STRING };
            return Err(sentence.to_owned());
        }
        Some(Value::Text(text) | Value::Number(text)) => text,
    };
    let visible = if matches!(kind, Kind::Telephone(_)) { &text::visible(typed) } else { typed };
    let stripped = text::strip(visible);
    if stripped.is_empty() {
        // In an HTML form a blank field counts as missing.
        return if is_required { Err(words::BLANK.to_owned()) } else { Ok((!from_form).then(String::new)) };
    }
    match kind {
        Kind::Password | Kind::NewPassword => Ok(Some(typed.clone())),
        Kind::Email if EmailAddress::parse(stripped).is_err() => Err(words::INVALID_EMAIL.to_owned()),
        Kind::Plain | Kind::Username | Kind::Email | Kind::Stored(_) | Kind::Telephone(_) => {
            Ok(Some(stripped.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    const fn field(kind: Kind) -> FormField {
        FormField::new("field", kind, "", "")
    }

    #[test]
    fn missing_blank_and_null_are_three_things() {
        let required = field(Kind::Plain);
        let judge = |value: Option<Value>, from_form, is_partial, field| {
            judge(value.as_ref(), from_form, is_partial, field)
        };
        assert_eq!(judge(None, false, false, required), Err(words::REQUIRED.to_owned()));
        assert_eq!(judge(None, false, true, required), Ok(None));
        assert_eq!(judge(Some(text(" \u{3000}")), true, true, required), Err(words::BLANK.to_owned()));
        let optional = |value, from_form| judge(Some(value), from_form, false, required.optional());
        assert_eq!(optional(text(""), false), Ok(Some(String::new())));
        assert_eq!(optional(text(""), true), Ok(None));
        assert_eq!(optional(Value::Null, false), Err(words::NULL.to_owned()));
    }

    #[test]
    fn only_passwords_keep_their_white_space() {
        let judge = |kind| judge(Some(&text(" a b ")), false, false, field(kind));
        assert_eq!(judge(Kind::Password), Ok(Some(" a b ".to_owned())));
        assert_eq!(judge(Kind::Stored(3)), Ok(Some("a b".to_owned())));
    }

    #[test]
    fn what_is_kept_has_a_limit_and_no_control() {
        let stored = |typed: &str| {
            let fields = Fields::from_iter([("field".to_owned(), text(typed))]);
            let mut form = Form { fields, is_partial: false, errors: FieldErrors::default() };
            let kept = form.stored::<3>(field(Kind::Stored(3)));
            (kept.map(|kept| kept.to_string()), form.errors)
        };
        assert_eq!(stored(" a b "), (Some("a b".to_owned()), FieldErrors::default()));
        assert_eq!(stored("a  b"), (None, FieldErrors::of("field", &words::too_long(3))));
        assert_eq!(stored("a\0b"), (None, FieldErrors::of("field", words::CONTROL_CHARACTER)));
    }
}
