//! How this group speaks: what every request and every answer of it have in common.

use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::services::sessions::Caller;

use crate::envelope::Nothing;
use crate::words::Failure;
use crate::{envelope, sessions};

/// The dialect of the charity.
#[derive(Debug)]
pub(crate) struct Charity;

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
}
