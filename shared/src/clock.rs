//! The one place that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's wall clock. Never a monotonic one: a Lambda environment is frozen between
    /// invocations, and an expiry must notice the time that passed meanwhile.
    System,
    /// A clock that stands until somebody moves it; microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

/// Measures how long something takes, which no clock that may be set back can tell.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[must_use]
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is where the time enters")]
        Self(Instant::now())
    }

    /// How long that is ago.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

impl Clock {
    /// A clock that stands at the given time.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.as_microsecond())))
    }

    /// The time now, in whole microseconds, the finest step that any contract shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let microseconds = match self {
            #[expect(clippy::disallowed_methods, reason = "this is where the time enters")]
            Self::System => Timestamp::now().as_microsecond(),
            Self::Manual(microseconds) => microseconds.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(microseconds).expect("the clock shows a year before 9999")
    }

    /// Moves a manual clock on; the system's clock moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(microseconds) = self {
            let by = i64::try_from(by.as_micros()).expect("a step of the clock fits 64 bits");
            microseconds.fetch_add(by, Ordering::SeqCst);
        }
    }
}
