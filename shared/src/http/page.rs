//! The few answers that are pages for a person to read: self-contained, without a script.
//!
//! A page names the digest of its own style and where its form may lead, and nothing else of it works
//! in a browser. Its form is sent with the page's origin, by which the service knows its own pages.

use data_encoding::BASE64;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

use super::answer::Answer;
use crate::courier::{Language, escape};

/// A page's style: legible on any screen, in light and dark.
const STYLE: &str = include_str!("page.css");

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Its language.
    pub language: Language,
    /// Its title, as text.
    pub title: &'a str,
    /// What stands in it, as HTML.
    pub body: &'a str,
    /// The origin to which its form may be redirected, apart from its own.
    pub sends_on_to: Option<&'a str>,
}

impl Page<'_> {
    /// The page as an answer.
    #[must_use]
    pub fn answer(&self, status: StatusCode) -> Answer {
        let Self { language, title, body, sends_on_to } = self;
        let lang = match language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        };
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
             </head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n",
            escape(title)
        );
        let digest = BASE64.encode(&Sha256::digest(STYLE));
        let also = sends_on_to.map(|origin| format!(" {origin}")).unwrap_or_default();
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'{also}; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        // A browser leaves the origin out of a form's request where no referrer may be told.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        Answer { status, headers, body: html.into_bytes() }
    }
}

/// The origin of an absolute http or https URL.
#[must_use]
pub fn origin_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_plain =
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    is_plain.then(|| &url[..url.len() - rest.len() + host.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_absolute_url_has_an_origin() {
        assert_eq!(origin_of("https://a.example:8443/x?y"), Some("https://a.example:8443"));
        assert_eq!(origin_of("http://localhost:3000"), Some("http://localhost:3000"));
        for none in ["/", "ftp://a.example", "https://", "https://a b/", "https://a;b/"] {
            assert_eq!(origin_of(none), None, "{none}");
        }
    }

    #[test]
    fn a_page_may_send_its_form_and_do_nothing_else() {
        let page = Page { language: Language::English, title: "<t>", body: "", sends_on_to: None };
        let answer = page.answer(StatusCode::OK);
        let policy = answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("form-action 'self';") && !policy.contains("script-src"), "{policy}");
        assert!(String::from_utf8(answer.body).unwrap().contains("<title>&lt;t&gt;</title>"));
    }
}
