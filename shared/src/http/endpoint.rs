//! A group's endpoints as a table, and the one way a request takes through them.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body as HttpBody;
use axum::routing::any;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::FutureExt;
use http::header::{ALLOW, CONTENT_ENCODING};
use http::{HeaderValue, Method, Response};
use http_body_util::{BodyExt, Limited};

use super::answer::Answer;
use super::body;
use super::client_address;
use super::cors;
pub use super::handler::Handler::{Guarded, Open, Welcoming};
use super::handler::{Description, Handler, Operation};
use super::headers::harden;
use super::origin;
use super::refusal::Failing;
pub use super::refusal::Refusal;
use super::request::{Invocation, Request, RequestId};
use super::session_cookie;
use crate::app::App;
use crate::clock::Stopwatch;
pub use crate::described;
use crate::domain::asker::Asker;
use crate::secret::SecretTooOld;
use crate::services::sessions::Caller;
use crate::store::chain;
use crate::telemetry::{self, Outcome, Told};

/// One URL of a group, and what it does there by method.
#[expect(missing_debug_implementations, reason = "a handler has nothing to show")]
pub struct Endpoint<F: 'static> {
    /// The path with its final slash; the spelling without it is served too.
    pub path: &'static str,
    /// What the documentation calls it.
    pub name: &'static str,
    get: Option<Operation<F>>,
    post: Option<Operation<F>>,
    put: Option<Operation<F>>,
    patch: Option<Operation<F>>,
}

impl<F> Endpoint<F> {
    /// An endpoint without any method yet.
    #[must_use]
    pub const fn at(path: &'static str, name: &'static str) -> Self {
        Self { path, name, get: None, post: None, put: None, patch: None }
    }

    /// With what GET does, which HEAD follows.
    #[must_use]
    pub const fn get(mut self, handler: Handler<F>, description: Description) -> Self {
        self.get = Some(Operation { handler, description });
        self
    }

    /// With what POST does.
    #[must_use]
    pub const fn post(mut self, handler: Handler<F>, description: Description) -> Self {
        self.post = Some(Operation { handler, description });
        self
    }

    /// With what PUT does.
    #[must_use]
    pub const fn put(mut self, handler: Handler<F>, description: Description) -> Self {
        self.put = Some(Operation { handler, description });
        self
    }

    /// With what PATCH does.
    #[must_use]
    pub const fn patch(mut self, handler: Handler<F>, description: Description) -> Self {
        self.patch = Some(Operation { handler, description });
        self
    }

    /// The operations by their methods; HEAD is GET's.
    pub(super) fn operations(&self) -> impl Iterator<Item = (Method, &Operation<F>)> {
        let all = [
            (Method::GET, &self.get),
            (Method::POST, &self.post),
            (Method::PUT, &self.put),
            (Method::PATCH, &self.patch),
        ];
        all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
    }

    /// What is done by a method, if it is one that the endpoint knows.
    fn operation(&self, method: &Method) -> Option<&Operation<F>> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.operations().find_map(|(known, operation)| (known == *method).then_some(operation))
    }

    /// The `Allow` header of the endpoint in that group.
    pub(super) fn allow<D: Dialect>(&self) -> HeaderValue {
        let is_known = |method: &&Method| **method == Method::OPTIONS || self.operation(method).is_some();
        let methods = D::METHODS;
        let known: Vec<&str> = methods.iter().filter(is_known).map(Method::as_str).collect();
        HeaderValue::from_str(&known.join(", ")).expect("methods are ASCII")
    }
}

/// How a group speaks.
pub trait Dialect: Send + Sync + 'static {
    /// All that can go wrong in the group.
    type Failure: Failing;

    /// The group's name, for the log.
    const NAME: &'static str;

    /// Whether the group knows cookies, and recognises earlier devices by them.
    const KNOWS_COOKIES: bool;

    /// The methods there are, in the order in which `Allow` names those of an endpoint.
    const METHODS: [Method; 6] =
        [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::HEAD, Method::OPTIONS];

    /// Refuses a request whose answer the client could not read; before anything else. Where there is only
    /// JSON, whatever the client says it accepts, none is refused.
    fn negotiate(_request: &Request) -> Result<(), Self::Failure> {
        Ok(())
    }

    /// Recognises the caller by the group's own way of carrying a session; `None` is a stranger.
    fn recognise(
        app: &App,
        request: &Request,
    ) -> impl Future<Output = Result<Option<Caller>, Self::Failure>> + Send;

    /// Answers OPTIONS.
    fn describe(endpoint: &Endpoint<Self::Failure>) -> Answer;

    /// The last touch on every answer of an endpoint.
    fn finish(_request: &Request, answer: Answer) -> Answer {
        answer
    }
}

/// The group's router: every URL with and without its final slash, and its own 404 for the rest.
pub fn router<D: Dialect>(app: App, endpoints: &'static [Endpoint<D::Failure>]) -> Router {
    let mut router = Router::new();
    for endpoint in endpoints {
        let bare = endpoint.path.trim_end_matches('/');
        let allow = endpoint.allow::<D>();
        for path in [endpoint.path, bare] {
            let (app, allow) = (app.clone(), allow.clone());
            let serve = move |request| serve::<D>(app.clone(), Some((endpoint, allow.clone())), request);
            router = router.route(path, any(serve));
        }
    }
    router.fallback(move |request| serve::<D>(app.clone(), None, request))
}

async fn serve<D: Dialect>(
    app: App,
    served: Option<(&'static Endpoint<D::Failure>, HeaderValue)>,
    request: http::Request<HttpBody>,
) -> Response<HttpBody> {
    let (endpoint, allow) = served.unzip();
    let watch = Stopwatch::start();
    let id = request.extensions().get::<RequestId>().map_or_else(|| fresh_id(&app), |id| id.0.clone());
    let invocation = request.extensions().get::<Invocation>().cloned().unwrap_or_default();
    let method = request.method().clone();
    let origin = cors::trusted_origin(request.headers(), &app.config);
    let preflight = origin.as_ref().and(allow.as_ref());
    let preflight = preflight.and_then(|allow| cors::preflight(&method, request.headers(), allow));
    let answering = async {
        match preflight {
            Some(answer) => (answer, Outcome::Preflight),
            None => answer::<D>(app, endpoint, request).await,
        }
    };
    let ((mut answer, outcome), notes) = telemetry::observe(&id, Box::pin(answering)).await;
    let told = Told {
        request_id: &id,
        group: D::NAME,
        endpoint: endpoint.map_or("-", |endpoint| endpoint.path),
        method: name(&method),
        status: answer.status.as_u16(),
        outcome,
        took: watch.elapsed(),
        is_cold_start: invocation.is_cold_start,
        trace_id: invocation.trace_id.as_ref(),
    };
    telemetry::tell(&told, &notes);
    if let Some(allow) = allow {
        answer.headers.insert(ALLOW, allow);
    }
    harden(&mut answer.headers, &id);
    cors::allow(&mut answer.headers, origin);
    let body = if method == Method::HEAD { HttpBody::empty() } else { HttpBody::from(answer.body) };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

async fn answer<D: Dialect>(
    app: App,
    endpoint: Option<&'static Endpoint<D::Failure>>,
    request: http::Request<HttpBody>,
) -> (Answer, Outcome) {
    let (mut parts, body) = request.into_parts();
    let address = client_address::resolve(&mut parts, &app.config);
    let (body, incomplete) = match read_whole(body).await {
        Ok(bytes) => (bytes, None),
        Err(refusal) => (Bytes::new(), Some(refusal)),
    };
    let asker = Asker::new(address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), D::NAME);
    let mut request = Request::new(parts, body, asker);
    if D::KNOWS_COOKIES {
        request.asker.device = session_cookie::device(&app, &request);
    }
    let nameless = address.is_none().then_some(Refusal::NoAddress);
    let refusal = refuse_outright(&app, &request).or(nameless).or(incomplete);
    let Some(endpoint) = endpoint else {
        let refusal =
            refusal.filter(|refusal| matches!(refusal, Refusal::Foreign)).unwrap_or(Refusal::NotFound);
        let (answer, outcome) = fail::<D>(refusal.into());
        return (D::finish(&request, answer), outcome);
    };
    let head = request.head();
    let handled = if let Some(refusal) = refusal {
        Err(refusal.into())
    } else {
        // Boxed, for it is large, and everything around it would move it once more.
        let handling = app.secret.beside(Box::pin(handle::<D>(app.clone(), endpoint, request)));
        match AssertUnwindSafe(handling).catch_unwind().await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(SecretTooOld)) => Err(Refusal::Unavailable.into()),
            Err(_) => Err(Refusal::Internal.into()),
        }
    };
    let (answer, outcome) = handled.map_or_else(fail::<D>, |answer| (answer, Outcome::Ok));
    (D::finish(&head, answer), outcome)
}

/// What is refused before anybody is looked up and anything is counted, for all groups alike: what pages of
/// others want done, and what is written in a way that nobody here reads.
fn refuse_outright(app: &App, request: &Request) -> Option<Refusal> {
    if request.is_safe() {
        return None;
    }
    let is_plain = |codings: &HeaderValue| {
        let mut codings = codings.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity"))
    };
    if origin::is_foreign(request, &app.config) {
        Some(Refusal::Foreign)
    } else if !request.headers.get_all(CONTENT_ENCODING).iter().all(is_plain) {
        Some(Refusal::CodedBody)
    } else {
        None
    }
}

/// The one place where a failure becomes an answer. The client is told what it means to them, the log the
/// whole of it.
fn fail<D: Dialect>(failure: D::Failure) -> (Answer, Outcome) {
    if let Some(Refusal::Store(error)) = failure.refusal() {
        tracing::error!(error = %chain(error), "the table failed");
    }
    let outcome = failure.outcome();
    (failure.say(), outcome)
}

async fn handle<D: Dialect>(
    app: App,
    endpoint: &'static Endpoint<D::Failure>,
    request: Request,
) -> Result<Answer, D::Failure> {
    D::negotiate(&request)?;
    let known = endpoint.operation(&request.method).map(|operation| &operation.handler);
    let rule = known.or_else(|| endpoint.operations().next().map(|(_, operation)| &operation.handler));
    let caller = match rule {
        Some(Welcoming(_) | Guarded(_)) => D::recognise(&app, &request).await?,
        Some(Open(_)) | None => None,
    };
    if caller.is_none() && matches!(rule, Some(Guarded(_))) {
        return Err(Refusal::NotAuthenticated.into());
    }
    if request.method == Method::OPTIONS {
        return Ok(D::describe(endpoint));
    }
    match (known, caller) {
        (Some(Open(handler)), _) => handler.handle((app, request)).await,
        (Some(Welcoming(handler)), caller) => handler.handle((app, caller, request)).await,
        (Some(Guarded(handler)), Some(caller)) => handler.handle((app, caller, request)).await,
        (Some(Guarded(_)), None) => Err(Refusal::NotAuthenticated.into()),
        (None, _) => Err(Refusal::MethodNotAllowed(request.method).into()),
    }
}

async fn read_whole(body: HttpBody) -> Result<Bytes, Refusal> {
    match Limited::new(body, body::MAX_BYTES).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Refusal::BodyTooLarge),
        Err(_) => Err(Refusal::BodyIncomplete),
    }
}

/// The method, for the log: one that a client made up has no name there.
fn name(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

fn fresh_id(app: &App) -> String {
    HEXLOWER.encode(&app.entropy.bytes::<12>())
}
