//! Cross-origin resource sharing: which pages of other origins may read our answers.
//!
//! Exactly the trusted origins of the configuration, compared letter for letter; never `null`, never
//! a wildcard, since sessions travel with the requests (security rule S11).

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::answer::Answer;
use super::origin;
use crate::config::Config;

/// The request headers that a page may set: ours, the one by which front ends of Django's servers mark their
/// scripts, and those by which a trace goes on in the browser (W3C Trace Context and Baggage, X-Ray, B3,
/// Sentry). None has an effect here but ours.
const REQUEST_HEADERS: &str = "authorization, b3, baggage, content-type, sentry-trace, token, traceparent, \
    tracestate, x-amzn-trace-id, x-csrftoken, x-request-id, x-requested-with";

/// The answer headers that a page may read in addition to the usual ones.
const ANSWER_HEADERS: &str = "retry-after, x-request-id";

/// How long a browser may remember the answer to a preflight, in seconds.
const REMEMBERED: &str = "600";

/// The origin of a trusted page, if one sent the request.
#[must_use]
pub(super) fn trusted_origin(headers: &HeaderMap, config: &Config) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    origin::is_trusted(config, origin.to_str().ok()?).then(|| origin.clone())
}

/// The answer to a preflight, if the request is one of a trusted page.
pub(super) fn preflight(method: &Method, headers: &HeaderMap, allow: &HeaderValue) -> Option<Answer> {
    if method != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let answer = Answer { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: Vec::new() };
    Some(
        answer
            .with_header(ACCESS_CONTROL_ALLOW_METHODS, allow.clone())
            .with_header(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS))
            .with_header(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED)),
    )
}

/// Lets a trusted page read the answer.
pub(super) fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    let Some(origin) = origin else {
        return;
    };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWER_HEADERS));
    // One header: the gateway keeps only the first of repeated ones.
    let vary = headers.get(VARY).and_then(|vary| vary.to_str().ok());
    let vary = vary.map_or_else(|| "Origin".to_owned(), |vary| format!("{vary}, Origin"));
    if let Ok(vary) = HeaderValue::from_str(&vary) {
        headers.insert(VARY, vary);
    }
}
