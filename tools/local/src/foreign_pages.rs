//! Tells a developer on the terminal which page was refused, and what lets it in: a browser says only that
//! something went wrong.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use tally::config::{self, trusted_origin};

use crate::admission::{names_own_origin, origin};

/// How many origins are told. Whoever has more is no page that is being written.
const MOST: usize = 20;

/// How long an origin is at most, in bytes: a host name and a port are shorter.
const LONGEST: usize = 300;

/// What the functions' rule is about, and who has been told already.
#[derive(Clone, Debug)]
pub(crate) struct ForeignPages {
    trusted: Arc<[String]>,
    told: Arc<Mutex<HashSet<String>>>,
}

impl ForeignPages {
    /// Pages are foreign unless they are the service's own or of one of these origins.
    pub(crate) fn besides(trusted: Arc<[String]>) -> Self {
        Self { trusted, told: Arc::default() }
    }

    /// What to say about a request; nothing if no foreign page sent it, or one whose origin was told before.
    fn word(&self, headers: &HeaderMap) -> Option<String> {
        let origin = origin(headers)?;
        if names_own_origin(headers) || self.trusted.contains(&origin) {
            return None;
        }
        // What anybody sends reaches the terminal only if it is nothing but an origin.
        if origin != "null" && !is_printable(&origin) {
            return None;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() == MOST || !told.insert(origin.clone()) {
            return None;
        }
        let mut word = if origin == "null" {
            "refused a page without an origin, such as a file that was opened: serve it by http".to_owned()
        } else if trusted_origin(&origin).is_some() {
            format!("refused a page from {origin}: start with --origin {origin} to let it in")
        } else {
            format!("refused a page from {origin}: serve it by https, or from this computer")
        };
        if told.len() == MOST {
            _ = write!(word, " (no further origins will be reported)");
        }
        Some(word)
    }
}

/// Nothing that a terminal or a shell would read as more than an origin.
fn is_printable(origin: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_[]".contains(&byte);
    let is_origin = || config::origin(origin).is_some();
    origin.len() <= LONGEST && origin.bytes().all(is_plain) && is_origin()
}

/// Watches what goes through; changes nothing.
pub(crate) async fn watch(State(pages): State<ForeignPages>, request: Request, next: Next) -> Response {
    if let Some(word) = pages.word(request.headers()) {
        tracing::warn!("{word}");
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn pages() -> ForeignPages {
        ForeignPages::besides(["http://localhost:5173".to_owned()].into())
    }

    fn word(pages: &ForeignPages, origin: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("localhost:3000"));
        headers.insert("origin", HeaderValue::from_bytes(origin.as_bytes()).unwrap());
        pages.word(&headers)
    }

    #[test]
    fn a_foreign_page_is_told_once_with_what_lets_it_in() {
        let pages = pages();
        let told = "refused a page from http://localhost:4000: start with --origin http://localhost:4000 to let it in";
        assert_eq!(word(&pages, "http://localhost:4000").as_deref(), Some(told));
        assert_eq!(word(&pages, "HTTP://localhost:4000"), None);
        assert!(word(&pages, "null").unwrap().contains("without an origin"));
        assert!(word(&pages, "http://shop.example").unwrap().contains("by https"));
        assert_eq!(word(&pages, "http://localhost:3000"), None, "the own page");
        assert_eq!(word(&pages, "http://localhost:5173"), None, "a trusted one");
        assert_eq!(pages.word(&HeaderMap::new()), None, "no page at all");
    }

    #[test]
    fn what_is_no_origin_is_not_repeated() {
        let long = format!("http://{}.example", "a".repeat(LONGEST));
        for odd in [
            "",
            "*",
            "evil",
            "http://a.example/path",
            "http://a.example\t",
            "http://$(id)",
            "http://a;id",
            "http://é",
            &long,
        ] {
            assert_eq!(word(&pages(), odd), None, "{odd:?}");
        }
    }

    #[test]
    fn a_flood_of_origins_ends() {
        let pages = pages();
        let told: Vec<String> =
            (0..100).filter_map(|number| word(&pages, &format!("http://{number}.example"))).collect();
        assert_eq!(told.len(), MOST);
        assert!(told[MOST - 1].contains("no further origins"));
    }
}
