//! The OpenAPI document: it is whole, it is the one in the repository, its examples are what it says, and
//! the page that shows it needs nobody else. That no answer is missing in it, the oracle sees in every
//! other test.

use std::path::PathBuf;

use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tests::documented;
use tests::server::Server;

fn document() -> Value {
    serde_json::from_str(&local::openapi::document()).expect("the document is JSON")
}

/// Every operation with its path and method.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("it has paths");
    let of_path = |(path, operations): (&String, &Value)| {
        let operations = operations.as_object().expect("a path has operations").clone();
        let path = path.clone();
        operations.into_iter().map(move |(method, operation)| (path.clone(), method, operation))
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn every_operation_of_every_endpoint_table_is_described_and_no_other() {
    assert_eq!(local::openapi::gaps(), Vec::<String>::new());
}

#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let kept = std::fs::read_to_string(file).unwrap();
    let is_same = kept == local::openapi::document();
    assert!(is_same, "openapi.json is out of date: cargo run -- --openapi > openapi.json");
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used_or_shows_an_outcome() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 100, "{references:?}");
    for reference in &references {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        let place = format!("#/components/schemas/{name}");
        assert!(references.contains(&place), "nothing has the schema {name}");
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect_references(member, found));
        }
        Value::Array(members) => members.iter().for_each(|member| collect_references(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn operations_have_names_of_their_own_and_say_what_they_do() {
    let document = document();
    let operations = operations(&document);
    let mut names: Vec<&str> =
        operations.iter().map(|(.., operation)| operation["operationId"].as_str().unwrap()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    for (path, method, operation) in &operations {
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        let statuses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
        assert!(
            statuses.iter().any(|status| status.starts_with('2') || **status == "303"),
            "{method} {path}"
        );
    }
}

#[test]
fn every_example_has_the_shape_that_the_document_gives_it() {
    let document = document();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let mut checked = 0;
    for (path, method, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = match response["$ref"].as_str() {
                Some(place) => document.pointer(place.strip_prefix('#').unwrap()).unwrap(),
                None => response,
            };
            let Some(content) = response["content"].get("application/json") else { continue };
            for (name, example) in content["examples"].as_object().unwrap() {
                let (body, status) = (example["value"].to_string(), status.parse().unwrap());
                let outcome = documented::check_answer(&method, &path, status, &headers, Some(&body));
                assert_eq!(outcome, Ok(()), "{method} {path}: {name}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn an_answer_that_is_not_described_is_noticed() {
    let check = |status, header: &'static str, body| {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert(header, HeaderValue::from_static("1"));
        documented::check_answer("POST", "/rest-auth/login", status, &headers, Some(body))
    };
    assert_eq!(check(200, "allow", r#"{"key":"0316f71a"}"#), Ok(()));
    for (status, header, body) in [
        (200, "allow", r#"{"key":1}"#),
        (200, "allow", "{}"),
        (200, "allow", r#"{"key":"0316f71a","id":1}"#),
        (200, "x-powered-by", r#"{"key":"0316f71a"}"#),
        (201, "allow", r#"{"key":"0316f71a"}"#),
        (400, "allow", r#"{"password":"This field is required."}"#),
    ] {
        assert!(check(status, header, body).is_err(), "{status} {header} {body}");
    }
}

#[tokio::test]
async fn the_document_and_its_page_are_served_to_this_computer() {
    let server = Server::start().await;
    let client = server.client();
    let answer = client.get("/_local/openapi.json").send().await;
    assert_eq!(answer.code(), 200);
    assert_eq!(answer.text, local::openapi::document());
    let page = client.get("/_local/openapi/").send().await;
    assert_eq!(page.code(), 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self' 'sha256-"), "{policy}");
    for file in page.text.split('"').filter(|part| part.starts_with("/_local/openapi/viewer/")) {
        let asset = client.get(file).send().await;
        assert_eq!(asset.code(), 200, "{file}");
        assert!(asset.text.len() > 10_000, "{file}");
        assert!(asset.header("content-security-policy").is_some(), "{file}");
    }
    assert!(!page.text.contains("://"), "the page asks somebody else: {}", page.text);
    let abroad = client.get("/_local/openapi.json").header("host", "rebound.example.com").send().await;
    assert_eq!(abroad.code(), 403);
}
