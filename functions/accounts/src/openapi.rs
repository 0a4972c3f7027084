//! What this group tells of itself for the OpenAPI document (docs/contracts/accounts.md). Each capability
//! tells of its own operations.

use tally::http::body;
use tally::http::csrf::CsrfFault;
use tally::http::section::{self, Carrier, Group, Section};

use crate::ENDPOINTS;
use crate::describing::{Refused, failure};
use crate::dialect::Accounts;
use crate::words::Failure;

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    let [session, deployed_session] = Carrier::session_cookies();
    let csrf = |name, meaning, fault| failure::<Refused>(name, meaning, Failure::Csrf(fault));
    section::section::<Accounts, Refused>(
        ENDPOINTS,
        Group {
            title: "accounts",
            description: DESCRIPTION.to_owned(),
            carriers: vec![
                session,
                deployed_session,
                Carrier::cookie("csrfCookie", "csrftoken", "The cookie that `get_token` and `login` set."),
                Carrier::header(
                    "csrfHeader",
                    "X-CSRFToken",
                    "The token from `get_token`, if the body has no `csrfmiddlewaretoken`.",
                ),
            ],
            recognised_by: vec![&["session"], &["deployedSession"]],
            content_types: &body::CONTENT_TYPES,
            of_bodies: vec![
                failure::<Refused>("no_object", "The body is JSON but not an object.", Failure::NotAnObject),
                csrf("csrf_token", "The CSRF token is missing, forged or no longer valid.", CsrfFault::Token),
                csrf("no_csrf_cookie", "The CSRF cookie is missing.", CsrfFault::NoCookie),
            ],
            ..Group::default()
        },
    )
}

const DESCRIPTION: &str = "The API that a company's web pages call. Every documented outcome, failures \
    included, has status 200, and 1 or 0 as `code`. Every POST except the logout needs a token from \
    `get_token`, in the field `csrfmiddlewaretoken` or, if that is absent or empty, in the header \
    `X-CSRFToken`, together with the cookie `csrftoken`. The token belongs to the session and changes with \
    every login, logout and password change; an old one is refused.";
