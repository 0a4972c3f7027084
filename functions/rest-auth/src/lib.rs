//! The group rest-auth: `/rest-auth/*`, `/api/create_users_info/` and `/api/users_display/`, as a
//! Django server with django-rest-auth spoke them (docs/contracts/rest-auth.md).

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
use http::Method;
use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{CallerRule, Dialect, Endpoint, Operation};
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::telemetry::Outcome;

use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 2] = ["/rest-auth/", "/api/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<RestAuth>(app)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    Endpoint {
        path: "/rest-auth/registration/",
        name: "Register",
        allow: "POST, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(registration::register(exchange)),
        }],
    },
    Endpoint {
        path: "/rest-auth/login/",
        name: "Login",
        allow: "POST, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(sessions::login(exchange)),
        }],
    },
    Endpoint {
        path: "/rest-auth/logout/",
        name: "Logout",
        allow: "GET, POST, HEAD, OPTIONS",
        // Whatever is presented, the answer is the same (docs/contracts/rest-auth.md).
        caller: CallerRule::Ignored,
        operations: &[
            Operation { method: Method::GET, handler: |exchange| Box::pin(sessions::logout(exchange)) },
            Operation { method: Method::POST, handler: |exchange| Box::pin(sessions::logout(exchange)) },
        ],
    },
    Endpoint {
        path: "/rest-auth/password/change/",
        name: "Password Change",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(passwords::change(exchange)),
        }],
    },
    Endpoint {
        path: "/api/create_users_info/",
        name: "Create Users Info",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(details::create(exchange)),
        }],
    },
    Endpoint {
        path: "/api/users_display/",
        name: "Users Display",
        allow: "GET, PUT, PATCH, HEAD, OPTIONS",
        caller: CallerRule::Required,
        operations: &[
            Operation {
                method: Method::GET,
                handler: |exchange| Box::pin(async { details::show(exchange) }),
            },
            Operation { method: Method::PUT, handler: |exchange| Box::pin(details::replace(exchange)) },
            Operation { method: Method::PATCH, handler: |exchange| Box::pin(details::amend(exchange)) },
        ],
    },
];

/// The dialect of Django REST framework.
struct RestAuth;

impl Dialect for RestAuth {
    type Failure = Failure;

    const NAME: &'static str = "rest-auth";
    const KNOWS_COOKIES: bool = true;

    fn endpoints() -> &'static [Endpoint<Failure>] {
        ENDPOINTS
    }

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
