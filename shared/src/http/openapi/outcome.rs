//! One way in which an operation can end.

use http::{HeaderName, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::http::answer::Answer;

/// An outcome: what it is called, what it means, and the very answer that tells it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) meaning: String,
    pub(in crate::http) answer: Answer,
    pub(in crate::http) schema: fn(&mut SchemaGenerator) -> Schema,
    /// Headers it may carry that the sample answer does not.
    pub(in crate::http) perhaps: Vec<HeaderName>,
}

impl Outcome {
    /// An answer whose body is a `Body`. The name is short, of small letters and `_`.
    #[must_use]
    pub fn of<Body: JsonSchema>(name: &'static str, meaning: &str, answer: Answer) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<Body>();
        Self { name, meaning: meaning.to_owned(), answer, schema, perhaps: Vec::new() }
    }

    /// An answer that is a page for a person.
    #[must_use]
    pub fn page(name: &'static str, meaning: &str, answer: Answer) -> Self {
        Self::of::<String>(name, meaning, answer)
    }

    /// An answer that is nothing but its body.
    #[must_use]
    pub fn json<Body: JsonSchema + Serialize>(
        name: &'static str,
        meaning: &str,
        status: StatusCode,
        body: &Body,
    ) -> Self {
        Self::of::<Body>(name, meaning, Answer::json(status, body))
    }

    /// With a header that it may carry.
    #[must_use]
    pub fn perhaps_with(mut self, header: HeaderName) -> Self {
        self.perhaps.push(header);
        self
    }
}
