//! What the test suite stands on: the whole service in the test's own process, and a client that watches
//! every answer.

pub mod answer;
pub mod client;
pub mod documented;
pub mod gateway;
pub mod lambda_host;
pub mod oracle;
pub mod process;
pub mod runtime_api;
pub mod server;
pub mod table;
pub mod tap;
pub mod tapped;
pub mod template;
