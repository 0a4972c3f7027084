//! What can go wrong around every endpoint, for each dialect to say.

use http::Method;
use schemars::JsonSchema;

use super::outcome::Outcome;
use crate::http::body::{self, BodyFault};
use crate::http::endpoint::{Dialect, Refusal};
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
        Refusal::Foreign => ("foreign", "A page of an origin that is not trusted had a browser send it."),
        Refusal::NoAddress => ("no_address", "The gateway does not tell where it comes from."),
        Refusal::CodedBody => ("coded_body", "`Content-Encoding` names anything but `identity`."),
        Refusal::NotFound => ("not_found", "There is nothing at this path."),
        Refusal::NotAcceptable => ("not_acceptable", "The client accepts no kind of answer that there is."),
        Refusal::NotAuthenticated => ("not_authenticated", "Nobody is logged in, and somebody has to be."),
        Refusal::MethodNotAllowed(_) => {
            ("method_not_allowed", "The path has no such method; `Allow` names those it has.")
        }
        Refusal::BodyTooLarge => {
            return ("body_too_large", format!("The body is larger than {} bytes.", body::MAX_BYTES));
        }
        Refusal::BodyIncomplete => ("body_incomplete", "The body did not arrive whole."),
        Refusal::Throttled(_) => ("throttled", "Too many requests; `Retry-After` tells how long to wait."),
        Refusal::Unavailable | Refusal::Store(StoreError::Unavailable(_)) => {
            ("unavailable", "The database is away; trying again later helps.")
        }
        Refusal::Internal | Refusal::Store(StoreError::Unreadable(_)) => {
            ("internal", "A fault of the service; the log has it under the request's id.")
        }
    };
    (name, meaning.to_owned())
}

const fn fault_meaning(fault: &BodyFault) -> (&'static str, &'static str) {
    match fault {
        BodyFault::UnsupportedMediaType(_) => {
            ("unsupported_media_type", "The body's content type is none of those accepted.")
        }
        BodyFault::Json(_) => ("broken_json", "The body is no JSON, or names a field twice."),
        BodyFault::Form(_) => ("broken_form", "The body is no form, or names a field twice."),
        BodyFault::Multipart(_) => ("broken_multipart", "The body is no multipart form."),
    }
}
