//! The group rest-auth: `/rest-auth/*`, `/api/create_users_info/` and `/api/users_display/`, as a
//! Django server with django-rest-auth spoke them (docs/contracts/rest-auth.md).

#[cfg(feature = "openapi")]
mod describing;
mod details;
mod dialect;
mod envelope;
mod form;
mod negotiation;
#[cfg(feature = "openapi")]
pub mod openapi;
mod passwords;
mod registration;
mod sessions;
mod words;

use axum::Router;
use tally::app::App;
use tally::http::endpoint::Endpoint;

use dialect::RestAuth;
use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 2] = ["/rest-auth/", "/api/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<RestAuth>(app, ENDPOINTS)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    registration::ENDPOINT,
    sessions::LOGIN,
    sessions::LOGOUT,
    passwords::ENDPOINT,
    details::CREATE,
    details::ENDPOINT,
];
