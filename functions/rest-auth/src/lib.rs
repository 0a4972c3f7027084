//! The group rest-auth: `/rest-auth/*`, `/api/create_users_info/` and `/api/users_display/`, as a
//! Django server with django-rest-auth spoke them (docs/contracts/rest-auth.md).

#[cfg(feature = "openapi")]
mod describing;
mod details;
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
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::services::sessions::Caller;

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

/// The dialect of Django REST framework.
struct RestAuth;

impl Dialect for RestAuth {
    type Failure = Failure;

    const NAME: &'static str = "rest-auth";
    const KNOWS_COOKIES: bool = true;

    fn negotiate(request: &Request) -> Result<(), Failure> {
        Ok(negotiation::negotiate(request)?)
    }

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::description(endpoint.name)
    }

    fn finish(request: &Request, answer: Answer) -> Answer {
        envelope::finish(request, answer)
    }
}
