//! The alarms and the dashboard watch what the code tells, and all of it is explained.

use serde_json::Value;
use tally::telemetry::{Metric, Outcome};
use tests::template;

use super::{read, rust_files};

/// The namespace of the service's own metrics, as alarms and the dashboard have it.
const OWN: [&str; 2] = ["Namespace: !Ref AWS::StackName", "${AWS::StackName}"];

const MANUAL: &str = "docs/observing.md";

/// The resources of a type in the template, with their lines.
fn resources(kind: &str) -> Vec<(String, String)> {
    resources_of("template.yaml", kind)
}

fn resources_of(file: &str, kind: &str) -> Vec<(String, String)> {
    let template = read(file);
    let (_, resources) = template.split_once("\nResources:\n").expect("the template has resources");
    let mut found: Vec<(String, String)> = Vec::new();
    for line in resources.lines() {
        let indent = line.len() - line.trim_start().len();
        if indent == 2 && line.ends_with(':') && !line.trim_start().starts_with('#') {
            found.push((line.trim().trim_end_matches(':').to_owned(), String::new()));
        } else if let Some((_, text)) = found.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    found.retain(|(_, text)| text.trim_start().starts_with(&format!("Type: {kind}\n")));
    assert!(!found.is_empty(), "the template has no {kind}");
    found
}

/// The widgets of the dashboard.
fn widgets() -> Vec<Value> {
    let (_, text) = resources("AWS::CloudWatch::Dashboard").remove(0);
    let (_, body) = text.split_once("Fn::Sub:\n          - |\n").expect("the dashboard has a body");
    let (body, _) = body.split_once("          - Table:").expect("the body ends");
    let body: Value = serde_json::from_str(body).expect("the body is JSON");
    body["widgets"].as_array().expect("it has widgets").clone()
}

/// The service's own metrics on the dashboard.
fn shown() -> Vec<String> {
    let widgets = widgets();
    let rows = widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    let own = rows.filter(|row| row[0] == OWN[1]);
    own.map(|row| row[1].as_str().expect("a metric has a name").to_owned()).collect()
}

#[test]
fn every_alarm_on_a_metric_of_ours_is_on_one_that_the_code_tells() {
    let mut watched = Vec::new();
    for (name, text) in resources("AWS::CloudWatch::Alarm") {
        let metric = text.lines().find_map(|line| line.trim().strip_prefix("MetricName: "));
        if text.contains(OWN[0]) {
            let metric = metric.unwrap_or_else(|| panic!("{name} has no metric"));
            assert!(Metric::ALL.iter().any(|told| told.name() == metric), "{name}: nobody tells {metric}");
            assert!(text.contains("MetricAlarms\n"), "{name} rings for metrics that may be switched off");
            watched.push(metric.to_owned());
        }
        // CodeDeploy listens to the one of deployments.
        let is_heard = text
            .contains("AlarmActions: [!If [HasAlarmTopic, !Ref AlarmTopic, !Ref AlarmMailTopic]]")
            || name == "DeploymentAlarm";
        assert!(is_heard, "{name} tells nobody");
        assert!(text.contains("TreatMissingData: notBreaching"), "{name} rings at night");
    }
    for metric in [Metric::ServerErrors, Metric::LoginFailures, Metric::WrongCodes, Metric::BudgetRefusals] {
        assert!(watched.iter().any(|name| name == metric.name()), "{metric:?} has no alarm");
    }
}

#[test]
fn the_dashboard_shows_every_metric_that_the_code_tells_and_no_other() {
    let mut shown = shown();
    shown.sort();
    shown.dedup();
    let mut told = Metric::ALL.map(Metric::name);
    told.sort_unstable();
    assert_eq!(shown, told);
    for widget in widgets() {
        assert!(widget["properties"]["title"].as_str().is_some_and(|title| title.len() > 10), "{widget}");
    }
}

#[test]
fn alarms_dashboard_and_traces_are_of_all_functions() {
    let template = read("template.yaml");
    let widgets = widgets().iter().map(Value::to_string).collect::<String>();
    let alarms: Vec<_> = resources("AWS::CloudWatch::Alarm");
    let (_, errors) = alarms.iter().find(|(name, _)| name == "FunctionErrorsAlarm").expect("it is there");
    let policies = resources("AWS::IAM::ManagedPolicy");
    let (_, traces) = policies.iter().find(|(name, _)| name == "TraceAccess").expect("it is there");
    for function in template::functions() {
        let id = &function.logical_id;
        let group = id.strip_suffix("Function").expect("functions are called so");
        assert!(widgets.contains(&format!("${{{id}}}")), "{id} is not on the dashboard");
        assert!(widgets.contains(&format!("SOURCE '${{{group}Logs}}'")), "{group}Logs are not on it");
        assert!(template.contains(&format!("LogGroup: !Ref {group}Logs")), "{group}Logs are no log of it");
        assert!(errors.contains(&format!("Value: !Ref {id} ")), "{id} may fail unheard");
        assert!(traces.contains(&format!("!Ref {group}Role")), "{group}Role may not write traces");
    }
}

#[test]
fn the_manual_explains_every_alarm_metric_and_outcome() {
    let manual = read(MANUAL);
    let mut alarms = resources("AWS::CloudWatch::Alarm");
    alarms.extend(resources_of("front.yaml", "AWS::CloudWatch::Alarm"));
    for (name, _) in &alarms {
        assert!(manual.contains(&format!("| `{name}` |")), "{name} is not explained");
    }
    let explained = manual.matches("Alarm` |").count();
    assert_eq!(explained, alarms.len(), "an alarm is explained that is not there");
    for word in Metric::ALL.map(Metric::name).into_iter().chain(Outcome::ALL.map(Outcome::word)) {
        assert!(manual.contains(&format!("`{word}`")), "{word} is not explained");
    }
}

#[test]
fn what_a_call_costs_is_asked_of_every_operation_in_use() {
    let asks = read("shared/src/store/capacity.rs");
    let operations = [
        ("get_item", "GetItem"),
        ("batch_get_item", "BatchGetItem"),
        ("batch_write_item", "BatchWriteItem"),
        ("query", "Query"),
        ("scan", "Scan"),
        ("put_item", "PutItem"),
        ("update_item", "UpdateItem"),
        ("delete_item", "DeleteItem"),
        ("transact_get_items", "TransactGetItems"),
        ("transact_write_items", "TransactWriteItems"),
        ("execute_statement", "ExecuteStatement"),
    ];
    let store: String = rust_files("shared/src/store").iter().map(|file| read(file)).collect();
    let mut used = 0;
    for (call, operation) in operations {
        if store.contains(&format!(".{call}()")) {
            used += 1;
            for half in ["Input", "Output"] {
                let times = asks.matches(&format!("{operation}{half}")).count();
                assert!(times >= 2, "{operation} is not asked, or not listened to");
            }
        }
    }
    assert!(used >= 6, "these cannot be all calls");
}
