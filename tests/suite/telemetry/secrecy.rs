//! Nothing that was typed or handed out is in a log; nothing that opens something is in the table in
//! clear; no answer repeats a password or a code.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::log::{self, Log};
use tests::server::Server;
use tests::table;

use super::metrics;
use super::tour::{self, Traces};

#[tokio::test]
async fn a_tour_through_every_endpoint_leaves_nothing_in_the_log_that_was_typed_or_handed_out() {
    let (log, listening) = Log::listen();
    let server = Server::builder().real_clock().start().await;
    let traces = Box::pin(tour::go(&server)).await;
    drop(listening);
    check(&server, &traces, &log.text()).await;
}

#[tokio::test]
async fn the_functions_of_a_deployment_print_nothing_of_it_either() {
    let server = Server::builder().real_clock().as_processes().start().await;
    let traces = Box::pin(tour::go(&server)).await;
    let printed = server.end_functions().await;
    check(&server, &traces, &printed).await;
    // CloudWatch reads what they print.
    for line in log::requests(&printed) {
        assert!(metrics::check(&line).contains(&"DurationMilliseconds".to_owned()), "{line}");
    }
}

async fn check(server: &Server, traces: &Traces, log: &str) {
    let requests = log::requests(log);
    assert_eq!(requests.len(), traces.requests, "one line for each request");
    assert_eq!(missed(&requests), Vec::<String>::new());
    let table = format!("{:?}", table::items(server).await);
    // The places are the right ones: what belongs there is there.
    assert!(table.contains("canary-li-b@example.com") && table.contains("13955550222"));
    assert!(traces.answers.contains("canary street 13") && log.contains("a letter was not sent"));
    assert_eq!(found(log, &traces.typed), Vec::<&str>::new(), "in the log: {log}");
    assert_eq!(found(&table, &traces.opening), Vec::<&str>::new(), "in the table: {table}");
    assert_eq!(found(&traces.answers, &traces.hidden), Vec::<&str>::new(), "in the answers");
}

/// The endpoints at which nothing worked, or nothing failed.
fn missed(requests: &[Value]) -> Vec<String> {
    let mut seen: BTreeMap<(&str, &str), [bool; 2]> = BTreeMap::new();
    for line in requests {
        let text = |name: &str| line[name].as_str().unwrap_or_else(|| panic!("{name}: {line}"));
        let [worked, failed] = seen.entry((text("group"), text("endpoint"))).or_default();
        *(if text("outcome") == "ok" { worked } else { failed }) = true;
    }
    let endpoints = tour::endpoints().into_iter();
    let missed = endpoints.filter(|endpoint| seen.get(endpoint) != Some(&[true, true]));
    missed.map(|endpoint| format!("{endpoint:?} {:?}", seen.get(&endpoint))).collect()
}

fn found<'a>(text: &str, secrets: &'a BTreeSet<String>) -> Vec<&'a str> {
    assert!(secrets.len() > 30, "these cannot be all: {secrets:?}");
    secrets.iter().filter(|secret| stands_in(text, secret)).map(String::as_str).collect()
}

/// Whether the secret stands in the text. Six digits have to stand alone: longer numbers and digests
/// have any six in them sooner or later.
fn stands_in(text: &str, secret: &str) -> bool {
    let is_code = secret.len() == 6 && secret.bytes().all(|byte| byte.is_ascii_digit());
    let is_alone = |at: usize| {
        let is_word = |c: char| c.is_alphanumeric();
        !text[..at].ends_with(is_word) && !text[at + secret.len()..].starts_with(is_word)
    };
    text.match_indices(secret).any(|(at, _)| !is_code || is_alone(at))
}

#[test]
fn a_code_is_found_where_it_stands_alone() {
    for text in ["123456", "code=123456,", "验证码 123456 。"] {
        assert!(stands_in(text, "123456"), "{text}");
    }
    for text in ["1234567", "48.123456Z", "a123456b"] {
        assert!(!stands_in(text, "123456"), "{text}");
    }
    assert!(stands_in("x13955550111", "13955550111") && !stands_in("x", "13955550111"));
}
