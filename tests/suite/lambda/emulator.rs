//! The functions under AWS's own runtime interface emulator, as `sam local` runs them, but without the
//! container.
//!
//! Skipped with a word unless `TALLY_EMULATOR` says where the emulator is, as `.ci/run sam` does. Every
//! package of the SAM CLI has one in `samcli/local/rapid`.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tests::process;
use tests::runtime_api::{Outcome, environment};
use tests::tapped::Ground;
use tests::template;
use tokio::process::{Child, Command};

use super::replay;

/// How long the emulator may take to open its port, and for its first invocation.
const PATIENCE: Duration = Duration::from_secs(30);

/// The emulator with one function in it.
struct Emulator {
    child: Child,
    url: String,
    http: Client<HttpConnector, Full<Bytes>>,
}

#[tokio::test]
async fn every_function_answers_its_sample_events_under_the_emulator_of_aws() {
    let Some(emulator) = named("TALLY_EMULATOR") else {
        skipped("no TALLY_EMULATOR, so no function was tried under the emulator");
        return;
    };
    for function in template::functions() {
        let ground = Ground::start().await;
        let emulator = Emulator::start(&emulator, &process::function(&function.name), &ground).await;
        replay::replay_through(&function.name, &ground, async |event| emulator.invoke(event).await).await;
        emulator.end().await;
    }
}

impl Emulator {
    async fn start(emulator: &Path, bootstrap: &Path, ground: &Ground) -> Self {
        // Both ports are held until both are known, so that they differ.
        let [own, runtime] =
            [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("there are free ports"));
        let [own_address, runtime_address] = [&own, &runtime]
            .map(|port| port.local_addr().expect("a bound socket has an address").to_string());
        drop((own, runtime));
        let child = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &own_address])
            .args(["--runtime-api-address", &runtime_address])
            .arg(bootstrap)
            .env_clear()
            .envs(environment(&ground.aws_url()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the emulator starts");
        let url = format!("http://{own_address}/2015-03-31/functions/function/invocations");
        let emulator = Self { child, url, http: Client::builder(TokioExecutor::new()).build_http() };
        let up = tokio::time::timeout(PATIENCE, async {
            let mut now_and_then = tokio::time::interval(Duration::from_millis(50));
            while tokio::net::TcpStream::connect(&own_address).await.is_err() {
                now_and_then.tick().await;
            }
        });
        up.await.expect("the emulator opens its port");
        emulator
    }

    /// One at a time: the emulator does not survive two.
    async fn invoke(&self, event: String) -> Outcome {
        let request = Request::post(&self.url).body(Full::from(event)).expect("an event can be sent");
        let response = tokio::time::timeout(PATIENCE, self.http.request(request)).await;
        let response = response.expect("it answers in time").expect("the emulator answers");
        let body = response.into_body().collect().await.expect("the answer arrives whole").to_bytes();
        let answer: Value = serde_json::from_slice(&body).expect("an answer is JSON");
        if answer["statusCode"].is_null() { Err(answer) } else { Ok(answer) }
    }

    /// Asks it to end, so that it ends the function too.
    async fn end(mut self) {
        let id = self.child.id().expect("it is still running").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "the emulator could not be told to end");
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        assert!(ended.is_ok(), "the emulator does not end");
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where tools are, is a fact of the machine")]
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn skipped(what: &str) {
    #[expect(clippy::print_stderr, reason = "what is skipped has to be said")]
    {
        eprintln!("SKIPPED: {what}.");
    }
}
