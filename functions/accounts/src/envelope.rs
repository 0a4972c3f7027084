//! `{"code": …, "data": …, "msg": …}`: the shape of every answer of this group.

use http::header::VARY;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tally::http::answer::Answer;

const DONE: u8 = 1;
const NOT_DONE: u8 = 0;

/// A success.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Success_of_{D}_and_{M}"))]
pub(crate) struct Success<D, M> {
    /// Marks a success.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = DONE)))]
    code: u8,
    /// The requested data, or a message.
    data: D,
    /// The created or changed data, or a message; may be empty.
    msg: M,
}

/// A failure.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Refused_with_{D}"))]
pub(crate) struct Refused<'a, D> {
    /// Marks a failure.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = NOT_DONE)))]
    code: u8,
    /// The errors of each invalid field; empty if no field is invalid.
    data: D,
    /// The reason in words; may be empty if fields are invalid.
    msg: &'a str,
}

/// A success.
pub(crate) fn success(data: impl Serialize, msg: impl Serialize) -> Answer {
    Answer::json(StatusCode::OK, &Success { code: DONE, data, msg })
}

/// A failure that the document describes.
pub(crate) fn failure(data: impl Serialize, msg: &str) -> Answer {
    Answer::json(StatusCode::OK, &Refused { code: NOT_DONE, data, msg })
}

/// A refusal that has an HTTP status of its own.
pub(crate) fn refusal(status: StatusCode, msg: &str) -> Answer {
    Answer::json(status, &Refused { code: NOT_DONE, data: "", msg })
}

/// Every answer may differ by the cookies of the request; its type is as the recorded server has it.
pub(crate) fn finish(answer: Answer) -> Answer {
    answer.without_charset().with_header(VARY, HeaderValue::from_static("Cookie"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_the_document() {
        let text = |answer: Answer| String::from_utf8(answer.body).unwrap();
        assert_eq!(
            text(success("admin", "用户已经登陆")),
            r#"{"code":1,"data":"admin","msg":"用户已经登陆"}"#
        );
        assert_eq!(text(refusal(StatusCode::NOT_FOUND, "x")), r#"{"code":0,"data":"","msg":"x"}"#);
    }
}
