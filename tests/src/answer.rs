//! An answer as a client sees it, and the text in which golden conversations write it down.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, StatusCode};
use serde_json::Value;

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and path of the request.
    pub request: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

/// The headers that a golden conversation shows; the oracle checks the others on every answer.
const SHOWN: [&str; 5] = ["allow", "vary", "www-authenticate", "retry-after", "set-cookie"];

/// Headers that differ between two equal answers.
const PASSING: [&str; 2] = ["date", "x-request-id"];

impl Answer {
    /// The status as a number.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header's first value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the body is JSON")
    }

    /// The key that it hands out.
    #[must_use]
    pub fn key(&self) -> String {
        let key = self.json()["key"].as_str().map(str::to_owned);
        key.unwrap_or_else(|| panic!("no key in the answer: {}", self.brief()))
    }

    /// The value of a cookie that it sets.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        set_cookies(&self.headers).find_map(|cookie| {
            let (key, rest) = cookie.split_once('=')?;
            (key == name).then(|| rest.split(';').next().unwrap_or_default().to_owned())
        })
    }

    /// Status and body on one line, with keys and numbers of accounts replaced by their names.
    #[must_use]
    pub fn brief(&self) -> String {
        format!("{} {}", self.code(), self.redacted_body())
    }

    /// The whole answer as a golden conversation has it.
    #[must_use]
    pub fn golden(&self) -> String {
        let mut golden = format!("{}\n{}\n", self.request, self.status);
        for name in SHOWN {
            let name = HeaderName::from_static(name);
            for value in self.headers.get_all(&name) {
                let value = redacted_cookie(value.to_str().expect("a header of ours is ASCII"));
                writeln!(golden, "{name}: {value}").expect("a text takes what is written");
            }
        }
        golden + &self.redacted_body()
    }

    /// Everything by which an attacker could tell two answers apart.
    #[must_use]
    pub fn structure(&self) -> String {
        let mut headers: Vec<String> = self
            .headers
            .iter()
            .filter(|(name, _)| !PASSING.contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        headers.sort();
        format!("{}\n{}\n{}", self.status, headers.join("\n"), self.text)
    }

    fn redacted_body(&self) -> String {
        let mut text = self.text.clone();
        if let Ok(value) = serde_json::from_str(&text) {
            for (found, name) in passing_values(&value) {
                text = text.replace(&found, name);
            }
        }
        text
    }
}

/// The values of all `Set-Cookie` headers.
pub fn set_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok())
}

fn redacted_cookie(header: &str) -> String {
    for (name, redacted) in [
        ("sessionid=", "[session]"),
        ("__Host-sessionid=", "[session]"),
        ("csrftoken=", "[csrf]"),
        ("dev=", "[device]"),
        ("__Host-dev=", "[device]"),
    ] {
        if let Some(rest) = header.strip_prefix(name) {
            let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
            let value = if value == "\"\"" { value } else { redacted };
            return format!("{name}{value};{attributes}");
        }
    }
    header.to_owned()
}

/// What differs from run to run: keys and the numbers of accounts.
fn passing_values(value: &Value) -> Vec<(String, &'static str)> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value) {
                ("key", Value::String(key)) => vec![(key.clone(), "[key]")],
                ("id", Value::Number(id)) => vec![(id.to_string(), "[id]")],
                ("id", Value::String(id)) => vec![(id.clone(), "[id]")],
                ("token", Value::String(token)) => vec![(token.clone(), "[token]")],
                (_, value) => passing_values(value),
            })
            .collect(),
        Value::Array(list) => list.iter().flat_map(passing_values).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
