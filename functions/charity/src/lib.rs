//! The group charity: `/user/*`, a charity's administrators, donors and volunteers
//! (docs/contracts/charity.md).

mod administration;
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
use http::Method;
use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{CallerRule, Dialect, Endpoint, Operation};
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
    tally::http::router::<Charity>(app)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. What each of them lets whom do is in `domain/permission.rs`.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    Endpoint {
        path: "/user/register/",
        name: "注册",
        allow: "POST, OPTIONS",
        // It looks at the caller where an administrator is to be registered, and else not at all.
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(registration::register(exchange)),
        }],
    },
    Endpoint {
        path: "/user/login/",
        name: "登录",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(sessions::login(exchange)),
        }],
    },
    Endpoint {
        path: "/user/logout/",
        name: "登出",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(sessions::logout(exchange)),
        }],
    },
    Endpoint {
        path: "/user/permission/",
        name: "更改账号权限",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(administration::change_role(exchange)),
        }],
    },
    Endpoint {
        path: "/user/status/",
        name: "更改账号状态",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(administration::change_standing(exchange)),
        }],
    },
    Endpoint {
        path: "/user/changepassword/",
        name: "更改密码",
        allow: "POST, OPTIONS",
        caller: CallerRule::Ignored,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(passwords::change(exchange)),
        }],
    },
    Endpoint {
        path: "/user/changeinformation/",
        name: "更改账号信息",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(details::rename(exchange)),
        }],
    },
    Endpoint {
        path: "/user/search/",
        name: "按条件查询用户",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(search::search(exchange)),
        }],
    },
    Endpoint {
        path: "/user/getuser/",
        name: "获取用户信息",
        allow: "POST, OPTIONS",
        caller: CallerRule::Required,
        operations: &[Operation {
            method: Method::POST,
            handler: |exchange| Box::pin(details::show(exchange)),
        }],
    },
];

/// The dialect of the charity.
struct Charity;

impl Dialect for Charity {
    type Failure = Failure;

    const NAME: &'static str = "charity";
    const KNOWS_COOKIES: bool = false;

    fn endpoints() -> &'static [Endpoint<Failure>] {
        ENDPOINTS
    }

    fn negotiate(_: &Request) -> Result<(), Failure> {
        Ok(())
    }

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

    fn finish(_: &Request, answer: Answer) -> Answer {
        answer
    }
}
