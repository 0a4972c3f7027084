//! What an operation costs at DynamoDB: calls, round trips and read units, read off its own answers.
//!
//! The meter is the SDK's HTTP client, so what is measured is what the service sends. While it is off it
//! passes everything on untouched, for timing.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// An HTTP client that can count.
#[derive(Clone, Debug)]
pub struct Meter {
    client: Client<connect::HttpConnector, Full<Bytes>>,
    count: Arc<Mutex<Option<Count>>>,
}

/// What went through.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Calls.
    pub calls: u32,
    /// How often calls of one operation, which are sent together, came after calls of another, and the
    /// first.
    pub round_trips: u32,
    /// Read units that DynamoDB charged.
    pub read_units: f64,
}

#[derive(Debug, Default)]
struct Count {
    cost: Cost,
    last: Option<HeaderValue>,
}

impl Default for Meter {
    fn default() -> Self {
        let mut connector = connect::HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), count: Arc::default() }
    }
}

impl Meter {
    /// Counts from now on.
    pub fn start(&self) {
        *self.count() = Some(Count::default());
    }

    /// Counts no more and tells what went through since the start.
    #[must_use]
    pub fn stop(&self) -> Cost {
        self.count().take().map(|count| count.cost).unwrap_or_default()
    }

    fn count(&self) -> std::sync::MutexGuard<'_, Option<Count>> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call that begins, if anybody counts.
    fn begin(&self, operation: Option<&HeaderValue>) -> bool {
        let mut count = self.count();
        let Some(count) = count.as_mut() else {
            return false;
        };
        count.cost.calls += 1;
        count.cost.round_trips += u32::from(count.last.as_ref() != operation);
        count.last = operation.cloned();
        true
    }

    fn end(&self, read_units: f64) {
        if let Some(count) = self.count().as_mut() {
            count.cost.read_units += read_units;
        }
    }

    async fn pass(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (mut parts, body) = request.into_parts();
        let mut body = Bytes::copy_from_slice(body.bytes().unwrap_or_default());
        let counts = self.begin(parts.headers.get("x-amz-target"));
        if counts {
            body = asking_for_the_price(&body);
            parts.headers.remove(CONTENT_LENGTH);
        }
        let answer = self.client.request(http::Request::from_parts(parts, Full::new(body))).await;
        let answer = answer.map_err(|error| ConnectorError::io(error.into()));
        let answer = match answer {
            Ok(answer) => {
                let (parts, body) = answer.into_parts();
                let body = body.collect().await.map_err(|error| ConnectorError::io(error.into()));
                body.map(|body| (parts, body.to_bytes()))
            }
            Err(error) => Err(error),
        };
        if counts {
            self.end(answer.as_ref().map_or(0.0, |(_, body)| price(body)));
        }
        let (parts, body) = answer?;
        let answer = http::Response::from_parts(parts, SdkBody::from(body));
        HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl HttpConnector for Meter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let meter = self.clone();
        HttpConnectorFuture::new(async move { meter.pass(request).await })
    }
}

impl HttpClient for Meter {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The same request, wanting to know what it costs.
fn asking_for_the_price(body: &Bytes) -> Bytes {
    let Ok(mut request) = serde_json::from_slice::<Value>(body) else {
        return body.clone();
    };
    request["ReturnConsumedCapacity"] = json!("TOTAL");
    request.to_string().into()
}

/// The units of one table, or the sum over several.
fn price(body: &Bytes) -> f64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let units = |table: &Value| table["CapacityUnits"].as_f64().unwrap_or_default();
    let capacity = &answer["ConsumedCapacity"];
    capacity.as_array().map_or_else(|| units(capacity), |tables| tables.iter().map(units).sum())
}
