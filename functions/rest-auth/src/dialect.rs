//! How this group speaks: what every request and every answer of it have in common.

use tally::app::App;
use tally::http::answer::Answer;
use tally::http::endpoint::{Dialect, Endpoint};
use tally::http::request::Request;
use tally::services::sessions::Caller;

use crate::words::Failure;
use crate::{envelope, negotiation, sessions};

/// The dialect of Django REST framework.
#[derive(Debug)]
pub(crate) struct RestAuth;

impl Dialect for RestAuth {
    type Failure = Failure;

    const NAME: &'static str = "rest-auth";
    const KNOWS_COOKIES: bool = true;

    fn negotiate(request: &Request) -> Result<(), Failure> {
        Ok(negotiation::negotiate(request)?)
    }

    async fn recognise(app: &App, request: &Request) -> Result<Option<Caller>, Failure> {
        sessions::recognise(app, request).await
    }

    fn describe(endpoint: &Endpoint<Failure>) -> Answer {
        envelope::description(endpoint.name)
    }

    fn finish(request: &Request, answer: Answer) -> Answer {
        envelope::finish(request, answer)
    }
}
