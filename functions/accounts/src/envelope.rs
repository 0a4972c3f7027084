//! `{"code": …, "data": …, "msg": …}`: the shape of every answer of this group.

use http::header::VARY;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tally::http::answer::Answer;

/// The envelope, its keys in the order of the document.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(inline))]
pub(crate) struct Envelope<D, M> {
    code: u8,
    data: D,
    msg: M,
}

/// It worked.
pub(crate) fn success(data: impl Serialize, msg: impl Serialize) -> Answer {
    Answer::json(StatusCode::OK, &Envelope { code: 1, data, msg })
}

/// It did not, in a way that the document knows.
pub(crate) fn failure(data: impl Serialize, msg: &str) -> Answer {
    Answer::json(StatusCode::OK, &Envelope { code: 0, data, msg })
}

/// It did not, in a way that HTTP has a status for.
pub(crate) fn refusal(status: StatusCode, msg: &str) -> Answer {
    Answer::json(status, &Envelope { code: 0, data: "", msg })
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
