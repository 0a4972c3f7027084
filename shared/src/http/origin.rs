//! Which page a browser says it is acting for, and whether that page may have anything done (trust rule 5).
//!
//! All that is asked of a request here is what its browser says: nothing is looked up, so that what is
//! refused costs nobody anything.

use http::header::{AsHeaderName, HOST, ORIGIN, REFERER};
use http::{HeaderMap, Method};

use super::request::Request;
use super::session_cookie;
use crate::config::{self, Config};

/// Whether a browser marks the request as one of a page that is neither the service's own nor trusted.
///
/// The origin decides; where there is none, the browser's word that the request crosses sites; where
/// there is neither, the referring page, but only beside a session cookie: some programs that are no
/// browsers name a page of their maker's and cannot help it.
#[must_use]
pub(super) fn is_foreign(request: &Request, config: &Config) -> bool {
    if request.headers.contains_key(ORIGIN) {
        return !all(request, ORIGIN, |origin| is_own(request, config, origin) || is_trusted(config, origin));
    }
    if let Some(site) = request.header(SITE) {
        return site == "cross-site";
    }
    let is_near = |referer: &str| {
        let origin = origin_of(referer);
        is_own(request, config, &origin) || is_trusted(config, &origin)
    };
    request.headers.contains_key(REFERER)
        && session_cookie::is_presented(request, config)
        && !all(request, REFERER, is_near)
}

/// Whether a request may have the effect that its endpoint is for. One with a method that is not safe may,
/// since a foreign one was refused before. A GET with an effect acts for the service's own
/// pages, for a trusted one that names itself, and for what was typed; never for a link or an image
/// elsewhere, for a HEAD, or for a browser that only fetches ahead (security rule S10).
#[must_use]
pub fn may_act(request: &Request, config: &Config) -> bool {
    if is_prefetch(request) || request.method == Method::HEAD || is_foreign(request, config) {
        return false;
    }
    let is_near = matches!(request.header(SITE), None | Some("same-origin" | "none"));
    let names_itself = request.headers.contains_key(ORIGIN);
    !request.is_safe() || is_near || names_itself
}

/// Whether a browser only fetches ahead of time what nobody has asked for yet.
#[must_use]
pub fn is_prefetch(request: &Request) -> bool {
    let says = |name: &&str| {
        request
            .header(*name)
            .is_some_and(|value| ["prefetch", "preview"].iter().any(|word| value.contains(word)))
    };
    // The last three are what browsers said before there was the first.
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(says)
}

/// Whether pages of that origin are trusted. Browsers write it in lower case; who does not is no worse.
pub(super) fn is_trusted(config: &Config, origin: &str) -> bool {
    config.trusted_origins.iter().any(|trusted| trusted.eq_ignore_ascii_case(origin))
}

/// By which the browser tells how far the page is from the service.
const SITE: &str = "sec-fetch-site";

/// The own origin is the one the service is known by, and the host the browser itself put into `Host`: a
/// page cannot forge that, while `X-Forwarded-Host` and its like are never looked at.
fn is_own(request: &Request, config: &Config, origin: &str) -> bool {
    let is_known = config.public_url.as_ref().is_some_and(|url| url.eq_ignore_ascii_case(origin));
    let scheme = if config.secure_cookies { "https" } else { "http" };
    is_known || called(&request.headers, scheme).is_some_and(|called| called.eq_ignore_ascii_case(origin))
}

/// The origin of the host that a browser has called by that scheme, as browsers write it.
#[must_use]
pub fn called(headers: &HeaderMap, scheme: &str) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    config::origin(&format!("{scheme}://{host}"))
}

/// Whether that holds for all values of a header, each of which can be read.
fn all(request: &Request, name: impl AsHeaderName, holds: impl Fn(&str) -> bool) -> bool {
    request.headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(&holds))
}

/// The origin of the referring page. A referrer that cannot be read counts as foreign.
fn origin_of(referer: &str) -> String {
    let (scheme, rest) = referer.split_once("://").unwrap_or(("", referer));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}")
}
