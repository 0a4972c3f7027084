//! A request as the groups see it: read whole, with what the host knows about its sender.

use std::net::IpAddr;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, header};

use crate::config::Config;
use crate::courier::Language;
use crate::domain::asker::Asker;
use crate::domain::session::Extent;
use crate::telemetry::TraceId;

/// Who sent the request, as the host saw it, never as a header claims it.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The host name by which the gateway was reached, as the gateway tells it, never as a header claims it.
///
/// It stands in for `TALLY_PUBLIC_URL` where that is unset: the template cannot tell a function the
/// address of its own API, because the API is made of the function and would have to be there first.
#[derive(Clone, Debug)]
pub struct GatewayDomain(pub String);

/// The request's id, for the answer and the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// What the host tells of the invocation that brought the request, for the log.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// Whether it is the first of its process.
    pub is_cold_start: bool,
    /// Where it stands in X-Ray, if it does.
    pub trace_id: Option<TraceId>,
}

/// The query by which a logout goes further than this device.
pub const EVERYWHERE: &str = "everywhere=true";

/// A header has several values, and not all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValuesDiffer;

/// One request.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The raw path, as sent.
    pub path: String,
    /// The raw query, without its `?`.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`super::body::MAX_BYTES`].
    pub body: Bytes,
    /// Who sent it, as far as the host knows.
    pub asker: Asker,
    /// The gateway's host name, where one stands in front.
    pub gateway: Option<GatewayDomain>,
}

impl Request {
    pub(super) fn new(parts: Parts, body: Bytes, asker: Asker) -> Self {
        Self {
            asker,
            gateway: parts.extensions.get::<GatewayDomain>().cloned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            method: parts.method,
            headers: parts.headers,
            body,
        }
    }

    /// The same request without its body.
    pub(super) fn head(&self) -> Self {
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: Bytes::new(),
            asker: self.asker.clone(),
            gateway: self.gateway.clone(),
        }
    }

    /// A header's value, if it is there once or more and can be read; the first one counts.
    #[must_use]
    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All values of a header, also where a gateway has joined several by commas.
    pub fn values(&self, name: impl header::AsHeaderName) -> impl Iterator<Item = &[u8]> {
        let lines = self.headers.get_all(name).iter().map(http::HeaderValue::as_bytes);
        lines.flat_map(|line| line.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
    }

    /// The one value of a header by which somebody is let in; `None` if it is not there. The same value
    /// twice is one; two that differ are nobody's (security rule S3).
    pub fn sole_value(&self, name: impl header::AsHeaderName) -> Result<Option<&[u8]>, ValuesDiffer> {
        let mut values = self.values(name);
        let first = values.next();
        if values.all(|other| Some(other) == first) { Ok(first) } else { Err(ValuesDiffer) }
    }

    /// Where the service is reached from outside, `scheme://host[:port]`, for links in mail: what the
    /// settings say, else by what name the gateway was reached; never what a client claims.
    #[must_use]
    pub fn public_url(&self, config: &Config) -> Option<String> {
        let gateway = || self.gateway.as_ref().map(|GatewayDomain(domain)| format!("https://{domain}"));
        config.public_url.clone().or_else(gateway)
    }

    /// The language to write to the sender in.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::accepted(self.header(header::ACCEPT_LANGUAGE))
    }

    /// How far a logout is to go: `?everywhere=true` ends all that is open in the caller's name.
    #[must_use]
    pub fn logout_extent(&self) -> Extent {
        let asks = self.query.split('&').any(|pair| pair == EVERYWHERE);
        if asks { Extent::Everywhere } else { Extent::ThisDevice }
    }

    /// Whether the method only reads (RFC 9110, 9.2.1).
    #[must_use]
    pub fn is_safe(&self) -> bool {
        [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(&self.method)
    }
}
