//! The page on which a developer reads the captured codes, and the same list as JSON.
//!
//! Codes open accounts, so whoever serves these routes has to keep other sites' pages from them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::inbox::Inbox;

const SCRIPT: &str = include_str!("inbox_page/script.js");
const STYLE: &str = include_str!("inbox_page/style.css");
const MARKUP: &str = include_str!("inbox_page/page.html");

/// `GET /_local/`, and `GET` and `DELETE /_local/messages`, to be merged into the router that serves the account
/// APIs.
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
        .route("/_local/messages", get(messages).delete(clear))
        .with_state(inbox)
}

async fn messages(State(inbox): State<Inbox>) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], Json(inbox.messages())).into_response()
}

async fn clear(State(inbox): State<Inbox>) -> StatusCode {
    inbox.clear();
    StatusCode::NO_CONTENT
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

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{HeaderMap, Request};
    use jiff::Timestamp;
    use tally::clock::Clock;
    use tower::ServiceExt;

    use super::*;
    use crate::inbox::Message;

    fn inbox() -> Inbox {
        let inbox = Inbox::new(Clock::manual(Timestamp::UNIX_EPOCH));
        _ = inbox.capture(Message { text: "</script><b>123456".to_owned(), ..Message::default() });
        inbox
    }

    async fn get_page(path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (parts, body) = router(inbox()).oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_page_carries_no_message_and_allows_its_own_script_only() {
        let (status, headers, body) = get_page("/_local/").await;
        assert_eq!(status, StatusCode::OK);
        assert!(!body.contains("123456"), "messages come by fetch, never as markup");
        let script = body.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
        let hash = BASE64.encode(&Sha256::digest(script));
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains(&format!("script-src 'sha256-{hash}';")), "{policy}");
    }

    #[tokio::test]
    async fn messages_are_json_and_the_bare_path_redirects() {
        let (_, headers, body) = get_page("/_local/messages").await;
        assert_eq!(headers[CONTENT_TYPE], "application/json; charset=utf-8");
        assert!(body.starts_with("[{\"id\":"));
        let (status, headers, _) = get_page("/_local").await;
        assert_eq!(status, StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(headers["location"], "/_local/");
    }

    #[tokio::test]
    async fn the_inbox_is_cleared_on_demand() {
        let inbox = inbox();
        let request = Request::delete("/_local/messages").body(Body::empty()).unwrap();
        let response = router(inbox.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(inbox.messages(), []);
    }

    #[test]
    fn the_page_asks_nobody_else_for_anything() {
        for part in [MARKUP, STYLE] {
            assert!(
                !part.contains("http://") && !part.contains("https://") && !part.contains("//"),
                "{part}"
            );
        }
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("import"));
    }
}
