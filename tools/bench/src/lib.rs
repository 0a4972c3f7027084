//! `tally-bench`: what the service costs, measured on the embedded DynamoDB.

pub mod arguments;
pub mod error;
pub mod fleet;
pub mod hashes;
pub mod load;
pub mod people;
pub mod pool;
pub mod process_meter;
pub mod requests;
pub mod scoreboard;
pub mod search;
pub mod stage;
pub mod statistics;
pub mod table;
pub mod tls_front;
