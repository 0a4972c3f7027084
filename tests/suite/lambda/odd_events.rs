//! Events that differ from a login that works in one thing only, and that thing is odd.

use data_encoding::BASE64;
use serde_json::{Value, json};

/// What it is, the event, and the statuses that make sense.
pub(super) type Odd = (String, Value, Vec<u64>);

/// The odd relatives of an event.
pub(super) fn of(login: &Value) -> Vec<Odd> {
    [headers(login), paths(login), contexts(login), bodies(login)].concat()
}

/// The event with another value in one place; null takes the place away.
fn change(login: &Value, pointer: &str, value: Value) -> Value {
    let mut event = login.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let parent = event.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is there");
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    event
}

fn odd(login: &Value, pointer: &str, value: Value, allowed: &[u64]) -> Odd {
    let shown: String = value.to_string().chars().take(40).collect();
    (format!("{pointer} = {shown}"), change(login, pointer, value), allowed.to_vec())
}

fn headers(login: &Value) -> Vec<Odd> {
    let odd =
        |name: &str, value: Value, allowed: &[u64]| odd(login, &format!("/headers/{name}"), value, allowed);
    let mut events = Vec::new();
    for host in ["a b", "", "a:b:c", "[", "ü.example", "a/b", "a@b"] {
        events.push(odd("host", json!(host), &[200]));
    }
    events.push(odd("host", Value::Null, &[200]));
    for protocol in ["https,http", "", "ht tp", "javascript:"] {
        events.push(odd("x-forwarded-proto", json!(protocol), &[200]));
    }
    for name in ["x-forwarded-for", "x-forwarded-port", "x-forwarded-host", "forwarded", "via"] {
        events.push(odd(name, json!("a, b;c=\"d"), &[200]));
    }
    for name in ["user-agent", "accept-language", "authorization", "cookie", "x-name"] {
        events.push(odd(name, json!("李"), &[200]));
        events.push(odd(name, json!("caf\u{e9}"), &[200]));
    }
    events.push(odd("content-type", json!("application/json; charset=\"ü"), &[200, 400, 415]));
    events
}

fn paths(login: &Value) -> Vec<Odd> {
    let paths = [
        "/rest-auth/../api/users_display/",
        "/rest-auth/login/../login/",
        "/rest-auth/./login/",
        "/rest-auth//login/",
        "//rest-auth/login/",
        "/rest-auth/%6Cogin/",
        "/rest-auth/login/%zz",
        "/rest-auth/登录/",
        "/rest-auth/a b/",
        // The gateway decodes the path, so these are its own characters, not the begin of anything.
        "/rest-auth/login/#x",
        "/rest-auth/login/?x=y",
        "/rest-auth/\\login/",
        "rest-auth/login/",
        "http://example.com/rest-auth/login/",
        "*",
        "/",
        "",
    ];
    let mut events: Vec<Odd> = paths.map(|path| odd(login, "/rawPath", json!(path), &[404])).into();
    events.push(odd(login, "/rawPath", Value::Null, &[404]));
    for query in ["a=%zz&&=", "登录", "a b", "?", "#"] {
        events.push(odd(login, "/rawQueryString", json!(query), &[200, 404]));
    }
    events
}

fn contexts(login: &Value) -> Vec<Odd> {
    let odd = |pointer: &str, value: Value, allowed: &[u64]| odd(login, pointer, value, allowed);
    let mut events = Vec::new();
    events.push(odd("/requestContext/http/path", json!("/api/users_display/"), &[200]));
    for ip in ["203.0.113.7:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711", "::ffff:203.0.113.7"]
    {
        events.push(odd("/requestContext/http/sourceIp", json!(ip), &[200]));
    }
    // Whoever comes from nowhere is refused, or all of them would share one allowance.
    for ip in [json!(""), json!("not an address"), json!("203.0.113.7, 198.51.100.1"), Value::Null] {
        events.push(odd("/requestContext/http/sourceIp", ip, &[400]));
    }
    events.push(odd("/requestContext/http/method", json!("BREW"), &[405]));
    events.push(odd("/requestContext/domainName", json!("a b"), &[200]));
    for id in [json!("a\nb"), json!("李"), json!(""), Value::Null] {
        events.push(odd("/requestContext/requestId", id, &[200]));
    }
    for cookies in [json!([]), json!([""]), json!(["a=\u{1}"]), json!(["a=李"]), json!([";;=;"])] {
        events.push(odd("/cookies", cookies, &[200]));
    }
    events
}

fn bodies(login: &Value) -> Vec<Odd> {
    let coded = |body: String| change(&change(login, "/isBase64Encoded", json!(true)), "/body", json!(body));
    vec![
        odd(login, "/headers", json!({}), &[400, 415]),
        odd(login, "/headers", Value::Null, &[400, 415]),
        odd(login, "/body", Value::Null, &[400]),
        odd(login, "/body", json!(""), &[400]),
        odd(login, "/body", json!("{"), &[400]),
        odd(login, "/body", json!("\u{0}"), &[400]),
        odd(login, "/body", json!("x".repeat(5 << 20)), &[413]),
        // The body is plain JSON all the same: what is called coded and is not, is no body.
        odd(login, "/isBase64Encoded", json!(true), &[400]),
        ("a body that is not base64 after all".to_owned(), coded("%%%".to_owned()), vec![400]),
        ("a body that is not UTF-8".to_owned(), coded(BASE64.encode(&[0xff, 0xfe, 0x00])), vec![400]),
    ]
}
