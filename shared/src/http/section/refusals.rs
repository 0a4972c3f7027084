//! What can go wrong around every endpoint, for each dialect to say.

use http::Method;
use schemars::JsonSchema;

use crate::http::body::{self, BodyFault};
use crate::http::endpoint::{Dialect, Refusal};
use crate::http::openapi::Outcome;
use crate::http::refusal::Failing;
use crate::store::StoreError;

/// A refusal as the group says it.
pub(super) fn refused<D: Dialect, Body: JsonSchema>(refusal: Refusal) -> Outcome {
    let (name, meaning) = meaning(&refusal);
    Outcome::of::<Body>(name, &meaning, D::Failure::from(refusal).say())
}

/// What a body that cannot be read is answered, where these content types are taken.
pub(super) fn unreadable<D, Body>(content_types: &[&str]) -> Vec<Outcome>
where
    D: Dialect<Failure: From<BodyFault>>,
    Body: JsonSchema,
{
    let faults = [
        BodyFault::UnsupportedMediaType("text/plain".to_owned()),
        BodyFault::Json("expected value at line 1 column 1".to_owned()),
        BodyFault::Form("a field stands twice in the form"),
        BodyFault::Multipart("Invalid multipart form"),
    ];
    let say = |fault: BodyFault| {
        let (name, meaning) = fault_meaning(&fault);
        Outcome::of::<Body>(name, meaning, D::Failure::from(fault).say())
    };
    let [json, form, multipart] = body::CONTENT_TYPES;
    let is_possible = |fault: &BodyFault| match fault {
        BodyFault::UnsupportedMediaType(_) => true,
        BodyFault::Json(_) => content_types.contains(&json),
        BodyFault::Form(_) => content_types.contains(&form),
        BodyFault::Multipart(_) => content_types.contains(&multipart),
    };
    faults.into_iter().filter(is_possible).map(say).collect()
}

/// A method that no endpoint has.
pub(super) const UNKNOWN_METHOD: Method = Method::DELETE;

fn meaning(refusal: &Refusal) -> (&'static str, String) {
    let (name, meaning) = match refusal {
        Refusal::Foreign => ("foreign", "The request was sent by a page of an untrusted origin."),
        Refusal::NoAddress => ("no_address", "The gateway did not pass on the client's address."),
        Refusal::CodedBody => ("coded_body", "`Content-Encoding` is something other than `identity`."),
        Refusal::NotFound => ("not_found", "There is nothing at this path."),
        Refusal::NotAcceptable => ("not_acceptable", "The client accepts none of the content types."),
        Refusal::NotAuthenticated => ("not_authenticated", "Not logged in, and the operation requires it."),
        Refusal::MethodNotAllowed(_) => {
            ("method_not_allowed", "The path does not support the method; `Allow` lists those it does.")
        }
        Refusal::BodyTooLarge => {
            return ("body_too_large", format!("The body is larger than {} bytes.", body::MAX_BYTES));
        }
        Refusal::BodyIncomplete => ("body_incomplete", "The body arrived incomplete."),
        Refusal::Throttled(_) => ("throttled", "Too many requests; `Retry-After` tells how long to wait."),
        Refusal::Unavailable | Refusal::Store(StoreError::Unavailable(_)) => {
            ("unavailable", "The database is unavailable; try again later.")
        }
        Refusal::Internal | Refusal::Store(StoreError::Unreadable(_)) => {
            ("internal", "An internal error; the log has it under the request's id.")
        }
    };
    (name, meaning.to_owned())
}

const fn fault_meaning(fault: &BodyFault) -> (&'static str, &'static str) {
    match fault {
        BodyFault::UnsupportedMediaType(_) => {
            ("unsupported_media_type", "The body's content type is not supported.")
        }
        BodyFault::Json(_) => ("broken_json", "The body is not valid JSON, or has a field twice."),
        BodyFault::Form(_) => ("broken_form", "The body is not a valid form, or has a field twice."),
        BodyFault::Multipart(_) => ("broken_multipart", "The body is not a valid multipart form."),
    }
}
