//! The group charity: `/user/*`, a charity's administrators, donors and volunteers (contract 004).

mod administration;
#[cfg(feature = "openapi")]
mod describing;
mod details;
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
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::telemetry::Outcome;

use envelope::Nothing;
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

/// The dialect of the charity.
struct Charity;

impl Dialect for Charity {
    type Failure = Failure;

    const NAME: &'static str = "charity";
    const KNOWS_COOKIES: bool = false;

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(_: &Endpoint<Failure>) -> Answer {
        envelope::success(Nothing {})
    }

    fn outcome(failure: &Failure) -> Outcome {
        words::outcome(failure)
    }

    fn say(failure: Failure) -> Answer {
        words::say(failure)
    }
}
