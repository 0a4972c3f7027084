//! The sample events of each function, one story after the other.

use std::collections::BTreeMap;
use std::path::PathBuf;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};
use local::inbox::{Channel, Inbox};
use serde_json::Value;
use tally::app::Basics;
use tally::domain::account::Account;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::username::Username;
use tally::services::administration::{self, NewSuperuser};
use tests::code;
use tests::documented;
use tests::process;
use tests::runtime_api::{Function, Outcome, environment};
use tests::tapped::Ground;

use super::body;

const SESSION_COOKIE: &str = "__Host-sessionid=";

fn events(group: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events").join(group)
}

/// A file of the group's sample events.
pub(crate) fn read(group: &str, name: &str) -> String {
    std::fs::read_to_string(events(group).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The sample events of the group, in the order of their names.
fn names(group: &str) -> Vec<String> {
    let folder = std::fs::read_dir(events(group)).expect("there are sample events");
    let names = folder.map(|entry| entry.expect("the folder can be read").file_name());
    let names = names.map(|name| name.into_string().expect("names are plain"));
    let mut names: Vec<String> = names.filter(|name| name != "expected.json").collect();
    names.sort();
    names
}

/// Whether the body is the expected one, in which `"*"` is any text or number.
fn is_as_expected(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::String(_) | Value::Number(_), Value::String(any)) if any == "*" => true,
        (Value::Object(found), Value::Object(expected)) => {
            let same = |(name, value): (&String, &Value)| {
                found.get(name).is_some_and(|found| is_as_expected(found, value))
            };
            found.len() == expected.len() && expected.iter().all(same)
        }
        (Value::Array(found), Value::Array(expected)) => {
            let mut pairs = found.iter().zip(expected);
            found.len() == expected.len() && pairs.all(|(found, value)| is_as_expected(found, value))
        }
        _ => found == expected,
    }
}

/// Takes an answer apart as API Gateway does with payload version 2.
fn check_form(name: &str, event: &Value, answer: &Value) {
    assert_eq!(answer["isBase64Encoded"], false, "{name}: text is sent as text");
    let headers = answer["headers"].as_object().expect("an answer has headers");
    let kind = headers["content-type"].as_str().expect("it is a text");
    let path = event["rawPath"].as_str().expect("it is a text");
    let is_recorded = ["/api/", "/rest-auth/"].iter().any(|prefix| path.starts_with(prefix));
    let wanted = match (name.ends_with("_page.json"), is_recorded) {
        (true, _) => "text/html; charset=utf-8",
        (false, true) => "application/json",
        (false, false) => "application/json; charset=utf-8",
    };
    assert_eq!(kind, wanted, "{name}");
    assert_eq!(headers["cache-control"], "no-store", "{name}");
    assert_eq!(headers["x-request-id"], event["requestContext"]["requestId"], "{name}");
    assert!(!headers.contains_key("set-cookie"), "{name}: cookies have a list of their own");
    // The gateway ignores this field, so whatever stands only there is lost.
    let multiple = answer["multiValueHeaders"].as_object().into_iter().flatten();
    for (header, values) in multiple.filter(|(header, _)| *header != "set-cookie") {
        let single = values.as_array().is_none_or(|values| values.len() == 1);
        assert!(single && headers.contains_key(header), "{name}: {header} is repeated: {values}");
    }
    let cookies: Vec<&str> =
        answer["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(cookies.iter().all(|cookie| cookie.contains("; Secure")), "{name}: {cookies:?}");
    check_documented(name, event, answer);
}

/// The OpenAPI document has every answer of every story.
fn check_documented(name: &str, event: &Value, answer: &Value) {
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let (method, path) = (text(&event["requestContext"]["http"]["method"]), text(&event["rawPath"]));
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let mut headers = HeaderMap::new();
    for (header, value) in answer["headers"].as_object().expect("an answer has headers") {
        let header: HeaderName = header.parse().expect("the name is a header's");
        headers.insert(header, text(value).parse().expect("the value may stand in a header"));
    }
    if answer["cookies"].as_array().is_some_and(|cookies| !cookies.is_empty()) {
        headers.insert(SET_COOKIE, HeaderValue::from_static("a=b"));
    }
    let (status, body) = (status.expect("an answer has a status"), text(&answer["body"]));
    let outcome = documented::check_answer(&method, &path, status, &headers, Some(&body));
    assert_eq!(outcome, Ok(()), "{name}: the OpenAPI document does not have it");
}

/// What the story has brought so far, for the placeholders of the events to come.
#[derive(Default)]
pub(super) struct Story {
    key: String,
    session: String,
    csrf_token: String,
    /// The number that was registered first, and the latest token.
    id: String,
    token: String,
    /// The number of an administrator who was there before.
    administrator: String,
    sms_code: String,
    mail_code: String,
    link_token: String,
}

impl Story {
    fn fill(&self, event: &str) -> String {
        let event = event.replace("{{key}}", &self.key).replace("{{sessionid}}", &self.session);
        let event = event.replace("{{csrftoken}}", &self.csrf_token).replace("{{id}}", &self.id);
        let event = event.replace("{{token}}", &self.token).replace("{{administrator}}", &self.administrator);
        let event = event.replace("{{smscode}}", &self.sms_code).replace("{{mailcode}}", &self.mail_code);
        event.replace("{{linktoken}}", &self.link_token)
    }

    fn go_on(&mut self, answer: &Value, inbox: &Inbox) {
        let messages = inbox.messages();
        if let Some(text) = messages.iter().rfind(|message| message.channel == Channel::Sms) {
            let code = code::find(&text.text);
            code.unwrap_or_default().clone_into(&mut self.sms_code);
        }
        if let Some(mail) = messages.iter().rfind(|message| message.channel == Channel::Mail) {
            if let Some((_, token)) = mail.text.split_once("?token=") {
                token.split_whitespace().next().unwrap_or_default().clone_into(&mut self.link_token);
            } else if let Some(code) = code::find(&mail.text) {
                code.clone_into(&mut self.mail_code);
            }
        }
        if let Some(key) = body(answer)["key"].as_str() {
            key.clone_into(&mut self.key);
        }
        let data = &body(answer)["data"];
        if let Some(id) = data["id"].as_str().filter(|_| self.id.is_empty()) {
            id.clone_into(&mut self.id);
        }
        if let Some(token) = data["token"].as_str() {
            token.clone_into(&mut self.token);
        }
        for cookie in answer["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let value = |prefix| cookie.strip_prefix(prefix)?.split(';').next().map(str::to_owned);
            // A deletion sets it to a pair of quotes.
            if let Some(session) = value(SESSION_COOKIE).filter(|value| value != "\"\"") {
                self.session = session;
            }
            if let Some(token) = value("csrftoken=") {
                self.csrf_token = token;
            }
        }
    }
}

/// Makes what a group's story needs before its first event, as `events/README.md` says.
async fn begin(group: &str, ground: &Ground) -> Story {
    match group {
        "manage" => {
            superuser(ground, "wxd", Some("wxd@mxchip.com")).await;
            Story::default()
        }
        "charity" => {
            let administrator = superuser(ground, "sinope", None).await;
            Story { administrator: administrator.number.to_string(), ..Story::default() }
        }
        _ => Story::default(),
    }
}

async fn superuser(ground: &Ground, username: &str, email: Option<&str>) -> Account {
    let superuser = NewSuperuser {
        username: Username::parse(username, None).expect("the name is one"),
        email: email.map(|email| EmailAddress::parse(email).expect("the address is one")),
        password: Password::new("fog123456").expect("the password may be set"),
    };
    let on = Basics::from(ground.app());
    let made = administration::create_superuser(&on, &ground.app().hasher, superuser).await;
    made.expect("the table is there").expect("the table is empty")
}

/// Sends all events of the group and compares the answers with those they promise.
async fn replay(group: &str, ground: &Ground, function: &mut Function) -> Story {
    replay_through(group, ground, async |event| function.invoke(&event).await).await
}

/// The same, whoever it is that hands the events over.
pub(super) async fn replay_through(
    group: &str,
    ground: &Ground,
    mut invoke: impl AsyncFnMut(String) -> Outcome,
) -> Story {
    let mut story = begin(group, ground).await;
    let expected: BTreeMap<String, Value> =
        serde_json::from_str(&read(group, "expected.json")).expect("answers are JSON");
    let names = names(group);
    assert_eq!(names, expected.keys().cloned().collect::<Vec<_>>(), "every event has its answer");
    let mut faults = Vec::new();
    for name in names {
        let text = story.fill(&read(group, &name));
        let event: Value = serde_json::from_str(&text).expect("an event is JSON");
        let outcome = invoke(text).await;
        let answer = outcome.unwrap_or_else(|error| panic!("{name}: the invocation failed: {error}"));
        check_form(&name, &event, &answer);
        let (found, wanted) = (body(&answer), &expected[&name]);
        if answer["statusCode"] != wanted["status"] || !is_as_expected(&found, &wanted["body"]) {
            faults.push(format!("{name}: {} {found}\n  instead of {wanted}", answer["statusCode"]));
        }
        story.go_on(&answer, &ground.inbox());
    }
    assert!(faults.is_empty(), "{} events:\n{}", faults.len(), faults.join("\n"));
    story
}

#[tokio::test]
async fn rest_auth_answers_its_sample_events_and_logs_no_secret() {
    let ground = Ground::start().await;
    let mut function = start("rest-auth", &ground).await;
    let story = replay("rest-auth", &ground, &mut function).await;
    let log = function.output();
    assert!(log.lines().count() > 40, "each request is logged");
    for secret in ["fog123456", "fswxxz1456", &story.key, &story.session, "zhang@example.com"] {
        assert!(!secret.is_empty() && !log.contains(secret), "the log tells {secret}");
    }
}

#[tokio::test]
async fn accounts_answers_its_sample_events_and_logs_no_secret() {
    let ground = Ground::start().await;
    let mut function = start("accounts", &ground).await;
    let story = replay("accounts", &ground, &mut function).await;
    let log = function.output();
    for secret in ["fog123456", &story.session, &story.csrf_token] {
        assert!(!secret.is_empty() && !log.contains(secret), "the log tells {secret}");
    }
}

#[tokio::test]
async fn manage_answers_its_sample_events_and_logs_no_secret() {
    let ground = Ground::start().await;
    let mut function = start("manage", &ground).await;
    replay("manage", &ground, &mut function).await;
    let log = function.output();
    for secret in ["fog123456", "wxd@mxchip.com"] {
        assert!(!log.contains(secret), "the log tells {secret}");
    }
}

#[tokio::test]
async fn charity_answers_its_sample_events_and_logs_no_secret() {
    let ground = Ground::start().await;
    let mut function = start("charity", &ground).await;
    let story = replay("charity", &ground, &mut function).await;
    let log = function.output();
    for secret in ["fog123456", "fswxxz1456", "Hammer", "小龙", &story.token] {
        assert!(!secret.is_empty() && !log.contains(secret), "the log tells {secret}");
    }
}

#[tokio::test]
async fn company_answers_its_sample_events_and_logs_no_secret() {
    let ground = Ground::start().await;
    let mut function = start("company", &ground).await;
    let story = replay("company", &ground, &mut function).await;
    let log = function.output();
    let told = ["fswxxz1456", "liming@example.com", "13800138000"];
    for secret in told.into_iter().chain([&*story.session, &story.mail_code, &story.link_token]) {
        assert!(!secret.is_empty() && !log.contains(secret), "the log tells {secret}");
    }
}

pub(super) async fn start(name: &str, ground: &Ground) -> Function {
    let function = Function::start(&process::function(name), &environment(&ground.aws_url())).await;
    function.ready().await;
    function
}
