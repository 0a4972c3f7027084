//! Which page a browser says it is acting for.

use http::header::{HOST, ORIGIN, REFERER};

use super::request::Request;
use crate::config::Config;

/// What a browser's headers say about where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// No browser said anything, or it named this service or a trusted origin.
    Own,
    /// It names another origin.
    OtherOrigin,
    /// It says the request crosses from another site.
    CrossSite,
}

/// Reads `Sec-Fetch-Site`, `Origin` and, failing that, `Referer`.
///
/// The own origin is the host the browser itself put into `Host`: a page cannot forge that, while
/// `X-Forwarded-Host` and its like are never looked at.
#[must_use]
pub fn provenance(request: &Request, config: &Config) -> Provenance {
    if names_trusted(request, config) {
        return Provenance::Own;
    }
    let named = named(request);
    if request.header("sec-fetch-site") == Some("cross-site") {
        return Provenance::CrossSite;
    }
    match named {
        None => Provenance::Own,
        Some(origin) if Some(&origin) == own_origin(request, config).as_ref() => Provenance::Own,
        Some(_) => Provenance::OtherOrigin,
    }
}

/// Whether the request comes from a page of a trusted origin.
#[must_use]
pub fn names_trusted(request: &Request, config: &Config) -> bool {
    named(request).is_some_and(|origin| config.trusted_origins.contains(&origin))
}

/// Whether a browser only fetches ahead of time what nobody has asked for yet.
#[must_use]
pub fn is_prefetch(request: &Request) -> bool {
    let says = |name: &str| request.header(name).is_some_and(|value| value.contains("prefetch"));
    says("sec-purpose") || says("purpose")
}

/// The origin of the page that the browser names.
fn named(request: &Request) -> Option<String> {
    request.header(ORIGIN).map(str::to_ascii_lowercase).or_else(|| referring_origin(request))
}

fn own_origin(request: &Request, config: &Config) -> Option<String> {
    let (scheme, default_port) = if config.secure_cookies { ("https", ":443") } else { ("http", ":80") };
    let host = request.header(HOST)?.to_ascii_lowercase();
    Some(format!("{scheme}://{}", host.strip_suffix(default_port).unwrap_or(&host)))
}

/// The origin of the referring page. A referrer that cannot be read is nobody's own.
fn referring_origin(request: &Request) -> Option<String> {
    let referer = request.header(REFERER)?;
    let (scheme, rest) = referer.split_once("://").unwrap_or(("", referer));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    Some(format!("{scheme}://{host}").to_ascii_lowercase())
}
