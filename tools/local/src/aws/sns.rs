//! SNS: `Publish` to a telephone number, in the Query protocol, where a form asks and XML answers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::inbox::{Channel, Inbox, Message};

/// As many characters as SNS takes for a text message, however many parts it then needs.
const LONGEST: usize = 1_600;

/// Captures the text message, or refuses it for a reason for which SNS would too.
pub(super) fn answer(inbox: &Inbox, body: &[u8]) -> Response {
    let sms = match read(body) {
        Ok(_) if inbox.refuses() => Err(Refusal { code: "OptedOut", reason: OPTED_OUT.to_owned() }),
        read => read,
    };
    match sms {
        Ok(sms) => {
            let id = inbox.capture(sms);
            if inbox.loses_answer() {
                return xml(StatusCode::OK, "<PublishRes".to_owned());
            }
            let body = format!(
                "<PublishResponse xmlns=\"{NAMESPACE}\"><PublishResult><MessageId>{id}</MessageId></PublishResult>\
                 <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></PublishResponse>"
            );
            xml(StatusCode::OK, body)
        }
        Err(Refusal { code, reason }) => {
            let body = format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{}</Message></Error><RequestId>local</RequestId></ErrorResponse>",
                escape(&reason)
            );
            xml(StatusCode::BAD_REQUEST, body)
        }
    }
}

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// The sentence of a refusal that an operator can ask for; a number is in it, as in AWS's own.
const OPTED_OUT: &str = "Phone number +8613800000000 is opted out";

/// What the names of an attribute's parameters begin with, before its number.
const ENTRY: &str = "MessageAttributes.entry.";

#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    code: &'static str,
    reason: String,
}

/// Reads a message with its attributes, which come as numbered pairs.
fn read(body: &[u8]) -> Result<Message, Refusal> {
    let form: BTreeMap<_, _> = form_urlencoded::parse(body).collect();
    let field = |name: &str| form.get(name).map(|value| &**value);
    if let Some(name) = ["TopicArn", "TargetArn"].into_iter().find(|name| form.contains_key(*name)) {
        return Err(invalid(&format!("{name} Reason: only PhoneNumber works locally")));
    }
    let action = field("Action").unwrap_or_default();
    if action != "Publish" {
        let reason = format!("There is no local stand-in for {action}.");
        return Err(Refusal { code: "InvalidAction", reason });
    }
    let to =
        field("PhoneNumber").ok_or_else(|| invalid("PhoneNumber Reason: no value for required parameter"))?;
    if !is_e164(to) {
        return Err(invalid(&format!("PhoneNumber Reason: {to} is not valid to publish to")));
    }
    match field("Message") {
        Some("") => Err(invalid("Empty message")),
        Some(text) if text.chars().count() > LONGEST => Err(invalid("Message too long")),
        Some(text) => {
            let attribute = |(key, name): (&Cow<str>, &Cow<str>)| {
                let entry = key.strip_suffix(".Name").filter(|entry| entry.starts_with(ENTRY))?;
                Some((name.to_string(), field(&format!("{entry}.Value.StringValue"))?.to_owned()))
            };
            let attributes = form.iter().filter_map(attribute).collect();
            let (to, text) = (to.to_owned(), text.to_owned());
            Ok(Message { channel: Channel::Sms, to, text, attributes, ..Message::default() })
        }
        None => Err(invalid("Message Reason: no value for required parameter")),
    }
}

fn invalid(what: &str) -> Refusal {
    Refusal { code: "InvalidParameter", reason: format!("Invalid parameter: {what}") }
}

/// A plus sign and up to fifteen digits, of which the first is the start of a country code and never zero.
fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn xml(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "text/xml")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(body: &str) -> String {
        read(body.as_bytes()).unwrap_err().reason
    }

    #[test]
    fn a_text_message_survives_its_encoding() {
        let body = "Action=Publish&Version=2010-03-31&PhoneNumber=%2B8613800000000&Message=%E7%A0%81+%26+%3C+%2B1\
                    &MessageAttributes.entry.1.Name=AWS.SNS.SMS.SMSType&MessageAttributes.entry.1.Value.DataType=String\
                    &MessageAttributes.entry.1.Value.StringValue=Transactional";
        let attributes = BTreeMap::from([("AWS.SNS.SMS.SMSType".to_owned(), "Transactional".to_owned())]);
        let (to, text) = ("+8613800000000".to_owned(), "码 & < +1".to_owned());
        let expected = Message { channel: Channel::Sms, to, text, attributes, ..Message::default() };
        assert_eq!(read(body.as_bytes()), Ok(expected));
    }

    #[test]
    fn numbers_are_e164_or_refused() {
        for number in ["+12", "+8613800000000", "+123456789012345"] {
            assert!(is_e164(number), "{number}");
        }
        for number in
            ["", "+", "+1", "8613800000000", "+0138", "+1234567890123456", "+86 138", "+86１３８", "+86-1"]
        {
            assert!(!is_e164(number), "{number}");
        }
    }

    #[test]
    fn refusals_say_why() {
        let missing = "Invalid parameter: PhoneNumber Reason: no value for required parameter";
        assert_eq!(reason("Action=Publish&Message=x"), missing);
        // An unescaped plus sign is a space in a form.
        let unescaped = "Invalid parameter: PhoneNumber Reason:  86138 is not valid to publish to";
        assert_eq!(reason("Action=Publish&Message=x&PhoneNumber=+86138"), unescaped);
        assert_eq!(
            reason("Action=Publish&Message=&PhoneNumber=%2B86138"),
            "Invalid parameter: Empty message"
        );
        let long = format!("Action=Publish&PhoneNumber=%2B86138&Message={}", "x".repeat(LONGEST + 1));
        assert_eq!(reason(&long), "Invalid parameter: Message too long");
        assert_eq!(read(b"Action=CreateTopic").unwrap_err().code, "InvalidAction");
        assert!(reason("Action=Publish&TopicArn=arn&Message=x").contains("only PhoneNumber works locally"));
    }

    #[test]
    fn a_refusal_cannot_break_out_of_its_xml() {
        assert_eq!(escape("<&>"), "&lt;&amp;&gt;");
    }
}
