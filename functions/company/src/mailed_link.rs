//! Where the mailed link leads: `GET /users/bind_email/` shows a page with a button, which sends `POST
//! /users/bind_email/`.
//!
//! Opening the link changes nothing, no matter who does: mail scanners open every link, some of them
//! with a real browser. A person presses the button. The token is all the right that is needed, since
//! mail may be read in another browser.

use http::header::{ACCEPT, LOCATION};
use http::{HeaderValue, StatusCode};
use tally::app::App;
use tally::http::answer::Answer;
use tally::http::body::{self, Body, Fields};
use tally::http::endpoint::{Endpoint, Open, Refusal, described};
use tally::http::json::Value;
use tally::http::request::Request;
use tally::services::email_binding::{self, LANDING};

use crate::envelope::{Nothing, success};
use crate::link_page::{self, TOKEN};
use crate::words::{self, Failure};

pub(crate) const ENDPOINT: Endpoint<Failure> = Endpoint::at(LANDING, "绑定接收邮箱")
    .get(Open(&open), described!(describe::open))
    .post(Open(&follow), described!(describe::follow));

/// Shows what the link is for, and the button.
async fn open(app: App, request: Request) -> Result<Answer, Failure> {
    let opened = async {
        let token = in_query(&request).ok_or(Failure::DeadLink)?;
        let offer = email_binding::open_link(&app, token).await?;
        Ok(link_page::page(request.language(), &offer, token, &app.config.company_redirect_url))
    };
    or_page(&request, opened.await)
}

/// Binds the address, and sends the browser on.
async fn follow(app: App, request: Request) -> Result<Answer, Failure> {
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

/// The answer to pressing the button behind a valid link.
fn send_on(to: HeaderValue) -> Answer {
    let answer = Answer { status: StatusCode::SEE_OTHER, ..success(words::EMAIL_BINDS, Nothing {}) };
    answer.with_header(LOCATION, to)
}

/// A browser is shown that a link is dead; anything else is told.
fn or_page(request: &Request, outcome: Result<Answer, Failure>) -> Result<Answer, Failure> {
    let reads_pages = request.header(ACCEPT).is_some_and(|accepted| accepted.contains("text/html"));
    match outcome {
        Err(Failure::DeadLink) if reads_pages => Err(Failure::DeadLinkOnPage(request.language())),
        outcome => outcome,
    }
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

#[cfg(feature = "openapi")]
mod describe {
    use http::HeaderValue;
    use schemars::json_schema;
    use tally::courier::Language;
    use tally::domain::email_address::EmailAddress;
    use tally::http::body;
    use tally::http::openapi::{Field, Operation, Outcome, Parameter};
    use tally::services::email_binding::{DeadLink, LinkOffer};

    use super::send_on;
    use crate::describing::{failure, told};
    use crate::envelope::Nothing;
    use crate::link_page::{self, TOKEN};

    pub(super) fn open() -> Operation {
        let word = json_schema!({"type": "string"});
        let offer = LinkOffer {
            email: EmailAddress::parse("notices@example.com").expect("this is an address"),
            company: "Tea House".to_owned(),
            phone_ending: Some("00".to_owned()),
        };
        let page = link_page::page(Language::English, &offer, "AQID", "/");
        Operation::new("bind_email_page", "Open the mailed link")
            .described(
                "A page in Chinese or English that says which account wants to bind the address, with a \
                 button that binds it. Opening the page changes nothing.",
            )
            .with(Parameter::query(TOKEN, "The token from the link.", word.as_value()).required())
            .answers([Outcome::page("page", "The link is valid.", page), dead_link(), dead_page()])
    }

    pub(super) fn follow() -> Operation {
        let sent_on = send_on(HeaderValue::from_static("/"));
        let token = Field::text(TOKEN, "The token from the link.").required().example("AQID");
        Operation::new("bind_email", "Bind the address with the button on the linked page")
            .described(
                "The token alone is enough, since mail may be read in another browser. The page sends it \
                 as a form; JSON is also accepted.",
            )
            .reads([token])
            .of_types(&body::CONTENT_TYPES)
            .answers([
                told::<Nothing>("bound", "The address is bound; the same again if it already was.", sent_on),
                dead_link(),
                dead_page(),
            ])
    }

    fn dead_link() -> Outcome {
        failure("dead_link", "The token is missing, repeated, wrong, or no longer valid.", DeadLink)
    }

    fn dead_page() -> Outcome {
        let page = link_page::dead(Language::English);
        Outcome::page("dead_page", "The same, for a client that accepts HTML.", page)
    }
}
