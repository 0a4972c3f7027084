//! The group rest-auth: `/rest-auth/*`, `/api/create_users_info/` and `/api/users_display/`, as a
//! Django server with django-rest-auth spoke them (contract 002 and rest-auth.md).

mod details;
mod envelope;
mod fields;
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
use tally::http::endpoint::{Dialect, Endpoint, Guarded, Open, Welcoming, described};
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::telemetry::Outcome;

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
    Endpoint::at("/rest-auth/registration/", "Register")
        .post(Welcoming(&registration::register), described!(openapi::register)),
    Endpoint::at("/rest-auth/login/", "Login").post(Welcoming(&sessions::login), described!(openapi::login)),
    // Whatever is presented, the answer is the same (contract 002).
    Endpoint::at("/rest-auth/logout/", "Logout")
        .get(Open(&sessions::logout), described!(openapi::logout_by_get))
        .post(Open(&sessions::logout), described!(openapi::logout)),
    Endpoint::at("/rest-auth/password/change/", "Password Change")
        .post(Guarded(&passwords::change), described!(openapi::change_password)),
    Endpoint::at("/api/create_users_info/", "Create Users Info")
        .post(Guarded(&details::create), described!(openapi::create_details)),
    Endpoint::at("/api/users_display/", "Users Display")
        .get(Guarded(&details::show), described!(openapi::show_details))
        .put(Guarded(&details::replace), described!(openapi::replace_details))
        .patch(Guarded(&details::amend), described!(openapi::amend_details)),
];

/// The dialect of Django REST framework.
struct RestAuth;

impl Dialect for RestAuth {
    type Failure = Failure;

    const NAME: &'static str = "rest-auth";
    const KNOWS_COOKIES: bool = true;

    fn negotiate(request: &Request) -> Result<(), Failure> {
        negotiation::negotiate(request)
    }

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::description(endpoint.name)
    }

    fn outcome(failure: &Failure) -> Outcome {
        words::outcome(failure)
    }

    fn say(failure: Failure) -> Answer {
        words::say(failure)
    }

    fn finish(request: &Request, answer: Answer) -> Answer {
        envelope::finish(request, answer)
    }
}
