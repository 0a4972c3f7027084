//! A real browser: a page of another port, the same site, uses the staff web site's API with its cookies.
//!
//! Skipped with a word where there is no Chromium; set `CHROMIUM` to say where one is.

mod mailed_link;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tests::server::Server;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::mpsc;

const PAGE: &str = include_str!("browser/page.html");

/// How long a browser may take to start and click through, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where Debian, Fedora and the like put it.
const USUAL_PLACES: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

#[tokio::test]
async fn a_page_of_another_port_registers_logs_in_changes_data_and_logs_out() {
    let Some(browser) = find_chromium() else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the system has a free port");
    let page_port = listener.local_addr().expect("a listener has an address").port();
    let page_origin = format!("http://localhost:{page_port}");
    let server = Server::builder().real_clock().trusting(&page_origin).start().await;
    let api = server.url().replace("127.0.0.1", "localhost");
    let (reports, mut reported) = mpsc::channel(1);
    let pages = tokio::spawn(serve_page(listener, PAGE.replace("{{api}}", &api), reports));

    let profile = tempfile::tempdir().expect("a folder for the browser's profile");
    let mut browser = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg("--host-resolver-rules=MAP localhost 127.0.0.1")
        .arg("--remote-debugging-port=0")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(&page_origin)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the browser starts");
    let report = tokio::time::timeout(PATIENCE, reported.recv()).await;
    browser.kill().await.expect("the browser ends");
    pages.abort();

    let report: Value = report.expect("the page reports in time").expect("the page reports");
    let step = |name: &str| {
        let steps = report.as_array().expect("the report is a list");
        steps
            .iter()
            .rfind(|step| step["step"] == name)
            .unwrap_or_else(|| panic!("no {name} in {report:#}"))
            .clone()
    };
    let answered = |name: &str| (step(name)["status"].clone(), step(name)["body"].clone());
    assert_eq!(
        answered("register"),
        (json!(200), json!({"code": 1, "data": "用户注册成功", "msg": {"username": "xiaoming"}}))
    );
    assert_eq!(
        answered("login"),
        (json!(200), json!({"code": 1, "data": "xiaoming", "msg": "用户已经登陆"}))
    );
    assert_eq!(step("script sees the session")["value"], Value::Null, "HttpOnly");
    assert_eq!(answered("stale token").0, json!(403), "the token from before the login is dead");
    assert_eq!(answered("change").1["data"], "用户信息修改成功");
    assert_eq!(answered("read").1["data"]["alias"], "小明");
    assert_eq!(answered("logout"), (json!(200), json!({"code": 1, "data": "用户已注销", "msg": ""})));
    let kept = step("what a neighbour keeps")["value"].clone();
    assert_eq!(kept, json!(["stays", "stays"]), "a logout leaves what other servers of the name have set");
    assert_eq!(answered("read when out").0, json!(401));
}

async fn serve_page(listener: TcpListener, page: String, reports: mpsc::Sender<Value>) {
    let page: Arc<str> = page.into();
    let router = Router::new()
        .route("/", get(move || async move { Html(page.to_string()) }))
        .route("/report", post(receive))
        .with_state(reports);
    axum::serve(listener, router).await.expect("the page is served");
}

async fn receive(State(reports): State<mpsc::Sender<Value>>, body: String) {
    let report = serde_json::from_str(&body).expect("the page reports JSON");
    reports.send(report).await.expect("the test waits for the report");
}

fn find_chromium() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where the browser is, is a fact of the machine")]
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let found = named.or_else(|| USUAL_PLACES.iter().map(PathBuf::from).find(|path| path.exists()));
    if found.is_none() {
        #[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
        {
            eprintln!(
                "SKIPPED: no Chromium here, so no real browser was tried. Install it, or set CHROMIUM."
            );
        }
    }
    found
}
