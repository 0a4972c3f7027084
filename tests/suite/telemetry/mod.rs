//! What the service tells its operator: the log lines, the metrics in them, and what is in neither.

mod lines;
mod metrics;
mod secrecy;
pub(crate) mod tour;
