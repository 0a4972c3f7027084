//! Tigertally on one computer: all its functions, the stand-ins for AWS, and the inbox that shows what
//! would have been sent.
//!
//! Nothing here is compiled into a function; production never sees this crate.

mod admission;
pub mod aws;
pub mod docker_bridge;
pub mod door;
mod foreign_pages;
pub mod inbox;
pub mod inbox_page;
pub mod openapi;
pub mod openapi_page;
pub mod options;
pub mod private_folder;
pub mod secret_file;
pub mod service;
pub mod terminal;
