//! Abuse of the service, one module per kind.
//!
//! What holds for every answer is not repeated here: the client's oracle watches that all the time.

mod access;
mod bodies;
mod csrf;
mod doubled_headers;
mod enumeration;
mod everywhere;
mod foreign;
mod frozen;
mod headers;
mod input;
mod mass_assignment;
mod neighbours;
mod passwords;
mod sessions;
mod throttling;
mod throttling_by_address;

use super::{CHANGE, CREATE, DETAILS, DISPLAY, LOGIN, LOGOUT, PASSWORD, REGISTRATION};

/// Every endpoint that reads a body.
const WRITING: [(&str, &str); 6] = [
    ("POST", REGISTRATION),
    ("POST", LOGIN),
    ("POST", CHANGE),
    ("POST", CREATE),
    ("PUT", DISPLAY),
    ("PATCH", DISPLAY),
];

/// Every endpoint that needs a caller.
const GUARDED: [(&str, &str); 6] = [
    ("POST", CHANGE),
    ("POST", CREATE),
    ("GET", DISPLAY),
    ("HEAD", DISPLAY),
    ("PUT", DISPLAY),
    ("PATCH", DISPLAY),
];

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

const WRONG: &str = r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#;
const STRANGER: &str = r#"401 {"detail":"Authentication credentials were not provided."}"#;
const INVALID: &str = r#"401 {"detail":"Invalid token."}"#;
