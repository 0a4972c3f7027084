//! Golden conversations: every example, message and rule of docs/contracts/rest-auth.md.
//!
//! The bodies of requests stand here as they go over the wire, and so do those of the answers.

mod authentication;
mod details;
mod login;
mod logout;
mod negotiation;
mod password_change;
mod registration;
mod registration_fields;
mod security;

use tests::client::{self, Client};

const REGISTRATION: &str = "/rest-auth/registration/";
const LOGIN: &str = "/rest-auth/login/";
const LOGOUT: &str = "/rest-auth/logout/";
const CHANGE: &str = "/rest-auth/password/change/";
const CREATE: &str = "/api/create_users_info/";
const DISPLAY: &str = "/api/users_display/";

/// Contract 002's own password.
const PASSWORD: &str = "fswxxz1456";

/// Contract 002's own details.
const DETAILS: &str = r#"{"company":"rinc","tel":"1234567","address":"asasasasa"}"#;

/// Sends one JSON body after the other and writes down what was asked and what was answered.
async fn conversation(client: &Client, method: &str, path: &str, bodies: &[&str]) -> String {
    client::conversation(bodies, async || client.request(method, path)).await
}
