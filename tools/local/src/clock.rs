//! The time, as something handed in: a test moves it, the binary passes the real one.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the present moment each time it is called.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
