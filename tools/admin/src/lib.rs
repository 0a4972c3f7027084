//! tally-admin: what operators do about accounts, straight on the table.
//!
//! It needs the right to read and write the table and nothing else; the server's secret stays where
//! it is, but for the commands that rotate it, which know no table. Everything it does goes the way the functions go, through the services of `tally`.

pub mod arguments;
mod bookings;
pub mod commands;
mod confirming;
pub mod django;
pub mod entries;
mod everyone;
pub mod export;
pub mod fields;
mod help;
mod history;
pub mod identity;
pub mod import;
pub mod line;
mod migration;
pub mod printing;
mod private_file;
mod progress;
pub mod reason;
mod rejects;
pub mod secret;
pub mod terminal;
mod values;
