//! tally-admin: what operators do about accounts, straight on the table.
//!
//! It needs the right to read and write the table and nothing else; the server's secret stays where
//! it is, but for the commands that rotate it, which know no table. Everything it does goes the way the functions go,
//! through the services of `tally`.

mod bookings;
pub mod cli;
pub mod commands;
pub mod connection;
mod django;
mod entries;
mod everyone;
mod export;
mod fields;
mod history;
pub mod identity;
mod import;
mod line;
pub mod manual;
mod migration;
pub mod outcome;
mod pages;
mod printing;
mod private_file;
mod reason;
mod rejects;
pub mod secret;
pub mod terminal;
mod values;
