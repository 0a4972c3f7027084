//! A tour through every endpoint of every group, with what works and what does not, in which nothing
//! that is typed or handed out occurs anywhere else.

mod customers;
mod users;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use local::inbox::Channel;
use serde_json::Value;
use tally::app::Basics;
use tally::domain::administration::Order;
use tally::domain::email_address::EmailAddress;
use tally::services::administration;
use tests::answer::Answer;
use tests::client::{Client, Request};
use tests::code::{self, wrong};
use tests::server::{SECRET, Server};

/// Shorter texts would be found by accident.
const TELLING: usize = 5;

/// What a tour leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    /// What was typed and what was handed out: nothing for a log.
    pub(super) typed: BTreeSet<String>,
    /// What of it opens something: not in the table in clear.
    pub(super) opening: BTreeSet<String>,
    /// What no answer repeats.
    pub(super) hidden: BTreeSet<String>,
    /// All answers, heads and bodies.
    pub(super) answers: String,
    /// How many requests it took.
    pub(super) requests: usize,
}

/// Somebody on the tour.
struct Tour<'a> {
    server: &'a Server,
    traces: Traces,
}

/// Goes through everything.
pub(crate) async fn go(server: &Server) -> Traces {
    let mut tour = Tour { server, traces: Traces::default() };
    for secret in [SECRET, "secret of the local application", "that nobody looks at"] {
        tour.hide(secret);
    }
    Box::pin(users::framework(&mut tour)).await;
    Box::pin(users::web_pages(&mut tour)).await;
    Box::pin(users::console(&mut tour)).await;
    Box::pin(customers::company(&mut tour)).await;
    Box::pin(customers::charity(&mut tour)).await;
    Box::pin(tour.nonsense()).await;
    tour.traces
}

/// The endpoints of all groups, by the group's name in the log.
pub(super) fn endpoints() -> Vec<(&'static str, &'static str)> {
    let of = |group, paths: Vec<&'static str>| paths.into_iter().map(move |path| (group, path));
    let mut all: Vec<_> = of("accounts", accounts::paths().collect()).collect();
    all.extend(of("charity", charity::paths().collect()));
    all.extend(of("company", company::paths().collect()));
    all.extend(of("manage", manage::paths().collect()));
    all.extend(of("rest-auth", rest_auth::paths().collect()));
    all
}

impl Tour<'_> {
    /// Something that nobody may find in a log.
    fn learn(&mut self, text: &str) {
        if text.len() >= TELLING {
            self.traces.typed.insert(text.to_owned());
        }
    }

    /// Something that opens something, and comes back in no answer.
    fn hide(&mut self, text: &str) {
        self.learn(text);
        self.traces.opening.insert(text.to_owned());
        self.traces.hidden.insert(text.to_owned());
    }

    /// Sends a request with every header marked that a client may choose.
    async fn send(&mut self, request: Request) -> Answer {
        let marks = [
            ("user-agent", "canary-agent/1.0"),
            ("accept-language", "zh-CN, canary-language"),
            ("x-request-id", "canary-request-id"),
            ("x-amzn-trace-id", "Root=canary-trace-id"),
            ("x-forwarded-for", "203.0.113.77"),
            ("x-canary", "canary-header"),
        ];
        let request = marks.iter().fold(request, |request, (name, value)| request.header(name, value));
        for (_, value) in marks {
            self.traces.opening.insert(value.to_owned());
            self.learn(value);
        }
        let answer = request.send().await;
        self.traces.requests += 1;
        let written = writeln!(self.traces.answers, "{:?} {}", answer.headers, answer.text);
        written.expect("a string takes any text");
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().expect("our cookies are ASCII").split(';').next().unwrap_or_default();
            let (_, value) = pair.split_once('=').expect("a cookie has a name and a value");
            self.open(value);
        }
        if let Ok(body) = serde_json::from_str::<Value>(&answer.text) {
            for body in [&body, &body["data"]] {
                for name in ["key", "token"] {
                    self.open(body[name].as_str().unwrap_or_default());
                }
            }
        }
        answer
    }

    /// Something that was handed out and opens something.
    fn open(&mut self, text: &str) {
        if text.len() >= TELLING {
            self.learn(text);
            self.traces.opening.insert(text.to_owned());
        }
    }

    /// Learns all texts of a body, and hides its passwords and codes.
    fn learn_body(&mut self, body: &Value) {
        for (name, value) in body.as_object().into_iter().flatten() {
            let texts = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
            for text in texts.into_iter().filter_map(Value::as_str) {
                // A user's number is what logs call them by.
                if name == "id" {
                    continue;
                }
                self.learn(text);
                if name.contains("password") || name.contains("code") && text.len() >= TELLING {
                    self.hide(text);
                }
            }
        }
    }

    async fn post(&mut self, client: &Client, path: &str, body: &Value) -> Answer {
        self.learn_body(body);
        self.send(client.post(path).json(body)).await
    }

    async fn get(&mut self, client: &Client, path: &str) -> Answer {
        self.send(client.get(path)).await
    }

    /// Makes an address proven, without which no code resets a password where there is power.
    async fn prove(&self, username: &str, email: &str) {
        let on = Basics::from(self.server.app());
        let found = administration::find(&on, username).await.expect("the user is there");
        let address = EmailAddress::parse(email).expect("it is an address");
        tests::table::prove_email(self.server, found.account.number, &address).await;
    }

    /// The code in the latest message.
    fn latest_code(&mut self, channel: Channel) -> String {
        let code = code::latest(&self.server.inbox(), channel);
        self.hide(&code);
        code
    }

    /// The token of the link in the latest mail.
    fn latest_link(&mut self) -> String {
        let messages = self.server.inbox().messages();
        let mut texts = messages.iter().rev().map(|message| &message.text);
        let token = texts.find_map(|text| text.split_once("?token=")).expect("a link was sent").1;
        let token = token.split_whitespace().next().unwrap_or_default().to_owned();
        // The page behind the link hands it back.
        self.open(&token);
        token
    }

    /// An operator's order.
    async fn order(&self, user: &str, order: Order) {
        let on = Basics::from(self.server.app());
        let number = administration::find(&on, user).await.expect("the user is there").account.number;
        administration::obey(&on, number, order).await.expect("the order is carried out");
    }

    /// What no honest client sends, to every endpoint, and to paths that are none.
    async fn nonsense(&mut self) {
        let stranger = self.server.client();
        let broken = r#"{"username": "canary-broken", "password1": "Canary-Broken-1", "canary-key": "#;
        for word in ["canary-broken", "Canary-Broken-1", "canary-key", "CANARYMETHOD", "canary-query"] {
            self.learn(word);
        }
        for word in ["canary-path", "canary-type", "canary.example", "canary-authorization", "canary-cookie"]
        {
            self.learn(word);
        }
        for (_, path) in endpoints() {
            for (kind, body) in [("application/json", broken), ("text/canary-type", "canary-broken")] {
                let request = stranger.post(path).body(kind, body).header("origin", "https://canary.example");
                self.send(request).await;
            }
            let path = format!("{path}?canary-query=canary-query");
            let request = stranger.request("CANARYMETHOD", &path).without_cookies();
            let request = request.header("authorization", "Token canary-authorization");
            let request = request.header("token", "canary-authorization");
            self.send(request.header("cookie", "sessionid=canary-cookie; csrftoken=canary-cookie")).await;
        }
        for prefix in ["/api/accounts/", "/user/", "/users/", "/v3_1/manage/", "/rest-auth/"] {
            self.get(&stranger, &format!("{prefix}canary-path/?canary-query")).await;
        }
    }
}
