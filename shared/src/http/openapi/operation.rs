//! One method of an endpoint, as a client sees it.

use serde_json::{Value, json};

use super::field::Field;
use super::outcome::Outcome;

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) summary: &'static str,
    pub(in crate::http) description: String,
    pub(in crate::http) fields: Option<Vec<Field>>,
    pub(in crate::http) content_types: Option<&'static [&'static str]>,
    pub(in crate::http) parameters: Vec<Parameter>,
    pub(in crate::http) carriers: Option<Vec<&'static [&'static str]>>,
    pub(in crate::http) outcomes: Vec<Outcome>,
}

/// A parameter outside the body.
#[derive(Clone, Debug)]
pub struct Parameter(pub(in crate::http) Value);

impl Parameter {
    /// One of the query.
    #[must_use]
    pub fn query(name: &str, meaning: &str, schema: &Value) -> Self {
        Self(json!({"name": name, "in": "query", "description": meaning, "schema": schema}))
    }

    /// The query by which a logout goes further than this device.
    #[must_use]
    pub fn everywhere() -> Self {
        let schema = json!({"type": "string", "enum": ["true"]});
        Self::query("everywhere", "`true` logs the caller out everywhere, not only on this device.", &schema)
    }

    /// It has to be there.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.0["required"] = json!(true);
        self
    }
}

impl Operation {
    /// What it is called, in small letters and `_` and as no other of the group, and what it does.
    #[must_use]
    pub fn new(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            description: String::new(),
            fields: None,
            content_types: None,
            parameters: Vec::new(),
            carriers: None,
            outcomes: Vec::new(),
        }
    }

    /// What else there is to know; paragraphs are appended one after the other.
    #[must_use]
    pub fn described(mut self, paragraph: &str) -> Self {
        if !self.description.is_empty() {
            self.description.push_str("\n\n");
        }
        self.description.push_str(paragraph);
        self
    }

    /// The fields of its body, in the order of the contract.
    #[must_use]
    pub fn reads(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields = Some(fields.into_iter().collect());
        self
    }

    /// Its body is of these content types instead of the group's.
    #[must_use]
    pub fn of_types(mut self, content_types: &'static [&'static str]) -> Self {
        self.content_types = Some(content_types);
        self
    }

    /// With a parameter outside the body.
    #[must_use]
    pub fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Who may call is told by these instead of the endpoint's caller rule: alternatives, each of
    /// carriers (see [`crate::http::section::Carrier`]) that go together; an empty one means that strangers may.
    #[must_use]
    pub fn carried_by(mut self, alternatives: &[&'static [&'static str]]) -> Self {
        self.carriers = Some(alternatives.to_vec());
        self
    }

    /// The ways it can end, success first; those that are the same for the whole group are added by
    /// themselves.
    #[must_use]
    pub fn answers(mut self, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        self.outcomes.extend(outcomes);
        self
    }
}
