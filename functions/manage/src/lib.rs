//! The group manage: `/v3_1/manage/*`, the admin console's login and password reset
//! (docs/contracts/manage.md).

mod codes;
#[cfg(feature = "openapi")]
mod describing;
mod dialect;
mod envelope;
mod fields;
#[cfg(feature = "openapi")]
pub mod openapi;
mod passwords;
mod sessions;
mod words;

use axum::Router;
use tally::app::App;
use tally::http::endpoint::Endpoint;

use dialect::Manage;
use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 1] = ["/v3_1/manage/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Manage>(app, ENDPOINTS)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. None looks at its caller: login and reset are how one becomes one.
const ENDPOINTS: &[Endpoint<Failure>] = &[sessions::LOGIN, codes::ENDPOINT, passwords::ENDPOINT];
