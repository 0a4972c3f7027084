//! The page on which a developer reads the captured codes, and the same list as JSON.
//!
//! Codes open accounts, so the routes answer only to a browser that asked for this computer by a loopback name.
//! Without that check any web site could point its own name at 127.0.0.1 and read them as its own pages.

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY};
use axum::http::header::{HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::inbox::Inbox;

const SCRIPT: &str = include_str!("inbox_page/script.js");
const STYLE: &str = include_str!("inbox_page/style.css");
const MARKUP: &str = include_str!("inbox_page/page.html");

/// `GET /_local/` and `GET /_local/messages`, to be merged into the router that serves the account APIs.
pub fn router(inbox: Inbox) -> Router {
    let page = MARKUP.replace("/*style*/", STYLE).replace("/*script*/", SCRIPT);
    let policy = content_security_policy();
    Router::new()
        .route("/_local", get(|| async { Redirect::temporary("/_local/") }))
        .route(
            "/_local/",
            get(move || async move {
                let headers =
                    [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, &policy)];
                (headers, page.clone()).into_response()
            }),
        )
        .route("/_local/messages", get(messages))
        .layer(middleware::from_fn(keep_private))
        .with_state(inbox)
}

async fn messages(State(inbox): State<Inbox>) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], Json(inbox.messages())).into_response()
}

/// Only the page's own script may run.
///
/// Styles are free because a captured mail, shown in a frame, inherits this policy and brings its own; images may be
/// inline only, so that opening a mail asks nobody for anything.
fn content_security_policy() -> String {
    let hash = BASE64.encode(&Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Answers to this computer only, and with the headers of a private page.
pub(crate) async fn keep_private(request: Request, next: Next) -> Response {
    let mut response = if is_for_this_computer(request.uri(), request.headers()) {
        next.run(request).await
    } else {
        let hint =
            "This page answers to 127.0.0.1, localhost and [::1] only; open it by one of these names.\n";
        (StatusCode::FORBIDDEN, hint).into_response()
    };
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}

/// Exactly one `Host`, and every name in the request a loopback name.
fn is_for_this_computer(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    host.is_some_and(is_loopback)
        && hosts.next().is_none()
        && uri.authority().is_none_or(|authority| is_loopback(authority.as_str()))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        // The last colon of a bare "[::1]" is inside the brackets.
        Some((name, port)) if !port.ends_with(']') => {
            if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
                return false;
            }
            name
        }
        _ => host,
    };
    name == "127.0.0.1" || name == "[::1]" || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::{Body, to_bytes};
    use jiff::Timestamp;
    use tower::ServiceExt;

    use super::*;
    use crate::inbox::Sms;

    async fn get_page(path: &str, host: &str) -> (StatusCode, HeaderMap, String) {
        let inbox = Inbox::new(Arc::new(|| Timestamp::UNIX_EPOCH));
        _ = inbox.capture_sms(Sms { text: "</script><b>123456".to_owned(), ..Sms::default() });
        let request = Request::get(path).header(HOST, host).body(Body::empty()).unwrap();
        let (parts, body) = router(inbox).oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn loopback_names_with_any_port_are_loopback() {
        for host in ["127.0.0.1", "127.0.0.1:3000", "localhost", "LocalHost:1", "[::1]", "[::1]:3000"] {
            assert!(is_loopback(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not_loopback() {
        let foreign = [
            "",
            ":",
            "example.com",
            "example.com:3000",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "localhost:",
            "localhost:80a",
            "localhost:80:80",
            "::1",
            "[::1",
            "[::2]",
            "127.0.0.2",
            "0.0.0.0",
            "user@localhost",
            "localhost.",
            " localhost",
            "localhost]",
            "localhost:]",
        ];
        for host in foreign {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[tokio::test]
    async fn a_foreign_host_reads_neither_page_nor_messages() {
        for path in ["/_local", "/_local/", "/_local/messages"] {
            let (status, _, body) = get_page(path, "rebound.example.com:3000").await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
            assert!(!body.contains("123456"));
        }
    }

    #[tokio::test]
    async fn two_hosts_are_refused() {
        let mut headers = HeaderMap::new();
        headers.append(HOST, "localhost".parse().unwrap());
        assert!(is_for_this_computer(&Uri::from_static("/"), &headers));
        assert!(!is_for_this_computer(&Uri::from_static("http://example.com/"), &headers));
        headers.append(HOST, "localhost".parse().unwrap());
        assert!(!is_for_this_computer(&Uri::from_static("/"), &headers));
    }

    #[tokio::test]
    async fn the_page_carries_no_message_and_allows_its_own_script_only() {
        let (status, headers, body) = get_page("/_local/", "localhost:3000").await;
        assert_eq!(status, StatusCode::OK);
        assert!(!body.contains("123456"), "messages come by fetch, never as markup");
        let script = body.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
        let hash = BASE64.encode(&Sha256::digest(script));
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains(&format!("script-src 'sha256-{hash}';")), "{policy}");
    }

    #[tokio::test]
    async fn messages_are_json_and_the_bare_path_redirects() {
        let (_, headers, body) = get_page("/_local/messages", "[::1]:3000").await;
        assert_eq!(headers[CONTENT_TYPE], "application/json; charset=utf-8");
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert!(body.starts_with("[{\"id\":"));
        let (status, headers, _) = get_page("/_local", "127.0.0.1").await;
        assert_eq!(status, StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(headers["location"], "/_local/");
    }
}
