//! Secrets Manager: reading the server's secret and, for operators, putting another in its place.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_types::SdkConfig;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::aws;

/// The label of the version that counts.
const CURRENT: &str = "AWSCURRENT";

/// The label of a version that is about to count.
const PENDING: &str = "AWSPENDING";

/// One secret of Secrets Manager.
#[derive(Clone, Debug)]
pub struct Vault {
    client: Client,
    id: String,
}

/// A version of the secret.
pub struct Kept {
    /// What it says.
    pub text: Zeroizing<String>,
    /// Which version it is.
    pub version: String,
    /// When the version was made, as far as Secrets Manager tells.
    pub created: Option<Timestamp>,
}

/// Secrets Manager did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the secret {id:?} cannot be used in Secrets Manager")]
pub struct VaultError {
    /// The name or ARN that was asked for.
    pub id: String,
    /// What the SDK says.
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Why the secret was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// Somebody else replaced it first; nothing was changed.
    #[error("another version of the secret was stored in the meantime")]
    Changed,
    /// Secrets Manager is away; whether the secret was replaced is not known.
    #[error(transparent)]
    Unavailable(#[from] VaultError),
}

impl Vault {
    /// The secret with that name or ARN; nothing is asked yet.
    #[must_use]
    pub fn new(aws: &SdkConfig, id: String) -> Self {
        let settings = aws_sdk_secretsmanager::config::Builder::from(aws)
            .timeout_config(aws::patience())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .build();
        Self { client: Client::from_conf(settings), id }
    }

    /// The secret's name or ARN, as it was given.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version that counts.
    pub async fn read(&self) -> Result<Kept, VaultError> {
        let answer = self.client.get_secret_value().secret_id(&self.id).send().await;
        let answer = answer.map_err(|error| self.error(error))?;
        let created = answer.created_date.and_then(|time| Timestamp::from_second(time.secs()).ok());
        let text = answer.secret_string.ok_or_else(|| self.error("the secret is not a text"))?;
        let version = answer.version_id.ok_or_else(|| self.error("the secret has no version"))?;
        Ok(Kept { text: Zeroizing::new(text), version, created })
    }

    /// Puts another text in the place of a version, if that is still the one that counts. `version` is
    /// the new version's id, 32 to 64 characters that no version had before.
    ///
    /// Secrets Manager has no conditional put. But it moves the label of the version that counts only
    /// from where one says it is, so the text is put beside first, and then the label is moved.
    pub async fn replace(&self, expected: &str, text: &str, version: &str) -> Result<(), ReplaceError> {
        let put = self.client.put_secret_value().secret_id(&self.id).secret_string(text);
        let put = put.client_request_token(version).version_stages(PENDING).send().await;
        put.map_err(|error| self.error(error))?;
        let moved = self.client.update_secret_version_stage().secret_id(&self.id).version_stage(CURRENT);
        let moved = moved.remove_from_version_id(expected).move_to_version_id(version).send().await;
        let Err(error) = moved else {
            return Ok(());
        };
        // The answer may have been lost, or a repetition refused because the first try had worked.
        match self.read().await?.version {
            now if now == version => Ok(()),
            now if now == expected => Err(self.error(error).into()),
            _ => Err(ReplaceError::Changed),
        }
    }

    fn error(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> VaultError {
        VaultError { id: self.id.clone(), source: source.into() }
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("version", &self.version).finish_non_exhaustive()
    }
}
