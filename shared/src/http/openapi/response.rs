//! The answers of one status, with an example of every outcome.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, StatusCode};
use indexmap::IndexMap;
use schemars::SchemaGenerator;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::headers;
use super::outcome::Outcome;
use super::schema;

/// A response, or where it stands.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Said {
    /// Here.
    Here(Response),
    /// Among the components of the document.
    There {
        /// The place.
        #[serde(rename = "$ref")]
        place: String,
    },
}

/// All outcomes of one status.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Response {
    description: String,
    headers: IndexMap<String, Value>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    content: IndexMap<String, Media>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Media {
    schema: Value,
    examples: IndexMap<String, Example>,
}

#[derive(Clone, Debug, Serialize)]
struct Example {
    summary: String,
    value: Box<RawValue>,
}

impl Response {
    /// The response of outcomes that have one status.
    ///
    /// # Panics
    /// When a body is not the JSON that it says it is.
    pub(in crate::http) fn new(outcomes: &[Outcome], group: &str, generator: &mut SchemaGenerator) -> Self {
        let description = match outcomes {
            [only] => only.meaning.clone(),
            several => {
                several.iter().map(|outcome| format!("* {}", outcome.meaning)).collect::<Vec<_>>().join("\n")
            }
        };
        let perhaps: Vec<HeaderName> = outcomes.iter().flat_map(|outcome| outcome.perhaps.clone()).collect();
        let all: HeaderMap = outcomes
            .iter()
            .flat_map(|outcome| outcome.answer.headers.clone())
            .filter_map(|(name, value)| Some((name?, value)))
            .collect();
        let mut content = IndexMap::default();
        let with_body = || outcomes.iter().filter(|outcome| !outcome.answer.body.is_empty());
        for kind in with_body().filter_map(|outcome| outcome.answer.headers.get(CONTENT_TYPE)) {
            let of_kind =
                || with_body().filter(|outcome| outcome.answer.headers.get(CONTENT_TYPE) == Some(kind));
            let schemas = of_kind().map(|outcome| (outcome.schema)(generator).to_value());
            let schemas = schemas.map(|schema| schema::of_group(schema, group)).collect();
            let media = Media { schema: schema::any_of(schemas), examples: of_kind().map(example).collect() };
            let kind = kind.to_str().expect("a content type of ours is ASCII");
            // Which charset it names is the same for all answers, and told in the introduction.
            content.entry(kind.split(';').next().unwrap_or_default().to_owned()).or_insert(media);
        }
        Self { description, headers: headers::references(&all, &perhaps), content }
    }

    /// The name of the first outcome that has a body.
    pub(in crate::http) fn first(&self) -> Option<&str> {
        Some(self.content.first()?.1.examples.first()?.0)
    }
}

impl PartialEq for Example {
    fn eq(&self, other: &Self) -> bool {
        self.summary == other.summary && self.value.get() == other.value.get()
    }
}

fn example(outcome: &Outcome) -> (String, Example) {
    let is_page =
        outcome.answer.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/"));
    let value = if is_page {
        let text = String::from_utf8_lossy(&outcome.answer.body);
        serde_json::value::to_raw_value(&text).expect("a text has a JSON form")
    } else {
        serde_json::from_slice(&outcome.answer.body).expect("the body of an outcome is JSON")
    };
    (outcome.name.to_owned(), Example { summary: outcome.meaning.clone(), value })
}

/// Outcomes by their statuses, in ascending order.
pub(in crate::http) fn by_status(outcomes: &[Outcome]) -> Vec<(StatusCode, Vec<Outcome>)> {
    let mut statuses: Vec<StatusCode> = outcomes.iter().map(|outcome| outcome.answer.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let of = |status: StatusCode| {
        let mut same: Vec<Outcome> = Vec::new();
        for outcome in outcomes.iter().filter(|outcome| outcome.answer.status == status) {
            if same.iter().all(|other| other.name != outcome.name) {
                same.push(outcome.clone());
            }
        }
        (status, same)
    };
    statuses.into_iter().map(of).collect()
}
