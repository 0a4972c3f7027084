//! What the service logs on a test's own thread, in the lines of a deployment.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub use harness::runtime_api::NAMESPACE;
use serde_json::Value;
use tally::config::MetricSettings;
use tally::telemetry::JsonLines;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Where it goes; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

/// While this lives, what this thread logs is kept.
#[derive(Debug)]
pub struct Listening {
    _second: tracing::Dispatch,
    _guard: DefaultGuard,
}

impl Log {
    /// Keeps from now on what this thread logs, of our own crates all of it: in a test that is not
    /// spread over threads, that is the test and its service.
    #[must_use = "it listens as long as the second value lives"]
    pub fn listen() -> (Self, Listening) {
        let log = Self::default();
        let ours = ["tally", "accounts", "charity", "company", "manage", "rest_auth", "local"];
        let filter = ours.iter().fold("info".to_owned(), |filter, name| format!("{filter},{name}=trace"));
        // What `cargo run` tells a developer of a refused page is in no log of a deployment.
        let filter = filter + ",local::foreign_pages=off";
        let metrics = MetricSettings { namespace: NAMESPACE.to_owned(), by_group: true };
        let subscriber = tracing_subscriber::fmt()
            .event_format(JsonLines::new(Some(metrics)))
            .with_writer(log.clone())
            .with_env_filter(EnvFilter::new(filter))
            .finish();
        // While there is only one, whether an event is of interest is judged by the thread that meets it
        // first, which may be another test's.
        let second = tracing::Dispatch::new(tracing_subscriber::registry());
        let guard = tracing::subscriber::set_default(subscriber);
        (log, Listening { _second: second, _guard: guard })
    }

    /// All that was logged so far.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("logs are text")
    }

    /// The lines about requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Value> {
        requests(&self.text())
    }
}

/// The lines about requests in the output of a function.
#[must_use]
pub fn requests(output: &str) -> Vec<Value> {
    let lines = output.lines().map(serde_json::from_str::<Value>);
    let lines = lines.map(|line| line.unwrap_or_else(|error| panic!("a line is no JSON, {error}: {output}")));
    lines.filter(|line| line["message"] == "answered").collect()
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
