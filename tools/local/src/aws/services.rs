//! Which service a request is for, told by the marks of its protocol, since they all share one address.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{dynamodb, secrets, ses, sns, sts, weixin};
use crate::admission::{Names, is_of_a_page};
use crate::inbox::Inbox;

/// Everything that can answer.
pub(super) struct Services {
    pub(super) dynamodb: dynamodb::Gateway,
    pub(super) inbox: Inbox,
    pub(super) secrets: secrets::Secrets,
    pub(super) weixin: weixin::Weixin,
    /// The names by which they may be called.
    pub(super) names: Names,
}

impl Services {
    /// All paths lead to one place, because most protocols of AWS say what they want in a header.
    pub(super) fn into_router(self) -> Router {
        Router::new().fallback(answer).with_state(Arc::new(self))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    DynamoDb,
    Secrets,
    Ses,
    /// The forms, which are STS's as well; their action tells.
    Sns,
}

async fn answer(State(services): State<Arc<Services>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !services.names.include(&parts.uri, &parts.headers) {
        let message =
            "The local stand-ins answer to localhost, 127.0.0.1, [::1] and host.docker.internal only.";
        return refuse(StatusCode::FORBIDDEN, "AccessDeniedException", message);
    }
    if is_of_a_page(&parts.headers) {
        let message = "Browsers are not served: a web page must not read the local database.";
        return refuse(StatusCode::FORBIDDEN, "AccessDeniedException", message);
    }
    if parts.method == Method::GET && parts.uri.path() == weixin::PATH {
        return services.weixin.answer(parts.uri.query().unwrap_or_default());
    }
    let Some(service) = Service::of(&parts) else {
        return unknown_operation(&parts);
    };
    let body = match receive(body, service.body_limit()).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    match service {
        Service::DynamoDb => {
            let operation = target(&parts.headers).rsplit('.').next().unwrap_or_default();
            services.dynamodb.answer(operation, &parts, body).await
        }
        Service::Secrets => services.secrets.answer(target(&parts.headers), &body),
        Service::Ses => ses::answer(&services.inbox, &body),
        Service::Sns if sts::is_asked(&body) => sts::answer(),
        Service::Sns => sns::answer(&services.inbox, &body),
    }
}

impl Service {
    fn of(parts: &Parts) -> Option<Self> {
        if parts.method != Method::POST {
            return None;
        }
        let target = target(&parts.headers);
        if target.starts_with("DynamoDB_20120810.") || target.starts_with("DynamoDBStreams_20120810.") {
            Some(Self::DynamoDb)
        } else if target.starts_with("secretsmanager.") {
            Some(Self::Secrets)
        } else if !target.is_empty() {
            None
        } else if parts.uri.path() == "/v2/email/outbound-emails" {
            Some(Self::Ses)
        } else if parts.uri.path() == "/" && is_form(&parts.headers) {
            Some(Self::Sns)
        } else {
            None
        }
    }

    /// A batch write of DynamoDB may have 16 MiB; for the rest, 1 MiB is far more than a letter needs.
    const fn body_limit(self) -> usize {
        match self {
            Self::DynamoDb => 16 << 20,
            Self::Secrets | Self::Ses | Self::Sns => 1 << 20,
        }
    }
}

async fn receive(body: Body, limit: usize) -> Result<Bytes, Response> {
    to_bytes(body, limit).await.map_err(|_| {
        let message = format!("The body is longer than {limit} bytes or ended early.");
        refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", &message)
    })
}

fn unknown_operation(parts: &Parts) -> Response {
    let target = target(&parts.headers);
    let message = format!(
        "There is no local stand-in for {} {}{}{target}.",
        parts.method,
        parts.uri.path(),
        if target.is_empty() { "" } else { " with X-Amz-Target " },
    );
    refuse(StatusCode::BAD_REQUEST, "UnknownOperationException", &message)
}

/// An error that both the JSON and the REST-JSON clients of AWS can read.
pub(super) fn refuse(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let headers = [(HeaderName::from_static("x-amzn-errortype"), kind), (CONTENT_TYPE, "application/json")];
    (status, headers, json!({"__type": kind, "message": message}).to_string()).into_response()
}

fn target(headers: &HeaderMap) -> &str {
    headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default()
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(method: Method, path: &str, headers: &[(&str, &str)]) -> Option<Service> {
        let mut request = axum::http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Service::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn each_protocol_is_recognised_by_its_marks() {
        let json = |target| service(Method::POST, "/", &[("x-amz-target", target)]);
        assert_eq!(json("DynamoDB_20120810.GetItem"), Some(Service::DynamoDb));
        assert_eq!(json("secretsmanager.GetSecretValue"), Some(Service::Secrets));
        assert_eq!(json("AmazonSQS.SendMessage"), None);
        assert_eq!(service(Method::POST, "/v2/email/outbound-emails", &[]), Some(Service::Ses));
        let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        assert_eq!(service(Method::POST, "/", &form), Some(Service::Sns));
        assert_eq!(service(Method::POST, "/", &[("content-type", "application/json")]), None);
        assert_eq!(service(Method::GET, "/v2/email/outbound-emails", &[]), None);
        assert_eq!(service(Method::POST, "/v2/email/outbound-bulk-emails", &[]), None);
    }
}
