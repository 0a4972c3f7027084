//! `POST /users/new_industry_bookin/`.

use tally::domain::bookings::Event;
use tally::domain::digits;
use tally::http::answer::Answer;
use tally::http::endpoint::{Exchange, Refusal};
use tally::services::bookings;
use tally::telemetry::Outcome;

use crate::envelope::{Nothing, success};
use crate::fields::{Form, Kind, Presence};
use crate::words::{self, Failure};

/// Books an event for the caller, once.
pub(crate) async fn book(exchange: Exchange) -> Result<Answer, Failure> {
    let mut form = Form::read(&exchange).await?;
    let Exchange { app, caller, .. } = exchange;
    let caller = caller.ok_or(Refusal::NotAuthenticated)?;
    let number = form.text("bookin_type", Presence::Required, Kind::Digits);
    let number = form.accept(number)?;
    let event = digits::whole_number(&number).and_then(|number| Event::numbered(&number));
    let event = event.ok_or(Failure::Documented(words::NO_SUCH_EVENT, Outcome::Invalid))?;
    bookings::book(&app, &caller, event).await?;
    Ok(success(words::BOOKED, Nothing {}))
}
