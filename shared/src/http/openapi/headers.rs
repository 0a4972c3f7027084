//! The headers that answers differ by. Those that are the same on every answer are told once, in the
//! document's introduction.

use http::header::{
    ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE, VARY, WWW_AUTHENTICATE, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName};
use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::http::headers::harden;

/// By which a request is found in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// All of them, for the document's components.
#[must_use]
pub fn components() -> IndexMap<String, Value> {
    known().into_iter().map(|(name, header)| (component(&name), header)).collect()
}

/// References to the headers of an answer.
///
/// # Panics
/// Where an answer has one that [`components`] does not describe.
pub(super) fn references(headers: &HeaderMap, perhaps: &[HeaderName]) -> IndexMap<String, Value> {
    let mut all = HeaderMap::new();
    harden(&mut all, "");
    let fixed: Vec<HeaderName> = all.keys().filter(|name| **name != REQUEST_ID).cloned().collect();
    let named = [REQUEST_ID].into_iter().chain(headers.keys().chain(perhaps).cloned());
    let named = named.filter(|name| *name != CONTENT_TYPE && !fixed.contains(name));
    let described = components();
    let reference = |name: HeaderName| {
        let name = component(&name);
        assert!(described.contains_key(&name), "{name} is not described");
        let place = format!("#/components/headers/{name}");
        (name, json!({"$ref": place}))
    };
    named.map(reference).collect()
}

/// A header's name as people write it.
fn component(name: &HeaderName) -> String {
    if *name == WWW_AUTHENTICATE {
        return "WWW-Authenticate".to_owned();
    }
    let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.as_str().split('-').map(capital).collect::<Vec<_>>().join("-")
}

fn known() -> Vec<(HeaderName, Value)> {
    let text = |meaning: &str| json!({"description": meaning, "schema": {"type": "string"}});
    let always = |meaning: &str| {
        let mut header = text(meaning);
        header["required"] = json!(true);
        header
    };
    let seconds = json!({
        "description": "The number of seconds after which a new try will be accepted.",
        "required": true,
        "schema": {"type": "integer", "minimum": 1},
    });
    vec![
        (REQUEST_ID, always("The id of the request in the log.")),
        (ALLOW, always("The methods that the path supports.")),
        (VARY, always("The request headers that the answer may depend on.")),
        (X_FRAME_OPTIONS, always("Who may show the answer in a frame.")),
        (RETRY_AFTER, seconds),
        (WWW_AUTHENTICATE, always("The authentication scheme.")),
        (
            SET_COOKIE,
            text(
                "The session `sessionid` (deployed: `__Host-sessionid`), the CSRF token `csrftoken`, and \
                 after a login from a browser that had none, the mark `dev` (deployed: `__Host-dev`), so \
                 that other people's wrong passwords do not make it wait.",
            ),
        ),
        (LOCATION, text("Where the browser is redirected to.")),
    ]
}
