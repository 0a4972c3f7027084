//! The group charity: `/user/*`, a charity's administrators, donors and volunteers
//! (docs/contracts/charity.md).

mod administration;
#[cfg(feature = "openapi")]
mod describing;
mod details;
mod dialect;
mod envelope;
mod fields;
#[cfg(feature = "openapi")]
pub mod openapi;
mod passwords;
mod registration;
mod search;
mod sessions;
mod words;

use axum::Router;
use tally::app::App;
use tally::http::endpoint::Endpoint;

use dialect::Charity;
use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 1] = ["/user/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Charity>(app, ENDPOINTS)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. What each of them lets whom do is in `domain/permission.rs`.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    registration::REGISTER,
    sessions::LOGIN,
    sessions::LOGOUT,
    administration::CHANGE_ROLE,
    administration::CHANGE_STANDING,
    passwords::CHANGE,
    details::RENAME,
    search::SEARCH,
    details::SHOW,
];
