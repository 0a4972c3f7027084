//! Runs a function's router on Lambda, behind an API Gateway HTTP API.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body as HttpBody;
use data_encoding::BASE64;
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Response, Uri};
use http_body_util::BodyExt;
pub use lambda_http::Error;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use lambda_http::{Body, LambdaEvent, lambda_runtime};
use serde_json::value::RawValue;
use tokio::runtime;
use tower::ServiceExt;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::app::App;
use crate::clock::Clock;
use crate::config::{self, Config, MetricSettings};
use crate::entropy::Entropy;
use crate::http::client_address;
use crate::http::request::{ClientAddress, GatewayDomain, Invocation, RequestId};
use crate::telemetry::{JsonLines, TraceId};

/// Starts the function: everything that needs doing once, then one event after the other.
///
/// Lambda gives a process one event at a time, so one thread serves it. Beside it there is one for what
/// blocks, hashing a password and looking up a host's name; should they ever meet, one waits.
pub fn run(router: impl FnOnce(App) -> Router) -> Result<(), Error> {
    let runtime = runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build()?;
    runtime.block_on(serve(router))
}

async fn serve(router: impl FnOnce(App) -> Router) -> Result<(), Error> {
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

/// Answers one event of an HTTP API with payload version 2.0; any other is an error.
async fn answer(
    router: Router,
    is_cold_start: bool,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<ApiGatewayV2httpResponse, Error> {
    let LambdaEvent { payload, context } = event;
    // Read here: the runtime would read it so as to tell where in the event a fault is, which costs time,
    // and 75 KB of every function.
    let Ok(payload) = serde_json::from_str::<ApiGatewayV2httpRequest>(payload.get()) else {
        // What serde says of the fault may repeat something of the event.
        return Err("the event is not one of an HTTP API with payload version 2.0".into());
    };
    let trace_id = context.xray_trace_id.as_deref().and_then(TraceId::of_header);
    let mut request = request(payload);
    request.extensions_mut().insert(Invocation { is_cold_start, trace_id });
    let Ok(response) = router.oneshot(request).await;
    Ok(encode(response).await)
}

/// The request that a client sent.
///
/// We do not leave this to `lambda_http`: its conversion (1.3) panics on odd `Host` and
/// `X-Forwarded-Proto` values and on broken base64, takes host and scheme from the client, and
/// normalises the path, so that `/user/../admin` would arrive as `/admin`. We route on the raw path,
/// and know the sender from the gateway alone.
fn request(event: ApiGatewayV2httpRequest) -> http::Request<HttpBody> {
    let context = event.request_context;
    let body = event.body.unwrap_or_default();
    // What is not base64 after all is no body; the handlers say what they miss.
    let coded = event.is_base64_encoded.then(|| BASE64.decode(body.as_bytes()).unwrap_or_default());
    let mut request = http::Request::new(coded.map_or_else(|| HttpBody::from(body), HttpBody::from));
    *request.method_mut() = context.http.method;
    // A path that is no path has no endpoint.
    *request.uri_mut() = target(event.raw_path.unwrap_or_default(), event.raw_query_string)
        .map_or_else(|| Uri::from_static("/-"), Uri::from);
    *request.headers_mut() = headers(event.headers, event.cookies, context.domain_name.as_deref());
    let extensions = request.extensions_mut();
    if let Some(address) = context.http.source_ip.and_then(|ip| client_address::parse(&ip)) {
        extensions.insert(ClientAddress(address));
    }
    if let Some(id) = context.request_id {
        extensions.insert(RequestId(id));
    }
    if let Some(domain) = context.domain_name {
        extensions.insert(GatewayDomain(domain));
    }
    request
}

fn target(path: String, query: Option<String>) -> Option<PathAndQuery> {
    // The gateway decodes the path: these would begin a query or a fragment that nobody sent.
    if path.contains(['?', '#']) {
        return None;
    }
    let target = match query {
        Some(query) if !query.is_empty() => format!("{path}?{query}"),
        Some(_) | None => path,
    };
    PathAndQuery::try_from(target).ok()
}

/// The headers, with the cookies, of which the gateway makes a list. A neighbour's cookie that no header can
/// hold hides none of the others.
fn headers(mut headers: HeaderMap, cookies: Option<Vec<String>>, domain: Option<&str>) -> HeaderMap {
    if !headers.contains_key(HOST)
        && let Some(domain) = domain.and_then(|name| HeaderValue::from_str(name).ok())
    {
        headers.insert(HOST, domain);
    }
    if let Some(cookies) = cookies {
        headers.remove(COOKIE);
        for cookie in cookies.iter().filter_map(|cookie| HeaderValue::from_bytes(cookie.as_bytes()).ok()) {
            headers.append(COOKIE, cookie);
        }
    }
    headers
}

/// What the gateway is to answer.
///
/// With payload v2 it keeps only the first of repeated headers, except `Set-Cookie`, which has a place of
/// its own; ours never repeat any other.
async fn encode(response: Response<HttpBody>) -> ApiGatewayV2httpResponse {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        unreachable!("bodies of answers are in memory");
    };
    let body = String::from_utf8(body.to_bytes().into());
    let cookies = parts.headers.get_all(SET_COOKIE).iter();
    let cookies = cookies.filter_map(|cookie| cookie.to_str().ok()).map(ToOwned::to_owned).collect();
    parts.headers.remove(SET_COOKIE);
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    answer.cookies = cookies;
    answer.headers = parts.headers;
    answer.is_base64_encoded = body.is_err();
    answer.body = Some(body.map_or_else(|error| Body::Binary(error.into_bytes()), Body::Text));
    answer
}
