//! A small HTTP client: a cookie jar of its own, any header, any body, and the oracle over every answer.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::{Answer, set_cookies};
use crate::oracle::{self, Secrets};

/// One browser, app or script; clones share its cookies.
#[derive(Clone, Debug)]
pub struct Client {
    url: String,
    http: Http<HttpConnector, Full<Bytes>>,
    jar: Arc<Mutex<BTreeMap<String, String>>>,
    may_fail: bool,
}

/// A request under construction.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    client: Client,
    request: http::Request<Full<Bytes>>,
    carries_cookies: bool,
    secrets: Secrets,
}

/// The boundary of multipart bodies.
pub const BOUNDARY: &str = "----tally-boundary";

/// How long a connection may stay silent.
const PATIENCE: Duration = Duration::from_secs(10);

impl Client {
    /// A client of the service at that URL, with no cookies yet.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self::over(url, HttpConnector::new())
    }

    /// One that comes from another address of this computer, such as 127.0.0.2.
    #[must_use]
    pub fn from_address(url: &str, address: IpAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address));
        Self::over(url, connector)
    }

    fn over(url: &str, connector: HttpConnector) -> Self {
        let http = Http::builder(TokioExecutor::new()).build(connector);
        Self { url: url.to_owned(), http, jar: Arc::default(), may_fail: false }
    }

    /// The same client, for which a status of 500 or more is an answer like any other.
    #[must_use]
    pub fn allowing_faults(mut self) -> Self {
        self.may_fail = true;
        self
    }

    /// A request of any method; `path` may carry a query.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let mut request = http::Request::new(Full::default());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).expect("the method is a token");
        *request.uri_mut() = format!("{}{path}", self.url).parse().expect("the path is part of a URL");
        Request { client: self.clone(), request, carries_cookies: true, secrets: Secrets::default() }
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// A POST.
    pub fn post(&self, path: &str) -> Request {
        self.request("POST", path)
    }

    /// A PUT.
    pub fn put(&self, path: &str) -> Request {
        self.request("PUT", path)
    }

    /// Registers a user with that password and no e-mail address.
    pub async fn register(&self, username: &str, password: &str) -> Answer {
        let body = json!({"username": username, "password1": password, "password2": password});
        self.post("/rest-auth/registration/").json(&body).send().await
    }

    /// Registers a user with an e-mail address.
    pub async fn register_with(&self, username: &str, email: &str, password: &str) -> Answer {
        let body =
            json!({"username": username, "email": email, "password1": password, "password2": password});
        self.post("/rest-auth/registration/").json(&body).send().await
    }

    /// Asks the console for a code that resets a password.
    pub async fn ask_reset(&self, email: &str) -> Answer {
        self.post("/v3_1/manage/verCode/").json(&json!({"username": email, "code_type": 1})).send().await
    }

    /// Resets a password by such a code.
    pub async fn reset(&self, email: &str, code: &str, password: &str) -> Answer {
        let body = json!({"username": email, "vercode": code, "password": password, "password2": password});
        self.post("/v3_1/manage/password/reset/").json(&body).send().await
    }

    /// Logs in.
    pub async fn login(&self, username: &str, password: &str) -> Answer {
        let body = json!({"username": username, "password": password});
        self.post("/rest-auth/login/").json(&body).send().await
    }

    /// Logs out.
    pub async fn logout(&self) -> Answer {
        self.post("/rest-auth/logout/").send().await
    }

    /// A cookie of the jar.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Puts a cookie into the jar.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        jar.insert(name.to_owned(), value.to_owned());
    }

    /// Sends bytes as they are over a connection of their own and reads until the other side closes it, so
    /// whole requests have to carry `Connection: close`; `None` when what comes back is no answer.
    pub async fn raw(&self, bytes: &[u8]) -> Option<Answer> {
        self.talk(bytes, false).await
    }

    /// The same, but the sending side closes behind the bytes.
    pub async fn raw_then_close(&self, bytes: &[u8]) -> Option<Answer> {
        self.talk(bytes, true).await
    }

    async fn talk(&self, bytes: &[u8], closes: bool) -> Option<Answer> {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("the service accepts connections");
        // A server that has seen enough may close while more is on its way.
        _ = stream.write_all(bytes).await;
        if closes {
            _ = stream.shutdown().await;
        }
        let mut received = Vec::new();
        let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut received)).await;
        assert!(end.is_ok(), "the connection stays open: {:?}", String::from_utf8_lossy(&received));
        let answer = read_answer(&received)?;
        // What has no request id never reached the service: the HTTP library turned it away.
        if answer.headers.contains_key("x-request-id") {
            oracle::watch(&answer, &Secrets::default(), self.may_fail);
        } else {
            assert!(answer.code() < 500, "{answer:?}");
        }
        Some(answer)
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        for cookie in set_cookies(&answer.headers) {
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name and a value");
            if cookie.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn cookie_header(&self) -> Option<HeaderValue> {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let header = HeaderValue::from_str(&pairs.join("; ")).expect("cookies are header text");
        (!jar.is_empty()).then_some(header)
    }
}

impl Request {
    /// One more header; of the same name there may be several.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("the name is a header's");
        let value = HeaderValue::from_bytes(value.as_ref()).expect("the value may stand in a header");
        self.request.headers_mut().append(name, value);
        self
    }

    /// `Authorization: Token …`.
    pub fn token(self, key: &str) -> Self {
        self.header("authorization", format!("Token {key}"))
    }

    /// Without the cookies of the jar; those of the answer are not kept either.
    pub fn without_cookies(mut self) -> Self {
        self.carries_cookies = false;
        self
    }

    /// A JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.secrets.learn(body);
        self.body("application/json", body.to_string())
    }

    /// A form-urlencoded body.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.secrets.learn_fields(fields);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body("application/x-www-form-urlencoded", body)
    }

    /// A multipart body.
    pub fn multipart(mut self, fields: &[(&str, &str)]) -> Self {
        self.secrets.learn_fields(fields);
        let part = |(name, value): &(&str, &str)| {
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = fields.iter().map(part).collect::<String>() + &format!("--{BOUNDARY}--\r\n");
        self.body(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    /// Any body of any type; an empty type is no `Content-Type` at all.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        *self.request.body_mut() = Full::new(body.into());
        if content_type.is_empty() { self } else { self.header("content-type", content_type) }
    }

    /// Sends it and watches the answer.
    pub async fn send(self) -> Answer {
        let Self { client, mut request, carries_cookies, secrets } = self;
        if let Some(cookies) = client.cookie_header().filter(|_| carries_cookies) {
            request.headers_mut().append("cookie", cookies);
        }
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let asked = format!("{} {path}", request.method());
        let response = client.http.request(request).await;
        let response = response.unwrap_or_else(|error| panic!("no answer to {asked}: {error:?}"));
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the answer arrives whole").to_bytes();
        let text = String::from_utf8(body.to_vec()).expect("an answer is UTF-8");
        let answer = Answer { request: asked, status: parts.status, headers: parts.headers, text };
        oracle::watch(&answer, &secrets, client.may_fail);
        if carries_cookies {
            client.keep_cookies(&answer);
        }
        answer
    }
}

/// Sends one JSON body after the other, each by a request of its own, and writes down what was asked and what
/// was answered.
pub async fn conversation(bodies: &[&str], request: impl AsyncFn() -> Request) -> String {
    let mut written = Vec::new();
    for body in bodies {
        let answer = request().await.body("application/json", (*body).to_owned()).send().await;
        written.push(format!("{body}\n    {}", answer.brief()));
    }
    written.join("\n")
}

/// Reads the first answer of a connection; its body is whatever follows the head.
fn read_answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = http::HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        headers
            .append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value.trim()).ok()?);
    }
    let text = String::from_utf8(bytes[end + 4..].to_vec()).ok()?;
    Some(Answer { request: "raw".to_owned(), status, headers, text })
}
