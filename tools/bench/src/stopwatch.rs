//! Real time, which a measurement is of.

use std::time::{Duration, Instant};

/// A watch that runs from its start.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Runs from now on.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a measurement is of real time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has run.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// A time in milliseconds, which all tables are in.
#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
