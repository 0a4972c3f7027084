//! `{"status": …, "msg": …}` and what the document puts beside them: the shape of every answer of this
//! group.

use http::header::VARY;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tally::http::answer::Answer;
use tally::http::field_errors::FieldErrors;

/// The envelope, its keys in the order of the document.
#[derive(Serialize)]
struct Envelope<'a, F> {
    status: &'static str,
    msg: &'a str,
    #[serde(flatten)]
    fields: F,
}

/// No field but status and message.
#[derive(Serialize)]
pub(crate) struct Nothing {}

#[derive(Serialize)]
struct Errors<'a> {
    errors: &'a FieldErrors,
}

/// It worked; `fields` is an object, whose fields stand beside status and message.
pub(crate) fn success(msg: &str, fields: impl Serialize) -> Answer {
    Answer::json(StatusCode::OK, &Envelope { status: "ok", msg, fields })
}

/// A form was filled in wrongly: what the document answers at registration and login.
pub(crate) fn form_error(msg: &str, errors: &FieldErrors) -> Answer {
    Answer::json(StatusCode::OK, &Envelope { status: "form_error", msg, fields: Errors { errors } })
}

/// It did not work: with status 200 in a way that the document knows, else in one that HTTP has a
/// status for.
pub(crate) fn error(status: StatusCode, msg: &str) -> Answer {
    Answer::json(status, &Envelope { status: "error", msg, fields: Nothing {} })
}

/// Every answer may differ by the cookies of the request.
pub(crate) fn finish(answer: Answer) -> Answer {
    answer.with_header(VARY, HeaderValue::from_static("Cookie"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_the_document() {
        let text = |answer: Answer| String::from_utf8(answer.body).unwrap();
        assert_eq!(text(success("好", Nothing {})), r#"{"status":"ok","msg":"好"}"#);
        let errors = FieldErrors::of("name", "不能为空");
        assert_eq!(
            text(form_error("错", &errors)),
            r#"{"status":"form_error","msg":"错","errors":{"name":["不能为空"]}}"#
        );
        assert_eq!(text(error(StatusCode::NOT_FOUND, "x")), r#"{"status":"error","msg":"x"}"#);
    }
}
