//! What holds for every answer of every test: the client calls [`watch`] each time, so nobody can forget it.

use serde_json::Value;

use crate::answer::{Answer, set_cookies};
use crate::documented;

/// Headers with a fixed value, on every answer of a function.
const FIXED: [(&str, &str); 3] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
];

/// What a group's answers have besides.
struct Group {
    prefixes: &'static [&'static str],
    vary: Option<&'static str>,
    frame_options: Option<&'static str>,
    /// Where the recorded servers' answers name no charset, ours don't (security rule S12).
    content_type: &'static str,
    /// Whether a 401 names the scheme to authenticate by.
    challenges: bool,
}

/// The two types of JSON answers.
const BARE: &str = "application/json";
const NAMED: &str = "application/json; charset=utf-8";

const GROUPS: [Group; 5] = [
    Group {
        prefixes: &["/api/accounts/"],
        vary: Some("Cookie"),
        frame_options: None,
        content_type: BARE,
        challenges: false,
    },
    Group { prefixes: &["/user/"], vary: None, frame_options: None, content_type: NAMED, challenges: false },
    Group {
        prefixes: &["/users/"],
        vary: Some("Cookie"),
        frame_options: None,
        content_type: NAMED,
        challenges: false,
    },
    Group {
        prefixes: &["/v3_1/manage/"],
        vary: None,
        frame_options: None,
        content_type: NAMED,
        challenges: false,
    },
    Group {
        prefixes: &["/rest-auth/", "/api/"],
        vary: Some("Accept, Cookie"),
        frame_options: Some("SAMEORIGIN"),
        content_type: BARE,
        challenges: true,
    },
];

/// Headers that tell about the machinery.
const FORBIDDEN: [&str; 2] = ["server", "x-powered-by"];

/// The one place from which a browser is sent on: where the links in mail lead.
const LANDING: &str = "/users/bind_email";

/// Words of the machinery, and the marks of stored hashes.
const MACHINERY: [&str; 12] = [
    "argon2", "pbkdf2", "$v=", "$m=", "arn:", "dynamodb", "sqlite", "panicked", "src/", ".rs:", "serde",
    "hyper",
];

/// The most bytes of an answer.
const LONGEST: usize = 64 * 1024;

/// The passwords that a request carried, which must not come back.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Learns the passwords of a JSON body.
    pub fn learn(&mut self, body: &Value) {
        for (name, value) in body.as_object().into_iter().flatten() {
            if let Some(value) = value.as_str() {
                self.learn_fields(&[(name, value)]);
            }
        }
    }

    /// Learns the passwords of a form.
    pub fn learn_fields(&mut self, fields: &[(&str, &str)]) {
        let passwords = fields.iter().filter(|(name, value)| name.contains("password") && is_telling(value));
        self.0.extend(passwords.map(|(_, value)| (*value).to_owned()));
    }
}

/// Whether a text that turns up in an answer must be the password: `password1` is a field's name too.
fn is_telling(password: &str) -> bool {
    password.len() >= 10 && password.contains(|c: char| c.is_ascii_digit())
}

/// Checks what every answer has to keep to, and panics where it does not.
pub fn watch(answer: &Answer, secrets: &Secrets, may_fail: bool) {
    let is_fault = answer.status.is_server_error();
    assert!(!is_fault || may_fail, "the service failed: {answer:?}");
    // The local host's own pages are made for people. Raw requests are all for rest-auth.
    let path = answer.request.split(' ').nth(1).unwrap_or("/rest-auth/");
    let is_of = |group: &&Group| group.prefixes.iter().any(|prefix| path.starts_with(prefix));
    if let Some(group) = GROUPS.iter().find(is_of) {
        watch_headers(answer, group);
        watch_body(answer, secrets);
        if let Err(lie) = documented::check(answer) {
            panic!("the OpenAPI document does not have it: {lie}: {answer:?}");
        }
    }
}

fn watch_headers(answer: &Answer, group: &Group) {
    let is_shared = answer.headers.contains_key("access-control-allow-origin");
    let vary = match (group.vary, is_shared) {
        (Some(vary), true) => Some(format!("{vary}, Origin")),
        (None, true) => Some("Origin".to_owned()),
        (vary, false) => vary.map(str::to_owned),
    };
    assert_eq!(answer.header("vary"), vary.as_deref(), "{answer:?}");
    assert!(!matches!(answer.header("access-control-allow-origin"), Some("*" | "null")), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials").is_some(), is_shared, "{answer:?}");
    assert_eq!(answer.header("x-frame-options"), group.frame_options, "{answer:?}");
    for (name, value) in FIXED {
        let values: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(values, [value], "header {name} of {answer:?}");
    }
    for name in FORBIDDEN {
        assert!(!answer.headers.contains_key(name), "header {name} of {answer:?}");
    }
    let may_lead_on = answer.request.contains(LANDING) && answer.code() == 303;
    assert_eq!(answer.headers.contains_key("location"), may_lead_on, "{answer:?}");
    let policy = answer.header("content-security-policy").expect("every answer has a content policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{part} is missing in {policy}");
    }
    // A page has a form that has to work, and no script.
    let (kind, referrer, own) = if is_page(answer) {
        ("text/html; charset=utf-8", "same-origin", "form-action 'self'")
    } else {
        (group.content_type, "no-referrer", "sandbox")
    };
    assert_eq!(answer.header("content-type"), Some(kind), "{answer:?}");
    assert_eq!(answer.header("referrer-policy"), Some(referrer), "{answer:?}");
    assert!(policy.contains(own) && !policy.contains("script"), "{policy}");
    let id = answer.header("x-request-id").expect("every answer has a request id");
    assert!(id.len() >= 16 && id.bytes().all(|byte| byte.is_ascii_graphic()), "request id {id:?}");
    let waits = answer.header("retry-after").map(str::parse::<u32>);
    let must_wait = answer.code() == 429;
    assert_eq!(waits.is_some_and(|wait| wait.is_ok_and(|wait| wait > 0)), must_wait, "{answer:?}");
    let must_challenge = answer.code() == 401 && group.challenges;
    assert_eq!(answer.headers.contains_key("www-authenticate"), must_challenge, "{answer:?}");
    for cookie in set_cookies(&answer.headers) {
        watch_cookie(cookie);
    }
}

/// Whether the answer is a page for a person: what the mailed link opens, and nothing else.
fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

fn watch_cookie(cookie: &str) {
    let (name, rest) = cookie.split_once('=').expect("a cookie has a name");
    let is_session = name == "sessionid" || name == "__Host-sessionid";
    let is_device = name == "dev" || name == "__Host-dev";
    assert!(is_session || is_device || name == "csrftoken", "a cookie nobody knows: {cookie}");
    assert_eq!(rest.contains("; HttpOnly"), is_session || is_device, "{cookie}");
    assert!(rest.contains("; Path=/;") && rest.contains("; SameSite=Lax"), "{cookie}");
    assert!(!rest.to_ascii_lowercase().contains("domain="), "{cookie}");
    assert!(!name.starts_with("__Host-") || rest.ends_with("; Secure"), "{cookie}");
}

fn watch_body(answer: &Answer, secrets: &Secrets) {
    assert!(answer.text.len() < LONGEST, "an answer of {} bytes", answer.text.len());
    if answer.request.starts_with("HEAD ") {
        assert_eq!(answer.text, "", "an answer to HEAD has no body");
        return;
    }
    if is_page(answer) {
        assert!(answer.request.contains(LANDING), "a page: {answer:?}");
        assert!(!answer.text.contains("<script") && !answer.text.contains("javascript:"), "{answer:?}");
        return;
    }
    let body: Value = serde_json::from_str(&answer.text)
        .unwrap_or_else(|error| panic!("the body is no JSON ({error}): {answer:?}"));
    for secret in &secrets.0 {
        assert!(!answer.text.contains(secret.as_str()), "a password came back: {answer:?}");
    }
    for word in MACHINERY {
        assert!(!answer.text.to_ascii_lowercase().contains(word), "{word} in {answer:?}");
    }
    for name in ["sessionid", "__Host-sessionid"] {
        let session = answer.cookie(name).filter(|value| value != "\"\"");
        assert!(!session.is_some_and(|value| answer.text.contains(&value)), "{answer:?}");
    }
    let hands_out = ["registration", "login"].iter().any(|place| answer.request.contains(place));
    let has_key = body.get("key").is_some();
    let hands_out = hands_out && answer.request.contains("/rest-auth/");
    assert_eq!(
        has_key,
        answer.status.is_success() && hands_out && answer.request.starts_with("POST"),
        "{answer:?}"
    );
}
