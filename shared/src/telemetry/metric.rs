//! The metrics, and how a log line becomes one of CloudWatch's.
//!
//! CloudWatch reads them out of the line itself, by its embedded metric format: a member `_aws` says
//! which other members are metrics (CloudWatch user guide, "Embedded metric format specification").
//! That costs no call, no agent and no time of the request's.

use jiff::Timestamp;
use serde::Serialize;

use crate::config::MetricSettings;

/// The member of a line that says which group it is about, and the dimension of that name.
pub(super) const GROUP: &str = "group";

worded! {
    /// A number that operators watch. Its name is its field's in the log line and the metric's.
    Metric, name {
        /// Sessions opened with a password.
        Logins = "Logins",
        /// Wrong passwords.
        LoginFailures = "LoginFailures",
        /// Wrong codes.
        WrongCodes = "WrongCodes",
        /// Accounts made.
        Registrations = "Registrations",
        /// Mails that may have gone.
        MailsSent = "MailsSent",
        /// Text messages that may have gone.
        TextsSent = "TextsSent",
        /// Messages that the provider did not say it has.
        MessageFailures = "MessageFailures",
        /// Messages not sent because a budget was used up.
        BudgetRefusals = "BudgetRefusals",
        /// Ranges of numbers that get suspiciously many messages.
        SuspiciousRanges = "SuspiciousRanges",
        /// Requests turned away because somebody asks or guesses too often.
        Throttled = "Throttled",
        /// Answers of 500 and more.
        ServerErrors = "ServerErrors",
        /// How long a request took.
        DurationMilliseconds = "DurationMilliseconds",
        /// How long passwords were hashed in a request.
        HashMilliseconds = "HashMilliseconds",
        /// Read units that DynamoDB charged.
        ReadUnits = "ReadUnits",
        /// Write units that DynamoDB charged.
        WriteUnits = "WriteUnits",
    }
}

impl Metric {
    /// The few that are told by group as well, where that is wished: each costs once more per group.
    pub const BY_GROUP: [Self; 4] =
        [Self::Logins, Self::LoginFailures, Self::ServerErrors, Self::DurationMilliseconds];

    /// Its unit, as CloudWatch calls it.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        if matches!(self, Self::DurationMilliseconds | Self::HashMilliseconds) {
            "Milliseconds"
        } else {
            "Count"
        }
    }
}

/// What tells CloudWatch which members of a line are metrics.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Declaration<'a> {
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive<'a>>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: [&'static [&'static str]; 1],
    metrics: Vec<Definition>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

/// Makes the metrics that a line has known to CloudWatch, if there are any.
pub(super) fn declare<'a>(
    told: &[Metric],
    has_group: bool,
    settings: &'a MetricSettings,
    now: Timestamp,
) -> Option<Declaration<'a>> {
    let directive = |dimension: &'static [&'static str], metrics: &[Metric]| {
        let told = metrics.iter().filter(|metric| told.contains(metric));
        let metrics = told.map(|metric| Definition { name: metric.name(), unit: metric.unit() }).collect();
        let directive = Directive { namespace: &settings.namespace, dimensions: [dimension], metrics };
        (!directive.metrics.is_empty()).then_some(directive)
    };
    // Without a dimension: all groups together, which is what alarms look at.
    let of_all = directive(&[], &Metric::ALL)?;
    let by_group = (settings.by_group && has_group).then(|| directive(&[GROUP], &Metric::BY_GROUP)).flatten();
    let cloud_watch_metrics = [Some(of_all), by_group].into_iter().flatten().collect();
    Some(Declaration { timestamp: now.as_millisecond(), cloud_watch_metrics })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn declared(told: &[Metric], by_group: bool) -> Value {
        let settings = MetricSettings { namespace: "tally".to_owned(), by_group };
        let now = "2026-11-21T10:15:34.815Z".parse().unwrap();
        serde_json::to_value(declare(told, true, &settings, now)).unwrap()
    }

    #[test]
    fn a_line_without_numbers_is_a_log_line_and_no_more() {
        assert_eq!(declared(&[], true), Value::Null);
    }

    #[test]
    fn only_what_the_line_has_is_declared() {
        let line = [Metric::DurationMilliseconds, Metric::Throttled];
        let told = |metrics: &[(&str, &str)]| -> Vec<Value> {
            metrics.iter().map(|(name, unit)| json!({"Name": name, "Unit": unit})).collect()
        };
        let all = told(&[("Throttled", "Count"), ("DurationMilliseconds", "Milliseconds")]);
        let of_all = json!({"Namespace": "tally", "Dimensions": [[]], "Metrics": all});
        let expected = json!({"Timestamp": 1_795_256_134_815_i64, "CloudWatchMetrics": [of_all]});
        assert_eq!(declared(&line, false), expected);
        let by_group = told(&[("DurationMilliseconds", "Milliseconds")]);
        let of_group = json!({"Namespace": "tally", "Dimensions": [["group"]], "Metrics": by_group});
        assert_eq!(declared(&line, true)["CloudWatchMetrics"], json!([of_all, of_group]));
    }
}
