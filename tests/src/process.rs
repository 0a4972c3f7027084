//! The real binaries as processes of their own: built by cargo, and asked over HTTP.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use harness::process::binary;
pub use harness::process::{Ended, Tigertally, tally_admin, tigertally};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::answer::Answer;
use crate::oracle::{self, Secrets};
use crate::template;

/// A client that takes it calmly when nobody answers.
#[derive(Clone, Debug)]
pub struct Caller {
    url: String,
    http: Client<HttpConnector, Body>,
}

/// A function as `sam build` has left it in the folder that `TALLY_BUILT` names, as deployed; where nothing
/// is named, as `cargo build` makes it, unoptimised.
#[must_use]
pub fn function(name: &str) -> PathBuf {
    static BINARIES: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut binaries = BINARIES.lock().unwrap_or_else(PoisonError::into_inner);
    let binary = binaries.entry(name.to_owned()).or_insert_with(|| match built_by_sam(name) {
        Some(bootstrap) => bootstrap,
        None => binary(name),
    });
    binary.clone()
}

fn built_by_sam(name: &str) -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "which builds are tried, is chosen by whoever runs the tests"
    )]
    let folder = std::env::var_os("TALLY_BUILT").filter(|folder| !folder.is_empty())?;
    let function = template::functions().into_iter().find(|function| function.name == name);
    let function = function.expect("every function is in the template");
    let bootstrap = PathBuf::from(folder).join(function.logical_id).join("bootstrap");
    assert!(bootstrap.is_file(), "TALLY_BUILT has no {}: run sam build first", bootstrap.display());
    Some(bootstrap)
}

impl Caller {
    /// A client of that service, of its own.
    #[must_use]
    pub fn of(service: &Tigertally) -> Self {
        Self { url: service.url().to_owned(), http: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Posts JSON; `None` when no whole answer comes back.
    pub async fn post(&self, path: &str, body: &Value) -> Option<Answer> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("the path is part of a URL");
        let response = self.http.request(request).await.ok()?;
        let (parts, body) = response.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.ok()?;
        let text = String::from_utf8(body.to_vec()).expect("an answer is UTF-8");
        let answer =
            Answer { request: format!("POST {path}"), status: parts.status, headers: parts.headers, text };
        oracle::watch(&answer, &Secrets::default(), true);
        Some(answer)
    }
}
