//! Secrets Manager: reading the few secrets there are, and replacing them as `tally-admin` does.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tally::clock::Clock;

use super::services::refuse;
use crate::secret_file;

/// The label of the version that counts, and of the one before.
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// How long the id of a version may be.
const VERSION_LENGTH: std::ops::RangeInclusive<usize> = 32..=64;

/// All secrets.
pub(super) struct Secrets {
    clock: Clock,
    secrets: Mutex<Vec<Secret>>,
}

/// One of them.
pub(super) struct Secret {
    id: String,
    arn: String,
    versions: Vec<Version>,
    /// The folder of the file that keeps what the current version says.
    folder: Option<PathBuf>,
}

struct Version {
    id: String,
    value: String,
    created: Timestamp,
    stages: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutSecretValue {
    secret_id: String,
    client_request_token: String,
    secret_string: String,
    version_stages: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateSecretVersionStage {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

/// The type and the words of a refusal.
struct Refused(&'static str, String);

type Outcome = Result<Value, Refused>;

impl Secret {
    pub(super) fn new(id: String, value: String, created: Timestamp) -> Self {
        let arn = format!("arn:aws:secretsmanager:us-east-1:000000000000:secret:{id}-000000");
        // A version's id has to look like a UUID.
        let version = "00000000-0000-4000-8000-000000000001".to_owned();
        let first = Version { id: version, value, created, stages: vec![CURRENT.to_owned()] };
        Self { id, arn, versions: vec![first], folder: None }
    }

    /// Keeps what becomes of the secret in this folder.
    pub(super) fn kept_in(self, folder: Option<PathBuf>) -> Self {
        Self { folder, ..self }
    }
}

impl Secrets {
    pub(super) fn new(clock: Clock, secrets: Vec<Secret>) -> Self {
        Self { clock, secrets: Mutex::new(secrets) }
    }

    /// Serves whoever names a secret by its name or its ARN.
    pub(super) fn answer(&self, target: &str, body: &[u8]) -> Response {
        let outcome = match target.strip_prefix("secretsmanager.").unwrap_or_default() {
            "GetSecretValue" => self.get(body),
            "PutSecretValue" => self.put(body),
            "UpdateSecretVersionStage" => self.move_stage(body),
            _ => {
                let message = format!("There is no local stand-in for {target}.");
                Err(Refused("UnknownOperationException", message))
            }
        };
        match outcome {
            Ok(answer) => {
                ([(CONTENT_TYPE, "application/x-amz-json-1.1")], answer.to_string()).into_response()
            }
            Err(Refused(kind, message)) => refuse(StatusCode::BAD_REQUEST, kind, &message),
        }
    }

    fn get(&self, body: &[u8]) -> Outcome {
        let GetSecretValue { secret_id, version_id, version_stage } = read(body)?;
        self.with(&secret_id, |secret| {
            let stage = version_stage.as_deref().or_else(|| version_id.is_none().then_some(CURRENT));
            let is_meant = |version: &&Version| {
                version_id.as_ref().is_none_or(|id| *id == version.id)
                    && stage.is_none_or(|stage| version.has(stage))
            };
            let version = secret.versions.iter().find(is_meant).ok_or_else(not_found)?;
            Ok(json!({
                "ARN": secret.arn,
                "Name": secret.id,
                "VersionId": version.id,
                "SecretString": version.value,
                "VersionStages": version.stages,
                "CreatedDate": version.created.as_second(),
            }))
        })
    }

    fn put(&self, body: &[u8]) -> Outcome {
        let PutSecretValue { secret_id, client_request_token: id, secret_string: value, version_stages } =
            read(body)?;
        if !VERSION_LENGTH.contains(&id.len()) {
            return Err(invalid("ClientRequestToken must have 32 to 64 characters."));
        }
        let created = self.clock.now();
        self.with(&secret_id, |secret| {
            match secret.versions.iter().find(|version| version.id == id) {
                Some(version) if version.value == value => {}
                Some(_) => {
                    let message = "A version with this id has another value.".to_owned();
                    return Err(Refused("ResourceExistsException", message));
                }
                None => {
                    secret.versions.push(Version { id: id.clone(), value, created, stages: Vec::new() });
                    for stage in version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]) {
                        secret.attach(&stage, &id)?;
                    }
                }
            }
            let version = secret.versions.iter().find(|version| version.id == id);
            let stages = version.map(|version| version.stages.clone()).unwrap_or_default();
            Ok(json!({"ARN": secret.arn, "Name": secret.id, "VersionId": id, "VersionStages": stages}))
        })
    }

    fn move_stage(&self, body: &[u8]) -> Outcome {
        let UpdateSecretVersionStage {
            secret_id,
            version_stage: stage,
            remove_from_version_id,
            move_to_version_id,
        } = read(body)?;
        self.with(&secret_id, |secret| {
            let holder = secret.versions.iter().find(|version| version.has(&stage));
            if holder.is_some_and(|holder| remove_from_version_id.as_ref() != Some(&holder.id)) {
                let message = format!("{stage} is attached to another version than RemoveFromVersionId.");
                return Err(invalid(&message));
            }
            let to = move_to_version_id.ok_or_else(|| invalid("MoveToVersionId is missing."))?;
            secret.attach(&stage, &to)?;
            Ok(json!({"ARN": secret.arn, "Name": secret.id}))
        })
    }

    fn with(&self, id: &str, act: impl FnOnce(&mut Secret) -> Outcome) -> Outcome {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        act(secrets.iter_mut().find(|secret| secret.id == id || secret.arn == id).ok_or_else(not_found)?)
    }
}

impl Secret {
    /// Takes the label off whatever version has it and gives it to this one. What was current before is
    /// the previous one then.
    fn attach(&mut self, stage: &str, to: &str) -> Result<(), Refused> {
        let Some(value) = self.versions.iter().find(|version| version.id == to).map(|v| v.value.clone())
        else {
            return Err(not_found());
        };
        if stage == CURRENT
            && let Some(folder) = &self.folder
        {
            secret_file::replace(folder, &value).map_err(|error| not_kept(&error))?;
        }
        let left = self.versions.iter().find(|version| version.has(stage)).map(|version| version.id.clone());
        self.label(stage, to);
        if let Some(left) = left.filter(|left| stage == CURRENT && left != to) {
            self.label(PREVIOUS, &left);
        }
        Ok(())
    }

    fn label(&mut self, stage: &str, to: &str) {
        for version in &mut self.versions {
            version.stages.retain(|label| label != stage);
            if version.id == to {
                version.stages.push(stage.to_owned());
            }
        }
    }
}

impl Version {
    fn has(&self, stage: &str) -> bool {
        self.stages.iter().any(|label| label == stage)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| invalid(&format!("The request cannot be read: {error}.")))
}

fn not_found() -> Refused {
    Refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.".to_owned())
}

fn invalid(message: &str) -> Refused {
    Refused("InvalidParameterException", message.to_owned())
}

fn not_kept(error: &io::Error) -> Refused {
    Refused("InternalServiceError", format!("The secret's file cannot be written: {error}."))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    const FIRST: &str = "00000000-0000-4000-8000-000000000001";

    fn secrets() -> Secrets {
        let secret =
            Secret::new("tally/server".to_owned(), "{\"key\":\"值\"}".to_owned(), Timestamp::UNIX_EPOCH);
        Secrets::new(Clock::manual(Timestamp::UNIX_EPOCH), vec![secret])
    }

    async fn ask(secrets: &Secrets, operation: &str, body: &Value) -> (StatusCode, Value) {
        let response = secrets.answer(&format!("secretsmanager.{operation}"), body.to_string().as_bytes());
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn the_secret_is_found_by_name_and_by_arn() {
        let secrets = secrets();
        let (status, by_name) = ask(&secrets, "GetSecretValue", &json!({"SecretId": "tally/server"})).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(by_name["SecretString"], "{\"key\":\"值\"}");
        assert_eq!(by_name["VersionStages"], json!(["AWSCURRENT"]));
        let again = json!({"SecretId": by_name["ARN"], "VersionId": FIRST, "VersionStage": CURRENT});
        assert_eq!(ask(&secrets, "GetSecretValue", &again).await.1, by_name);
    }

    #[tokio::test]
    async fn a_version_counts_once_its_label_was_moved_from_where_it_was() {
        let secrets = secrets();
        let (second, third) = ("2".repeat(32), "3".repeat(32));
        for id in [&second, &third] {
            let put = json!({"SecretId": "tally/server", "ClientRequestToken": id, "SecretString": id,
                "VersionStages": ["AWSPENDING"]});
            let (status, answer) = ask(&secrets, "PutSecretValue", &put).await;
            assert_eq!((status, &answer["VersionStages"]), (StatusCode::OK, &json!(["AWSPENDING"])));
        }
        let value = async |stage: &str| {
            let get = json!({"SecretId": "tally/server", "VersionStage": stage});
            ask(&secrets, "GetSecretValue", &get).await.1["SecretString"].as_str().map(str::to_owned)
        };
        let make_current = async |to: &str| {
            let moved = json!({"SecretId": "tally/server", "VersionStage": CURRENT,
                "RemoveFromVersionId": FIRST, "MoveToVersionId": to});
            ask(&secrets, "UpdateSecretVersionStage", &moved).await.0
        };
        assert_eq!(value(CURRENT).await.as_deref(), Some("{\"key\":\"值\"}"));
        assert_eq!(make_current(&second).await, StatusCode::OK);
        assert_eq!(make_current(&third).await, StatusCode::BAD_REQUEST);
        assert_eq!(value(CURRENT).await, Some(second));
        assert_eq!(value(PREVIOUS).await.as_deref(), Some("{\"key\":\"值\"}"));
        assert_eq!(value("AWSPENDING").await, Some(third));
    }

    #[tokio::test]
    async fn a_put_is_done_once_and_keeps_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let secret = Secret::new("tally/server".to_owned(), "first".to_owned(), Timestamp::UNIX_EPOCH);
        let secret = secret.kept_in(Some(folder.path().to_owned()));
        let secrets = Secrets::new(Clock::manual(Timestamp::UNIX_EPOCH), vec![secret]);
        let put = |value: &str| json!({"SecretId": "tally/server", "ClientRequestToken": "2".repeat(32), "SecretString": value});
        for _ in 0..2 {
            assert_eq!(ask(&secrets, "PutSecretValue", &put("second")).await.0, StatusCode::OK);
        }
        let (_, refused) = ask(&secrets, "PutSecretValue", &put("third")).await;
        assert_eq!(refused["__type"], "ResourceExistsException");
        let kept = secret_file::kept_in(folder.path(), &tally::entropy::Entropy::System).unwrap();
        assert_eq!(kept, "second");
    }

    #[tokio::test]
    async fn anything_else_is_refused_by_type() {
        let unknown = json!({"SecretId": "tally"});
        let previous = json!({"SecretId": "tally/server", "VersionStage": "AWSPREVIOUS"});
        let short = json!({"SecretId": "tally/server", "ClientRequestToken": "2", "SecretString": "x"});
        for (operation, body, kind) in [
            ("GetSecretValue", &unknown, "ResourceNotFoundException"),
            ("GetSecretValue", &previous, "ResourceNotFoundException"),
            ("GetSecretValue", &json!({}), "InvalidParameterException"),
            ("PutSecretValue", &short, "InvalidParameterException"),
            ("CreateSecret", &unknown, "UnknownOperationException"),
        ] {
            let (status, answer) = ask(&secrets(), operation, body).await;
            assert_eq!((status, answer["__type"].as_str()), (StatusCode::BAD_REQUEST, Some(kind)));
        }
    }
}
