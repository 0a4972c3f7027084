//! How this group speaks: what every request and every answer of it have in common.

use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::services::sessions::Caller;

use crate::envelope;
use crate::words::Failure;

/// The dialect of the admin console.
#[derive(Debug)]
pub(crate) struct Manage;

impl Dialect for Manage {
    type Failure = Failure;

    const NAME: &'static str = "manage";
    const KNOWS_COOKIES: bool = false;

    async fn recognise(_: &App, _: &Request) -> Result<Option<Caller>, Failure> {
        Ok(None)
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::success(endpoint.name, envelope::Nothing {})
    }
}
