//! The real functions as processes, asked as the gateway asks them, one event at a time.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use harness::gateway::{self, Arrival};
use harness::process;
use harness::runtime_api::Function;
use harness::template;
use serde_json::Value;
use tally::clock::Clock;

use crate::error::BenchError;
use crate::process_meter::ProcessMeter;
use crate::requests;
pub use crate::requests::Request;

/// The function that does nothing.
pub const HELLO: &str = "hello";

/// The gateway's routes, each with its function.
static ROUTES: LazyLock<BTreeMap<String, String>> = LazyLock::new(template::routes);

/// The environment of a process.
pub type Environment = BTreeMap<&'static str, String>;

/// The binaries.
#[derive(Clone, Debug)]
pub struct Binaries(BTreeMap<String, PathBuf>);

/// One process of each function that was asked for something.
#[derive(Debug)]
pub struct Fleet<'a> {
    binaries: &'a Binaries,
    environment: Environment,
    running: BTreeMap<String, Running>,
}

/// One process of a function.
#[derive(Debug)]
pub struct Running {
    function: Function,
    /// The meters of the process.
    pub meter: ProcessMeter,
}

/// What a function answered.
#[derive(Clone, Debug)]
pub struct Reply(Value);

impl Binaries {
    /// Has cargo build all functions, and the one that does nothing, as they are deployed, which takes minutes
    /// the first time, or as developers do.
    #[must_use]
    pub fn build(dev: bool) -> Self {
        let build = |name: &String| {
            if dev {
                // Together with the bench, which has built their dependencies with its features already.
                process::build(&["--package", "bench", "--package", name, "--bin", name])
            } else {
                // One by one, since together they would be built with each other's features.
                process::build(&["--release", "--package", name, "--bin", name])
            }
        };
        Self(names().map(|name| (build(&name), name)).map(|(binary, name)| (name, binary)).collect())
    }

    /// Finds them in a folder, as cargo-lambda leaves them there (`NAME/bootstrap`) or cargo (`NAME`).
    pub fn built_in(folder: &Path) -> Result<Self, BenchError> {
        let found = names().map(|name| {
            let places = [folder.join(&name).join("bootstrap"), folder.join(&name)];
            let binary = places.into_iter().find(|place| place.is_file());
            binary.map(|binary| (name.clone(), binary)).ok_or(BenchError::Missing(name, folder.to_owned()))
        });
        Ok(Self(found.collect::<Result<_, _>>()?))
    }

    /// The bytes of each, by its name.
    pub fn sizes(&self) -> io::Result<Vec<(&str, u64)>> {
        self.0.iter().map(|(name, binary)| Ok((name.as_str(), binary.metadata()?.len()))).collect()
    }

    /// Starts a process of one.
    pub async fn start(&self, name: &str, environment: &Environment) -> Result<Running, BenchError> {
        let binary = self.0.get(name).ok_or_else(|| BenchError::Nobody(name.to_owned()))?;
        let function = Function::start(binary, environment).await;
        let number = function.id().ok_or_else(|| io::Error::other("the process has ended"))?;
        Ok(Running { function, meter: ProcessMeter::of(number) })
    }
}

impl<'a> Fleet<'a> {
    /// Functions with this environment; each starts when it is first asked.
    #[must_use]
    pub fn new(binaries: &'a Binaries, environment: Environment) -> Self {
        Self { binaries, environment, running: BTreeMap::new() }
    }

    /// Asks the function whose route it is.
    pub async fn ask(&mut self, request: &Request) -> Result<Reply, BenchError> {
        let path = request.uri().path();
        let (_, name) =
            template::route_of(&ROUTES, path).ok_or_else(|| BenchError::Nobody(path.to_owned()))?;
        if !self.running.contains_key(name) {
            let running = self.binaries.start(name, &self.environment).await?;
            running.ready().await;
            self.running.insert(name.clone(), running);
        }
        let running = self.running.get_mut(name).ok_or_else(|| BenchError::Nobody(name.clone()))?;
        let reply = running.ask(request).await;
        running.ready().await;
        reply
    }

    /// Asks it, and wants this status.
    pub async fn expect(&mut self, request: &Request, status: u64) -> Result<Reply, BenchError> {
        self.ask(request).await?.expect(request, status)
    }

    /// Registers somebody, who notes their details and logs in; answers the shared key.
    pub async fn enrol(&mut self, username: &str) -> Result<String, BenchError> {
        self.expect(&requests::registration(username), 201).await?;
        let key = self.expect(&requests::login(username, requests::PASSWORD), 200).await?.key();
        self.expect(&requests::details(&key), 201).await?;
        Ok(key)
    }

    /// A running function, to be asked alone.
    pub fn function(&mut self, name: &str) -> Result<&mut Running, BenchError> {
        self.running.get_mut(name).ok_or_else(|| BenchError::Nobody(name.to_owned()))
    }
}

impl Running {
    /// Waits until it wants its next event: what it did about the last one is done.
    pub async fn ready(&self) {
        self.function.ready().await;
    }

    /// Sends it a request as the gateway does, and waits for its answer.
    pub async fn ask(&mut self, request: &Request) -> Result<Reply, BenchError> {
        let answer = self.function.invoke(&event(request)).await;
        answer.map(Reply).map_err(|error| unexpected(request, &error))
    }

    /// CPU milliseconds that one such request takes, the mean of so many, each answered with this status.
    pub async fn cost(&mut self, request: &Request, times: u32, status: u64) -> Result<f64, BenchError> {
        let before = self.meter.cpu()?;
        for _ in 0..times {
            self.ask(request).await?.expect(request, status)?;
            self.ready().await;
        }
        let spent = self.meter.cpu()?.saturating_sub(before);
        Ok(crate::statistics::milliseconds(spent) / f64::from(times))
    }

    /// The system's number of the process.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.function.id()
    }
}

impl Reply {
    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        let body = self.0["body"].as_str().unwrap_or_default();
        serde_json::from_str(body).unwrap_or_default()
    }

    /// The shared key of a login's answer; empty where there is none.
    #[must_use]
    pub fn key(&self) -> String {
        self.json()["key"].as_str().unwrap_or_default().to_owned()
    }

    /// The value of a cookie that it sets.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut cookies = self.0["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str);
        cookies.find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=')?.split(';').next())
    }

    /// Itself, if it has this status.
    pub fn expect(self, request: &Request, status: u64) -> Result<Self, BenchError> {
        if self.0["statusCode"].as_u64() == Some(status) {
            Ok(self)
        } else {
            Err(unexpected(request, &self.0))
        }
    }
}

/// All functions, and the one that does nothing.
fn names() -> impl Iterator<Item = String> {
    template::functions().into_iter().map(|function| function.name).chain([HELLO.to_owned()])
}

fn unexpected(request: &Request, answer: &Value) -> BenchError {
    let request = format!("{} {}", request.method(), request.uri().path());
    BenchError::Unexpected { request, answer: answer.to_string() }
}

/// The event that the gateway would make of it.
fn event(request: &Request) -> String {
    let path = request.uri().path();
    let route = template::route_of(&ROUTES, path).map_or("/{proxy+}", |(route, _)| route.as_str());
    let (parts, body) = request.clone().into_parts();
    let sender = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let arrival = Arrival { route, sender, id: "Bench0000000001=", time: Clock::System.now() };
    gateway::event(&parts, body.as_bytes(), &arrival).to_string()
}
