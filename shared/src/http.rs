//! What every group's wire dialect needs once.
//!
//! A group is a table of [`endpoint::Endpoint`]s and a [`endpoint::Dialect`] that says every refusal
//! in its own words. The order of checks is the same for all: route, negotiation, caller, permission,
//! method, body (docs/contracts/rest-auth.md#requests).

pub mod answer;
pub mod body;
pub mod client_address;
pub mod cookie;
mod cors;
pub mod csrf;
pub mod endpoint;
pub mod field_errors;
pub mod form_field;
pub mod handler;
mod headers;
pub mod json;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod origin;
pub mod page;
pub mod refusal;
pub mod request;
#[cfg(feature = "openapi")]
pub mod section;
pub mod session_cookie;

pub use endpoint::router;
