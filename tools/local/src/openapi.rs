//! The OpenAPI document of the whole stack: what each group tells of itself, put together.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Value, json};
use tally::http::openapi::{self as groups, Described, Response};
use tally::http::section::{Section, Written};

/// What holds for all groups.
const INTRODUCTION: &str = "One pool of users behind five account APIs, each with its own wire \
    dialect. A user who registers through one group can log in through every group that knows one of \
    their identifiers; changing a password or freezing a user through one takes effect in all at once.\n\n\
    * Every path is served with and without its final slash; HEAD is answered like GET, and OPTIONS lists \
    what there is.\n\
    * Unknown fields are ignored. A repeated field is refused.\n\
    * Answers are UTF-8. Their `Content-Type` says so, except in accounts and rest-auth, where it is \
    `application/json` alone.\n\
    * In addition to the headers listed for each response, every answer has `Cache-Control: no-store`, \
    `X-Content-Type-Options: nosniff`, `Referrer-Policy: no-referrer`, `Strict-Transport-Security` and a \
    `Content-Security-Policy` that lets nothing run.\n\
    * Only pages of origins that the deployment trusts may read the answers (CORS).\n\
    * The examples are real answers of the service, about made-up people.";

#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    tags: Vec<Value>,
    paths: IndexMap<String, IndexMap<String, Written>>,
    components: Components,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Components {
    security_schemes: IndexMap<String, Value>,
    headers: IndexMap<String, Value>,
    responses: IndexMap<String, Response>,
    schemas: IndexMap<String, Described>,
}

/// What each group tells of itself.
fn sections() -> [Section; 5] {
    [
        accounts::openapi::section(),
        manage::openapi::section(),
        rest_auth::openapi::section(),
        company::openapi::section(),
        charity::openapi::section(),
    ]
}

/// The document, printed for people. It is written when it is asked for first: a service starts without it.
///
/// # Panics
/// Never: all that is in it can be written as JSON.
#[must_use]
pub fn document() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(write);
    &DOCUMENT
}

fn write() -> String {
    let mut document = Document {
        openapi: "3.1.1",
        info: info(),
        servers: servers(),
        tags: Vec::new(),
        paths: IndexMap::default(),
        components: Components { headers: groups::headers(), ..Components::default() },
    };
    for section in sections() {
        document.tags.push(section.tag);
        document.paths.extend(section.paths);
        document.components.security_schemes.extend(section.security_schemes);
        document.components.responses.extend(section.responses);
        document.components.schemas.extend(section.schemas);
    }
    let text = serde_json::to_string_pretty(&document).expect("a document is made of texts and lists");
    text + "\n"
}

fn info() -> Value {
    json!({
        "title": "Tigertally",
        "version": env!("CARGO_PKG_VERSION"),
        "description": INTRODUCTION,
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

fn servers() -> Value {
    json!([
        {"url": "/", "description": "Where this document is served."},
        {
            "url": "https://{api}.execute-api.{region}.amazonaws.com",
            "description": "A deployment behind its API Gateway.",
            "variables": {"api": {"default": "example"}, "region": {"default": "us-east-1"}},
        },
    ])
}
