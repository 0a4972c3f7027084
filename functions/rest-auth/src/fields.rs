//! Reading the fields of a body the way the framework's serializers do (docs/contracts/rest-auth.md#fields).

use tally::domain::email_address::EmailAddress;
use tally::domain::text;
use tally::http::body::{self, Body, Fields};
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

/// Whether a field has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has to, and not blank.
    Required,
    /// It may be missing, but not blank (a PATCH).
    Partial,
    /// It may be missing or blank. In an HTML form a blank one counts as missing.
    Optional,
}

/// What a text is, besides being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Judged by its own rules afterwards; white space around it does not count.
    Plain,
    /// Kept as it was typed, white space and all.
    Password,
    /// An e-mail address, or blank.
    Email,
    /// Stored and shown again; at most so many characters.
    Stored(usize),
    /// The same, and a telephone number: what came along with it and nobody sees is left out.
    Telephone(usize),
}

impl Form {
    /// Reads the request's body.
    pub(crate) async fn read(request: &Request) -> Result<Self, Failure> {
        match body::read(request).await? {
            Body::Fields(fields) => Ok(Self { fields, errors: FieldErrors::default() }),
            Body::NotAnObject(kind) => Err(Failure::NotAnObject(kind)),
        }
    }

    /// A field's text; `None` if it is missing, or wrong and reported.
    pub(crate) fn text(&mut self, name: &'static str, presence: Presence, kind: Kind) -> Option<String> {
        match judge(self.fields.get(name), self.fields.from_form, presence, kind) {
            Ok(text) => text,
            Err(sentence) => {
                self.errors.add(name, [sentence]);
                None
            }
        }
    }

    /// Whether the field was sent as an empty text, or one of white space.
    pub(crate) fn is_blank(&self, name: &str) -> bool {
        matches!(self.fields.get(name), Some(Value::Text(text)) if text::strip(text).is_empty())
    }
}

fn judge(
    value: Option<&Value>,
    from_form: bool,
    presence: Presence,
    kind: Kind,
) -> Result<Option<String>, String> {
    let typed = match value {
        None => {
            let is_required = presence == Presence::Required;
            return if is_required { Err(words::REQUIRED.to_owned()) } else { Ok(None) };
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
        return match presence {
            Presence::Required | Presence::Partial => Err(words::BLANK.to_owned()),
            Presence::Optional if from_form => Ok(None),
            Presence::Optional => Ok(Some(String::new())),
        };
    }
    match kind {
        Kind::Password => Ok(Some(typed.clone())),
        Kind::Email if EmailAddress::parse(stripped).is_err() => Err(words::INVALID_EMAIL.to_owned()),
        Kind::Stored(most) | Kind::Telephone(most) if stripped.chars().count() > most => {
            Err(words::too_long(most))
        }
        Kind::Stored(_) | Kind::Telephone(_) if text::has_control(stripped) => {
            Err(words::CONTROL_CHARACTER.to_owned())
        }
        Kind::Plain | Kind::Email | Kind::Stored(_) | Kind::Telephone(_) => Ok(Some(stripped.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn missing_blank_and_null_are_three_things() {
        use Presence::{Optional, Partial, Required};
        let judge = |value: Option<Value>, from_form, presence| {
            judge(value.as_ref(), from_form, presence, Kind::Plain)
        };
        assert_eq!(judge(None, false, Required), Err(words::REQUIRED.to_owned()));
        assert_eq!(judge(None, false, Partial), Ok(None));
        assert_eq!(judge(Some(text(" \u{3000}")), true, Partial), Err(words::BLANK.to_owned()));
        assert_eq!(judge(Some(text("")), false, Optional), Ok(Some(String::new())));
        assert_eq!(judge(Some(text("")), true, Optional), Ok(None));
        assert_eq!(judge(Some(Value::Null), false, Optional), Err(words::NULL.to_owned()));
    }

    #[test]
    fn only_passwords_keep_their_white_space() {
        let judge = |kind| judge(Some(&text(" a b ")), false, Presence::Required, kind);
        assert_eq!(judge(Kind::Password), Ok(Some(" a b ".to_owned())));
        assert_eq!(judge(Kind::Stored(3)), Ok(Some("a b".to_owned())));
        assert_eq!(judge(Kind::Stored(2)), Err(words::too_long(2)));
    }
}
