//! The HTTP client under the SDK's clients, with one pool of connections.
//!
//! It does what the SDK's own `aws-smithy-http-client` does for requests to AWS, and leaves out what our
//! calls never use: HTTP/2, proxies, and a TLS configuration and a pool for every set of timeouts.

use std::error::Error as StdError;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use rustls::ClientConfig;
use tokio::time::error::Elapsed;

use crate::https::{self, Connections};

/// How long a connection may take to be made, TLS included. Shorter than the time of a try everywhere, so
/// that a try that only connected is known for what it is.
const CONNECT: Duration = Duration::from_millis(1_900);

/// The pool.
#[derive(Clone, Debug)]
pub(super) struct Pool(https::Client);

impl Pool {
    /// An empty pool. Where AWS has a stand-in, plain HTTP will do.
    pub(super) fn new(tls: ClientConfig) -> Self {
        let connections = Connections { patience: CONNECT, idle: usize::MAX };
        Self(https::Client::new(HttpsConnectorBuilder::new().with_tls_config(tls), connections))
    }
}

/// The time limits of calls and tries are the SDK's business; the one of a connection is the same for all.
impl HttpClient for Pool {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || metadata(&connection));
        }
        let answer = self.0.send(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(judge)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// By this the SDK closes a connection over which only failures come.
fn metadata(captured: &CaptureConnection) -> Option<ConnectionMetadata> {
    captured.connection_metadata().as_ref()?;
    let captured = captured.clone();
    let poison = move || {
        if let Some(connection) = captured.connection_metadata().as_ref() {
            connection.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(false).poison_fn(poison).build())
}

/// Tells the SDK what kind of failure it was, by which it decides about another try.
fn judge(error: hyper_util::client::legacy::Error) -> ConnectorError {
    if is_caused_by::<Elapsed>(&error) {
        return ConnectorError::timeout(error.into());
    }
    let of_http = cause::<hyper::Error>(&error);
    if of_http.is_some_and(hyper::Error::is_timeout) {
        return ConnectorError::timeout(error.into());
    }
    if of_http.is_some_and(hyper::Error::is_user) {
        return ConnectorError::user(error.into());
    }
    let is_lost = of_http.is_some_and(|cause| cause.is_closed() || cause.is_canceled());
    if error.is_connect() || is_lost || is_caused_by::<std::io::Error>(&error) {
        return ConnectorError::io(error.into());
    }
    // The other side hung up in the middle of its answer.
    let kind = of_http.filter(|cause| cause.is_incomplete_message()).map(|_| ErrorKind::TransientError);
    ConnectorError::other(error.into(), kind)
}

fn is_caused_by<E: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    cause::<E>(error).is_some()
}

fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(cause) = error.downcast_ref::<E>() {
            return Some(cause);
        }
        next = error.source();
    }
    None
}
