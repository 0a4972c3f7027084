//! What comes of a command: an answer for people and the same for machines, or a failure in plain words.

use serde::Serialize;
use serde_json::{Value, json};
use tally::aws::TrustError;
use tally::secret::VaultError;
use tally::store::StoreError;

use crate::connection::{self, Misconfigured};
use crate::terminal::NoPassword;

/// What a command has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// For people: whole lines.
    pub text: String,
    /// The same facts as JSON, one object per line.
    pub json: String,
}

/// Why a command was not carried out, or not for everybody. Its text is for the terminal; its sources are the
/// technical causes, for whoever asks for them.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something in it breaks the rules, or the accounts are not as it needs them.
    #[error("{0}")]
    Refused(String),
    /// It was carried out, but not for everybody.
    #[error("{}", .0.text.trim_end())]
    Partly(Answer),
    /// Somebody stopped it; the text says what was done, and how to go on.
    #[error("{0}")]
    Stopped(String),
    /// There is no password.
    #[error(transparent)]
    NoPassword(#[from] NoPassword),
    /// The settings lead to no AWS.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    /// The certificates that were named are not usable.
    #[error("AWS_CA_BUNDLE cannot be used: {0}.")]
    Trust(#[from] TrustError),
    /// The table cannot be used.
    #[error("The table {table:?} cannot be used: {}", connection::reason(source, "--table or TALLY_TABLE"))]
    Table {
        /// Its name.
        table: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The secret cannot be read or written.
    #[error("The secret cannot be used: {}", connection::reason(.0, "--secret or TALLY_SECRET_ID"))]
    Secret(#[source] VaultError),
}

impl Answer {
    pub(crate) fn new(text: impl Into<String>, facts: &impl Serialize) -> Self {
        Self::list(text, [facts])
    }

    pub(crate) fn list(text: impl Into<String>, lines: impl IntoIterator<Item = impl Serialize>) -> Self {
        let line = |facts| serde_json::to_string(&facts).expect("texts and numbers have a JSON form") + "\n";
        Self { text: text.into(), json: lines.into_iter().map(line).collect() }
    }

    /// What to print.
    #[must_use]
    pub fn pick(self, json: bool) -> String {
        if json { self.json } else { self.text }
    }
}

impl Failure {
    /// What the process exits with: 130 where somebody stopped it, as shells have it, and else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if matches!(self, Self::Stopped(_)) { 130 } else { 1 }
    }
}

/// An object without the fields in which there is nothing.
pub(crate) fn without_nothing(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        let nothing = [Value::Null, json!(""), json!([])];
        fields.retain(|_, value| !nothing.contains(value));
    }
    object
}

pub(crate) fn refused(message: impl Into<String>) -> Failure {
    Failure::Refused(message.into())
}
