//! One field of a request's body.

use serde_json::{Map, Value, json};

use crate::domain::{password, username};
use crate::http::form_field::{FormField, Kind};

/// A field: its name, what it means, and what it may hold.
#[derive(Clone, Debug)]
pub struct Field {
    name: &'static str,
    is_required: bool,
    schema: Map<String, Value>,
}

impl Field {
    /// A string that may be missing.
    #[must_use]
    pub fn text(name: &'static str, meaning: &str) -> Self {
        Self::of(name, meaning, &json!({"type": "string"}))
    }

    /// A new password: its rules are the same in every group (docs/contracts/README.md#passwords).
    #[must_use]
    pub fn new_password(name: &'static str, meaning: &str) -> Self {
        let rules = format!(
            "{meaning} At most {} bytes of UTF-8; not all digits, not a common password, not the person's \
             own name.",
            password::MAX_BYTES
        );
        Self::password(name, &rules).limited("minLength", password::MIN_CHARACTERS)
    }

    /// A password that is only compared.
    #[must_use]
    pub fn password(name: &'static str, meaning: &str) -> Self {
        Self::of(name, meaning, &json!({"type": "string", "format": "password"}))
    }

    /// A whole number, as one or as its digits in quotes.
    #[must_use]
    pub fn number(name: &'static str, meaning: &str) -> Self {
        Self::of(name, meaning, &json!({"type": ["string", "integer"]}))
    }

    /// One of these whole numbers, or one of the other texts; see [`Self::among`].
    #[must_use]
    pub fn number_of(name: &'static str, meaning: &str, digits: &[&str], others: &[&str]) -> Self {
        Self::text(name, meaning).among(digits, others)
    }

    /// A field of any schema.
    #[must_use]
    pub fn of(name: &'static str, meaning: &str, schema: &Value) -> Self {
        let schema = schema.as_object().cloned().unwrap_or_default();
        Self { name, is_required: false, schema }.means(meaning)
    }

    /// It has to be there, and a text has to hold something.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        let may_be_text = |kind: &Value| *kind == "string" || kind[0] == "string";
        if self.schema.get("type").is_some_and(may_be_text) {
            self.schema.entry("minLength").or_insert(json!(1));
        }
        self
    }

    /// It holds at most so many characters, or members.
    #[must_use]
    pub fn at_most(self, most: usize) -> Self {
        let is_list = self.schema.get("type") == Some(&json!("array"));
        self.limited(if is_list { "maxItems" } else { "maxLength" }, most)
    }

    /// It is an e-mail address.
    #[must_use]
    pub fn email(mut self) -> Self {
        self.schema.insert("format".to_owned(), json!("email"));
        self.at_most(crate::domain::email_address::MAX_CHARACTERS)
    }

    /// It is one of these whole numbers, as one or as its digits in quotes; or one of the other texts. The
    /// titles are what generated clients name the two kinds by.
    ///
    /// # Panics
    /// If a number is not made of digits.
    #[must_use]
    pub fn among(self, digits: &[&str], others: &[&str]) -> Self {
        let number = |digits: &&str| digits.parse::<u32>().expect("digits are a number");
        let numbers: Vec<u32> = digits.iter().map(number).collect();
        let texts: Vec<&str> = digits.iter().chain(others).copied().collect();
        let Self { name, is_required, schema } = self;
        let meaning = schema["description"].as_str().unwrap_or_default();
        let schema = json!({"anyOf": [
            {"title": format!("{name} text"), "type": "string", "enum": texts},
            {"title": format!("{name} number"), "type": "integer", "enum": numbers},
        ]});
        Self { is_required, ..Self::of(name, meaning, &schema) }
    }

    /// It means that.
    #[must_use]
    pub fn means(mut self, meaning: &str) -> Self {
        self.schema.insert("description".to_owned(), json!(meaning));
        self
    }

    /// It is one of these.
    #[must_use]
    pub fn one_of(mut self, values: &[impl serde::Serialize]) -> Self {
        self.schema.insert("enum".to_owned(), json!(values));
        self
    }

    /// What one looks like.
    #[must_use]
    pub fn example(mut self, example: impl serde::Serialize) -> Self {
        self.schema.insert("examples".to_owned(), json!([example]));
        self
    }

    fn limited(mut self, keyword: &str, limit: usize) -> Self {
        self.schema.insert(keyword.to_owned(), json!(limit));
        self
    }

    pub(in crate::http) fn name(&self) -> &'static str {
        self.name
    }

    pub(in crate::http) fn is_required(&self) -> bool {
        self.is_required
    }

    pub(in crate::http) fn schema(&self) -> &Map<String, Value> {
        &self.schema
    }
}

impl From<FormField> for Field {
    fn from(FormField { name, is_required, kind, meaning, example }: FormField) -> Self {
        let field = match kind {
            Kind::Plain => Self::text(name, meaning),
            Kind::Username => Self::text(name, meaning).at_most(username::MAX_CHARACTERS),
            Kind::Email => Self::text(name, meaning).email(),
            Kind::Password => Self::password(name, meaning),
            Kind::NewPassword => Self::new_password(name, meaning),
            Kind::Stored(most) | Kind::Telephone(most) => Self::text(name, meaning).at_most(most),
        };
        let field = field.example(example);
        if is_required { field.required() } else { field }
    }
}
