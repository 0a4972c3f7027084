//! Log lines as a deployment writes them: one JSON object each.

use std::fmt;

use serde_json::{Map, Number, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::{current_request, metric};
use crate::clock::Clock;
use crate::config::MetricSettings;

/// Writes events as JSON objects: time, level, the id of the request that is being served, and the
/// event's own fields beside them. Control characters come out escaped, so a line is always one line.
#[derive(Clone, Debug)]
pub struct JsonLines {
    metrics: Option<MetricSettings>,
}

impl JsonLines {
    /// Lines that CloudWatch reads metrics out of, if it is said where these belong.
    #[must_use]
    pub fn new(metrics: Option<MetricSettings>) -> Self {
        Self { metrics }
    }
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let now = Clock::System.now();
        let mut fields = Fields(Map::new());
        fields.put("timestamp", now.to_string());
        fields.put("level", event.metadata().level().as_str());
        if let Some(id) = current_request() {
            fields.put("request_id", id);
        }
        event.record(&mut fields);
        let Fields(mut line) = fields;
        if let Some(settings) = &self.metrics {
            metric::declare(&mut line, settings, now);
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// The members of a line.
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), Number::from_f64(value).map_or(Value::Null, Value::Number));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}"));
    }
}
