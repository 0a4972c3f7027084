//! What stands around the functions on this computer, for the tests and for the benchmarks: Lambda's
//! Runtime API, the gateway's events, a tap on the line to DynamoDB, and the built binaries.

pub mod gateway;
pub mod price;
pub mod process;
pub mod runtime_api;
pub mod tap;
pub mod template;
