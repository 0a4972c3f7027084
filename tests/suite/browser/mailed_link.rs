//! The page behind a mailed link, in a real browser that runs no scripts and is logged in nowhere.
//!
//! Skipped with a word where there is no Chromium or no `ChromeDriver`.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tests::client::Client;
use tests::code;
use tests::server::Server;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::{PATIENCE, find_chromium};

const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
const PHONE: &str = "13800138000";
const EMAIL: &str = "liming@example.com";
const PASSWORD: &str = "fswxxz1456";

#[tokio::test]
async fn the_button_behind_a_mailed_link_works_without_scripts_and_without_the_session() {
    for (language, title, button) in [
        ("zh-CN", "绑定接收邮箱", "绑定这个邮箱"),
        ("en-GB", "Bind your e-mail address", "Bind this address"),
    ] {
        let Some(driver) = Driver::start(language).await else { return };
        let server = Server::builder().real_clock().start().await;
        let (customer, link) = customer(&server).await;
        driver.post("url", &json!({"url": format!("{}{link}", server.url())})).await;
        assert_eq!(driver.get("title").await, title);
        assert!(!is_bound(&customer).await, "opening the link changes nothing");
        assert_eq!(driver.text_of("button").await, button);
        let shown = driver.text_of("dl").await;
        assert!(shown.contains(EMAIL) && shown.contains("例子公司") && shown.contains("00"), "{shown}");
        assert!(!shown.contains(PHONE), "{shown}");
        driver.click("button").await;
        driver.wait_until_left(&link).await;
        assert!(is_bound(&customer).await, "pressing the button binds");
        driver.stop().await;
    }
}

/// A customer whose address is unproven, and the link that was mailed there.
async fn customer(server: &Server) -> (Client, String) {
    let customer = server.client();
    let ask = json!({"action_name": "AccountReg", "mobile": PHONE});
    customer.post("/users/send_sms_code/").json(&ask).send().await;
    let code = code::latest(&server.inbox(), Channel::Sms);
    let form = json!({
        "user_email": EMAIL, "company_name": "例子公司", "password": PASSWORD, "phone": PHONE,
        "name": "李明", "code": code,
    });
    let answer = customer.post("/users/account_register/").json(&form).send().await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    let mail = server.inbox().messages().pop().expect("a mail").text;
    let link = mail.split_whitespace().find(|word| word.contains("/users/bind_email/")).expect("a link");
    let link = link.strip_prefix(&server.url()).expect("the link leads to this service").to_owned();
    (customer, link)
}

async fn is_bound(customer: &Client) -> bool {
    customer.get("/users/notify_email_is_bind/").send().await.json()["is_bind"] == true
}

/// A browser, steered by the W3C's `WebDriver`.
struct Driver {
    process: Child,
    client: Client,
    session: String,
    _profile: tempfile::TempDir,
}

impl Driver {
    async fn start(language: &str) -> Option<Self> {
        let browser = find_chromium()?;
        if !Path::new(CHROMEDRIVER).exists() {
            #[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
            {
                eprintln!("SKIPPED: no {CHROMEDRIVER} here, so the page behind the link was not tried.");
            }
            return None;
        }
        let mut process = Command::new(CHROMEDRIVER)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("ChromeDriver starts");
        let output = process.stdout.take().expect("its output is piped");
        let client = Client::new(&format!("http://127.0.0.1:{}", port_of(output).await));
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let options = json!({
            "binary": browser,
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                format!("--user-data-dir={}", profile.path().display()),
            ],
            "prefs": {
                "intl.accept_languages": language,
                "profile.managed_default_content_settings.javascript": 2,
            },
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        let made = client.post("/session").json(&wanted).send().await.json();
        let session = made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("a session: {made}"));
        Some(Self { session: session.to_owned(), process, client, _profile: profile })
    }

    async fn post(&self, command: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{command}", self.session);
        let answer = self.client.post(&path).json(body).send().await;
        assert_eq!(answer.code(), 200, "{answer:?}");
        answer.json()["value"].clone()
    }

    async fn get(&self, command: &str) -> Value {
        let answer = self.client.get(&format!("/session/{}/{command}", self.session)).send().await;
        assert_eq!(answer.code(), 200, "{answer:?}");
        answer.json()["value"].clone()
    }

    /// The name that `WebDriver` has for the first such element.
    async fn element(&self, selector: &str) -> String {
        let found = self.post("element", &json!({"using": "css selector", "value": selector})).await;
        let element = found.as_object().and_then(|names| names.values().next()).and_then(Value::as_str);
        element.expect("the element has a name").to_owned()
    }

    async fn text_of(&self, selector: &str) -> String {
        let element = self.element(selector).await;
        let text = self.get(&format!("element/{element}/text")).await;
        text.as_str().expect("a text").to_owned()
    }

    async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.post(&format!("element/{element}/click"), &json!({})).await;
    }

    /// Waits until the browser shows something else than the page behind the link.
    async fn wait_until_left(&self, link: &str) {
        let leaving = async {
            loop {
                let url = self.get("url").await;
                if !url.as_str().is_some_and(|url| url.contains("/users/bind_email/")) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, leaving).await.unwrap_or_else(|_| panic!("nothing left {link}"));
    }

    async fn stop(mut self) {
        self.client.request("DELETE", &format!("/session/{}", self.session)).send().await;
        self.process.kill().await.expect("ChromeDriver ends");
    }
}

/// The port that `ChromeDriver` says it listens on.
async fn port_of(output: tokio::process::ChildStdout) -> u16 {
    let mut lines = BufReader::new(output).lines();
    let reading = async {
        while let Some(line) = lines.next_line().await.expect("its output can be read") {
            if let Some((_, port)) = line.split_once("successfully on port ") {
                return port.trim_end_matches('.').parse().ok();
            }
        }
        None
    };
    let port = tokio::time::timeout(Duration::from_mins(1), reading).await.expect("it starts in time");
    port.expect("it says where it listens")
}
