//! The group manage: `/v3_1/manage/*`, the admin console's login and password reset
//! (docs/contracts/manage.md).

mod codes;
mod envelope;
mod fields;
#[cfg(feature = "openapi")]
pub mod openapi;
mod passwords;
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
pub const PREFIXES: [&str; 1] = ["/v3_1/manage/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Manage>(app)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. None looks at its caller: login and reset are how one becomes one.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    Endpoint {
        path: "/v3_1/manage/login/",
        name: "admin 用户登陆",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(sessions::login(exchange)),
        }],
    },
    Endpoint {
        path: "/v3_1/manage/verCode/",
        name: "获取验证码",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation { method: Method::POST, handler: |exchange| Box::pin(codes::ask(exchange)) }],
    },
    Endpoint {
        path: "/v3_1/manage/password/reset/",
        name: "重置密码",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(passwords::reset(exchange)),
        }],
    },
];

/// The dialect of the admin console.
struct Manage;

impl Dialect for Manage {
    type Failure = Failure;

    const NAME: &'static str = "manage";
    const KNOWS_COOKIES: bool = false;

    fn endpoints() -> &'static [Endpoint<Failure>] {
        ENDPOINTS
    }

    fn negotiate(_: &Request) -> Result<(), Failure> {
        Ok(())
    }

    async fn recognise(_: &App, _: &Request) -> Result<Option<Caller>, Failure> {
        Ok(None)
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::success(endpoint.name, envelope::Nothing {})
    }

    fn outcome(failure: &Failure) -> Outcome {
        words::outcome(failure)
    }

    fn say(failure: Failure) -> Answer {
        words::say(failure)
    }

    fn finish(_: &Request, answer: Answer) -> Answer {
        answer
    }
}
