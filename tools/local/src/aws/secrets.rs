//! Secrets Manager: `GetSecretValue` of the few secrets the functions read.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::services::refuse;

/// The current version's label; earlier versions do not exist here.
const CURRENT: &str = "AWSCURRENT";

/// A version id has to look like a UUID; there is only ever one version.
const VERSION: &str = "00000000-0000-4000-8000-000000000001";

/// All secrets.
pub(super) struct Secrets(Vec<Secret>);

/// One of them.
pub(super) struct Secret {
    id: String,
    arn: String,
    value: String,
    created: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

impl Secret {
    pub(super) fn new(id: String, value: String, created: Timestamp) -> Self {
        let arn = format!("arn:aws:secretsmanager:us-east-1:000000000000:secret:{id}-000000");
        Self { id, arn, value, created }
    }
}

impl Secrets {
    pub(super) fn new(secrets: Vec<Secret>) -> Self {
        Self(secrets)
    }

    /// Gives a secret to whoever asks for it by its name or its ARN.
    pub(super) fn answer(&self, target: &str, body: &[u8]) -> Response {
        if target != "secretsmanager.GetSecretValue" {
            let message = format!("There is no local stand-in for {target}.");
            return refuse(StatusCode::BAD_REQUEST, "UnknownOperationException", &message);
        }
        let Ok(request) = serde_json::from_slice::<GetSecretValue>(body) else {
            return refuse(StatusCode::BAD_REQUEST, "InvalidParameterException", "SecretId is missing.");
        };
        let Some(secret) = self.0.iter().find(|secret| secret.is_meant_by(&request)) else {
            let message = "Secrets Manager can't find the specified secret.";
            return refuse(StatusCode::BAD_REQUEST, "ResourceNotFoundException", message);
        };
        let body = json!({
            "ARN": secret.arn,
            "Name": secret.id,
            "VersionId": VERSION,
            "SecretString": secret.value,
            "VersionStages": [CURRENT],
            "CreatedDate": secret.created.as_second(),
        });
        ([(CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
    }
}

impl Secret {
    fn is_meant_by(&self, request: &GetSecretValue) -> bool {
        (request.secret_id == self.id || request.secret_id == self.arn)
            && request.version_id.as_ref().is_none_or(|version| version == VERSION)
            && request.version_stage.as_ref().is_none_or(|stage| stage == CURRENT)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::Value;

    use super::*;

    async fn ask(operation: &str, body: &Value) -> (StatusCode, Value) {
        let secret =
            Secret::new("tally/server".to_owned(), "{\"key\":\"值\"}".to_owned(), Timestamp::UNIX_EPOCH);
        let response = Secrets::new(vec![secret])
            .answer(&format!("secretsmanager.{operation}"), body.to_string().as_bytes());
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn the_secret_is_found_by_name_and_by_arn() {
        let (status, by_name) = ask("GetSecretValue", &json!({"SecretId": "tally/server"})).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(by_name["SecretString"], "{\"key\":\"值\"}");
        assert_eq!(by_name["VersionStages"], json!(["AWSCURRENT"]));
        let again = json!({"SecretId": by_name["ARN"], "VersionId": VERSION, "VersionStage": CURRENT});
        assert_eq!(ask("GetSecretValue", &again).await.1, by_name);
    }

    #[tokio::test]
    async fn anything_else_is_refused_by_type() {
        let unknown = json!({"SecretId": "tally"});
        let previous = json!({"SecretId": "tally/server", "VersionStage": "AWSPREVIOUS"});
        for (operation, body, kind) in [
            ("GetSecretValue", &unknown, "ResourceNotFoundException"),
            ("GetSecretValue", &previous, "ResourceNotFoundException"),
            ("GetSecretValue", &json!({}), "InvalidParameterException"),
            ("CreateSecret", &unknown, "UnknownOperationException"),
        ] {
            let (status, answer) = ask(operation, body).await;
            assert_eq!((status, answer["__type"].as_str()), (StatusCode::BAD_REQUEST, Some(kind)));
        }
    }
}
