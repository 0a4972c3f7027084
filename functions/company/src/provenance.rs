//! Which pages may send requests that change something (security rules K18, X-01 to X-06).
//!
//! The cookie is `SameSite=Lax`, a POST has to be JSON, which no page of another origin sends without
//! being asked, and the browser's own word about the page is checked here.

use tally::app::App;
use tally::http::origin::{self, Provenance};
use tally::http::request::Request;

use crate::words::Failure;

/// Refuses a POST that a page of another origin sent.
pub(crate) fn check_post(app: &App, request: &Request) -> Result<(), Failure> {
    match origin::provenance(request, &app.config) {
        Provenance::Own => Ok(()),
        Provenance::OtherOrigin | Provenance::CrossSite => Err(Failure::Foreign),
    }
}

/// Refuses a GET that has an effect, unless a page of ours or a trusted one asks for it, or the person
/// typed it: a link elsewhere carries the cookie along, an image may be a link (security rule K3).
pub(crate) fn check_link(app: &App, request: &Request) -> Result<(), Failure> {
    refuse_prefetch(request)?;
    check_post(app, request)?;
    let is_near = matches!(request.header("sec-fetch-site"), None | Some("same-origin" | "none"));
    if is_near || origin::names_trusted(request, &app.config) { Ok(()) } else { Err(Failure::Foreign) }
}

/// Refuses what a browser fetches before anybody asked for it. It is told so, because an answer that
/// it kept would be shown to the person later without anything having happened.
pub(crate) fn refuse_prefetch(request: &Request) -> Result<(), Failure> {
    if origin::is_prefetch(request) { Err(Failure::Prefetch) } else { Ok(()) }
}
