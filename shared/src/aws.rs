//! How AWS is reached: settings for the SDK's clients, and the one HTTP client under all of them.

mod trust;

use std::path::Path;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::sdk_config::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::config::{AwsEndpoints, AwsSettings};
pub use trust::TrustError;

/// The settings of a deployed function. They say what the SDK's own loader would find out on Lambda,
/// which looks in more places and would bring a client for each of them.
pub fn deployed(settings: AwsSettings) -> Result<SdkConfig, TrustError> {
    let AwsSettings { access_key_id, secret_access_key, session_token, .. } = settings;
    let credentials = Credentials::new(access_key_id, secret_access_key, session_token, None, "environment");
    let http = http_client(settings.ca_bundle.as_deref())?;
    let config = reached_by(http, Region::new(settings.region), credentials)
        .service_config(settings.endpoints)
        .use_fips(settings.use_fips)
        .use_dual_stack(settings.use_dual_stack);
    Ok(config.build())
}

/// The settings for what stands in for AWS at that URL, with stand-in credentials.
#[must_use]
pub fn stand_in(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "stand-in");
    let http = client_trusting(trust::AWS_ROOTS);
    reached_by(http, Region::from_static("local"), credentials).endpoint_url(endpoint).build()
}

/// What carries the requests of all clients: rustls on ring. It trusts the authorities that AWS's
/// endpoints chain to, or those of a file in PEM instead.
pub fn http_client(ca_bundle: Option<&Path>) -> Result<SharedHttpClient, TrustError> {
    match ca_bundle {
        None => Ok(client_trusting(trust::AWS_ROOTS)),
        Some(file) => Ok(client_trusting(&trust::read(file)?)),
    }
}

fn client_trusting(roots: &[u8]) -> SharedHttpClient {
    let roots = TrustStore::empty().with_pem_certificate(roots);
    let context = TlsContext::builder().with_trust_store(roots).build();
    let context = context.expect("nothing is checked before the first connection");
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context).build_https()
}

fn reached_by(
    http: SharedHttpClient,
    region: Region,
    credentials: Credentials,
) -> aws_types::sdk_config::Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .sleep_impl(TokioSleep::new())
        .retry_config(RetryConfig::standard())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
}

impl LoadServiceConfig for AwsEndpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let url = self.of(key.service_id()).filter(|_| key.env() == "AWS_ENDPOINT_URL");
        url.map(str::to_owned)
    }
}
