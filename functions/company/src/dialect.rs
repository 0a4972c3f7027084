//! How this group speaks: what every request and every answer of it have in common.

use http::Method;
use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::http::session_cookie;
use tally::services::sessions::{self, Caller};

use crate::envelope;
use crate::words::Failure;

/// The dialect of company's contract.
#[derive(Debug)]
pub(crate) struct Company;

impl Dialect for Company {
    type Failure = Failure;

    const NAME: &'static str = "company";
    const KNOWS_COOKIES: bool = true;
    const METHODS: [Method; 6] =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::OPTIONS];

    /// By the session cookie. `Authorization` says nothing in this group.
    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        Ok(sessions::recognise_cookies(app, &session_cookie::presented(app, request)).await?)
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::success(endpoint.name, envelope::Nothing {})
    }

    fn finish(_: &Request, answer: Answer) -> Answer {
        envelope::finish(answer)
    }
}
