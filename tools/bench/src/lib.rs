//! `tally-bench`: what the service costs as its pool grows, measured on the embedded DynamoDB.

pub mod arguments;
pub mod meter;
pub mod people;
pub mod pool;
pub mod search;
pub mod table;
