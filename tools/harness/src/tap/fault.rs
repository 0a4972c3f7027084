//! What can go wrong with a call on its way, and how that looks on the wire.

use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use super::Call;

/// What is to go wrong with which call.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The operation; empty for any.
    pub operation: String,
    /// The kinds of items it touches, as [`Call::items`] tells them; empty for any.
    pub items: String,
    /// Which of the calls that fit, counted from 0.
    pub which: Which,
    /// What happens to it.
    pub action: Action,
}

/// Which of the calls that fit a fault suffer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// One of them.
    Nth(usize),
    /// All of them.
    Every,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// The connection closes; DynamoDB has heard nothing.
    DropBefore,
    /// DynamoDB did it, but the connection closes before the answer.
    DropAfter,
    /// An error comes back; DynamoDB has heard nothing.
    ErrorBefore(u16, &'static str),
    /// DynamoDB did it, but an error comes back.
    ErrorAfter(u16, &'static str),
    /// A transaction comes back cancelled for these reasons; DynamoDB has heard nothing.
    Cancel(&'static [&'static str]),
    /// The call takes that much longer to arrive.
    Delay(Duration),
    /// The call arrives when [`Tap::release`](super::Tap::release) says so.
    Hold,
    /// The same question gets the answer that it got when it suffered this for the first time, as from an
    /// index that lags behind its table.
    Stale,
    /// Of the keys of a `BatchGetItem`, only so many are read; the others come back unprocessed.
    Unprocessed(usize),
    /// A page of a `Query` has so many rows at most.
    ShortPage(usize),
}

impl Action {
    /// DynamoDB has an accident of its own.
    pub const INTERNAL_BEFORE: Self = Self::ErrorBefore(500, "InternalServerError");
    /// DynamoDB has one after the work is done.
    pub const INTERNAL_AFTER: Self = Self::ErrorAfter(500, "InternalServerError");
    /// The table is asked for more than it gives at the moment.
    pub const THROTTLE: Self = Self::ErrorBefore(400, "ProvisionedThroughputExceededException");
}

impl Fault {
    /// A fault of every call.
    #[must_use]
    pub fn always(action: Action) -> Self {
        Self { operation: String::new(), items: String::new(), which: Which::Every, action }
    }

    /// A fault of the first call of an operation.
    #[must_use]
    pub fn once(operation: &str, action: Action) -> Self {
        Self { which: Which::Nth(0), ..Self::every(operation, action) }
    }

    /// A fault of all calls of an operation.
    #[must_use]
    pub fn every(operation: &str, action: Action) -> Self {
        Self { operation: operation.to_owned(), ..Self::always(action) }
    }

    /// The same, only for calls that touch such items.
    #[must_use]
    pub fn on(self, items: &str) -> Self {
        Self { items: items.to_owned(), ..self }
    }

    pub(super) fn fits(&self, call: &Call) -> bool {
        let operation_fits = self.operation.is_empty() || self.operation == call.operation;
        operation_fits && (self.items.is_empty() || self.items == call.items())
    }
}

/// An error of DynamoDB.
pub(super) fn error(status: u16, code: &str) -> Response<Body> {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    answer(status, &json!({"__type": kind, "message": format!("{code} by the tap")}))
}

/// A transaction that was cancelled, with a reason for each of its items.
pub(super) fn cancelled(reasons: &[&str]) -> Response<Body> {
    let listed: Vec<Value> = reasons.iter().map(|code| json!({"Code": code})).collect();
    let message = format!("Transaction cancelled [{}]", reasons.join(", "));
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    answer(400, &json!({"__type": kind, "Message": message, "CancellationReasons": listed}))
}

pub(super) fn answer(status: u16, body: &Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(Body::from(body.to_string()))
        .expect("a status and a header make an answer")
}
