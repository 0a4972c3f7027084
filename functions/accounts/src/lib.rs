//! The group accounts: `/api/accounts/*`, as a company's web pages call it (docs/contracts/accounts.md).

mod contacts;
mod csrf;
mod envelope;
mod fields;
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
pub const PREFIXES: [&str; 1] = ["/api/accounts/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Accounts>(app)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. None refuses strangers by itself: a missing CSRF token goes before a
/// missing session.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    Endpoint {
        path: "/api/accounts/get_token/",
        name: "get_token",
        allow: "GET, HEAD, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::GET,
            handler: |exchange| Box::pin(async move { Ok(csrf::get_token(&exchange)) }),
        }],
    },
    Endpoint {
        path: "/api/accounts/login/",
        name: "login",
        allow: "POST, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(sessions::login(exchange)),
        }],
    },
    Endpoint {
        path: "/api/accounts/logout/",
        name: "logout",
        allow: "GET, POST, HEAD, OPTIONS",
        // Refused before anybody is looked up, and answered alike for everybody.
        caller: CallerRule::Ignored,
        operations: &[
            Operation { method: Method::GET, handler: |exchange| Box::pin(sessions::logout(exchange)) },
            Operation { method: Method::POST, handler: |exchange| Box::pin(sessions::logout(exchange)) },
        ],
    },
    Endpoint {
        path: "/api/accounts/register/",
        name: "register",
        allow: "POST, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(registration::register(exchange)),
        }],
    },
    Endpoint {
        path: "/api/accounts/account_change/",
        name: "account_change",
        allow: "GET, POST, HEAD, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[
            Operation {
                method: Method::GET,
                handler: |exchange| Box::pin(async { contacts::show(exchange) }),
            },
            Operation { method: Method::POST, handler: |exchange| Box::pin(contacts::change(exchange)) },
        ],
    },
    Endpoint {
        path: "/api/accounts/password_change/",
        name: "password_change",
        allow: "POST, OPTIONS",
        caller: CallerRule::Welcome,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(passwords::change(exchange)),
        }],
    },
];

/// The dialect of accounts' contract.
struct Accounts;

impl Dialect for Accounts {
    type Failure = Failure;

    const NAME: &'static str = "accounts";
    const KNOWS_COOKIES: bool = true;

    fn endpoints() -> &'static [Endpoint<Failure>] {
        ENDPOINTS
    }

    /// There is only JSON, whatever the client says it accepts.
    fn negotiate(_request: &Request) -> Result<(), Failure> {
        Ok(())
    }

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(_endpoint: &Endpoint<Failure>) -> Answer {
        envelope::success("", "")
    }

    fn outcome(failure: &Failure) -> Outcome {
        words::outcome(failure)
    }

    fn say(failure: Failure) -> Answer {
        words::say(failure)
    }

    fn finish(_request: &Request, answer: Answer) -> Answer {
        envelope::finish(answer)
    }
}
