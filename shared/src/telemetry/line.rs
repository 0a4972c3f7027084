//! Log lines as a deployment writes them: one JSON object each.

use std::fmt;

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::ser::CompactFormatter;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::metric::{self, Metric};
use super::with_current_request;
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
        let text = self.line(event, Clock::System.now()).map_err(|_| fmt::Error)?;
        writeln!(writer, "{}", str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Room for a line about a request, with its metrics.
const USUAL_BYTES: usize = 1024;

impl JsonLines {
    /// The members go straight into the text: this is done for every request, while it waits.
    fn line(&self, event: &Event<'_>, now: Timestamp) -> serde_json::Result<Vec<u8>> {
        let mut text = Vec::with_capacity(USUAL_BYTES);
        let mut serializer = serde_json::Serializer::new(&mut text);
        let mut members = Members {
            map: serializer.serialize_map(None)?,
            metrics: Vec::new(),
            has_group: false,
            outcome: Ok(()),
        };
        members.put("timestamp", &format_args!("{now}"));
        members.put("level", event.metadata().level().as_str());
        with_current_request(|id| members.put("request_id", id));
        event.record(&mut members);
        let settings = self.metrics.as_ref();
        let declared =
            settings.and_then(|settings| metric::declare(&members.metrics, members.has_group, settings, now));
        if let Some(declared) = declared {
            members.put("_aws", &declared);
        }
        members.outcome?;
        SerializeMap::end(members.map)?;
        Ok(text)
    }
}

/// The members of a line that is being written.
struct Members<'a> {
    map: serde_json::ser::Compound<'a, &'a mut Vec<u8>, CompactFormatter>,
    /// Those of them that are metrics.
    metrics: Vec<Metric>,
    has_group: bool,
    outcome: serde_json::Result<()>,
}

impl Members<'_> {
    fn put(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if self.outcome.is_ok() {
            self.outcome = self.map.serialize_entry(name, value);
        }
    }

    fn put_number(&mut self, name: &str, value: &impl Serialize) {
        self.metrics.extend(Metric::ALL.into_iter().find(|metric| metric.name() == name));
        self.put(name, value);
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put_number(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put_number(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put_number(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.has_group |= field.name() == metric::GROUP;
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), &format_args!("{value:?}"));
    }
}
