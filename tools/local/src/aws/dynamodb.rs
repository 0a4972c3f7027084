//! DynamoDB: an emulator on SQLite in this process.
//!
//! The emulator's library is called, not the HTTP server it also has: that one listens on a port of its own, where
//! it serves every web page. Its operations block their thread, so they have threads of their own: a slow disk holds
//! up no other work of the process.

use std::fmt;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use dynoxide::auth_material::{self, AuthMaterial};
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tally::clock::Clock;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::MissedTickBehavior;

use super::services::refuse;
use super::{StartError, Storage};
use crate::private_folder;

/// One mutex guards the database, so more threads than two would only queue.
const THREADS: usize = 2;

/// AWS promises days; a minute lets a developer see it happen.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// The emulator and its threads.
pub(super) struct Engine {
    database: Database,
    /// Present until the end; taken out because a runtime may not be dropped inside another one.
    runtime: Option<Runtime>,
    /// What keeps other programs off the folder.
    _lock: Option<File>,
}

/// Has an [`Engine`] do what requests ask.
pub(super) struct Gateway {
    database: Database,
    threads: Handle,
}

impl Engine {
    /// Opens the database; blocks while it does.
    pub(super) fn start(storage: Storage, clock: Clock) -> Result<Self, StartError> {
        let (database, lock) = open(storage, clock)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("dynamodb")
            .enable_time()
            .build()?;
        runtime.spawn(sweep(database.clone()));
        Ok(Self { database, runtime: Some(runtime), _lock: lock })
    }

    pub(super) fn gateway(&self) -> Gateway {
        let runtime = self.runtime.as_ref().expect("the threads are there until the end");
        Gateway { database: self.database.clone(), threads: runtime.handle().clone() }
    }

    pub(super) fn database(&self) -> Database {
        self.database.clone()
    }

    /// Waits so long for operations under way; SQLite keeps a later one whole or not at all.
    pub(super) async fn stop(mut self, patience: Duration) {
        if let Some(runtime) = self.runtime.take() {
            // It fails only where this process is ending as well.
            _ = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(patience)).await;
        }
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
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Gateway {
    /// Does the operation of this name. Signatures are not checked, but like DynamoDB it wants to see one.
    pub(super) async fn answer(&self, operation: &str, parts: &Parts, body: Bytes) -> Response {
        if let Some(refusal) = auth_material::validate(credentials(parts)) {
            return encode(StatusCode::BAD_REQUEST, refusal);
        }
        let (database, name) = (self.database.clone(), operation.to_owned());
        match self.threads.spawn(async move { perform(&database, &name, &body) }).await {
            Ok(Some(Ok(answer))) => encode(StatusCode::OK, answer),
            Ok(Some(Err(error))) => {
                let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
                encode(status, error.to_json())
            }
            Ok(None) => {
                let message = format!("The embedded database has no operation {operation}.");
                refuse(StatusCode::BAD_REQUEST, "UnknownOperationException", &message)
            }
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

fn credentials(parts: &Parts) -> AuthMaterial<'_> {
    AuthMaterial {
        authorization: parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()),
        query: parts.uri.query().unwrap_or_default(),
        has_date_header: parts.headers.contains_key("x-amz-date") || parts.headers.contains_key(DATE),
    }
}

fn encode(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

/// What an operation answers, in DynamoDB's JSON; nothing if there is no such operation.
fn perform(database: &Database, operation: &str, body: &[u8]) -> Option<dynoxide::Result<String>> {
    let answer = match operation {
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "ExecuteStatement" => run(body, |request| database.execute_statement(request)),
        "ExecuteTransaction" => run(body, |request| database.execute_transaction(request)),
        "BatchExecuteStatement" => run(body, |request| database.batch_execute_statement(request)),
        "TagResource" => run(body, |request| database.tag_resource(request)),
        "UntagResource" => run(body, |request| database.untag_resource(request)),
        "ListTagsOfResource" => run(body, |request| database.list_tags_of_resource(request)),
        "ListStreams" => run(body, |request| database.list_streams(request)),
        "DescribeStream" => run(body, |request| database.describe_stream(request)),
        "GetShardIterator" => run(body, |request| database.get_shard_iterator(request)),
        "GetRecords" => run(body, |request| database.get_records(request)),
        _ => return None,
    };
    Some(answer)
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    act: impl FnOnce(Q) -> dynoxide::Result<A>,
) -> dynoxide::Result<String> {
    let answer = act(serde_json::from_slice(body).map_err(|error| unreadable(&error))?)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// A value that DynamoDB refuses is marked as such where the emulator reads it; anything else is of another shape.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let words = message.strip_suffix(place.as_str()).unwrap_or(&message);
    let (mark, rest) = words.split_once(':').unwrap_or(("", words));
    match mark {
        "VALIDATION" | "VALIDATION_REQUEST" | "VALIDATION_AS_READ" => {
            DynoxideError::ValidationException(rest.to_owned())
        }
        "SERIALIZATION" | "SERIALIZATION_AS_READ" => DynoxideError::SerializationException(rest.to_owned()),
        _ if words.starts_with("missing field") || words.starts_with("unknown variant") => {
            DynoxideError::ValidationException(words.to_owned())
        }
        _ => DynoxideError::SerializationException(words.to_owned()),
    }
}

/// Opens the database and, where it has a folder, takes the folder for this process.
fn open(storage: Storage, clock: Clock) -> Result<(Database, Option<File>), StartError> {
    match storage {
        Storage::Memory => {
            let database = Database::memory_with_clock(Arc::new(EngineClock(clock)));
            Ok((database.map_err(StartError::Database)?, None))
        }
        Storage::Folder(folder) => {
            private_folder::create(&folder).map_err(|error| StartError::Folder(folder.clone(), error))?;
            let lock = match private_folder::lock(&folder) {
                Ok(Some(lock)) => lock,
                Ok(None) => return Err(StartError::FolderInUse(folder)),
                Err(error) => return Err(StartError::Folder(folder, error)),
            };
            let file = folder.join("dynamodb.sqlite3");
            let Some(file) = file.to_str() else {
                return Err(StartError::FolderName(folder));
            };
            Ok((Database::new(file).map_err(StartError::Database)?, Some(lock)))
        }
    }
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

impl dynoxide::storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
