//! The OpenAPI document: it is whole, it is the one in the repository, its examples are what it says, and
//! the page that shows it needs nobody else. That no answer is missing in it, the oracle sees in every
//! other test.

use std::path::PathBuf;

use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tests::documented;
use tests::server::Server;

fn document() -> Value {
    serde_json::from_str(local::openapi::document()).expect("the document is JSON")
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
fn every_path_of_every_endpoint_table_is_described_and_no_other() {
    let tables = accounts::paths().chain(manage::paths()).chain(rest_auth::paths());
    let mut tables: Vec<&str> = tables.chain(company::paths()).chain(charity::paths()).collect();
    tables.sort_unstable();
    let document = document();
    let mut described: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    described.sort_unstable();
    assert_eq!(described, tables);
}

#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let kept = std::fs::read_to_string(file).unwrap();
    let is_same = kept == local::openapi::document();
    assert!(is_same, "openapi.json is out of date: cargo run -- --openapi > openapi.json");
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 100, "{references:?}");
    for reference in &references {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
    for kind in ["schemas", "responses", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let place = format!("#/components/{kind}/{name}");
            assert!(references.contains(&place), "nothing has {place}");
        }
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
        for member in ["summary", "description"] {
            assert!(says_something(&operation[member]), "{method} {path}: {member}");
        }
        let statuses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
        assert!(
            statuses.iter().any(|status| status.starts_with('2') || **status == "303"),
            "{method} {path}"
        );
    }
}

fn says_something(text: &Value) -> bool {
    text.as_str().is_some_and(|text| !text.is_empty())
}

#[test]
fn a_body_is_json_to_generators_and_its_other_types_are_told_in_words() {
    let mut forms = 0;
    for (path, method, operation) in operations(&document()) {
        let Some(body) = operation.get("requestBody") else { continue };
        let types: Vec<&String> = body["content"].as_object().unwrap().keys().collect();
        assert_eq!(types, ["application/json"], "{method} {path}");
        let described = body["description"].as_str().unwrap();
        let takes_forms = !path.starts_with("/users/") || path == "/users/bind_email/";
        assert_eq!(described.contains("multipart/form-data"), takes_forms, "{method} {path}: {described}");
        forms += usize::from(takes_forms);
    }
    assert!(forms > 10, "{forms}");
}

#[test]
fn every_list_tells_what_is_in_it_and_every_field_what_it_means() {
    fn look(value: &Value, place: &str, document: &Value) {
        if value["type"] == "array" {
            assert!(value.get("items").is_some(), "{place} is a list of anything");
        }
        for (name, field) in value["properties"].as_object().into_iter().flatten() {
            let meaning = field.get("description").or_else(|| {
                let place = field["$ref"].as_str()?.strip_prefix('#')?;
                document.pointer(place)?.get("description")
            });
            assert!(meaning.is_some_and(says_something), "{place}: {name} has no meaning");
        }
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| look(member, &format!("{place}/{name}"), document));
            }
            Value::Array(members) => members.iter().for_each(|member| look(member, place, document)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    look(&document["components"]["schemas"], "schemas", &document);
    look(&document["paths"], "paths", &document);
}

#[test]
fn what_a_code_or_a_status_can_be_is_listed() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut listed = 0;
    for (name, schema) in schemas.iter().filter(|(name, _)| !name.ends_with("_request")) {
        for field in ["code", "status"] {
            let Some(mut field) = schema["properties"].get(field) else { continue };
            if let Some(place) = field["$ref"].as_str() {
                field = document.pointer(place.strip_prefix('#').unwrap()).unwrap();
            }
            assert!(field.get("const").or(field.get("enum")).is_some(), "{name}: {field}");
            listed += 1;
        }
    }
    assert!(listed > 20, "{listed}");
    // Where the code is the status, these are the statuses that the group answers, and no others.
    for (group, code) in [("charity", "charity.Refused/properties/code"), ("manage", "manage.Status")] {
        let mut answered: Vec<u64> = operations(&document)
            .iter()
            .filter(|(.., operation)| operation["tags"][0] == group)
            .flat_map(|(.., operation)| operation["responses"].as_object().unwrap().keys().cloned())
            .map(|status| status.parse().unwrap())
            .filter(|status| *status != 200)
            .collect();
        answered.sort_unstable();
        answered.dedup();
        let told = document.pointer(&format!("/components/schemas/{code}/enum")).unwrap();
        assert_eq!(*told, serde_json::json!(answered), "{group}");
    }
}

#[test]
fn generators_find_every_tag_scheme_and_refusal_told() {
    let document = document();
    for tag in document["tags"].as_array().unwrap() {
        assert!(says_something(&tag["description"]), "{tag}");
    }
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    for (path, method, operation) in operations(&document) {
        for name in
            operation["security"].as_array().unwrap().iter().flat_map(|way| way.as_object().unwrap().keys())
        {
            assert!(schemes.contains_key(name), "{method} {path}: {name}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let there = response["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
            let response = there.map_or(response, |place| document.pointer(place).unwrap());
            let schema = &response["content"]["application/json"]["schema"];
            let is_page = response["content"].get("text/html").is_some();
            assert!(schema.is_object() || is_page, "{method} {path}: {status} has no shape");
        }
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
