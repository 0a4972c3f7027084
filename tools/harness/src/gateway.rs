//! What an HTTP API of API Gateway makes of a request and of a function's answer: payload format 2.0.
//!
//! Its ways are documented only in part; the others were observed: the path arrives decoded, cookies in
//! a list of their own, repeated headers joined by a comma, and all bodies but text coded in base64.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::body::Body;
use data_encoding::BASE64;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::template::GREEDY;

/// The longest body that the gateway takes, in bytes (its quota "payload size").
pub const LONGEST_BODY: usize = 10 << 20;

/// Headers that are about the connection, which ends at the gateway (RFC 9110, section 7.6.1).
const OF_THE_CONNECTION: [&str; 4] = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/// The path as the gateway sees it, its percent signs decoded.
#[must_use]
pub fn path(parts: &Parts) -> String {
    percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned()
}

/// What the gateway knows of a request besides its text.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The route that was chosen for it.
    pub route: &'a str,
    /// Who sent it.
    pub sender: IpAddr,
    /// The gateway's id of it.
    pub id: &'a str,
    /// When it came.
    pub time: Timestamp,
}

/// The event of a request.
#[must_use]
pub fn event(parts: &Parts, body: &[u8], arrival: &Arrival) -> Value {
    let Arrival { route, sender, id, time } = *arrival;
    let path = path(parts);
    let route_key = format!("ANY {route}");
    let query = parts.uri.query().unwrap_or_default();
    let domain = parts.headers.get(HOST).map(text).unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, sender),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": sender,
                "userAgent": parts.headers.get("user-agent").map(text),
            },
            "requestId": id,
            "routeKey": route_key,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
            "timeEpoch": time.as_millisecond(),
        },
        "pathParameters": {"proxy": path.get(route.len() - GREEDY.len()..)},
        "isBase64Encoded": false,
    });
    let cookies: Vec<String> = parts.headers.get_all(COOKIE).iter().flat_map(cookies).collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(joined(form_urlencoded::parse(query.as_bytes())));
    }
    if !body.is_empty() {
        let as_text = std::str::from_utf8(body).ok().filter(|_| is_text(&parts.headers));
        event["isBase64Encoded"] = json!(as_text.is_none());
        event["body"] = json!(as_text.map_or_else(|| BASE64.encode(body), str::to_owned));
    }
    event
}

/// The response that a function's answer becomes; `None` if it is no answer of format 2.0.
#[must_use]
pub fn response(answer: &Value) -> Option<Response<Body>> {
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok())?;
    let text = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => BASE64.decode(text.as_bytes()).ok()?,
        Some(false) | None => text.as_bytes().to_vec(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    // What stands only in `multiValueHeaders` is lost.
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::try_from(name).ok()?;
        // The gateway counts for itself.
        if name != CONTENT_LENGTH {
            response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
        }
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, HeaderValue::from_str(cookie.as_str()?).ok()?);
    }
    Some(response)
}

/// What the gateway answers by itself.
#[must_use]
pub fn own_answer(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({"message": message}).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The headers by their lower-case names, with those that the gateway adds.
fn headers(sent: &HeaderMap, sender: IpAddr) -> BTreeMap<String, String> {
    let is_passed = |name: &HeaderName| *name != COOKIE && !OF_THE_CONNECTION.contains(&name.as_str());
    let sent = sent.iter().filter(|(name, _)| is_passed(name));
    let mut headers = joined(sent.map(|(name, value)| (name.as_str(), text(value))));
    let forwarded = headers.entry("x-forwarded-for".to_owned()).or_default();
    *forwarded = if forwarded.is_empty() { sender.to_string() } else { format!("{forwarded}, {sender}") };
    headers.insert("x-forwarded-port".to_owned(), "443".to_owned());
    headers.insert("x-forwarded-proto".to_owned(), "https".to_owned());
    headers.insert("x-amzn-trace-id".to_owned(), "Root=1-6b015d9a-2a642c23cf7e0bbaf28bcb05".to_owned());
    headers
}

/// Values of the same name, joined by a comma.
fn joined<K: AsRef<str>, V: AsRef<str>>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        joined
            .entry(name.as_ref().to_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(value.as_ref());
            })
            .or_insert_with(|| value.as_ref().to_owned());
    }
    joined
}

fn cookies(header: &HeaderValue) -> Vec<String> {
    text(header).split(';').map(str::trim).filter(|cookie| !cookie.is_empty()).map(str::to_owned).collect()
}

fn is_text(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE).map(text) else {
        return true;
    };
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&essence.as_str())
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
