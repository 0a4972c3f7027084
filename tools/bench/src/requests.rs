//! The requests that are measured.

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

/// A request to any of the functions.
pub type Request = http::Request<String>;

/// The cookie of a session, as deployed functions set it.
pub const SESSION: &str = "__Host-sessionid";

/// Everybody's password.
pub const PASSWORD: &str = "fswxxz1456";

/// A request with a JSON body.
#[must_use]
pub fn post(path: &str, body: &Value) -> Request {
    let request =
        http::Request::post(path).header("host", "api.example.com").header(CONTENT_TYPE, "application/json");
    request.body(body.to_string()).expect("the paths here are paths")
}

/// A request without a body.
#[must_use]
pub fn get(path: &str) -> Request {
    let request = http::Request::get(path).header("host", "api.example.com");
    request.body(String::new()).expect("the paths here are paths")
}

/// The same request with the shared key.
#[must_use]
pub fn with_key(request: Request, key: &str) -> Request {
    with_header(request, AUTHORIZATION.as_str(), &format!("Token {key}"))
}

/// The same request with the session cookie.
#[must_use]
pub fn with_session(request: Request, session: &str) -> Request {
    with_header(request, COOKIE.as_str(), &format!("{SESSION}={session}"))
}

fn with_header(mut request: Request, name: &'static str, value: &str) -> Request {
    let value = value.parse().expect("keys and sessions are header text");
    request.headers_mut().insert(name, value);
    request
}

/// Registers somebody with a username and an e-mail address.
#[must_use]
pub fn registration(username: &str) -> Request {
    let email = format!("{username}@example.com");
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    post("/rest-auth/registration/", &body)
}

/// Logs in by the username.
#[must_use]
pub fn login(username: &str, password: &str) -> Request {
    post("/rest-auth/login/", &json!({"username": username, "password": password}))
}

/// Notes one's details, without which there is no profile to read.
#[must_use]
pub fn details(key: &str) -> Request {
    let details = json!({"company": "rinc", "tel": "1234567", "address": "asasasasa"});
    with_key(post("/api/create_users_info/", &details), key)
}

/// Reads one's own profile.
#[must_use]
pub fn profile(key: &str) -> Request {
    with_key(get("/api/users_display/"), key)
}

/// Asks for a code by mail.
#[must_use]
pub fn code_by_mail(email: &str) -> Request {
    post("/v3_1/manage/verCode/", &json!({"username": email, "code_type": 1}))
}

/// Asks for a code by text message.
#[must_use]
pub fn code_by_text(mobile: &str) -> Request {
    post("/users/send_sms_code/", &json!({"action_name": "AccountReg", "mobile": mobile}))
}
