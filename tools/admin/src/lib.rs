//! tally-admin: what operators do about accounts, straight on the table.
//!
//! It needs the right to read and write the table and nothing else; the server's secret stays where
//! it is. Everything it does goes the way the functions go, through the services of `tally`.

pub mod arguments;
pub mod commands;
pub mod printing;
pub mod terminal;
