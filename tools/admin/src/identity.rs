//! Who the operator is, as AWS knows: written down with what the operator does.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::ProvideCredentials;

use crate::connection::Misconfigured;

/// How long STS may take with its repetitions: what an operator does may be urgent.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks STS whose credentials these are, which needs no right. Where it does not answer, as in a network
/// without a way to it, the id of the access key has to do: the same key signs what is then written, and
/// AWS's own trail knows whose it is.
pub async fn ask(aws: &SdkConfig) -> Result<String, Misconfigured> {
    let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
    let settings = aws_sdk_sts::config::Builder::from(aws).timeout_config(timeouts).build();
    let answer = Client::from_conf(settings).get_caller_identity().send().await;
    if let Some(arn) = answer.ok().and_then(|identity| identity.arn) {
        return Ok(arn);
    }
    let provider = aws.credentials_provider().ok_or(Misconfigured::NoCredentials)?;
    let credentials = provider.provide_credentials().await.map_err(|_| Misconfigured::NoCredentials)?;
    Ok(format!("access key {}", credentials.access_key_id()))
}
