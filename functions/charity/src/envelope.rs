//! The shape of this group's answers: `{"code":200,"msg":"","data":{…}}`, with the status as `code`.

use http::StatusCode;
use serde::Serialize;
use tally::http::answer::Answer;

/// What a success says: nothing, its data are the answer.
const SILENCE: &str = "";

/// The statuses of refusals, which are their codes.
#[cfg(feature = "openapi")]
const STATUSES: [u16; 10] = [400, 401, 403, 404, 405, 413, 415, 429, 500, 503];

/// The requested data.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Success_of_{D}"))]
pub(crate) struct Success<D> {
    /// The HTTP status.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = StatusCode::OK.as_u16())))]
    code: u16,
    /// Empty.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = SILENCE)))]
    msg: &'static str,
    data: D,
}

/// A refusal.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Refused<'a> {
    /// The HTTP status.
    #[cfg_attr(feature = "openapi", schemars(extend("enum" = STATUSES)))]
    code: u16,
    /// The reason.
    msg: &'a str,
    /// Present in some refusals of `permission` and `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Nothing"))]
    data: Option<Nothing>,
}

/// `{}`.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(crate) struct Nothing {}

/// Whether a refusal ends with `"data":{}`: those of permission and status do, the others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// `{"code":…,"msg":…}`
    Bare,
    /// `{"code":…,"msg":…,"data":{}}`
    EmptyData,
}

/// The requested data.
pub(crate) fn success(data: impl Serialize) -> Answer {
    Answer::json(StatusCode::OK, &Success { code: StatusCode::OK.as_u16(), msg: SILENCE, data })
}

/// A refusal.
pub(crate) fn refusal(status: StatusCode, msg: &str, tail: Tail) -> Answer {
    let data = match tail {
        Tail::Bare => None,
        Tail::EmptyData => Some(Nothing {}),
    };
    Answer::json(status, &Refused { code: status.as_u16(), msg, data })
}
