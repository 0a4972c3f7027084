//! `{"status": …, "msg": …}` and what the document puts beside them: the shape of every answer of this
//! group.

use http::header::VARY;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tally::http::answer::Answer;
use tally::http::field_errors::FieldErrors;

const OK: &str = "ok";
const FORM_ERROR: &str = "form_error";
const ERROR: &str = "error";

/// A success. The fields of the operation follow status and message.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Success_of_{F}"))]
pub(crate) struct Success<'a, F> {
    /// Marks a success.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = OK)))]
    status: &'static str,
    /// What was done, in words.
    msg: &'a str,
    #[serde(flatten)]
    fields: F,
}

/// No field but status and message.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Nothing {}

/// A form with invalid fields.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct FormError<'a> {
    /// Marks a form with invalid fields.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = FORM_ERROR)))]
    status: &'static str,
    /// The error of the form as a whole.
    msg: &'a str,
    /// The errors of each invalid field.
    errors: &'a FieldErrors,
}

/// A failure.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Error<'a> {
    /// Marks a failure.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = ERROR)))]
    status: &'static str,
    /// The reason in words.
    msg: &'a str,
}

/// It worked; `fields` is an object, whose fields stand beside status and message.
pub(crate) fn success(msg: &str, fields: impl Serialize) -> Answer {
    Answer::json(StatusCode::OK, &Success { status: OK, msg, fields })
}

/// A form was filled in wrongly: what the document answers at registration and login.
pub(crate) fn form_error(msg: &str, errors: &FieldErrors) -> Answer {
    Answer::json(StatusCode::OK, &FormError { status: FORM_ERROR, msg, errors })
}

/// It did not work: with status 200 in a way that the document knows, else in one that HTTP has a
/// status for.
pub(crate) fn error(status: StatusCode, msg: &str) -> Answer {
    Answer::json(status, &Error { status: ERROR, msg })
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
