//! How this group speaks: what every request and every answer of it have in common.

use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::services::sessions::Caller;

use crate::words::Failure;
use crate::{envelope, sessions};

/// The dialect of accounts' contract.
#[derive(Debug)]
pub(crate) struct Accounts;

impl Dialect for Accounts {
    type Failure = Failure;

    const NAME: &'static str = "accounts";
    const KNOWS_COOKIES: bool = true;

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(_endpoint: &Endpoint<Failure>) -> Answer {
        envelope::success("", "")
    }

    fn finish(_request: &Request, answer: Answer) -> Answer {
        envelope::finish(answer)
    }
}
