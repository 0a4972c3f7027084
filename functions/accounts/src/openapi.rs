//! What this group tells of itself for the OpenAPI document (docs/contracts/accounts.md). Each capability
//! tells of its own operations.

use tally::http::body;
use tally::http::csrf::CsrfFault;
use tally::http::openapi::{self, Carrier, Group, Section};

use crate::describing::{Refused, failure};
use crate::words::Failure;
use crate::{Accounts, ENDPOINTS};

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    let [session, deployed_session] = Carrier::session_cookies();
    let csrf = |name, meaning, fault| failure::<Refused>(name, meaning, Failure::Csrf(fault));
    openapi::section::<Accounts, Refused>(
        ENDPOINTS,
        Group {
            title: "accounts",
            description: DESCRIPTION.to_owned(),
            carriers: vec![
                session,
                deployed_session,
                Carrier::cookie("csrfCookie", "csrftoken", "What `get_token` and `login` set."),
                Carrier::header(
                    "csrfHeader",
                    "X-CSRFToken",
                    "What `get_token` answers, where the body has no `csrfmiddlewaretoken`.",
                ),
            ],
            recognised_by: vec![&["session"], &["deployedSession"]],
            content_types: &body::CONTENT_TYPES,
            of_bodies: vec![
                failure::<Refused>("no_object", "The body is JSON, but no object.", Failure::NotAnObject),
                csrf("csrf_token", "The CSRF token is missing, forged or dead.", CsrfFault::Token),
                csrf("no_csrf_cookie", "There is no cookie for the token to fit.", CsrfFault::NoCookie),
            ],
            ..Group::default()
        },
    )
}

const DESCRIPTION: &str = "The API that a company's web pages call. Documented outcomes, failures too, \
    have status 200, and 1 or 0 for `code`. A POST, but for the logout, needs a token of `get_token`: as \
    the field `csrfmiddlewaretoken`, or where that is absent or empty, in the header `X-CSRFToken`; with \
    the cookie `csrftoken`. The token belongs to the session, and changes at login, logout and password \
    change: an old one is refused.";
