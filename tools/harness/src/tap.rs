//! A tap on the line to DynamoDB: a proxy that writes down every call and breaks those it is told to.
//!
//! Faults happen on the wire, where they happen in production, so nothing in the service knows about
//! them. Signatures are not checked by the stand-in, so a request may be changed on its way.

mod call;
mod fault;
mod shortfall;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Request, Response, Uri};
use axum::{BoxError, http};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub use call::Call;
pub use fault::{Action, Fault, Which};
use fault::{cancelled, error};

/// The proxy, from its start until it is dropped.
#[derive(Debug)]
pub struct Tap {
    url: String,
    line: Arc<Line>,
    server: JoinHandle<()>,
}

/// Whether a call is let through; see [`Tap::guarding`].
type Guard = Box<dyn Fn(&Call) -> bool + Send + Sync>;

impl Tap {
    /// Opens a tap before the given endpoint; every call is held back for `latency`, so that calls
    /// that are sent at the same time are seen to overlap.
    pub async fn before(endpoint: &str, latency: Duration) -> Self {
        Self::open(endpoint, latency, Box::new(|_| true)).await
    }

    /// Opens a tap before the given endpoint that answers as DynamoDB does where a role does not permit the
    /// call, unless the guard lets it through.
    pub async fn guarding(endpoint: &str, guard: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        Self::open(endpoint, Duration::ZERO, Box::new(guard)).await
    }

    async fn open(endpoint: &str, latency: Duration, guard: Guard) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let backend: Uri = endpoint.parse().expect("the endpoint is a URL");
        let line = Arc::new(Line {
            backend,
            latency,
            guard,
            client: Client::builder(TokioExecutor::new()).build_http(),
            steps: AtomicUsize::new(0),
            calls: Mutex::default(),
            kept: Mutex::default(),
            faults: Mutex::default(),
            broken: Notify::new(),
            held: Notify::new(),
            released: Notify::new(),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&line)));
        Self { url: format!("http://{address}"), line, server }
    }

    /// Where the tap listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The calls since the last time they were taken, in the order they came.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut *lock(&self.line.calls))
    }

    /// From now on, calls that fit the fault suffer it.
    pub fn inject(&self, fault: Fault) {
        lock(&self.line.faults).push(Armed { fault, seen: 0, done: 0 });
    }

    /// Waits until a call suffers a fault, if none has since the last time somebody waited.
    pub async fn broken(&self) {
        self.line.broken.notified().await;
    }

    /// Waits until a call is held, if none has been since the last time somebody waited.
    pub async fn held(&self) {
        self.line.held.notified().await;
    }

    /// Lets a held call go on.
    pub fn release(&self) {
        self.line.released.notify_one();
    }

    /// Repairs the line; tells how many calls suffered a fault since the last time.
    #[must_use]
    pub fn repair(&self) -> usize {
        lock(&self.line.faults).drain(..).map(|armed| armed.done).sum()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// How many calls had to wait for another one's answer, and the first: the longest chain of calls of
/// which each started after the one before had ended.
#[must_use]
pub fn round_trips(calls: &[Call]) -> usize {
    let mut by_end: Vec<&Call> = calls.iter().collect();
    by_end.sort_by_key(|call| call.ended);
    let mut chain = 0;
    let mut last_end = None;
    for call in by_end {
        if last_end.is_none_or(|end| call.started > end) {
            chain += 1;
            last_end = Some(call.ended);
        }
    }
    chain
}

/// Read units of all calls.
#[must_use]
pub fn reads(calls: &[Call]) -> f64 {
    calls.iter().map(|call| call.read_units).sum()
}

/// Write units of all calls.
#[must_use]
pub fn writes(calls: &[Call]) -> f64 {
    calls.iter().map(|call| call.write_units).sum()
}

/// What all taps' connections share.
struct Line {
    backend: Uri,
    latency: Duration,
    guard: Guard,
    client: Client<HttpConnector, Body>,
    steps: AtomicUsize,
    calls: Mutex<Vec<Call>>,
    /// Answers by their questions, for [`Action::Stale`].
    kept: Mutex<HashMap<String, Bytes>>,
    faults: Mutex<Vec<Armed>>,
    broken: Notify,
    held: Notify,
    released: Notify,
}

struct Armed {
    fault: Fault,
    seen: usize,
    done: usize,
}

/// The connection is to close without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the tap hangs up")]
struct HangUp;

async fn accept(listener: TcpListener, line: Arc<Line>) {
    // The socket listens on loopback until the task is aborted.
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(converse(connection, Arc::clone(&line)));
    }
}

async fn converse(connection: TcpStream, line: Arc<Line>) {
    // A socket that refuses is merely slower.
    _ = connection.set_nodelay(true);
    let service = tower::service_fn(move |request| {
        let line = Arc::clone(&line);
        async move { line.pass(request).await }
    });
    let connections = auto::Builder::new(TokioExecutor::new());
    // It ends with the client's hanging up or with ours.
    _ = connections.serve_connection(TokioIo::new(connection), TowerToHyperService::new(service)).await;
}

impl Line {
    async fn pass<B>(&self, request: Request<B>) -> Result<Response<Body>, HangUp>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.map_err(|_| HangUp)?;
        let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let Some(operation) = target.and_then(|target| target.strip_prefix("DynamoDB_20120810.")) else {
            let (parts, body) = self.forward(&parts, body).await?;
            return Ok(Response::from_parts(parts, Body::from(body)));
        };
        let mut call = self.begin(operation, &body);
        if !(self.guard)(&call) {
            return Ok(error(400, "AccessDeniedException"));
        }
        let action = self.action(&call);
        let outcome = self.act(action, &parts, &mut call).await;
        if action.is_some() {
            self.broken.notify_one();
        }
        call.ended = self.steps.fetch_add(1, Ordering::SeqCst);
        let mut calls = lock(&self.calls);
        if let Some(entry) = calls.iter_mut().find(|entry| entry.started == call.started) {
            *entry = call;
        }
        outcome
    }

    fn begin(&self, operation: &str, body: &[u8]) -> Call {
        let call = Call {
            operation: operation.to_owned(),
            request: serde_json::from_slice(body).expect("the SDK sends JSON"),
            started: self.steps.fetch_add(1, Ordering::SeqCst),
            ended: usize::MAX,
            read_units: 0.0,
            write_units: 0.0,
        };
        lock(&self.calls).push(call.clone());
        call
    }

    fn action(&self, call: &Call) -> Option<Action> {
        let mut chosen = None;
        for armed in lock(&self.faults).iter_mut().filter(|armed| armed.fault.fits(call)) {
            let is_meant = match armed.fault.which {
                Which::Nth(nth) => nth == armed.seen,
                Which::Every => true,
            };
            armed.seen += 1;
            if is_meant && chosen.is_none() {
                armed.done += 1;
                chosen = Some(armed.fault.action);
            }
        }
        chosen
    }

    async fn act(
        &self,
        action: Option<Action>,
        parts: &http::request::Parts,
        call: &mut Call,
    ) -> Result<Response<Body>, HangUp> {
        let done = match action {
            Some(Action::DropBefore) => return Err(HangUp),
            Some(Action::ErrorBefore(status, code)) => return Ok(error(status, code)),
            Some(Action::Cancel(reasons)) => return Ok(cancelled(reasons)),
            Some(Action::Stale) => return self.stale(parts, call).await,
            Some(Action::Unprocessed(most)) => return self.unprocessed(parts, call, most).await,
            Some(Action::ShortPage(rows)) => {
                shortfall::shorten(call, rows);
                self.ask(parts, call).await?
            }
            Some(Action::Delay(delay)) => {
                tokio::time::sleep(delay).await;
                self.ask(parts, call).await?
            }
            Some(Action::Hold) => {
                self.held.notify_one();
                self.released.notified().await;
                self.ask(parts, call).await?
            }
            None | Some(Action::DropAfter | Action::ErrorAfter(..)) => self.ask(parts, call).await?,
        };
        match action {
            Some(Action::DropAfter) => Err(HangUp),
            Some(Action::ErrorAfter(status, code)) => Ok(error(status, code)),
            _ => Ok(done),
        }
    }

    /// Asks DynamoDB, and what the answer cost.
    async fn ask(&self, parts: &http::request::Parts, call: &mut Call) -> Result<Response<Body>, HangUp> {
        tokio::time::sleep(self.latency).await;
        let mut request = call.request.clone();
        request["ReturnConsumedCapacity"] = json!("TOTAL");
        let (parts, body) = self.forward(parts, request.to_string().into()).await?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let units = consumed(&answer["ConsumedCapacity"]);
        match call.operation.as_str() {
            "GetItem" | "BatchGetItem" | "Query" | "Scan" => call.read_units += units,
            _ => call.write_units += units,
        }
        Ok(Response::from_parts(parts, Body::from(body)))
    }

    async fn forward(
        &self,
        parts: &http::request::Parts,
        body: Bytes,
    ) -> Result<(http::response::Parts, Bytes), HangUp> {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = parts.method.clone();
        let authority = self.backend.authority().expect("the endpoint names its host");
        let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        *request.uri_mut() = format!("http://{authority}{path}").parse().expect("a path of a request is one");
        *request.headers_mut() = without_length(parts.headers.clone());
        let response = self.client.request(request).await.map_err(|_| HangUp)?;
        let (parts, body) = response.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.map_err(|_| HangUp)?;
        Ok((parts, body))
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("backend", &self.backend).finish_non_exhaustive()
    }
}

/// The units of one table, or the sum over several.
fn consumed(capacity: &Value) -> f64 {
    let units = |table: &Value| table["CapacityUnits"].as_f64().unwrap_or_default();
    capacity.as_array().map_or_else(|| units(capacity), |tables| tables.iter().map(units).sum())
}

fn without_length(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(CONTENT_LENGTH);
    headers
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
