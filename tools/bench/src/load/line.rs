//! A worker's own line to the service: HTTP/1.1, kept open.

use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::error::BenchError;
use crate::requests::Request;

/// The line.
#[derive(Clone, Debug)]
pub struct Line {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Line {
    /// A line to the service at that URL; it opens with the first request.
    #[must_use]
    pub fn to(url: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { url: url.to_owned(), client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Sends a request and waits for the whole answer: its status and its body.
    pub async fn send(&self, request: &Request) -> Result<(u16, Bytes), BenchError> {
        let uri: Result<Uri, _> = format!("{}{}", self.url, request.uri()).parse();
        let (mut parts, body) = request.clone().into_parts();
        parts.uri = uri.map_err(|error| BenchError::Silent(error.to_string()))?;
        // The service is not called as the gateway is.
        parts.headers.remove(http::header::HOST);
        let request = http::Request::from_parts(parts, Full::from(body));
        let answer =
            self.client.request(request).await.map_err(|error| BenchError::Silent(error.to_string()))?;
        let status = answer.status().as_u16();
        let body =
            answer.into_body().collect().await.map_err(|error| BenchError::Silent(error.to_string()))?;
        Ok((status, body.to_bytes()))
    }
}
