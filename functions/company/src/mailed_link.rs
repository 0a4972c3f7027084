//! Where the mailed link leads: `GET /users/bind_email/` shows a page with a button, which sends `POST
//! /users/bind_email/`.
//!
//! Opening the link changes nothing, whoever does it: scanners of mail open every link, some of them
//! with a real browser. A person presses the button. The token is all the right that is needed, since
//! mail may be read in another browser.

use http::header::{ACCEPT, LOCATION};
use http::{HeaderValue, StatusCode};
use tally::app::App;
use tally::courier::{Language, escape};
use tally::http::answer::Answer;
use tally::http::body::{self, Body, Fields};
use tally::http::endpoint::Refusal;
use tally::http::json::Value;
use tally::http::page::{Page, origin_of};
use tally::http::request::Request;
use tally::services::email_binding::{self, LANDING, LinkOffer};

use crate::envelope::{Nothing, success};
use crate::words::{self, Failure};

/// The form's only field, and the query's.
pub(crate) const TOKEN: &str = "token";

/// Shows what the link is for, and the button.
pub(crate) async fn open(app: App, request: Request) -> Result<Answer, Failure> {
    let opened = async {
        let token = in_query(&request).ok_or(Failure::DeadLink)?;
        let offer = email_binding::open_link(&app, token).await?;
        Ok(page(request.language(), &offer, token, &app.config.company_redirect_url))
    };
    or_page(&request, opened.await)
}

/// Binds the address, and sends the browser on.
pub(crate) async fn follow(app: App, request: Request) -> Result<Answer, Failure> {
    let Body::Fields(fields) = body::read(&request).await? else {
        return Err(Failure::NotAnObject);
    };
    let followed = async {
        let token = in_form(&fields).ok_or(Failure::DeadLink)?;
        Box::pin(email_binding::follow_link(&app, token, &request.asker)).await?;
        let location = HeaderValue::from_str(&app.config.company_redirect_url);
        Ok(send_on(location.map_err(|_| Refusal::Internal)?))
    };
    or_page(&request, followed.await)
}

/// What is said to whoever has pressed the button behind a link that works.
pub(crate) fn send_on(to: HeaderValue) -> Answer {
    let answer = Answer { status: StatusCode::SEE_OTHER, ..success(words::EMAIL_BINDS, Nothing {}) };
    answer.with_header(LOCATION, to)
}

/// The page behind a link that works.
pub(crate) fn page(language: Language, offer: &LinkOffer, token: &str, redirect_url: &str) -> Answer {
    let words = words::link_page(language);
    let row = |name: &str, value: &str| format!("<dt>{name}</dt><dd>{}</dd>\n", escape(value));
    let mut rows = row(words.address, offer.email.as_str());
    if !offer.company.is_empty() {
        rows += &row(words.company, &offer.company);
    }
    if let Some(ending) = &offer.phone_ending {
        rows += &row(words.phone, &format!("•••••••••{ending}"));
    }
    let body = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<dl>\n{rows}</dl>\n<form method=\"post\" action=\"{LANDING}\">\n<input \
         type=\"hidden\" name=\"{TOKEN}\" value=\"{}\">\n<button type=\"submit\">{}</button>\n</form>\n\
         <small>{}</small>",
        words.title,
        words.question,
        escape(token),
        words.button,
        words.warning
    );
    let sends_on_to = origin_of(redirect_url);
    Page { language, title: words.title, body: &body, sends_on_to }.answer(StatusCode::OK)
}

/// A browser is shown that a link is dead; anything else is told.
fn or_page(request: &Request, outcome: Result<Answer, Failure>) -> Result<Answer, Failure> {
    let reads_pages = request.header(ACCEPT).is_some_and(|accepted| accepted.contains("text/html"));
    match outcome {
        Err(Failure::DeadLink) if reads_pages => Err(Failure::DeadLinkOnPage(request.language())),
        outcome => outcome,
    }
}

/// The page behind a link that does not work, or not any more.
pub(crate) fn dead(language: Language) -> Answer {
    let words = words::link_page(language);
    let body = format!("<h1>{}</h1>\n<p>{}</p>", words.dead, words.after_dead);
    Page { language, title: words.dead, body: &body, sends_on_to: None }.answer(StatusCode::BAD_REQUEST)
}

/// The token of the query, if there is exactly one. Its letters are never escaped in a URL.
fn in_query(request: &Request) -> Option<&str> {
    let mut tokens = request.query.split('&').filter_map(|pair| pair.strip_prefix("token="));
    tokens.next().filter(|_| tokens.next().is_none())
}

fn in_form(fields: &Fields) -> Option<&str> {
    match fields.get(TOKEN) {
        Some(Value::Text(token)) => Some(token),
        Some(_) | None => None,
    }
}
