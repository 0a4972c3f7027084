//! The HTTP client for all that the service asks of others: hyper, with TLS by rustls.
//!
//! There is one kind of client, and whoever sends something calls [`Client::send`]: what is behind it would
//! otherwise be another 100 KB of a function for each kind, and once more in each crate.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_types::body::SdkBody;
use http::{Request, Uri};
use hyper_rustls::builderstates::WantsSchemes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::Service;

/// A client and its pool of connections; cloning shares them.
#[derive(Clone, Debug)]
pub(crate) struct Client(legacy::Client<Patient<HttpsConnector<HttpConnector>>, SdkBody>);

/// How a client connects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connections {
    /// How long one may take to be made, TLS included.
    pub(crate) patience: Duration,
    /// How many that nobody uses are kept for the next request.
    pub(crate) idle: usize,
}

impl Client {
    /// A client that believes whom that TLS configuration believes. It speaks HTTP/1.1, and without TLS
    /// where the address says `http`.
    pub(crate) fn new(tls: HttpsConnectorBuilder<WantsSchemes>, connections: Connections) -> Self {
        let mut sockets = HttpConnector::new();
        sockets.enforce_http(false);
        sockets.set_nodelay(true);
        let connector = tls.https_or_http().enable_http1().wrap_connector(sockets);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(connections.idle)
            .build(Patient { connector, patience: connections.patience });
        Self(client)
    }

    /// Sends a request.
    pub(crate) fn send(&self, request: Request<SdkBody>) -> ResponseFuture {
        self.0.request(request)
    }
}

/// Makes connections, and gives up after a while.
#[derive(Clone, Debug)]
struct Patient<C> {
    connector: C,
    patience: Duration,
}

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
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connection = tokio::time::timeout(self.patience, self.connector.call(target));
        Box::pin(async { connection.await?.map_err(Into::into) })
    }
}
