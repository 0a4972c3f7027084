//! The Lambda Runtime API for one process of a function: hands it events and takes its answers, as
//! the Lambda service does, one event at a time.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{self, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tally::config::LOCAL;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

/// The namespace that metrics are told under.
pub const NAMESPACE: &str = "tally-test";

/// How long a function may take for its start or for one event.
const PATIENCE: Duration = Duration::from_secs(30);

/// One process of a function, from its start until it is dropped.
#[derive(Debug)]
pub struct Function {
    child: Child,
    service: Arc<Service>,
    events: mpsc::UnboundedSender<Event>,
    sent: usize,
    server: JoinHandle<()>,
    readers: Vec<JoinHandle<()>>,
}

/// What became of an event: the function's answer, or its confession that it has none.
pub type Outcome = Result<Value, Value>;

#[derive(Debug)]
struct Event {
    id: String,
    body: String,
}

/// What the endpoint and the test share.
#[derive(Debug)]
struct Service {
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    outcomes: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    asked: Notify,
    output: Mutex<String>,
    printed: Notify,
}

/// The environment of a function in front of the given stand-ins for AWS.
#[must_use]
pub fn environment(aws_url: &str) -> BTreeMap<&'static str, String> {
    let pairs = [
        ("AWS_LAMBDA_FUNCTION_NAME", "tally-rest-auth"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", aws_url),
        ("TALLY_SECURE_COOKIES", "true"),
        ("TALLY_METRICS_NAMESPACE", NAMESPACE),
        ("TALLY_METRICS_BY_GROUP", "true"),
        ("RUST_LOG", "info"),
    ];
    LOCAL.into_iter().chain(pairs).map(|(name, value)| (name, value.to_owned())).collect()
}

impl Function {
    /// Starts the binary with that environment and nothing else in it.
    pub async fn start(binary: &Path, environment: &BTreeMap<&'static str, String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (events, receiver) = mpsc::unbounded_channel();
        let service = Arc::new(Service {
            events: tokio::sync::Mutex::new(receiver),
            outcomes: Mutex::default(),
            asked: Notify::new(),
            output: Mutex::default(),
            printed: Notify::new(),
        });
        let router = router(Arc::clone(&service));
        let server = tokio::spawn(async { axum::serve(listener, router).await.expect("it serves") });
        let mut child = Command::new(binary)
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the function can be started");
        let stdout = child.stdout.take().expect("its output is piped");
        let stderr = child.stderr.take().expect("its complaints are piped");
        let readers = vec![service.listen(stdout), service.listen(stderr)];
        Self { child, service, events, sent: 0, server, readers }
    }

    /// The system's number of the process; `None` once it has ended and was waited for.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the function asks for its next event, if it has not since the last time somebody waited.
    pub async fn ready(&self) {
        let asked = tokio::time::timeout(PATIENCE, self.service.asked.notified()).await;
        assert!(asked.is_ok(), "the function does not ask for events: {}", self.output());
    }

    /// Sends one event and waits for what comes of it.
    pub async fn invoke(&mut self, event: &str) -> Outcome {
        self.sent += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", self.sent);
        let (outcome, waiting) = oneshot::channel();
        lock(&self.service.outcomes).insert(id.clone(), outcome);
        self.events.send(Event { id, body: event.to_owned() }).expect("the endpoint lives as long as this");
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => panic!("nothing comes of {event}: {}", self.output()),
        }
    }

    /// Waits for the process to end by itself; tells how, and what it has printed.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.expect("the function ends").expect("our own process can be waited for");
        for reader in self.readers.drain(..) {
            reader.await.expect("what it prints is text");
        }
        (status, self.output())
    }

    /// Ends the process; tells all that it has printed.
    pub async fn end(mut self) -> String {
        self.child.start_kill().expect("our own process can be killed");
        self.ended().await.1
    }

    /// Waits until it has printed that; answers all that it has printed by then.
    pub async fn prints(&self, text: &str) -> String {
        let is_printed = async {
            loop {
                let printed = self.service.printed.notified();
                let output = self.output();
                if output.contains(text) {
                    return output;
                }
                printed.await;
            }
        };
        let output = tokio::time::timeout(PATIENCE, is_printed).await;
        output.unwrap_or_else(|_| panic!("{text:?} is not printed: {}", self.output()))
    }

    /// What it has printed so far.
    #[must_use]
    pub fn output(&self) -> String {
        lock(&self.service.output).clone()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Service {
    fn listen(self: &Arc<Self>, stream: impl AsyncRead + Send + Unpin + 'static) -> JoinHandle<()> {
        let service = Arc::clone(self);
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Some(line) = lines.next_line().await.expect("what it prints is text") {
                let mut output = lock(&service.output);
                output.push_str(&line);
                output.push('\n');
                service.printed.notify_waiters();
            }
        })
    }

    fn settle(&self, id: &str, outcome: Outcome) -> StatusCode {
        let Some(waiting) = lock(&self.outcomes).remove(id) else {
            return StatusCode::BAD_REQUEST;
        };
        // The test may have given up on it.
        _ = waiting.send(outcome);
        StatusCode::ACCEPTED
    }
}

fn router(service: Arc<Service>) -> Router {
    let invocation = "/2018-06-01/runtime/invocation";
    Router::new()
        .route(&format!("{invocation}/next"), get(next))
        .route(&format!("{invocation}/{{id}}/response"), post(response))
        .route(&format!("{invocation}/{{id}}/error"), post(error))
        .route("/2018-06-01/runtime/init/error", post(|| async { StatusCode::ACCEPTED }))
        .layer(extract::DefaultBodyLimit::disable())
        .with_state(service)
}

async fn next(State(service): State<Arc<Service>>) -> impl IntoResponse {
    service.asked.notify_one();
    let Some(event) = service.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let mut headers = HeaderMap::new();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:tally-rest-auth";
    for (name, value) in [
        ("lambda-runtime-aws-request-id", event.id.as_str()),
        // Far away; the function does not look at it.
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", arn),
        ("lambda-runtime-trace-id", "Root=1-6b015d91-44aac8245caa75c0ea30dccf;Sampled=0"),
        ("content-type", "application/json"),
    ] {
        headers.insert(name, value.parse().expect("ids and names are header text"));
    }
    (headers, event.body).into_response()
}

async fn response(
    State(service): State<Arc<Service>>,
    extract::Path(id): extract::Path<String>,
    body: String,
) -> StatusCode {
    service.settle(&id, Ok(serde_json::from_str(&body).expect("an answer is JSON")))
}

async fn error(
    State(service): State<Arc<Service>>,
    extract::Path(id): extract::Path<String>,
    body: String,
) -> StatusCode {
    service.settle(&id, Err(serde_json::from_str(&body).unwrap_or(Value::String(body))))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
