//! SES, version 2: `SendEmail` with a subject, text and HTML, which is all Tigertally sends.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::inbox::{Channel, Inbox, Message};

/// As many recipients as SES takes in one call.
const MOST_RECIPIENTS: usize = 50;

/// Captures the mail, or refuses it for a reason for which SES would too.
pub(super) fn answer(inbox: &Inbox, body: &[u8]) -> Response {
    if inbox.refuses() {
        return error("MessageRejected", "Email address is not verified.");
    }
    match read(body) {
        Ok(mail) => {
            let id = inbox.capture(mail);
            if inbox.loses_answer() {
                return ([(CONTENT_TYPE, "application/json")], "{\"MessageI").into_response();
            }
            ([(CONTENT_TYPE, "application/json")], json!({"MessageId": id}).to_string()).into_response()
        }
        Err(reason) => error("BadRequestException", &reason),
    }
}

fn error(kind: &'static str, message: &str) -> Response {
    let headers = [(HeaderName::from_static("x-amzn-errortype"), kind), (CONTENT_TYPE, "application/json")];
    (StatusCode::BAD_REQUEST, headers, json!({"message": message}).to_string()).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    destination: Option<Destination>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Option<Vec<String>>,
    #[serde(rename = "CcAddresses")]
    cc: Option<Vec<String>>,
    #[serde(rename = "BccAddresses")]
    bcc: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Part,
    body: Parts,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parts {
    text: Option<Part>,
    html: Option<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}

fn read(body: &[u8]) -> Result<Message, String> {
    let request: SendEmail =
        serde_json::from_slice(body).map_err(|error| format!("The request cannot be read: {error}."))?;
    check_address(&request.from_email_address.ok_or("FromEmailAddress is missing.")?)?;
    let recipients = request.destination.map(Destination::recipients).unwrap_or_default();
    if recipients.is_empty() || recipients.len() > MOST_RECIPIENTS {
        return Err(format!("Destination needs 1 to {MOST_RECIPIENTS} addresses, not {}.", recipients.len()));
    }
    for recipient in &recipients {
        check_address(recipient)?;
    }
    let content = request.content.and_then(|content| content.simple);
    let Simple { subject, body } = content.ok_or("Only Simple content has a local stand-in.")?;
    if subject.data.chars().any(char::is_control) {
        return Err("The subject contains control characters.".to_owned());
    }
    if body.text.is_none() && body.html.is_none() {
        return Err("The body needs Text, Html or both.".to_owned());
    }
    Ok(Message {
        channel: Channel::Mail,
        to: recipients.join(", "),
        subject: Some(subject.data),
        text: body.text.map(|part| part.data).unwrap_or_default(),
        html: body.html.map(|part| part.data),
        ..Message::default()
    })
}

impl Destination {
    fn recipients(self) -> Vec<String> {
        [self.to, self.cc, self.bcc].into_iter().flatten().flatten().collect()
    }
}

/// Refuses what SES refuses before it looks at the mailbox, above all a line break that would forge a header.
fn check_address(address: &str) -> Result<(), String> {
    if address.chars().any(char::is_control) {
        return Err("An address contains control characters.".to_owned());
    }
    // SES encodes no domain by itself, and takes no local part that is not ASCII.
    if address.rsplit('<').next().is_some_and(|address| !address.is_ascii()) {
        return Err("An address contains non-ASCII characters.".to_owned());
    }
    match address.rsplit_once('@') {
        Some((mailbox, domain)) if !mailbox.is_empty() && !domain.is_empty() => Ok(()),
        _ => Err(format!("Missing final '@domain' in {address}.")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn request() -> Value {
        json!({
            "FromEmailAddress": "Tigertally <no-reply@example.com>",
            "Destination": {"ToAddresses": ["ming@example.com"]},
            "Content": {"Simple": {
                "Subject": {"Data": "验证码", "Charset": "UTF-8"},
                "Body": {"Text": {"Data": "您的验证码是 123456"}, "Html": {"Data": "<b>123456</b>"}},
            }},
            "EmailTags": [{"Name": "kind", "Value": "code"}],
        })
    }

    fn refusal(path: &str, value: Value) -> String {
        let mut request = request();
        *request.pointer_mut(path).unwrap() = value;
        read(request.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn a_simple_mail_is_read_whole() {
        let mail = read(request().to_string().as_bytes()).unwrap();
        assert_eq!(
            mail,
            Message {
                channel: Channel::Mail,
                to: "ming@example.com".to_owned(),
                subject: Some("验证码".to_owned()),
                text: "您的验证码是 123456".to_owned(),
                html: Some("<b>123456</b>".to_owned()),
                ..Message::default()
            }
        );
    }

    #[test]
    fn either_part_may_be_missing_but_not_both() {
        let mut request = request();
        *request.pointer_mut("/Content/Simple/Body/Text").unwrap() = Value::Null;
        let mail = read(request.to_string().as_bytes()).unwrap();
        assert_eq!(mail.text, "");
        assert_eq!(refusal("/Content/Simple/Body", json!({})), "The body needs Text, Html or both.");
    }

    #[test]
    fn malformed_requests_are_refused_with_the_reason() {
        assert_eq!(refusal("/FromEmailAddress", Value::Null), "FromEmailAddress is missing.");
        assert_eq!(
            refusal("/Destination/ToAddresses", json!([])),
            "Destination needs 1 to 50 addresses, not 0."
        );
        assert_eq!(refusal("/Destination/ToAddresses/0", json!("ming")), "Missing final '@domain' in ming.");
        let forged = json!("a@example.com\r\nBcc: b@example.com");
        assert_eq!(refusal("/Destination/ToAddresses/0", forged), "An address contains control characters.");
        for address in ["a@bücher.example", "Bücher <中@example.com>"] {
            let refused = refusal("/Destination/ToAddresses/0", json!(address));
            assert_eq!(refused, "An address contains non-ASCII characters.", "{address}");
        }
        assert_eq!(
            refusal("/Content/Simple/Subject/Data", json!("a\nb")),
            "The subject contains control characters."
        );
        assert_eq!(
            refusal("/Content", json!({"Raw": {"Data": ""}})),
            "Only Simple content has a local stand-in."
        );
        assert!(
            refusal("/Content/Simple/Subject", json!({}))
                .starts_with("The request cannot be read: missing field")
        );
        assert!(read(b"not json").unwrap_err().starts_with("The request cannot be read"));
    }

    #[test]
    fn a_refusal_has_the_documented_shape() {
        let inbox = Inbox::new(tally::clock::Clock::manual(jiff::Timestamp::UNIX_EPOCH));
        let response = answer(&inbox, b"{}");
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.headers()["x-amzn-errortype"], "BadRequestException");
        assert!(inbox.messages().is_empty());
    }
}
