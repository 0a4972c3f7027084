//! The group charity: `/user/*`, a charity's administrators, donors and volunteers (contract 004).

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
use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint, Guarded, Open, described};
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
    // It looks at the caller where an administrator is to be registered, and else not at all.
    Endpoint::at("/user/register/", "注册")
        .post(Open(&registration::register), described!(openapi::registration::register)),
    Endpoint::at("/user/login/", "登录").post(Open(&sessions::login), described!(openapi::sessions::login)),
    Endpoint::at("/user/logout/", "登出")
        .post(Guarded(&sessions::logout), described!(openapi::sessions::logout)),
    Endpoint::at("/user/permission/", "更改账号权限")
        .post(Guarded(&administration::change_role), described!(openapi::administration::change_role)),
    Endpoint::at("/user/status/", "更改账号状态").post(
        Guarded(&administration::change_standing),
        described!(openapi::administration::change_standing),
    ),
    Endpoint::at("/user/changepassword/", "更改密码")
        .post(Open(&passwords::change), described!(openapi::passwords::change)),
    Endpoint::at("/user/changeinformation/", "更改账号信息")
        .post(Guarded(&details::rename), described!(openapi::details::rename)),
    Endpoint::at("/user/search/", "按条件查询用户")
        .post(Guarded(&search::search), described!(openapi::search::search)),
    Endpoint::at("/user/getuser/", "获取用户信息")
        .post(Guarded(&details::show), described!(openapi::details::show)),
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
