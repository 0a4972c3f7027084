//! What this group tells of itself for the OpenAPI document (docs/contracts/rest-auth.md). Each capability
//! tells of its own operations.

use serde_json::json;
use tally::http::body;
use tally::http::endpoint::Refusal;
use tally::http::field_errors::FieldErrors;
use tally::http::openapi::{Outcome, Parameter};
use tally::http::section::{self, Carrier, Group, Section};

use crate::ENDPOINTS;
use crate::describing::failure;
use crate::dialect::RestAuth;
use crate::envelope::Detail;
use crate::words::{Failure, TokenFault};

/// The group's part of the document.
#[must_use]
pub fn section() -> Section {
    let token = Carrier::header("token", "Authorization", "`Token <key>`, with `Token` case-insensitive.");
    let [session, deployed_session] = Carrier::session_cookies();
    section::section::<RestAuth, Detail>(
        ENDPOINTS,
        Group {
            title: "rest-auth",
            description: DESCRIPTION.to_owned(),
            carriers: vec![token, session, deployed_session],
            recognised_by: vec![&["token"], &["session"], &["deployedSession"]],
            content_types: &body::CONTENT_TYPES,
            parameters: vec![Parameter::query(
                "format",
                "Overrides `Accept`.",
                &json!({"type": "string", "enum": ["json", "api"]}),
            )],
            always: vec![
                failure::<Detail>("not_acceptable", "`Accept` does not allow JSON.", Refusal::NotAcceptable),
                failure::<Detail>(
                    "unknown_format",
                    "`format` is something other than `json` or `api`.",
                    Refusal::NotFound,
                ),
            ],
            of_callers: of_callers(),
            of_bodies: vec![
                failure::<FieldErrors>(
                    "no_object",
                    "The body is JSON but not an object.",
                    Failure::NotAnObject(Some("list")),
                ),
                failure::<FieldErrors>("null", "The body is `null`.", Failure::NotAnObject(None)),
            ],
        },
    )
}

const DESCRIPTION: &str = "The API that single-page and mobile apps call, compatible with a Django \
    server that runs django-rest-auth. A user has one key, the same on every device; a browser also gets \
    a session. A request that changes something must not come from a page of another origin.\n\n\
    `Accept: application/json; indent=4` indents the answer by that many spaces per level.";

fn of_callers() -> Vec<Outcome> {
    let token = |name, meaning, fault| failure::<Detail>(name, meaning, Failure::Token(fault));
    vec![
        token("invalid_token", "The key is unknown or no longer valid.", TokenFault::Invalid),
        token("no_token", "Nothing follows the scheme.", TokenFault::Missing),
        token("spaces_in_token", "More than one word follows the scheme.", TokenFault::Spaces),
        token("characters_in_token", "The key is not UTF-8.", TokenFault::Characters),
    ]
}
