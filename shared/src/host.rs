//! Runs a function's router on Lambda, behind an API Gateway HTTP API.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body as HttpBody;
use data_encoding::BASE64;
use http::header::{FORWARDED, HOST};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri};
use http_body_util::BodyExt;
pub use lambda_http::Error;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, LambdaEvent, Response, lambda_runtime};
use tower::{Service, ServiceExt};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::app::App;
use crate::clock::Clock;
use crate::config::{self, Config, MetricSettings};
use crate::entropy::Entropy;
use crate::http::request::{ClientAddress, GatewayDomain, Invocation, RequestId};
use crate::telemetry::{JsonLines, TraceId};

/// Starts the function: everything that needs doing once, then one event after the other.
pub async fn run(router: impl FnOnce(App) -> Router) -> Result<(), Error> {
    let config = Config::from_env()?;
    log_to_stdout(config.metrics.clone());
    log_panics();
    let app = App::start(config, Clock::System, Entropy::System).await?;
    let router = router(app);
    let is_first = AtomicBool::new(true);
    let answer = move |event| answer(router.clone(), is_first.swap(false, Ordering::Relaxed), event);
    lambda_runtime::run(lambda_runtime::service_fn(answer)).await
}

/// Logs as JSON lines, at the level `RUST_LOG` says.
fn log_to_stdout(metrics: Option<MetricSettings>) {
    tracing_subscriber::fmt()
        .event_format(JsonLines::new(metrics))
        .with_max_level(LevelFilter::TRACE)
        .finish()
        .with(config::log_filter())
        .init();
}

/// Logs panics like everything else, by where they happened alone: what they say may repeat something
/// of the request.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(location = panic.location().map(ToString::to_string), "panicked");
    }));
}

/// Answers one event.
///
/// `lambda_http` builds a request from the event and an event answer from the response; in between
/// we see to it that nothing of the event that a client chose can make it stumble (see [`take_apart`]).
async fn answer(
    router: Router,
    is_cold_start: bool,
    event: LambdaEvent<LambdaRequest>,
) -> Result<impl serde::Serialize, Error> {
    let LambdaEvent { payload, context } = event;
    let trace_id = context.xray_trace_id.as_deref().and_then(TraceId::of_header);
    let invocation = Invocation { is_cold_start, trace_id };
    let LambdaRequest::ApiGatewayV2(mut event) = payload else {
        return Err("the event is none of an HTTP API with payload version 2.0".into());
    };
    let sent = take_apart(&mut event);
    let service = tower::service_fn(move |_: lambda_http::Request| {
        let (router, mut request) = (router.clone(), sent.request());
        request.extensions_mut().insert(invocation.clone());
        async move { Ok::<_, Error>(gather(router.oneshot(request).await).await) }
    });
    let event = LambdaEvent::new(LambdaRequest::ApiGatewayV2(event), context);
    Adapter::from(service).call(event).await
}

/// What a client sent, taken out of its event.
struct Sent {
    method: http::Method,
    target: Option<PathAndQuery>,
    headers: HeaderMap,
    body: Vec<u8>,
    address: Option<ClientAddress>,
    id: Option<RequestId>,
    gateway: Option<GatewayDomain>,
}

/// Takes out of the event all that the client chose, so that the conversion sees only harmless rest.
///
/// `lambda_http` 1.3 panics on odd `Host` and `X-Forwarded-Proto` values and on broken base64, takes
/// host and scheme from the client, and normalises the path, so that `/user/../admin` would arrive
/// as `/admin`. We route on the raw path, and know the sender from the gateway alone.
fn take_apart(event: &mut ApiGatewayV2httpRequest) -> Sent {
    let mut headers = std::mem::take(&mut event.headers);
    for name in ["x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-real-ip"]
    {
        headers.remove(name);
    }
    headers.remove(FORWARDED);
    if !headers.contains_key(HOST) {
        let domain = event.request_context.domain_name.as_deref();
        if let Some(domain) = domain.and_then(|name| HeaderValue::from_str(name).ok()) {
            headers.insert(HOST, domain);
        }
    }
    if let Some(Ok(cookies)) = event.cookies.take().map(|cookies| HeaderValue::from_str(&cookies.join("; ")))
    {
        headers.insert(http::header::COOKIE, cookies);
    }
    let gateway = event.request_context.domain_name.take().map(GatewayDomain);
    let path = event.raw_path.replace("/".to_owned()).unwrap_or_default();
    let is_ambiguous = path.contains(['?', '#']);
    let query = event.raw_query_string.take().unwrap_or_default();
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    let body = event.body.take().unwrap_or_default();
    let is_encoded = std::mem::take(&mut event.is_base64_encoded);
    Sent {
        method: event.request_context.http.method.clone(),
        // The gateway decodes the path: these would begin a query or a fragment that nobody sent.
        target: PathAndQuery::try_from(target).ok().filter(|_| !is_ambiguous),
        headers,
        // What is not base64 after all is no body; the handlers say what they miss.
        body: if is_encoded { BASE64.decode(body.as_bytes()).unwrap_or_default() } else { body.into() },
        address: event
            .request_context
            .http
            .source_ip
            .as_deref()
            .and_then(|ip| ip.parse().ok())
            .map(ClientAddress),
        id: event.request_context.request_id.take().map(RequestId),
        gateway,
    }
}

impl Sent {
    fn request(&self) -> http::Request<HttpBody> {
        let mut request = http::Request::new(HttpBody::from(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.headers_mut() = self.headers.clone();
        // A path that is no path has no endpoint.
        *request.uri_mut() = self.target.clone().map_or_else(|| Uri::from_static("/-"), Uri::from);
        if let Some(address) = self.address {
            request.extensions_mut().insert(address);
        }
        if let Some(id) = self.id.clone() {
            request.extensions_mut().insert(id);
        }
        if let Some(gateway) = self.gateway.clone() {
            request.extensions_mut().insert(gateway);
        }
        request
    }
}

/// The router's response, its body read whole, its repeated headers joined.
///
/// With payload v2 the gateway keeps only the first of repeated headers, except `Set-Cookie`; ours
/// never repeat any other.
async fn gather(response: Result<Response<HttpBody>, std::convert::Infallible>) -> Response<Body> {
    let Ok(response) = response;
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        unreachable!("bodies of answers are in memory");
    };
    let text = String::from_utf8(body.to_bytes().to_vec());
    let body = text.map_or_else(|error| Body::Binary(error.into_bytes()), Body::Text);
    Response::from_parts(parts, body)
}
