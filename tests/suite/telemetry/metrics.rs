//! The metrics in the log lines.

use std::collections::BTreeSet;
use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::config::TextSettings;
use tally::domain::message_budget::{MessageBudget, SUSPICIOUS_IN_RANGE};
use tally::telemetry::Metric;
use tests::code;
use tests::log::{Log, NAMESPACE};
use tests::server::Server;
use tests::tapped::{Ask, Ground};

use super::tour;

/// Units that CloudWatch knows and we use (`MetricDatum`, `Unit`).
const UNITS: [&str; 2] = ["Count", "Milliseconds"];

/// Checks a line against the rules of the embedded metric format (CloudWatch user guide, "Embedded
/// metric format specification"), and that it says what it means; tells the names of its metrics.
pub(super) fn check(line: &Value) -> Vec<String> {
    let root = line.as_object().expect("the root is an object");
    let metadata = root["_aws"].as_object().expect("the metadata are an object");
    assert_eq!(metadata.keys().collect::<Vec<_>>(), ["CloudWatchMetrics", "Timestamp"]);
    let time = metadata["Timestamp"].as_i64().expect("the time is a whole number");
    assert!(time > 1_600_000_000_000, "milliseconds since 1970: {time}");
    assert!(line.to_string().len() < 256 * 1024, "an event has a longest size");
    let directives = metadata["CloudWatchMetrics"].as_array().expect("directives are a list");
    let mut names = Vec::new();
    for directive in directives {
        let members: Vec<&String> = directive.as_object().expect("a directive is an object").keys().collect();
        assert_eq!(members, ["Dimensions", "Metrics", "Namespace"]);
        let namespace = directive["Namespace"].as_str().expect("a namespace is a text");
        assert!((1..=1024).contains(&namespace.len()) && namespace == NAMESPACE);
        let sets = directive["Dimensions"].as_array().expect("dimensions are a list");
        assert!(!sets.is_empty(), "a list without a set is none at all");
        for set in sets {
            let set = set.as_array().expect("a set is a list");
            assert!(set.len() <= 30);
            for name in set.iter().map(|name| name.as_str().expect("a dimension is a text")) {
                let value = root[name].as_str().expect("its value is a text beside it");
                assert!((1..=250).contains(&name.len()) && (1..=1024).contains(&value.len()), "{name}");
            }
        }
        let metrics = directive["Metrics"].as_array().expect("metrics are a list");
        assert!((1..=100).contains(&metrics.len()));
        for metric in metrics {
            let members: Vec<&String> = metric.as_object().expect("a metric is an object").keys().collect();
            assert_eq!(members, ["Name", "Unit"]);
            let name = metric["Name"].as_str().expect("a name is a text");
            assert!((1..=1024).contains(&name.len()));
            assert!(UNITS.contains(&metric["Unit"].as_str().expect("a unit is a text")), "{metric}");
            let value = root[name].as_f64().expect("its value is a number beside it");
            assert!(value.is_finite() && value > 0.0, "{name}: {value}");
            names.push(name.to_owned());
        }
    }
    names
}

#[tokio::test]
async fn every_line_about_a_request_keeps_to_the_embedded_metric_format() {
    let (log, _listening) = Log::listen();
    let server = Server::builder().real_clock().start().await;
    Box::pin(tour::go(&server)).await;
    let lines = log.requests();
    let told: BTreeSet<String> = lines.iter().flat_map(check).collect();
    let rare = ["BudgetRefusals", "ServerErrors", "SuspiciousRanges", "Throttled"];
    let all = Metric::ALL.map(Metric::name).into_iter().filter(|name| !rare.contains(name));
    assert_eq!(told, all.map(str::to_owned).collect());
    // What the tour does, counted by hand.
    for (name, expected) in [("Logins", 9), ("Registrations", 5), ("TextsSent", 3), ("MessageFailures", 1)] {
        assert_eq!(sum(&log, name), expected, "{name}");
    }
    let messages = u64::try_from(server.inbox().messages().len());
    assert_eq!(Ok(sum(&log, "MailsSent") + sum(&log, "TextsSent")), messages);
    let others =
        log.text().lines().filter(|line| !line.contains("\"answered\"")).collect::<Vec<_>>().join("\n");
    assert!(others.contains("a letter was not sent") && !others.contains("_aws"), "{others}");
}

#[tokio::test]
async fn units_are_those_that_dynamodb_charges() {
    let (log, _listening) = Log::listen();
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let form = json!({"username": "zhang", "email": "z@example.com", "password1": "fswxxz1456", "password2": "fswxxz1456"});
    let registered = Ask::post("/rest-auth/registration/", &form);
    let login = Ask::post("/rest-auth/login/", &json!({"username": "zhang", "password": "fswxxz1456"}));
    let volunteer =
        json!({"first_name": "Sara", "last_name": "Hammer", "role": "2", "password": "fswxxz1456"});
    for ask in [registered, login, Ask::post("/user/register/", &volunteer), Ask::get("/user/nowhere/")] {
        drop(service.tap.take_calls());
        service.send(&ask).await;
        let calls = service.tap.take_calls();
        let charged = [
            calls.iter().map(|call| call.read_units).sum::<f64>(),
            calls.iter().map(|call| call.write_units).sum::<f64>(),
        ];
        // What is nought is not told.
        let charged = charged.map(|units| if units > 0.0 { json!(units) } else { Value::Null });
        let line = log.requests().pop().expect("there is a line");
        let told = ["ReadUnits", "WriteUnits"].map(|name| line[name].clone());
        assert_eq!(told, charged, "{line}");
    }
}

#[tokio::test]
async fn every_call_to_dynamodb_asks_what_it_costs() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let volunteer =
        json!({"first_name": "Sara", "last_name": "Hammer", "role": "2", "password": "fswxxz1456"});
    let answer = service.send(&Ask::post("/user/register/", &volunteer)).await.json();
    let id = answer["data"]["id"].as_str().expect("they have a number").to_owned();
    let login = json!({"id": id, "password": "fswxxz1456"});
    service.send(&Ask::post("/user/login/", &login)).await;
    let silent: Vec<String> = service
        .tap
        .take_calls()
        .iter()
        .filter(|call| call.request["ReturnConsumedCapacity"] != "TOTAL")
        .map(tests::tap::Call::what)
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

/// The sum of a count over all lines.
fn sum(log: &Log, name: &str) -> u64 {
    log.requests().iter().filter_map(|line| line[name].as_u64()).sum()
}

#[tokio::test]
async fn a_budget_that_is_used_up_and_a_range_that_gets_much_are_told_once_for_each_message() {
    let (log, _listening) = Log::listen();
    // Two of five are for registrations, rounded up.
    let budget = MessageBudget { per_hour: (SUSPICIOUS_IN_RANGE + 1) * 5 / 2, per_day: 1000 };
    let texts = TextSettings { budget, ..TextSettings::default() };
    let server = Server::builder().texts(texts).start().await;
    let client = server.client();
    for number in 0..SUSPICIOUS_IN_RANGE + 3 {
        let body = json!({"action_name": "AccountReg", "mobile": format!("139555501{number:02}")});
        assert_eq!(client.post("/users/send_sms_code/").json(&body).send().await.code(), 200);
    }
    assert_eq!(sum(&log, "TextsSent"), u64::from(SUSPICIOUS_IN_RANGE + 1));
    assert_eq!((sum(&log, "SuspiciousRanges"), sum(&log, "BudgetRefusals")), (1, 2));
}

#[tokio::test]
async fn who_guesses_on_is_told_as_throttled_and_no_more_as_a_wrong_password() {
    let (log, _listening) = Log::listen();
    let server = Server::start().await;
    server.client().register("zhang", "fswxxz1456").await;
    for _ in 0..8 {
        server.client().login("zhang", "wrong-password").await;
    }
    assert_eq!((sum(&log, "LoginFailures"), sum(&log, "Throttled"), sum(&log, "Logins")), (5, 3, 0));
}

#[tokio::test]
async fn every_wrong_code_is_told_and_no_right_one() {
    let (log, _listening) = Log::listen();
    let server = Server::start().await;
    let mobile = "13955550100";
    let body = json!({"action_name": "AccountReg", "mobile": mobile});
    assert_eq!(server.client().post("/users/send_sms_code/").json(&body).send().await.code(), 200);
    let right = &*code::latest(&server.inbox(), Channel::Sms);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for (code, told) in [(wrong, 1), ("none at all", 2), (right, 2)] {
        let body = json!({"action_name": "AccountReg", "mobile": mobile, "code": code});
        server.client().post("/users/vaild_sms_code/").json(&body).send().await;
        assert_eq!(sum(&log, "WrongCodes"), told, "{code}");
    }
    let body = json!({
        "username": "nobody@example.com", "vercode": wrong, "password": "tiger-tally-78", "password2": "tiger-tally-78",
    });
    server.client().post("/v3_1/manage/password/reset/").json(&body).send().await;
    assert_eq!(sum(&log, "WrongCodes"), 3);
}
