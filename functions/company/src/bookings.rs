//! `POST /users/new_industry_bookin/`.

use tally::app::App;
use tally::domain::bookings::Event;
use tally::domain::digits;
use tally::http::answer::Answer;
use tally::http::endpoint::{Endpoint, Guarded, described};
use tally::http::request::Request;
use tally::services::bookings;
use tally::services::sessions::Caller;
use tally::telemetry::Outcome;

use crate::envelope::{Nothing, success};
use crate::form::{self, Form, Kind};
use crate::words::{self, Failure};

pub(crate) const BOOK: Endpoint<Failure> = Endpoint::at("/users/new_industry_bookin/", "申请新行业活动报名")
    .post(Guarded(&book), described!(describe::book));

fn book_form(form: &mut Form<'_>) -> Option<String> {
    form.text("bookin_type", Kind::Digits, "Which event.")
}

/// Books an event for the caller, once.
async fn book(app: App, caller: Caller, request: Request) -> Result<Answer, Failure> {
    let number = form::read(&app, &request, book_form).await?;
    let event = digits::whole_number(&number).and_then(|number| Event::numbered(&number));
    let event = event.ok_or(NO_SUCH_EVENT)?;
    bookings::book(&app, &caller, event).await?;
    Ok(success(words::BOOKED, Nothing {}))
}

const NO_SUCH_EVENT: Failure = Failure::Documented(words::NO_SUCH_EVENT, Outcome::Invalid);

#[cfg(feature = "openapi")]
mod describe {
    use tally::domain::bookings::EVENTS;
    use tally::http::openapi::Operation;
    use tally::services::bookings::AlreadyBooked;

    use super::{NO_SUCH_EVENT, book_form};
    use crate::describing::{done, each, failure, required};
    use crate::words;

    pub(super) fn book() -> Operation {
        let [event] = each(book_form);
        let numbers = EVENTS.map(|event| event.number);
        let names = EVENTS.map(|event| format!("`{}` is {}", event.number, event.name)).join(", ");
        let meaning = format!("Which event: {names}.");
        Operation::new("new_industry_bookin", "Book an event")
            .described("Each user can book an event once.")
            .reads([event.means(&meaning).among(&numbers, &[]).example(numbers[0])])
            .answers([
                done("booked", "The place is booked.", words::BOOKED),
                failure("already", "The caller has already booked the event.", AlreadyBooked),
                failure("no_event", "There is no such event.", NO_SUCH_EVENT),
                required(book_form),
            ])
    }
}
