//! DynamoDB: an emulator on SQLite in this process.
//!
//! The emulator's library checks less than its HTTP server does, and the server wants a socket of its own; so it gets
//! one, on a port nobody is told, and requests are passed on to it unchanged. Its operations block their thread, so
//! it has threads of its own: a slow disk holds up no other work of the process.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::uri::{Authority, Scheme};
use axum::http::{Request, StatusCode, Uri, Version};
use axum::response::Response;
use dynoxide::Database;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::services::refuse;
use super::{StartError, Storage};
use crate::clock::Clock;
use crate::private_folder;

/// One mutex guards the database, so more threads than two would only queue.
const THREADS: usize = 2;

/// AWS promises days; a minute lets a developer see it happen.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// The emulator, its threads and its socket.
pub(super) struct Engine {
    database: Database,
    authority: Authority,
    /// Present until the end; taken out because a runtime may not be dropped inside another one.
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), String>>,
}

/// Passes requests on to an [`Engine`], keeping its connections.
pub(super) struct Gateway {
    client: Client<HttpConnector, Body>,
    authority: Authority,
}

impl Engine {
    /// Opens the database and listens; blocks while it does.
    pub(super) fn start(storage: Storage, clock: Clock) -> Result<Self, StartError> {
        let database = open(storage, clock)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("dynamodb")
            .enable_io()
            .enable_time()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let authority = authority(listener.local_addr()?)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            runtime.spawn(dynoxide::server::serve_with_shutdown(listener, database.clone(), async {
                // An error means that the engine was dropped, which ends it as well.
                _ = stopped.await;
            }));
        runtime.spawn(sweep(database.clone()));
        Ok(Self { database, authority, runtime: Some(runtime), stop: Some(stop), server })
    }

    pub(super) fn gateway(&self) -> Gateway {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Gateway { client, authority: self.authority.clone() }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    pub(super) fn database(&self) -> Database {
        self.database.clone()
    }

    /// Waits so long for operations under way; SQLite keeps a later one whole or not at all.
    pub(super) async fn stop(mut self, patience: Duration) {
        drop(self.stop.take());
        _ = tokio::time::timeout(patience, &mut self.server).await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("authority", &self.authority).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Body and headers go through as they are, save those that concern one connection only.
    pub(super) async fn answer(&self, mut parts: Parts, body: Bytes) -> Response {
        let mut uri = parts.uri.into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.authority.clone());
        let Ok(uri) = Uri::from_parts(uri) else {
            return refuse(StatusCode::BAD_REQUEST, "SerializationException", "The request has no path.");
        };
        parts.uri = uri;
        parts.version = Version::HTTP_11;
        for name in [CONNECTION, CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING] {
            parts.headers.remove(name);
        }
        match self.client.request(Request::from_parts(parts, Body::from(body))).await {
            Ok(response) => response.map(Body::new),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the embedded database does not answer"
                );
                let message = "The embedded database does not answer.";
                refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message)
            }
        }
    }
}

fn open(storage: Storage, clock: Clock) -> Result<Database, StartError> {
    let database = match storage {
        Storage::Memory => Database::memory_with_clock(Arc::new(EngineClock(clock))),
        Storage::Folder(folder) => {
            private_folder::create(&folder).map_err(|error| StartError::Folder(folder.clone(), error))?;
            let file = folder.join("dynamodb.sqlite3");
            let Some(file) = file.to_str() else {
                return Err(StartError::FolderName(folder));
            };
            Database::new(file)
        }
    };
    database.map_err(StartError::Database)
}

fn authority(address: SocketAddr) -> io::Result<Authority> {
    address.to_string().parse().map_err(io::Error::other)
}

/// Removes expired items, as DynamoDB would: the emulator never does so by itself.
async fn sweep(database: Database) {
    let mut turns = tokio::time::interval(SWEEP_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let database = database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(items)) => tracing::debug!(items, "expired items swept"),
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "expired items could not be swept");
            }
            // The runtime is ending.
            Err(_) => return,
        }
    }
}

/// Our clock in the emulator's terms.
struct EngineClock(Clock);

impl EngineClock {
    fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl dynoxide::storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_duration().as_secs_f64()
    }
}
