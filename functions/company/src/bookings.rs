//! `POST /users/new_industry_bookin/`.

use tally::app::App;
use tally::domain::bookings::Event;
use tally::domain::digits;
use tally::http::answer::Answer;
use tally::http::request::Request;
use tally::services::bookings;
use tally::services::sessions::Caller;
use tally::telemetry::Outcome;

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::words::{self, Failure};

/// Books an event for the caller, once.
pub(crate) async fn book(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let mut form = Form::read(&request).await?;
    let number = form.text("bookin_type", Presence::Required, Kind::Digits);
    let number = form.accept(number)?;
    let event = digits::whole_number(&number).and_then(|number| Event::numbered(&number));
    let event = event.ok_or(Failure::Documented(words::NO_SUCH_EVENT, Outcome::Invalid))?;
    bookings::book(&app, &caller, event).await?;
    Ok(success(words::BOOKED, Nothing {}))
}
