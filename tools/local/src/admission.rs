//! Which browsers may come in. Nothing here asks who somebody is: signatures are not checked and the inbox holds
//! codes, so whatever a page of another site could send has to be turned away at the door.
//!
//! Any web site can point a name of its own at 127.0.0.1 and read the answers as its own pages; so `Host` has to be
//! a name of this computer. Any page can send requests here; so what a browser marks as another page's is refused,
//! save for the APIs themselves, which decide by rules of their own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tally::http::origin::called;

/// The name by which containers call the computer that runs them.
const NAME_IN_CONTAINERS: &str = "host.docker.internal";

/// The names of this computer, besides those of loopback, under which a port answers.
#[derive(Clone, Debug)]
pub(crate) struct Names(Arc<[String]>);

impl Names {
    /// The addresses that a port listens on.
    pub(crate) fn of(addresses: &[SocketAddr]) -> Self {
        Self(addresses.iter().map(|address| host(*address)).collect())
    }

    /// The same, and the name that containers use.
    pub(crate) fn with_containers(addresses: &[SocketAddr]) -> Self {
        let addresses = addresses.iter().map(|address| host(*address));
        Self(addresses.chain([NAME_IN_CONTAINERS.to_owned()]).collect())
    }

    /// Exactly one `Host`, and every name in the request one of this computer's.
    pub(crate) fn include(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        host.is_some_and(|host| self.include_host(host))
            && hosts.next().is_none()
            && uri.authority().is_none_or(|authority| self.include_host(authority.as_str()))
    }

    fn include_host(&self, host: &str) -> bool {
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
        let own = ["localhost", "127.0.0.1", "[::1]"];
        own.into_iter().chain(self.0.iter().map(String::as_str)).any(|own| name.eq_ignore_ascii_case(own))
    }
}

fn host(address: SocketAddr) -> String {
    let ip = address.ip();
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

/// Turns away whoever came by a name that is not of this computer.
pub(crate) async fn admit_names(State(names): State<Names>, request: Request, next: Next) -> Response {
    if names.include(request.uri(), request.headers()) {
        return next.run(request).await;
    }
    let hint =
        "This service answers to localhost, 127.0.0.1 and [::1] only; call it by one of these names.\n";
    (StatusCode::FORBIDDEN, hint).into_response()
}

/// Turns away other sites' pages, and all pages but the own ones from whatever changes something.
pub(crate) async fn admit_own_pages(
    State(trusted): State<Arc<[String]>>,
    request: Request,
    next: Next,
) -> Response {
    if may_read(request.headers(), &trusted)
        && (is_safe(request.method()) || is_own_or_none(request.headers()))
    {
        return next.run(request).await;
    }
    let hint = "Another site's page or link has led here; type the address yourself.\n";
    (StatusCode::FORBIDDEN, hint).into_response()
}

/// Whether a browser sent the request on behalf of any page, be it of this computer.
pub(crate) fn is_of_a_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || site(headers).is_some_and(|site| site != "none")
}

fn is_safe(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

fn may_read(headers: &HeaderMap, trusted: &[String]) -> bool {
    if names_own_origin(headers) {
        return true;
    }
    match origin(headers) {
        Some(named) => trusted.contains(&named),
        None => !headers.contains_key(ORIGIN) && site(headers) != Some("cross-site"),
    }
}

fn is_own_or_none(headers: &HeaderMap) -> bool {
    let site_is_own = site(headers).is_none_or(|site| site == "same-origin" || site == "none");
    site_is_own && (names_own_origin(headers) || !headers.contains_key(ORIGIN))
}

/// The one `Origin` of a request, in lower case.
pub(crate) fn origin(headers: &HeaderMap) -> Option<String> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let named = origins.next().and_then(|origin| origin.to_str().ok())?.to_ascii_lowercase();
    origins.next().is_none().then_some(named)
}

/// Whether the page is of the very host that was called.
pub(crate) fn names_own_origin(headers: &HeaderMap) -> bool {
    origin(headers).is_some_and(|named| called(headers, "http") == Some(named))
}

/// Where a browser says the page is, compared with what it calls.
fn site(headers: &HeaderMap) -> Option<&str> {
    headers.get("sec-fetch-site").map(HeaderValue::to_str).map(|site| site.unwrap_or("cross-site"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let lines = lines.iter().map(|(name, value)| {
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        });
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        headers
    }

    fn names() -> Names {
        Names::of(&["127.0.0.1:3000".parse().unwrap()])
    }

    #[test]
    fn names_of_this_computer_are_let_in_with_any_port() {
        for host in ["127.0.0.1", "127.0.0.1:3000", "localhost", "LocalHost:1", "[::1]", "[::1]:3000"] {
            assert!(names().include_host(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
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
            "host.docker.internal",
            "172.17.0.1",
        ];
        for host in foreign {
            assert!(!names().include_host(host), "{host}");
        }
    }

    #[test]
    fn containers_have_a_name_for_it_and_a_bridge_its_address() {
        let names = Names::with_containers(&["172.17.0.1:8000".parse().unwrap()]);
        for host in ["host.docker.internal:8000", "HOST.docker.internal", "172.17.0.1:8000", "localhost:8000"]
        {
            assert!(names.include_host(host), "{host}");
        }
        for host in ["docker.internal", "host.docker.internal.example.com", "172.17.0.2:8000"] {
            assert!(!names.include_host(host), "{host}");
        }
    }

    #[test]
    fn two_hosts_no_host_and_a_foreign_target_are_refused() {
        let names = names();
        let one = headers(&[("host", "localhost")]);
        assert!(names.include(&Uri::from_static("/"), &one));
        assert!(names.include(&Uri::from_static("http://localhost:3000/"), &one));
        assert!(!names.include(&Uri::from_static("http://example.com/"), &one));
        assert!(!names.include(&Uri::from_static("/"), &headers(&[])));
        assert!(
            !names.include(&Uri::from_static("/"), &headers(&[("host", "localhost"), ("host", "localhost")]))
        );
    }

    type Headers = &'static [(&'static str, &'static str)];

    /// What a browser says, whether it may read, and whether it may change something.
    const PAGES: [(Headers, bool, bool); 13] = [
        (&[], true, true),
        (&[("sec-fetch-site", "none")], true, true),
        (&[("sec-fetch-site", "same-origin")], true, true),
        (&[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-origin")], true, true),
        (&[("origin", "HTTP://LOCALHOST:3000")], true, true),
        (&[("origin", "http://localhost:5173"), ("sec-fetch-site", "same-site")], true, false),
        (&[("sec-fetch-site", "same-site")], true, false),
        (&[("sec-fetch-site", "cross-site")], false, false),
        (&[("origin", "http://localhost:4000"), ("sec-fetch-site", "same-site")], false, false),
        (&[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], false, false),
        (&[("origin", "https://localhost:3000")], false, false),
        (&[("origin", "null")], false, false),
        (&[("origin", "http://localhost:3000"), ("origin", "https://evil.example")], false, false),
    ];

    #[test]
    fn own_and_trusted_pages_read_and_own_ones_alone_change() {
        let trusted = ["http://localhost:5173".to_owned()];
        for (lines, reads, changes) in PAGES {
            let mut said = headers(lines);
            said.insert(HOST, HeaderValue::from_static("localhost:3000"));
            assert_eq!(may_read(&said, &trusted), reads, "{lines:?}");
            assert_eq!(may_read(&said, &trusted) && is_own_or_none(&said), changes, "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_page_says_nothing_or_that_somebody_typed_the_address() {
        assert!(!is_of_a_page(&headers(&[])));
        assert!(!is_of_a_page(&headers(&[("sec-fetch-site", "none")])));
        for site in ["same-origin", "same-site", "cross-site", "\u{e9}"] {
            let mut said = HeaderMap::new();
            said.insert("sec-fetch-site", HeaderValue::from_bytes(site.as_bytes()).unwrap());
            assert!(is_of_a_page(&said), "{site}");
        }
        assert!(is_of_a_page(&headers(&[("origin", "http://localhost:3000")])));
    }
}
