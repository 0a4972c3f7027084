//! The functions as Lambda runs them: processes of the real binaries, one event at a time each, behind
//! a gateway that turns requests into events, each with the rights of its role at DynamoDB.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tally::clock::Clock;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::gateway::{self, Arrival};
use crate::process;
use crate::role::Role;
use crate::runtime_api::{Function, Outcome};
use crate::steered_time::SteeredTime;
use crate::tap::{Call, Tap};
use crate::template;

/// The most processes of one function at a time; further events wait.
const CONCURRENCY: usize = 4;

/// Lambda and the gateway; it ends when it is dropped, and every process with it.
#[derive(Debug)]
pub struct LambdaHost {
    address: SocketAddr,
    gateway: Arc<Gateway>,
    server: JoinHandle<()>,
}

/// What the gateway knows.
#[derive(Debug)]
struct Gateway {
    routes: BTreeMap<String, String>,
    pools: BTreeMap<String, Arc<Pool>>,
    requests: AtomicU64,
    clock: Clock,
    steered: Option<SteeredTime>,
}

/// The processes of one function.
#[derive(Debug)]
struct Pool {
    binary: PathBuf,
    environment: BTreeMap<&'static str, String>,
    /// Its line to DynamoDB, on which its role counts.
    tap: Tap,
    idle: Mutex<Vec<Function>>,
    places: Semaphore,
}

impl LambdaHost {
    /// Starts the gateway on a free port, as [`LambdaHost::at`] does.
    pub async fn start(environment: BTreeMap<&'static str, String>, clock: &Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        Self::at(listener, environment, clock).await
    }

    /// Starts the gateway; processes start when events come and none is idle. They live by that clock.
    pub async fn at(
        listener: TcpListener,
        mut environment: BTreeMap<&'static str, String>,
        clock: &Clock,
    ) -> Self {
        let address = listener.local_addr().expect("a bound socket has an address");
        let steered = SteeredTime::of(clock);
        environment.extend(steered.iter().flat_map(SteeredTime::environment));
        let mut pools = BTreeMap::new();
        for function in template::functions() {
            let name = function.name.clone();
            let role = Role::of(&function);
            let guard = move |call: &Call| is_permitted(&role, &name, call);
            let tap = Tap::guarding(&environment["AWS_ENDPOINT_URL"], guard).await;
            let mut environment = environment.clone();
            environment.insert("AWS_ENDPOINT_URL_DYNAMODB", tap.url().to_owned());
            let pool = Pool {
                binary: process::function(&function.name),
                environment,
                tap,
                idle: Mutex::default(),
                places: Semaphore::new(CONCURRENCY),
            };
            pools.insert(function.name, Arc::new(pool));
        }
        let gateway = Gateway {
            routes: template::routes(),
            pools,
            requests: AtomicU64::new(0),
            clock: clock.clone(),
            steered,
        };
        let gateway = Arc::new(gateway);
        let router = Router::new().fallback(serve).with_state(Arc::clone(&gateway));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async { axum::serve(listener, service).await.expect("it serves") });
        Self { address, gateway, server }
    }

    /// Where the gateway answers, without a final slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The rights that each function has needed for its calls to DynamoDB since the last time.
    #[must_use]
    pub fn take_rights(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let needed = |pool: &Pool| pool.tap.take_calls().iter().flat_map(Call::rights).collect();
        self.gateway.pools.iter().map(|(name, pool)| (name.clone(), needed(pool))).collect()
    }

    /// Ends the processes that are idle; tells all that they have printed. Further events start new ones.
    pub async fn end_idle(&self) -> String {
        let mut printed = String::new();
        for pool in self.gateway.pools.values() {
            let idle = std::mem::take(&mut *pool.idle.lock().unwrap_or_else(PoisonError::into_inner));
            for function in idle {
                printed.push_str(&function.end().await);
            }
        }
        printed
    }
}

impl Drop for LambdaHost {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Pool {
    /// Has an idle process answer the event, or a new one.
    async fn invoke(&self, event: &str) -> Outcome {
        let _place = self.places.acquire().await.expect("nobody closes the pool");
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut function = if let Some(function) = idle {
            function
        } else {
            let function = Function::start(&self.binary, &self.environment).await;
            function.ready().await;
            function
        };
        let outcome = function.invoke(event).await;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(function);
        outcome
    }
}

#[expect(clippy::print_stderr, reason = "a test that fails for it shows nothing but a 500")]
fn is_permitted(role: &Role, function: &str, call: &Call) -> bool {
    let is_permitted = role.permits(&call.rights());
    if !is_permitted {
        eprintln!("its role does not permit {function} to {:?}", call.rights());
    }
    is_permitted
}

async fn serve(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, gateway::LONGEST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return gateway::own_answer(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        // It broke off.
        Err(_) => return gateway::own_answer(StatusCode::BAD_REQUEST, "Bad Request"),
    };
    let Some((route, function)) = template::route_of(&gateway.routes, &gateway::path(&parts)) else {
        return gateway::own_answer(StatusCode::NOT_FOUND, "Not Found");
    };
    let number = gateway.requests.fetch_add(1, Ordering::Relaxed);
    let (id, time) = (format!("Tally{number:010}="), gateway.clock.now());
    let event = gateway::event(&parts, &body, &Arrival { route, sender: peer.ip(), id: &id, time });
    if let Some(time) = &gateway.steered {
        time.tell();
    }
    let pool = Arc::clone(&gateway.pools[function]);
    // Lambda ends what it has begun, even when the client has gone.
    let outcome = tokio::spawn(async move { pool.invoke(&event.to_string()).await });
    let answer = match outcome.await {
        Ok(Ok(answer)) => gateway::response(&answer),
        Ok(Err(_)) | Err(_) => None,
    };
    answer.unwrap_or_else(|| gateway::own_answer(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}
