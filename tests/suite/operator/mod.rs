//! `tally-admin` at a terminal and in scripts: what it asks, what machines read, what it says of a wrong setting, and
//! how it is stopped.

#[cfg(unix)]
mod completing;
mod json;
#[cfg(unix)]
mod questions;
mod settings;
#[cfg(unix)]
mod stopping;

use std::process::Output;

use serde_json::json;
use tests::client::Client;

const PASSWORD: &str = "fswxxz1456";

/// Registers somebody with an address, which nobody proves.
async fn register(client: &Client, username: &str) {
    let email = format!("{username}@example.com");
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    assert_eq!(client.post("/rest-auth/registration/").json(&body).send().await.code(), 201);
}

/// How a process ended, and what it said on standard output and standard error.
fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}
