//! The service behind a tap: requests go straight into a function's router, its calls through a
//! [`Tap`] to stand-ins for AWS that several of them may share.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use local::aws::AwsEndpoint;
use local::inbox::Inbox;
use local::service::{self, ServiceOptions};
use serde_json::Value;
use tally::app::App;
use tally::clock::Clock;
use tally::config::Config;
use tally::domain::account::Account;
use tally::domain::account_number::AccountNumber;
use tally::domain::credential::Cost;
use tally::domain::email_address::EmailAddress;
use tally::domain::shared_key::PresentedKey;
use tally::http::request::ClientAddress;
use tally::store::key::{self, Identifier};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::answer::Answer;
use crate::oracle::{self, Secrets};
use crate::tap::Tap;

/// The cheapest hash there is, for tests that are not about hashing.
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

/// The stand-ins for AWS, and the way around every tap.
#[derive(Debug)]
pub struct Ground {
    aws: AwsEndpoint,
    app: App,
}

/// One process of the service, behind a tap of its own.
#[derive(Debug)]
pub struct Tapped {
    /// Its line to DynamoDB.
    pub tap: Tap,
    app: App,
    rest_auth: Router,
    manage: Router,
    charity: Router,
    company: Router,
}

/// A request that can be sent more than once.
#[derive(Clone, Debug)]
pub struct Ask {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    secrets: Secrets,
}

/// One item of the table.
pub type Item = HashMap<String, AttributeValue>;

/// Many of them.
pub type Items = Vec<Item>;

impl Ground {
    /// Starts the stand-ins with an empty table in memory.
    pub async fn start() -> Self {
        Self::start_with(Clock::System).await
    }

    /// The same, with another clock for everybody.
    pub async fn start_with(clock: Clock) -> Self {
        let config = Config { hash_cost: CHEAP, code_answer_time: Duration::ZERO, ..Config::local() };
        let options = ServiceOptions { clock, ..ServiceOptions::in_memory(config) };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let (aws, app) = service::start_aws(listener, &options).await.expect("the stand-ins start in memory");
        Self { aws, app }
    }

    /// Starts one more process of the service, whose calls take `latency` longer.
    pub async fn tapped(&self, latency: Duration) -> Tapped {
        self.tapped_on(&self.app.config.table, latency).await
    }

    /// Starts one more process of the service, on another table.
    pub async fn tapped_on(&self, table: &str, latency: Duration) -> Tapped {
        let tap = Tap::before(&self.aws.url(), latency).await;
        let aws_endpoint = Some(tap.url().to_owned());
        let config = Config { aws_endpoint, table: table.to_owned(), ..self.app.config.clone() };
        let app = App::start(config, self.app.clock.clone(), self.app.entropy.clone()).await;
        let app = app.expect("the secret is there");
        let (rest_auth, manage) = (rest_auth::router(app.clone()), manage::router(app.clone()));
        let charity = charity::router(app.clone());
        let company = company::router(app.clone());
        // What the start needed is not of interest.
        drop(tap.take_calls());
        Tapped { tap, app, rest_auth, manage, charity, company }
    }

    /// Where the stand-ins answer.
    #[must_use]
    pub fn aws_url(&self) -> String {
        self.aws.url()
    }

    /// Everything that was sent.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        self.aws.inbox()
    }

    /// The service's parts with an unbroken line.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The database itself, for filling it.
    #[must_use]
    pub fn database(&self) -> dynoxide::Database {
        self.aws.database()
    }

    /// The account a key belongs to, as the table has it.
    pub async fn account_of(&self, key: &str) -> Account {
        let number = PresentedKey::parse(key).expect("a key names its account").number;
        let account = self.app.store.find_account(number).await.expect("the table is there");
        account.expect("the account is there")
    }

    /// The items of all accounts.
    pub async fn accounts(&self) -> Items {
        let is_account = |item: &Item| kind(item) == kind(&key::account(AccountNumber::new(0)));
        self.dump().await.into_iter().filter(is_account).collect()
    }

    /// What does not fit together: every account has a claim on each of its identifiers, and there
    /// are no other claims.
    pub async fn contradictions(&self) -> Vec<String> {
        let items = self.dump().await;
        let mut due = HashMap::new();
        for account in &self.accounts().await {
            let owner = text(account, key::PARTITION);
            if let Some(name) = account.get("username").and_then(|name| name.as_s().ok()) {
                due.insert(
                    text(&key::guard(&Identifier::typed_username(name)), key::PARTITION),
                    owner.clone(),
                );
            }
            if let Some(number) = account.get("phone").and_then(|number| number.as_s().ok()) {
                let guard = key::guard(&Identifier::Phone(number.clone()));
                due.insert(text(&guard, key::PARTITION), owner.clone());
            }
            if let Some(address) = account.get("email").and_then(|address| address.as_s().ok()) {
                let address = EmailAddress::stored(address.to_owned());
                due.insert(text(&key::guard(&Identifier::email(&address)), key::PARTITION), owner);
            }
        }
        let mut found = Vec::new();
        let no_one = key::guard(&Identifier::Username(String::new()));
        for claim in items.iter().filter(|item| kind(item) == kind(&no_one)) {
            let number = claim["account"].as_n().ok().and_then(|number| number.parse().ok());
            let owner = text(&key::account(AccountNumber::new(number.unwrap_or_default())), key::PARTITION);
            let name = text(claim, key::PARTITION);
            if due.remove(&name).is_none_or(|wanted| wanted != owner) {
                found.push(format!("{name} claims for {owner}, which does not have it"));
            }
        }
        found.extend(due.into_iter().map(|(name, owner)| format!("{owner} lacks its claim {name}")));
        found
    }

    /// Everything in the table.
    pub async fn dump(&self) -> Items {
        let store = &self.app.store;
        let pages = store.client().scan().table_name(store.table()).consistent_read(true).into_paginator();
        let items: Result<Items, _> = pages.items().send().collect().await;
        items.expect("the table is there")
    }
}

impl Tapped {
    /// The service's parts, behind the tap.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Sends a request and waits for its answer, which may be a fault but has to look like ours.
    pub async fn send(&self, ask: &Ask) -> Answer {
        let mut request = Request::builder().method(ask.method.clone()).uri(&ask.path);
        request = request.extension(ClientAddress(Ipv4Addr::LOCALHOST.into()));
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let request =
            request.body(Body::from(ask.body.clone())).expect("the test asks for something sendable");
        let is_of = |prefixes: &[&str]| prefixes.iter().any(|prefix| ask.path.starts_with(prefix));
        let router = match () {
            () if is_of(&manage::PREFIXES) => &self.manage,
            () if is_of(&charity::PREFIXES) => &self.charity,
            () if is_of(&company::PREFIXES) => &self.company,
            () => &self.rest_auth,
        };
        let Ok(response) = router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("bodies of answers are in memory");
        let text = String::from_utf8(body.to_vec()).expect("answers are UTF-8");
        let request = format!("{} {}", ask.method, ask.path);
        let answer = Answer { request, status: parts.status, headers: parts.headers, text };
        oracle::watch(&answer, &ask.secrets, true);
        answer
    }
}

impl Ask {
    /// A request without a body.
    #[must_use]
    pub fn get(path: &str) -> Self {
        let (method, path, secrets) = (Method::GET, path.to_owned(), Secrets::default());
        Self { method, path, headers: Vec::new(), body: String::new(), secrets }
    }

    /// A request with a JSON body.
    #[must_use]
    pub fn post(path: &str, body: &Value) -> Self {
        let mut ask = Self { method: Method::POST, body: body.to_string(), ..Self::get(path) };
        ask.secrets.learn(body);
        ask.header("content-type", "application/json".to_owned())
    }

    /// With the shared key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", format!("Token {key}"))
    }

    /// With a session of the `token` header.
    #[must_use]
    pub fn token_header(self, token: &str) -> Self {
        self.header("token", token.to_owned())
    }

    /// With the session that an answer has set.
    #[must_use]
    pub fn session(self, welcome: &Answer) -> Self {
        let token = welcome.cookie("sessionid").expect("a welcome sets a session");
        self.header("cookie", format!("sessionid={token}"))
    }

    fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// What sort of item it is.
fn kind(item: &Item) -> String {
    text(item, key::SORT)
}

fn text(item: &Item, name: &str) -> String {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}
