//! The settings of metrics.

use super::environment::Environment;

/// Where metrics belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSettings {
    /// The namespace in CloudWatch (`TALLY_METRICS_NAMESPACE`).
    pub namespace: String,
    /// Whether a few of them are told by group as well (`TALLY_METRICS_BY_GROUP`).
    pub by_group: bool,
}

/// What CloudWatch takes in a namespace, and the most characters of it (`PutMetricData`, `Namespace`).
const LONGEST_NAMESPACE: usize = 255;

impl MetricSettings {
    /// The settings, where metrics are wanted at all.
    pub(super) fn read<L: Fn(&str) -> Option<String>>(environment: &mut Environment<L>) -> Option<Self> {
        let is_namespace = |text: &str| {
            let is_fitting = |c: char| c.is_ascii_alphanumeric() || "._-/#:".contains(c);
            text.len() <= LONGEST_NAMESPACE && text.chars().all(is_fitting) && !text.starts_with([':', '/'])
        };
        let what = "letters, digits and . _ - / # : of a namespace";
        let namespace = environment.checked("TALLY_METRICS_NAMESPACE", is_namespace, what);
        let by_group = environment.switch("TALLY_METRICS_BY_GROUP");
        namespace.map(|namespace| Self { namespace, by_group })
    }
}
