//! The functions behind a Lambda Runtime API: they answer the sample events as they promise, and
//! nothing a client or a gateway sends makes the binary fail. With `TALLY_BUILT` it is the deployed one.

mod emulator;
mod odd_events;
mod replay;

use std::collections::BTreeMap;
use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};
use tests::process;
use tests::runtime_api::{Function, Outcome, environment};
use tests::tap::{Action, Fault, Tap};
use tests::tapped::Ground;

async fn start(ground: &Ground) -> Function {
    replay::start("rest-auth", ground).await
}

/// A registration or a login of `zhang` that works.
fn sample(name: &str) -> Value {
    serde_json::from_str(&replay::read("rest-auth", name)).expect("a sample event is JSON")
}

fn status(outcome: &Outcome) -> u64 {
    let answer = outcome.as_ref().unwrap_or_else(|error| panic!("the invocation failed: {error}"));
    answer["statusCode"].as_u64().expect("an answer has a status")
}

fn body(answer: &Value) -> Value {
    let text = answer["body"].as_str().expect("a body is text");
    // A page is a text.
    if text.starts_with("<!DOCTYPE html>") { Value::from(text) } else { json_of(text) }
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("a body is JSON")
}

#[tokio::test]
async fn no_event_makes_an_invocation_fail_or_spoils_the_next() {
    let ground = Ground::start().await;
    let mut function = start(&ground).await;
    let registration = sample("01_registration.json").to_string();
    assert_eq!(status(&function.invoke(&registration).await), 201);
    let login = sample("10_login.json");
    assert_eq!(status(&function.invoke(&login.to_string()).await), 200);
    let mut faults = Vec::new();
    for (name, event, allowed) in odd_events::of(&login) {
        match function.invoke(&event.to_string()).await {
            Ok(answer) if answer["statusCode"].as_u64().is_some_and(|code| allowed.contains(&code)) => {}
            Ok(answer) => faults.push(format!("{name}: {} {}", answer["statusCode"], answer["body"])),
            Err(error) => faults.push(format!("{name}: the invocation failed: {error}")),
        }
        let next = function.invoke(&login.to_string()).await;
        if !next.as_ref().is_ok_and(|answer| answer["statusCode"] == 200) {
            faults.push(format!("{name}: the next event suffers: {next:?}"));
        }
    }
    assert!(faults.is_empty(), "{} events:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn text_and_binary_bodies_are_the_same_to_it() {
    let ground = Ground::start().await;
    let mut function = start(&ground).await;
    let mut registration = sample("01_registration.json");
    let text = registration["body"].as_str().unwrap().to_owned();
    registration["body"] = json!(BASE64.encode(text.as_bytes()));
    registration["isBase64Encoded"] = json!(true);
    assert_eq!(status(&function.invoke(&registration.to_string()).await), 201);
    let form = "username=zhang&password=fog123456";
    let mut login = sample("10_login.json");
    login["headers"]["content-type"] = json!("application/x-www-form-urlencoded");
    for (encoded, body) in [(false, form.to_owned()), (true, BASE64.encode(form.as_bytes()))] {
        login["isBase64Encoded"] = json!(encoded);
        login["body"] = json!(body);
        let outcome = function.invoke(&login.to_string()).await;
        assert_eq!(status(&outcome), 200, "{encoded}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_event_of_another_kind_is_refused_and_the_next_one_is_answered() {
    let ground = Ground::start().await;
    let mut function = start(&ground).await;
    for event in ["{}", "[]", "null", r#"{"Records": []}"#, r#"{"httpMethod": "GET", "path": "/"}"#] {
        let outcome = function.invoke(event).await;
        assert!(outcome.is_err(), "{event}: {outcome:?}");
        let next = function.invoke(&sample("13_login_unknown_user.json").to_string()).await;
        assert_eq!(status(&next), 400, "after {event}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_event_is_told_without_repeating_it() {
    let ground = Ground::start().await;
    let mut function = start(&ground).await;
    for place in ["/isBase64Encoded", "/requestContext/timeEpoch", "/requestContext/http"] {
        let mut event = sample("10_login.json");
        *event.pointer_mut(place).expect("the sample has it") = json!("canary-4711");
        let error = function.invoke(&event.to_string()).await.expect_err(place);
        assert!(!error.to_string().contains("canary"), "{place}: {error}");
    }
    let printed = function.end().await;
    assert!(printed.contains("payload version 2.0") && !printed.contains("canary"), "{printed}");
}

#[tokio::test]
async fn it_starts_while_dynamodb_is_away_and_recovers_by_itself() {
    let ground = Ground::start().await;
    let tap = Tap::before(&ground.aws_url(), Duration::ZERO).await;
    tap.inject(Fault::always(Action::DropBefore));
    let mut function = Function::start(&process::function("rest-auth"), &environment(tap.url())).await;
    function.ready().await;
    let registration = sample("01_registration.json").to_string();
    assert_eq!(status(&function.invoke(&registration).await), 503);
    assert!(tap.repair() > 1);
    assert_eq!(status(&function.invoke(&registration).await), 201);
}

#[tokio::test]
async fn without_its_secret_or_its_settings_it_does_not_start() {
    let ground = Ground::start().await;
    let mut settings = environment(&ground.aws_url());
    settings.insert("TALLY_SECRET_ID", "another/secret".to_owned());
    assert_fails_to_start(&settings, &["another/secret"]).await;
    settings.remove("TALLY_SECRET_ID");
    settings.remove("TALLY_TABLE");
    settings.insert("TALLY_SECURE_COOKIES", "perhaps".to_owned());
    assert_fails_to_start(&settings, &["TALLY_TABLE", "TALLY_SECRET_ID", "TALLY_SECURE_COOKIES"]).await;
}

async fn assert_fails_to_start(settings: &BTreeMap<&'static str, String>, named: &[&str]) {
    let function = Function::start(&process::function("rest-auth"), settings).await;
    let (status, output) = function.ended().await;
    assert_eq!(status.code(), Some(1), "{output}");
    for name in named {
        assert!(output.contains(name), "{name} is not named: {output}");
    }
}
