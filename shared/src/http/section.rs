//! A group's part of the document, made of its endpoint table and of what it tells of itself.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::header::ALLOW;
use http::{HeaderMap, Method, StatusCode};
use indexmap::IndexMap;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use super::body::{self, BodyFault};
use super::cookie::Cookie;
use super::endpoint::{Dialect, Endpoint, Refusal};
use super::handler::Handler;
use super::openapi::response::{Response, Said, by_status};
use super::openapi::schema::{self, Described, FieldsSchema};
use super::openapi::{Field, Operation, Outcome, Parameter};
use super::request::Request;
use crate::domain::asker::Asker;

mod refusals;

use refusals::{UNKNOWN_METHOD, refused, unreadable};

/// What a group tells of itself.
#[derive(Debug, Default)]
pub struct Group {
    /// What it is called in the document.
    pub title: &'static str,
    /// What holds for all its operations.
    pub description: String,
    /// All that may carry something by which a caller is known.
    pub carriers: Vec<Carrier>,
    /// By which carriers a caller is recognised: alternatives, each of some that go together.
    pub recognised_by: Vec<&'static [&'static str]>,
    /// The content types of the bodies it reads.
    pub content_types: &'static [&'static str],
    /// The parameters that every operation takes.
    pub parameters: Vec<Parameter>,
    /// How every operation may end, in addition to what every group has.
    pub always: Vec<Outcome>,
    /// How an operation that looks at its caller may end.
    pub of_callers: Vec<Outcome>,
    /// How an operation that reads a body may end, apart from an unreadable body.
    pub of_bodies: Vec<Outcome>,
}

/// Something that carries what a caller is known by: a name in the document, and OpenAPI's security
/// scheme. Groups that share one give it the same name.
#[derive(Clone, Debug)]
pub struct Carrier {
    name: &'static str,
    scheme: Value,
}

impl Carrier {
    /// A header.
    #[must_use]
    pub fn header(name: &'static str, header: &str, meaning: &str) -> Self {
        Self::of(name, "header", header, meaning)
    }

    /// A cookie.
    #[must_use]
    pub fn cookie(name: &'static str, cookie: &str, meaning: &str) -> Self {
        Self::of(name, "cookie", cookie, meaning)
    }

    fn of(name: &'static str, place: &str, key: &str, meaning: &str) -> Self {
        let scheme = json!({"type": "apiKey", "in": place, "name": key, "description": meaning});
        Self { name, scheme }
    }

    /// The cookie of a session, by the name it has on plain-http hosts and by the one it has deployed.
    #[must_use]
    pub fn session_cookies() -> [Self; 2] {
        [
            Self::cookie("session", Cookie::Session.name(false), "The session cookie over plain HTTP."),
            Self::cookie("deployedSession", Cookie::Session.name(true), "The session cookie over HTTPS."),
        ]
    }
}

/// A group's part of the document.
#[derive(Debug)]
pub struct Section {
    /// The group, as a tag of the document.
    pub tag: Value,
    /// The paths, each with its operations.
    pub paths: IndexMap<String, IndexMap<String, Written>>,
    /// The schemas, by names that are the group's alone.
    pub schemas: IndexMap<String, Described>,
    /// The responses that several operations have.
    pub responses: IndexMap<String, Response>,
    /// The security schemes.
    pub security_schemes: IndexMap<String, Value>,
}

/// An operation as the document has it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    tags: [&'static str; 1],
    summary: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    operation_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<Value>,
    responses: IndexMap<String, Said>,
    security: Vec<Value>,
}

/// Writes a group's part of the document. `Body` is what its refusals have for a body.
#[must_use]
pub fn section<D, Body>(endpoints: &[Endpoint<D::Failure>], group: Group) -> Section
where
    D: Dialect<Failure: From<BodyFault>>,
    Body: JsonSchema,
{
    let mut writer = Writer::new::<D>(group);
    let nowhere = refused::<D, Body>(Refusal::NotFound).answer;
    let elsewhere = format!(
        "\n\nA request for any other path gets status {}: `{}`.",
        nowhere.status.as_u16(),
        String::from_utf8_lossy(&nowhere.body),
    );
    writer.group.description.push_str(&elsewhere);
    let mut paths = IndexMap::default();
    for endpoint in endpoints {
        for (method, operation) in endpoint.operations() {
            let describe = operation.description.expect("a group that makes the document has described them");
            let written = writer.write::<D, Body>(endpoint, &method, &operation.handler, describe());
            let path: &mut IndexMap<String, Written> = paths.entry(endpoint.path.to_owned()).or_default();
            path.insert(method.as_str().to_ascii_lowercase(), written);
        }
    }
    writer.end(paths)
}

/// A group's part under construction.
struct Writer {
    name: &'static str,
    group: Group,
    generator: SchemaGenerator,
    schemas: IndexMap<String, Described>,
    responses: IndexMap<String, Response>,
}

impl Writer {
    fn new<D: Dialect>(group: Group) -> Self {
        let (schemas, responses) = (IndexMap::default(), IndexMap::default());
        Self { name: D::NAME, group, generator: schema::generator(), schemas, responses }
    }

    fn write<D, Body>(
        &mut self,
        endpoint: &Endpoint<D::Failure>,
        method: &Method,
        handler: &Handler<D::Failure>,
        operation: Operation,
    ) -> Written
    where
        D: Dialect<Failure: From<BodyFault>>,
        Body: JsonSchema,
    {
        let security = self.security(handler, operation.carriers.as_deref());
        let types = operation.content_types.unwrap_or(self.group.content_types);
        let request_body =
            operation.fields.as_deref().map(|fields| self.request_body(operation.name, fields, types));
        let parameters = self.group.parameters.iter().chain(&operation.parameters);
        let parameters = parameters.map(|parameter| parameter.0.clone()).collect();
        let mut outcomes = operation.outcomes;
        let own: Vec<StatusCode> = outcomes.iter().map(|outcome| outcome.answer.status).collect();
        let read = request_body.as_ref().map(|_| types);
        outcomes.extend(self.around::<D, Body>(handler, method, read));
        let mut responses = IndexMap::default();
        for (status, outcomes) in by_status(&outcomes) {
            let response = self.response::<D>(endpoint, outcomes);
            let said = if own.contains(&status) { Said::Here(response) } else { self.keep(response) };
            responses.insert(status.as_str().to_owned(), said);
        }
        Written {
            tags: [self.group.title],
            summary: operation.summary,
            description: operation.description,
            operation_id: format!("{}_{}", self.name.replace('-', "_"), operation.name),
            parameters,
            request_body,
            responses,
            security,
        }
    }

    /// What an operation may answer because it is one of this group.
    fn around<D, Body>(
        &self,
        handler: &Handler<D::Failure>,
        method: &Method,
        read: Option<&[&str]>,
    ) -> Vec<Outcome>
    where
        D: Dialect<Failure: From<BodyFault>>,
        Body: JsonSchema,
    {
        let mut outcomes = Vec::new();
        if !method.is_safe() {
            let refusals = [Refusal::Foreign, Refusal::CodedBody];
            outcomes.extend(refusals.into_iter().map(refused::<D, Body>));
        }
        if let Some(types) = read {
            outcomes.extend(unreadable::<D, Body>(types));
            outcomes.extend(self.group.of_bodies.clone());
        }
        match handler {
            Handler::Guarded(_) => {
                outcomes.push(refused::<D, Body>(Refusal::NotAuthenticated));
                outcomes.extend(self.group.of_callers.clone());
            }
            Handler::Welcoming(_) => outcomes.extend(self.group.of_callers.clone()),
            Handler::Open(_) => {}
        }
        outcomes.extend(self.group.always.clone());
        let refusals = [
            Refusal::MethodNotAllowed(UNKNOWN_METHOD),
            Refusal::NoAddress,
            Refusal::BodyTooLarge,
            Refusal::BodyIncomplete,
            Refusal::Unavailable,
            Refusal::Internal,
        ];
        outcomes.extend(refusals.into_iter().map(refused::<D, Body>));
        outcomes
    }

    /// The response of outcomes of one status, with the headers that really go out.
    fn response<D: Dialect>(&mut self, endpoint: &Endpoint<D::Failure>, outcomes: Vec<Outcome>) -> Response {
        let request = any_request();
        let finish = |outcome: Outcome| {
            let mut answer = D::finish(&request, outcome.answer);
            answer.headers.insert(ALLOW, endpoint.allow::<D>());
            Outcome { answer, ..outcome }
        };
        let outcomes: Vec<Outcome> = outcomes.into_iter().map(finish).collect();
        Response::new(&outcomes, self.name, &mut self.generator)
    }

    /// Puts a response that is the group's own among the components, once.
    fn keep(&mut self, response: Response) -> Said {
        let Some(first) = response.first() else { return Said::Here(response) };
        let name = format!("{}.{first}", self.name);
        let kept = self.responses.entry(name.clone()).or_insert_with(|| response.clone());
        if *kept == response {
            Said::There { place: format!("#/components/responses/{name}") }
        } else {
            Said::Here(response)
        }
    }

    /// The body as JSON, which every operation takes; other content types are told of in words. Of several
    /// with one schema, generated clients send all at once, or the last.
    fn request_body(&mut self, operation: &str, fields: &[Field], types: &[&str]) -> Value {
        let name = format!("{}.{operation}_request", self.name);
        self.schemas.insert(name.clone(), Described::Fields(FieldsSchema::new(fields)));
        let [json, form, multipart] = body::CONTENT_TYPES;
        let description = if types.contains(&form) && types.contains(&multipart) {
            format!(
                "The fields. `{form}` and `{multipart}` are also accepted, with each field once and as a \
                 string."
            )
        } else {
            "The fields, as JSON only.".to_owned()
        };
        json!({
            "description": description,
            "required": fields.iter().any(Field::is_required),
            "content": {json: {"schema": schema::reference(&name)}},
        })
    }

    fn security<F>(&self, handler: &Handler<F>, own: Option<&[&'static [&'static str]]>) -> Vec<Value> {
        let alternative = |carriers: &&'static [&'static str]| {
            carriers.iter().map(|name| ((*name).to_owned(), json!([]))).collect::<Value>()
        };
        let recognised = || self.group.recognised_by.iter().map(alternative);
        match (own, handler) {
            (Some(own), _) => own.iter().map(alternative).collect(),
            (None, Handler::Guarded(_)) => recognised().collect(),
            (None, Handler::Welcoming(_)) => recognised().chain([json!({})]).collect(),
            (None, Handler::Open(_)) => Vec::new(),
        }
    }

    fn end(mut self, paths: IndexMap<String, IndexMap<String, Written>>) -> Section {
        let definitions = self.generator.take_definitions(true);
        let derived = definitions.into_iter().map(|(name, derived)| {
            let derived = schema::of_group(derived, self.name);
            (format!("{}.{name}", self.name), Described::Derived(derived))
        });
        self.schemas.extend(derived);
        let carriers = self.group.carriers;
        Section {
            tag: json!({"name": self.group.title, "description": self.group.description}),
            paths,
            schemas: self.schemas,
            responses: self.responses,
            security_schemes: carriers
                .into_iter()
                .map(|carrier| (carrier.name.to_owned(), carrier.scheme))
                .collect(),
        }
    }
}

/// A request about which nothing is special, for the last touch on answers.
fn any_request() -> Request {
    Request {
        method: Method::GET,
        path: String::new(),
        query: String::new(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        asker: Asker::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), ""),
        gateway: None,
    }
}
