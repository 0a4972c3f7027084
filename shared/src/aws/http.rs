//! The HTTP client under the SDK's clients: hyper with one TLS configuration and one pool of connections.
//!
//! It does what the SDK's own `aws-smithy-http-client` does for requests to AWS, and leaves out what our
//! calls never use: HTTP/2, proxies, and a TLS configuration and a pool for every set of timeouts.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{self, CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tokio::time::error::Elapsed;
use tower::Service;

/// How long a connection may take to be made, TLS included. Shorter than the time of a try everywhere, so
/// that a try that only connected is known for what it is.
const CONNECT: Duration = Duration::from_millis(1_900);

/// The pool, and the way to fill it.
#[derive(Clone, Debug)]
pub(super) struct Pool(Client<Patient<HttpsConnector<connect::HttpConnector>>, SdkBody>);

impl Pool {
    /// An empty pool. Where AWS has a stand-in, plain HTTP will do.
    pub(super) fn new(tls: ClientConfig) -> Self {
        let mut sockets = connect::HttpConnector::new();
        sockets.enforce_http(false);
        sockets.set_nodelay(true);
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let connector = Patient(builder.wrap_connector(sockets));
        Self(Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector))
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
        let answer = self.0.request(request);
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

/// Makes connections, and gives up after a while.
#[derive(Clone, Debug)]
struct Patient<C>(C);

impl<C> Service<Uri> for Patient<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connection = self.0.call(target);
        Box::pin(async { tokio::time::timeout(CONNECT, connection).await?.map_err(Into::into) })
    }
}
