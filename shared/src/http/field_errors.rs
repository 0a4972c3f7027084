//! `{field: [sentences]}`: all that is wrong with a body, in the order of its fields.

use serde::Serialize;
use serde::ser::Serializer;

use super::form_field::FormField;

/// The invalid fields, each with its error messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, Vec<String>)>);

impl FieldErrors {
    /// One sentence about one field.
    #[must_use]
    pub fn of(field: &'static str, sentence: &str) -> Self {
        Self(vec![(field, vec![sentence.to_owned()])])
    }

    /// Sentences about one field.
    #[must_use]
    pub fn all(field: &'static str, sentences: impl IntoIterator<Item = String>) -> Self {
        Self(vec![(field, sentences.into_iter().collect())])
    }

    /// Adds sentences about a field.
    pub fn add(&mut self, field: &'static str, sentences: impl IntoIterator<Item = String>) {
        let sentences: Vec<String> = sentences.into_iter().collect();
        if !sentences.is_empty() {
            self.0.push((field, sentences));
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields, each with its sentences.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(field, sentences)| (*field, sentences.as_slice()))
    }

    /// With the fields in the order of that form, those that do not belong to it last.
    #[must_use]
    pub fn in_order(mut self, form: &[FormField]) -> Self {
        let place = |name: &str| form.iter().position(|field| field.name == name).unwrap_or(form.len());
        self.0.sort_by_key(|(name, _)| place(name));
        self
    }
}

impl Serialize for FieldErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
