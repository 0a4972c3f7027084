//! The group company: `/users/*`, as company customers' pages call it (contract 003 and its section in
//! contracts/README.md).

mod bookings;
mod codes;
mod contacts;
mod customer;
#[cfg(feature = "openapi")]
mod describing;
mod envelope;
mod form;
mod link_page;
mod mailed_link;
#[cfg(feature = "openapi")]
pub mod openapi;
mod outcome;
mod passwords;
mod phones;
mod registration;
mod sessions;
mod weixin;
mod words;

use axum::Router;
use http::Method;
use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::services::sessions::Caller;
use tally::telemetry::Outcome;

use words::Failure;

/// The paths that belong to this group: everything below each of them, in `template.yaml` and on
/// every host.
pub const PREFIXES: [&str; 1] = ["/users/"];

/// The group's router.
pub fn router(app: App) -> Router {
    tally::http::router::<Company>(app, ENDPOINTS)
}

/// The paths of the group's endpoints, each with its final slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.path)
}

/// The group's endpoints. A cookie that opens nothing is a stranger's, so it is refused only where
/// strangers are.
///
/// Every POST but the one behind the mailed link, which is a form's, reads its body by
/// [`form::read`] or [`form::fields`], which take JSON only.
const ENDPOINTS: &[Endpoint<Failure>] = &[
    registration::REGISTER,
    sessions::LOGIN,
    sessions::LOGOUT,
    codes::SEND,
    codes::CHECK,
    phones::CHANGE,
    passwords::RESET,
    passwords::CHANGE,
    customer::CHANGE_PERSON,
    customer::CHANGE_FIRM,
    customer::CHANGE_RECEIVING,
    customer::SHOW,
    contacts::IS_BOUND,
    contacts::RESEND,
    mailed_link::ENDPOINT,
    contacts::SEND_CODE,
    contacts::CHANGE,
    weixin::IS_BOUND,
    weixin::BIND,
    weixin::UNBIND,
    bookings::BOOK,
];

/// The dialect of contract 003.
struct Company;

impl Dialect for Company {
    type Failure = Failure;

    const NAME: &'static str = "company";
    const KNOWS_COOKIES: bool = true;
    const METHODS: [Method; 6] =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::OPTIONS];

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::success(endpoint.name, envelope::Nothing {})
    }

    fn outcome(failure: &Failure) -> Outcome {
        outcome::of(failure)
    }

    fn say(failure: Failure) -> Answer {
        words::say(failure)
    }

    fn finish(_: &Request, answer: Answer) -> Answer {
        envelope::finish(answer)
    }
}
