//! What the test suite stands on: the whole service in the test's own process, and a client that watches
//! every answer.

pub mod answer;
pub mod client;
pub mod code;
pub mod documented;
pub mod lambda_host;
pub mod log;
pub mod operator;
pub mod oracle;
pub mod process;
pub mod role;
pub mod server;
pub mod steered_time;
pub mod table;
pub mod tapped;

pub use harness::{gateway, price, runtime_api, tap, template};
