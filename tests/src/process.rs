//! The real binaries as processes of their own: built by cargo, and asked over HTTP.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use harness::process::build;
pub use harness::process::{Ended, Tigertally, tally_admin, tigertally};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::answer::Answer;
use crate::lambda_host::Build;
use crate::oracle::{self, Secrets};

/// A client that takes it calmly when nobody answers.
#[derive(Clone, Debug)]
pub struct Caller {
    url: String,
    http: Client<HttpConnector, Body>,
}

/// A function as `cargo build` makes it, unoptimised.
#[must_use]
pub fn function(name: &str) -> PathBuf {
    function_as(name, Build::Dev)
}

/// A function as it is chosen.
#[must_use]
pub fn function_as(name: &str, chosen: Build) -> PathBuf {
    static BINARIES: Mutex<BTreeMap<(String, Build), PathBuf>> = Mutex::new(BTreeMap::new());
    let mut binaries = BINARIES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = binaries.entry((name.to_owned(), chosen));
    let binary = known.or_insert_with(|| match chosen {
        // Among the workspace's default members, whose features `cargo run` builds with as well.
        Build::Dev => build(&["--bin", name]),
        Build::Release => build(&["--release", "--package", name, "--bin", name]),
    });
    binary.clone()
}

/// The function `rest-auth`, as it is deployed. The first build takes minutes.
pub fn rest_auth() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| function_as("rest-auth", Build::Release))
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
