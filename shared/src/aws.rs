//! How AWS is reached: settings for the SDK's clients, and the one HTTP client under all of them.

mod http;
mod trust;

use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, IdentityCache, Region, StalledStreamProtectionConfig,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::sdk_config::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use rustls::RootCertStore;

use crate::config::{AwsEndpoints, AwsSettings};
pub use trust::TrustError;

/// One try of one call: DynamoDB answers in milliseconds, a transaction in progress within a second, and
/// Secrets Manager in some hundredths of one.
const ATTEMPT: Duration = Duration::from_secs(2);

/// One call with its retries, well inside the 15 seconds a function may run. A start that waits longer is
/// better begun anew.
const OPERATION: Duration = Duration::from_secs(5);

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
    let http = client_trusting(trust::aws());
    reached_by(http, Region::from_static("local"), credentials).endpoint_url(endpoint).build()
}

/// What carries the requests of all clients: rustls on ring. It trusts the authorities that AWS's
/// endpoints chain to, or those of a file in PEM instead.
pub fn http_client(ca_bundle: Option<&Path>) -> Result<SharedHttpClient, TrustError> {
    match ca_bundle {
        None => Ok(client_trusting(trust::aws())),
        Some(file) => Ok(client_trusting(trust::of_file(file)?)),
    }
}

fn client_trusting(roots: RootCertStore) -> SharedHttpClient {
    SharedHttpClient::new(http::Pool::new(trust::tls(roots)))
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
        .timeout_config(patience())
        // The keys stay as they are for the life of the process; there is nothing to remember.
        .identity_cache(IdentityCache::no_cache())
        // An answer that stalls is given up with its try; watching each for it would be a second watch.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
}

/// How long calls may take, where nothing asks for less.
pub(crate) fn patience() -> TimeoutConfig {
    timeouts(ATTEMPT, OPERATION)
}

/// At most so long for one try, the connection included, and for one call with its retries.
pub(crate) fn timeouts(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(attempt)
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}

impl LoadServiceConfig for AwsEndpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let url = self.of(key.service_id()).filter(|_| key.env() == "AWS_ENDPOINT_URL");
        url.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_sdk_dynamodb::Client;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::ServerConfig;
    use rustls::crypto::ring;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// Something that answers like a DynamoDB without items, with a certificate of an authority of its
    /// own: where it is, and that authority's certificate in PEM.
    async fn impostor() -> (String, String) {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap().der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                if let Ok(mut line) = acceptor.accept(line).await {
                    _ = line.read(&mut [0; 4096]).await;
                    _ = line.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                }
            }
        });
        (url, authority.pem())
    }

    async fn is_believed(url: &str, http: SharedHttpClient) -> bool {
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let aws = reached_by(http, Region::from_static("local"), credentials).endpoint_url(url).build();
        Client::new(&aws).list_tables().send().await.is_ok()
    }

    #[tokio::test]
    async fn only_certificates_of_trusted_authorities_are_believed() {
        let (url, authority) = impostor().await;
        assert!(!is_believed(&url, client_trusting(trust::aws())).await);
        assert!(is_believed(&url, client_trusting(trust::of_pem(authority.as_bytes()))).await);
        let elsewhere = url.replace("localhost", "127.0.0.1");
        assert!(!is_believed(&elsewhere, client_trusting(trust::of_pem(authority.as_bytes()))).await);
    }
}
