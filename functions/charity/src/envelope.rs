//! The shape of this group's answers: `{"code":200,"msg":"","data":{…}}`, with the status as `code`.

use http::StatusCode;
use serde::Serialize;
use tally::http::answer::Answer;

#[derive(Serialize)]
struct Envelope<'a, D> {
    code: u16,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<D>,
}

/// `{}`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Nothing {}

/// Whether a refusal ends with `"data":{}`: those of permission and status do, the others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// `{"code":…,"msg":…}`
    Bare,
    /// `{"code":…,"msg":…,"data":{}}`
    EmptyData,
}

/// What was asked for.
pub(crate) fn success(data: impl Serialize) -> Answer {
    Answer::json(StatusCode::OK, &Envelope { code: StatusCode::OK.as_u16(), msg: "", data: Some(data) })
}

/// A refusal.
pub(crate) fn refusal(status: StatusCode, msg: &str, tail: Tail) -> Answer {
    let data = match tail {
        Tail::Bare => None,
        Tail::EmptyData => Some(Nothing {}),
    };
    Answer::json(status, &Envelope { code: status.as_u16(), msg, data })
}
