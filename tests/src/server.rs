//! The whole service in the test's own process: its own database in memory, a clock that stands until it is
//! moved, and hashes that cost next to nothing.
//!
//! `TALLY_TEST_HOST=lambda` has the functions run as Lambda runs them instead, as processes of their own
//! behind a gateway, by the same steered clock and with the hashes of a deployment. `.ci/run lambda` names
//! the few tests that cannot hold there.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use jiff::Timestamp;
use local::aws::Storage;
use local::inbox::Inbox;
use local::service::{Service, ServiceOptions};
use tally::app::App;
use tally::clock::Clock;
use tally::config::{Config, TextSettings};
use tally::domain::account_number::FIRST_DIGITS;
use tally::domain::credential::Cost;
use tally::http::request::ClientAddress;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::lambda_host::LambdaHost;
use crate::runtime_api;

/// The server's secret of every test.
pub const SECRET: &str = r#"{"current":"a secret that only tests know, 0123456789"}"#;

/// When every test begins: the moment of an example in rest-auth's contract.
pub const START: &str = "2017-07-06T05:11:24.481Z";

/// A hash that takes microseconds.
pub const CHEAP: Cost = Cost { memory_kib: 16, passes: 1, lanes: 1 };

/// A running service; it ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    service: Service,
    clock: Clock,
    front: Option<Front>,
    lambda: Option<LambdaHost>,
}

/// How a server is to run; see [`Server::builder`].
#[derive(Debug)]
pub struct Builder {
    options: ServiceOptions,
    /// What is set otherwise than while developing, by the names of variables.
    settings: BTreeMap<&'static str, String>,
    deployed: Option<Vec<String>>,
    as_processes: bool,
}

/// The functions with the settings of a deployment, in front of the same table.
#[derive(Debug)]
struct Front {
    address: SocketAddr,
    app: App,
    server: JoinHandle<()>,
}

impl Server {
    /// Starts a service with wide address limits and cheap hashes.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A service that is to differ from [`Server::start`].
    #[must_use]
    pub fn builder() -> Builder {
        let start: Timestamp = START.parse().expect("the start is a time");
        let config = Config { code_answer_time: Duration::ZERO, hash_cost: CHEAP, ..Config::local() };
        let (secret, clock) = (SECRET.to_owned(), Clock::manual(start));
        let options = ServiceOptions { secret, clock, ..ServiceOptions::in_memory(config) };
        Builder { options, settings: BTreeMap::new(), deployed: None, as_processes: is_on_lambda() }
    }

    /// The time as the service sees it, in whichever process.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The parts that the functions share, for what only operators and tests do.
    #[must_use]
    pub fn app(&self) -> &App {
        self.front.as_ref().map_or_else(|| self.service.app(), |front| &front.app)
    }

    /// Where it answers, without a final slash.
    #[must_use]
    pub fn url(&self) -> String {
        if let Some(host) = &self.lambda {
            return host.url();
        }
        self.front.as_ref().map_or_else(|| self.service.url(), |front| format!("http://{}", front.address))
    }

    /// Everything it has sent.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        self.service.aws().inbox()
    }

    /// The rights that each function has needed for its calls to DynamoDB.
    ///
    /// # Panics
    ///
    /// Where the functions are no processes.
    #[must_use]
    pub fn take_rights(&self) -> BTreeMap<String, Vec<(String, String)>> {
        self.lambda.as_ref().expect("the functions are processes").take_rights()
    }

    /// Ends the functions' processes that are idle; tells all that they have printed.
    ///
    /// # Panics
    ///
    /// Where the functions are no processes.
    pub async fn end_functions(&self) -> String {
        self.lambda.as_ref().expect("the functions are processes").end_idle().await
    }

    /// The service itself.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// A client with no cookies yet.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.url())
    }

    /// Ends the service once the requests under way are answered.
    pub async fn stop(self) {
        if let Some(front) = &self.front {
            front.server.abort();
        }
        self.service.stop().await;
    }
}

impl Builder {
    /// Another value of a setting, by the name of its variable.
    #[must_use]
    pub fn set(mut self, variable: &'static str, value: &str) -> Self {
        self.settings.insert(variable, value.to_owned());
        let Config { hash_cost, first_digits, code_answer_time, .. } = self.options.config;
        let config = Config::local_but(|name| self.settings.get(name).cloned());
        self.options.config = Config { hash_cost, first_digits, code_answer_time, ..config };
        self
    }

    /// The limits per network address of a deployment, instead of wide ones.
    #[must_use]
    pub fn production_limits(self) -> Self {
        self.set("TALLY_ADDRESS_LIMITS", "production")
    }

    /// What a password hash costs.
    #[must_use]
    pub fn hash_cost(mut self, cost: Cost) -> Self {
        self.options.config.hash_cost = cost;
        self
    }

    /// Where the database lives.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.options.storage = storage;
        self
    }

    /// Where company customers' pages go next.
    #[must_use]
    pub fn redirecting_companies_to(self, url: &str) -> Self {
        self.set("TALLY_COMPANY_REDIRECT_URL", url)
    }

    /// The machine's own time, for what lives by it, such as a browser.
    #[must_use]
    pub fn real_clock(self) -> Self {
        self.clock(Clock::System)
    }

    /// How long the answer to a request for a code takes at least.
    #[must_use]
    pub fn code_answer_time(mut self, time: Duration) -> Self {
        self.options.config.code_answer_time = time;
        self
    }

    /// How text messages are sent, and how many.
    #[must_use]
    pub fn texts(self, texts: TextSettings) -> Self {
        let settings = [
            ("TALLY_SMS_COUNTRIES", texts.countries.to_string()),
            ("TALLY_SMS_SENDER_ID", texts.sender_id.unwrap_or_default()),
            ("TALLY_SMS_ORIGINATION_NUMBER", texts.origination_number.unwrap_or_default()),
            ("TALLY_SMS_MAX_PRICE", texts.max_price),
            ("TALLY_SMS_PER_HOUR", texts.budget.per_hour.to_string()),
            ("TALLY_SMS_PER_DAY", texts.budget.per_day.to_string()),
        ];
        settings.into_iter().fold(self, |builder, (name, value)| builder.set(name, &value))
    }

    /// An origin besides its own whose pages may use it.
    #[must_use]
    pub fn trusting(self, origin: &str) -> Self {
        let origins = [&self.options.config.trusted_origins[..], &[origin.to_owned()]].concat().join(",");
        self.set("TALLY_TRUSTED_ORIGINS", &origins)
    }

    /// What stands in front and tells whose request it is, as `TALLY_CLIENT_ADDRESS` has it.
    #[must_use]
    pub fn told_addresses_by(self, front: &str) -> Self {
        self.set("TALLY_CLIENT_ADDRESS", front)
    }

    /// Administrators of the charity register without another one's word.
    #[must_use]
    pub fn open_administrators(self) -> Self {
        self.set("TALLY_OPEN_ADMINISTRATORS", "true")
    }

    /// How many digits a fresh account number has.
    #[must_use]
    pub fn first_digits(mut self, digits: u32) -> Self {
        self.options.config.first_digits = digits;
        self
    }

    /// The time.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.options.clock = clock;
        self
    }

    /// Cookies as a deployment sets them, and these origins trusted.
    #[must_use]
    pub fn deployed(mut self, trusted_origins: &[&str]) -> Self {
        self.deployed = Some(trusted_origins.iter().map(|origin| (*origin).to_owned()).collect());
        self
    }

    /// The functions as processes of their own in any case, not only where all tests run so. Such a
    /// test lives by the machine's own time, for steering theirs takes a library that not everybody has.
    #[must_use]
    pub fn as_processes(mut self) -> Self {
        self.as_processes = true;
        self
    }

    /// How it would run.
    #[must_use]
    pub fn options(self) -> ServiceOptions {
        self.options
    }

    /// Starts it.
    pub async fn start(self) -> Server {
        if self.as_processes {
            Box::pin(self.start_on_lambda()).await
        } else {
            Box::pin(self.start_in_process()).await
        }
    }

    async fn start_on_lambda(self) -> Server {
        let (gateway, clock) = (listen().await, self.options.clock.clone());
        let address = gateway.local_addr().expect("a listener has an address");
        // Links in mail lead there, whoever sends it.
        let this = self.set("TALLY_PUBLIC_URL", &format!("http://{address}"));
        let service = Service::start(listen().await, listen().await, this.options.clone()).await;
        let service = service.expect("the stand-ins start");
        let lambda = Some(LambdaHost::at(gateway, this.environment(&service), &clock).await);
        Server { service, clock, front: None, lambda }
    }

    /// The environment of deployed functions with these settings.
    ///
    /// # Panics
    ///
    /// If something is to be otherwise that no variable can change. A test of such a thing belongs among those
    /// that `.ci/run` skips.
    fn environment(&self, service: &Service) -> BTreeMap<&'static str, String> {
        let config = &self.options.config;
        let fixed = [
            // Cheap hashes are wished by default; what a deployment makes will do.
            ("hash_cost", [CHEAP, Cost::PRODUCTION].contains(&config.hash_cost)),
            ("first_digits", config.first_digits == FIRST_DIGITS),
            ("code_answer_time", config.code_answer_time == Duration::ZERO),
        ];
        for (option, is_usual) in fixed {
            assert!(is_usual, "no setting of a deployment changes {option}: NOT_ON_LAMBDA in .ci/run");
        }
        let mut environment = runtime_api::environment(&service.aws().url());
        environment.insert("TALLY_SECURE_COOKIES", self.deployed.is_some().to_string());
        environment.extend(self.settings.clone());
        if let Some(origins) = &self.deployed {
            environment.insert("TALLY_TRUSTED_ORIGINS", origins.join(","));
        }
        let weixin = &service.app().config.weixin;
        environment.insert("TALLY_WEIXIN_ENDPOINT", weixin.endpoint.clone());
        if let Some(app) = weixin.app.clone() {
            environment.extend([("TALLY_WEIXIN_APP_ID", app.id), ("TALLY_WEIXIN_SECRET_ID", app.secret_id)]);
        }
        environment
    }

    async fn start_in_process(self) -> Server {
        let clock = self.options.clock.clone();
        let service = Service::start(listen().await, listen().await, self.options).await;
        let service = service.expect("the service starts");
        let front = match self.deployed {
            None => None,
            Some(trusted_origins) => {
                let config = service.app().config.clone();
                let config = Config { secure_cookies: true, trusted_origins, public_url: None, ..config };
                let app = App::start(config, clock.clone(), service.app().entropy.clone()).await;
                Some(Front::start(app.expect("the functions start")).await)
            }
        };
        Server { service, clock, front, lambda: None }
    }
}

/// Whether servers run their functions as Lambda does.
#[must_use]
pub fn is_on_lambda() -> bool {
    #[expect(clippy::disallowed_methods, reason = "how the tests run, is chosen by whoever runs them")]
    let chosen = std::env::var("TALLY_TEST_HOST");
    match chosen.as_deref() {
        Err(_) | Ok("" | "local") => false,
        Ok("lambda") => true,
        Ok(other) => panic!("TALLY_TEST_HOST is {other:?}, not local or lambda"),
    }
}

impl Front {
    async fn start(app: App) -> Self {
        let router: Router =
            rest_auth::router(app.clone()).layer(axum::middleware::map_request(tell_address));
        let listener = listen().await;
        let address = listener.local_addr().expect("a listener has an address");
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async { axum::serve(listener, service).await.expect("it serves") });
        Self { address, app, server }
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("the system has a free port")
}

async fn tell_address(ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request) -> Request {
    request.extensions_mut().insert(ClientAddress(peer.ip()));
    request
}
