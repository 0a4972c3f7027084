//! Whether an answer is one that the OpenAPI document tells of: its status, its headers and its body.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use http::HeaderMap;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::answer::Answer;

/// Headers that the document tells of once, in its introduction, or that are HTTP's own affair.
const EVERYWHERE: [&str; 15] = [
    "content-type",
    "content-length",
    "date",
    "connection",
    "transfer-encoding",
    "cache-control",
    "x-content-type-options",
    "strict-transport-security",
    "content-security-policy",
    "referrer-policy",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
];

/// Told there as well, with the others of CORS.
const EXPOSED: &str = "access-control-expose-headers";

/// The document, and the validators that were asked for so far.
struct Book {
    document: Value,
    validators: Mutex<BTreeMap<String, &'static Validator>>,
}

fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(|| {
        let document = serde_json::from_str(local::openapi::document()).expect("the document is JSON");
        Book { document, validators: Mutex::default() }
    })
}

/// Checks an answer of a group. What cannot be told from an answer is passed over: raw requests, whose
/// method and path nobody noted, and OPTIONS, which the document tells of in its introduction.
pub fn check(answer: &Answer) -> Result<(), String> {
    let mut words = answer.request.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(()) };
    let path = target.split('?').next().unwrap_or_default();
    let body = if method == "HEAD" { None } else { Some(answer.text.as_str()) };
    check_answer(method, path, answer.code(), &answer.headers, body)
}

/// The same of the parts of an answer; without a body, that of HEAD.
pub fn check_answer(
    method: &str,
    path: &str,
    status: u16,
    headers: &HeaderMap,
    body: Option<&str>,
) -> Result<(), String> {
    let Some(place) = place(method, path, status)? else { return Ok(()) };
    let book = book();
    let response = book.document.pointer(&place).ok_or_else(|| format!("there is no {place}"))?;
    for name in headers.keys().map(http::HeaderName::as_str) {
        let told = response["headers"].as_object().into_iter().flat_map(serde_json::Map::keys);
        let is_told = told.into_iter().any(|told| told.eq_ignore_ascii_case(name));
        let is_of_cors = name == "vary" && headers.contains_key("access-control-allow-origin");
        if !is_told && !is_of_cors && !EVERYWHERE.contains(&name) && name != EXPOSED {
            return Err(format!("{place} has no header {name}"));
        }
    }
    let Some(body) = body else { return Ok(()) };
    let content = response["content"].as_object();
    let media = content.into_iter().flatten().find(|(kind, _)| {
        let found = headers.get("content-type").and_then(|found| found.to_str().ok());
        found.is_some_and(|found| found.split(';').next() == Some(kind.as_str()))
    });
    let Some((kind, _)) = media else {
        return if body.is_empty() { Ok(()) } else { Err(format!("{place} has no such content")) };
    };
    let body: Value = if kind.starts_with("text/") {
        Value::from(body)
    } else {
        serde_json::from_str(body).map_err(|error| format!("the body is no JSON: {error}"))?
    };
    let validator = book.validator(&format!("{place}/content/{}/schema", escaped(kind)));
    validator.validate(&body).map_err(|error| format!("{place}: {error} at {}", error.instance_path()))
}

/// Where in the document the response stands, as a JSON pointer; none for a request that the document
/// tells of in its introduction alone.
fn place(method: &str, path: &str, status: u16) -> Result<Option<String>, String> {
    let paths = &book().document["paths"];
    let path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    if method == "OPTIONS" {
        return Ok(None);
    }
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_ascii_lowercase() };
    let Some(operations) = paths[&path].as_object() else {
        // A path that is none of ours; what else may happen to it happens to every path.
        return Ok(None);
    };
    let own = format!("/paths/{}/{method}/responses/{status}", escaped(&path));
    let found =
        if operations.contains_key(&method) { own } else { of_group(operations, status).unwrap_or(own) };
    let said = book().document.pointer(&found).ok_or_else(|| format!("there is no {found}"))?;
    let there = said["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
    Ok(Some(there.map_or(found, str::to_owned)))
}

/// Where any operation of the same group has such a response: what is answered to a method that the path does
/// not have, is what the group says around all of them.
fn of_group(operations: &serde_json::Map<String, Value>, status: u16) -> Option<String> {
    let tag = &operations.values().next()?["tags"];
    let status = status.to_string();
    let paths = book().document["paths"].as_object()?;
    paths.iter().find_map(|(path, operations)| {
        let operations = operations.as_object()?.iter();
        let has_it =
            |operation: &Value| operation["tags"] == *tag && !operation["responses"][&status].is_null();
        let (method, _) = operations.into_iter().find(|(_, operation)| has_it(operation))?;
        Some(format!("/paths/{}/{method}/responses/{status}", escaped(path)))
    })
}

/// A name as part of a JSON pointer (RFC 6901, section 3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Book {
    /// The validator of a schema, made when it is asked for first.
    fn validator(&self, place: &str) -> &'static Validator {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        validators.entry(place.to_owned()).or_insert_with(|| {
            let schema = self.document.pointer(place).expect("the response has a schema").clone();
            let mut whole = json!({"components": {"schemas": self.document["components"]["schemas"]}});
            whole["allOf"] = json!([schema]);
            let validator = jsonschema::validator_for(&tight(whole)).expect("the schema is one");
            Box::leak(Box::new(validator))
        })
    }
}

/// The same schema, in which nothing may be that it does not name.
fn tight(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut members: serde_json::Map<String, Value> =
                members.into_iter().map(|(name, member)| (name, tight(member))).collect();
            let is_open = members.contains_key("properties") && !members.contains_key("allOf");
            if is_open && members.get("type") == Some(&json!("object")) {
                members.entry("unevaluatedProperties").or_insert(json!(false));
            }
            Value::Object(members)
        }
        Value::Array(members) => members.into_iter().map(tight).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema,
    }
}
