//! The metrics, and how a log line becomes one of CloudWatch's.
//!
//! CloudWatch reads them out of the line itself, by its embedded metric format: a member `_aws` says
//! which other members are metrics (CloudWatch user guide, "Embedded metric format specification").
//! That costs no call, no agent and no time of the request's.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::config::MetricSettings;

/// The member of a line that says which group it is about, and the dimension of that name.
const GROUP: &str = "group";

/// A number that operators watch. Its name is its field's in the log line and the metric's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Sessions opened with a password.
    Logins,
    /// Wrong passwords.
    LoginFailures,
    /// Accounts made.
    Registrations,
    /// Mails that may have gone.
    MailsSent,
    /// Text messages that may have gone.
    TextsSent,
    /// Messages that the provider did not say it has.
    MessageFailures,
    /// Messages not sent because a budget was used up.
    BudgetRefusals,
    /// Ranges of numbers that get suspiciously many messages.
    SuspiciousRanges,
    /// Requests turned away because somebody asks or guesses too often.
    Throttled,
    /// Answers of 500 and more.
    ServerErrors,
    /// How long a request took.
    Duration,
    /// How long passwords were hashed in a request.
    HashMilliseconds,
    /// Read units that DynamoDB charged.
    ReadUnits,
    /// Write units that DynamoDB charged.
    WriteUnits,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Logins,
        Self::LoginFailures,
        Self::Registrations,
        Self::MailsSent,
        Self::TextsSent,
        Self::MessageFailures,
        Self::BudgetRefusals,
        Self::SuspiciousRanges,
        Self::Throttled,
        Self::ServerErrors,
        Self::Duration,
        Self::HashMilliseconds,
        Self::ReadUnits,
        Self::WriteUnits,
    ];

    /// The few that are told by group as well, where that is wished: each costs once more per group.
    pub const BY_GROUP: [Self; 4] = [Self::Logins, Self::LoginFailures, Self::ServerErrors, Self::Duration];

    /// Its name, in the log and in CloudWatch.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logins => "Logins",
            Self::LoginFailures => "LoginFailures",
            Self::Registrations => "Registrations",
            Self::MailsSent => "MailsSent",
            Self::TextsSent => "TextsSent",
            Self::MessageFailures => "MessageFailures",
            Self::BudgetRefusals => "BudgetRefusals",
            Self::SuspiciousRanges => "SuspiciousRanges",
            Self::Throttled => "Throttled",
            Self::ServerErrors => "ServerErrors",
            Self::Duration => "Duration",
            Self::HashMilliseconds => "HashMilliseconds",
            Self::ReadUnits => "ReadUnits",
            Self::WriteUnits => "WriteUnits",
        }
    }

    /// Its unit, as CloudWatch calls it.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Logins
            | Self::LoginFailures
            | Self::Registrations
            | Self::MailsSent
            | Self::TextsSent
            | Self::MessageFailures
            | Self::BudgetRefusals
            | Self::SuspiciousRanges
            | Self::Throttled
            | Self::ServerErrors
            | Self::ReadUnits
            | Self::WriteUnits => "Count",
            Self::Duration | Self::HashMilliseconds => "Milliseconds",
        }
    }
}

/// Makes the metrics of a line known to CloudWatch, if it has any.
pub(super) fn declare(line: &mut Map<String, Value>, settings: &MetricSettings, now: Timestamp) {
    let all = definitions(line, &Metric::ALL);
    if all.is_empty() {
        return;
    }
    let namespace = &settings.namespace;
    // Without a dimension: all groups together, which is what alarms look at.
    let mut directives = vec![json!({"Namespace": namespace, "Dimensions": [[]], "Metrics": all})];
    let by_group = definitions(line, &Metric::BY_GROUP);
    if settings.by_group && line.contains_key(GROUP) && !by_group.is_empty() {
        directives.push(json!({"Namespace": namespace, "Dimensions": [[GROUP]], "Metrics": by_group}));
    }
    let metadata = json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": directives});
    line.insert("_aws".to_owned(), metadata);
}

/// What CloudWatch has to know of those of the metrics that the line has.
fn definitions(line: &Map<String, Value>, metrics: &[Metric]) -> Vec<Value> {
    let told = metrics.iter().filter(|metric| line.contains_key(metric.name()));
    told.map(|metric| json!({"Name": metric.name(), "Unit": metric.unit()})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(line: Value, by_group: bool) -> Value {
        let Value::Object(mut line) = line else { unreachable!("a line is an object") };
        let settings = MetricSettings { namespace: "tally".to_owned(), by_group };
        declare(&mut line, &settings, "2026-11-21T10:15:34.815Z".parse().unwrap());
        line.get("_aws").cloned().unwrap_or_default()
    }

    #[test]
    fn a_line_without_numbers_is_a_log_line_and_no_more() {
        assert_eq!(declared(json!({"message": "the table failed", "group": "one"}), true), Value::Null);
    }

    #[test]
    fn only_what_the_line_has_is_declared() {
        let line = json!({"group": "one", "Duration": 1.5, "Throttled": 1});
        let told = |metrics: &[(&str, &str)]| -> Vec<Value> {
            metrics.iter().map(|(name, unit)| json!({"Name": name, "Unit": unit})).collect()
        };
        let all = told(&[("Throttled", "Count"), ("Duration", "Milliseconds")]);
        let of_all = json!({"Namespace": "tally", "Dimensions": [[]], "Metrics": all});
        let expected = json!({"Timestamp": 1_795_256_134_815_i64, "CloudWatchMetrics": [of_all]});
        assert_eq!(declared(line.clone(), false), expected);
        let by_group = told(&[("Duration", "Milliseconds")]);
        let of_group = json!({"Namespace": "tally", "Dimensions": [["group"]], "Metrics": by_group});
        assert_eq!(declared(line, true)["CloudWatchMetrics"], json!([of_all, of_group]));
    }
}
