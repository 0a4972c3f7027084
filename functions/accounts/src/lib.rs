//! The group accounts: `/api/accounts/*`, as a company's web pages call it (docs/contracts/accounts.md).

mod contacts;
mod csrf;
#[cfg(feature = "openapi")]
mod describing;
mod dialect;
mod envelope;
mod form;
#[cfg(feature = "openapi")]
pub mod openapi;
mod passwords;
mod registration;
mod sessions;
mod words;

use axum::Router;
use tally::app::App;
use tally::http::endpoint::Endpoint;

use dialect::Accounts;
use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 1] = ["/api/accounts/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Accounts>(app, ENDPOINTS)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. None refuses strangers by itself: a missing CSRF token goes before a
/// missing session.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    csrf::ENDPOINT,
    sessions::LOGIN,
    sessions::LOGOUT,
    registration::ENDPOINT,
    contacts::ENDPOINT,
    passwords::ENDPOINT,
];
