//! The shapes of this group's answers, as Django REST framework renders them.

use http::header::{VARY, X_FRAME_OPTIONS};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use tally::http::answer::Answer;
use tally::http::field_errors::FieldErrors;
use tally::http::request::Request;

use crate::negotiation;

/// `{"detail": …}`: one message about the whole request.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Detail<'a> {
    /// The message, for people.
    detail: &'a str,
}

/// An answer of one sentence.
pub(crate) fn detail(status: StatusCode, detail: &str) -> Answer {
    Answer::json(status, &Detail { detail })
}

/// `{"key": …}`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Key<'a> {
    /// The user's key, the same on every device, for `Authorization: Token …`.
    pub(crate) key: &'a str,
}

/// The name under which Django reports what concerns no single field.
const WHOLE_BODY: &str = "non_field_errors";

/// One sentence about the body as a whole.
pub(crate) fn whole_body(sentence: &str) -> FieldErrors {
    FieldErrors::of(WHOLE_BODY, sentence)
}

/// What OPTIONS tells about an endpoint.
#[derive(Serialize)]
struct Description<'a> {
    name: &'a str,
    description: &'a str,
    renders: [&'a str; 1],
    parses: [&'a str; 3],
}

/// The answer to OPTIONS.
pub(crate) fn description(name: &str) -> Answer {
    let parses = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
    let description = Description { name, description: "", renders: ["application/json"], parses };
    Answer::json(StatusCode::OK, &description)
}

/// The headers of every answer of the framework, and the body as it renders it.
pub(crate) fn finish(request: &Request, mut answer: Answer) -> Answer {
    if let Some(indent) = negotiation::indent(request) {
        answer.body = indented(&answer.body, indent);
    }
    answer.body = without_line_separators(answer.body);
    answer
        .without_charset()
        .with_header(VARY, HeaderValue::from_static("Accept, Cookie"))
        .with_header(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"))
}

/// `Accept: application/json; indent=4` asks for so many blanks per level.
fn indented(body: &[u8], indent: usize) -> Vec<u8> {
    let blanks = " ".repeat(indent);
    let mut pretty = Vec::with_capacity(2 * body.len());
    let formatter = PrettyFormatter::with_indent(blanks.as_bytes());
    let mut serializer = serde_json::Serializer::with_formatter(&mut pretty, formatter);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match serde_transcode::transcode(&mut deserializer, &mut serializer) {
        Ok(()) => pretty,
        Err(_) => body.to_vec(),
    }
}

/// U+2028 and U+2029 end a line in old JavaScript; the framework escapes them.
fn without_line_separators(body: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(body) {
        Ok(text) if text.contains(['\u{2028}', '\u{2029}']) => {
            text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029").into_bytes()
        }
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}
