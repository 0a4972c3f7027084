//! An answer on its way out: status, JSON body, headers.

use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers, in addition to those that every answer gets.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A JSON answer, whose type names the charset (security rule S12).
    ///
    /// # Panics
    /// When the body cannot be written as JSON, which no body of ours can cause.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("bodies are made of texts, numbers and lists");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        Self { status, headers, body }
    }

    /// As JSON of a type without a charset, as Django's own answers have it (docs/contracts/accounts.md,
    /// docs/contracts/rest-auth.md): it is UTF-8 by definition (RFC 8259, section 8.1).
    #[must_use]
    pub fn without_charset(self) -> Self {
        self.with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// With a header more, or in place of one of that name.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With a `Set-Cookie` header more.
    #[must_use]
    pub fn with_cookie(mut self, cookie: HeaderValue) -> Self {
        self.headers.append(http::header::SET_COOKIE, cookie);
        self
    }

    /// With `Retry-After`, in whole seconds and never 0.
    #[must_use]
    pub fn with_retry_after(self, wait: Duration) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)))
    }
}

/// A wait in whole seconds, rounded up, at least one: after that long a new try will not be refused.
#[must_use]
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}
