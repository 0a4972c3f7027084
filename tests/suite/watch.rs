//! `cargo lambda watch` in the workspace, as docs/running.md starts it: real URLs, the stand-ins for AWS in
//! another process, a conversation with each group.
//!
//! Skipped with a word unless `CARGO_LAMBDA` says where the tool is, as `.ci/run watch` does.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tests::answer::Answer;
use tests::client::Client;
use tests::process::Tigertally;
use tests::template;
use tokio::process::{Child, Command};

/// How long the tool may take to open its port.
const PATIENCE: Duration = Duration::from_mins(1);

const PASSWORD: &str = "fswxxz1456";
const EMAIL: &str = "xiaoming@example.com";

#[tokio::test]
async fn every_group_talks_through_cargo_lambda_watch() {
    #[expect(clippy::disallowed_methods, reason = "where the tool is, is a fact of the machine")]
    let Some(tool) = std::env::var_os("CARGO_LAMBDA").filter(|tool| !tool.is_empty()) else {
        #[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
        {
            eprintln!("SKIPPED: no CARGO_LAMBDA, so cargo lambda watch was not tried.");
        }
        return;
    };
    let aws = Tigertally::start(&["--aws-only", "--memory"]).await;
    let folder = tempfile::tempdir().expect("a folder for the environment");
    let environment = folder.path().join("functions.env");
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/local/functions.env");
    let usual = std::fs::read_to_string(usual).expect("the functions' environment can be read");
    // Another port than usual: the usual one may be in use here.
    let other = usual.replace("http://127.0.0.1:8000", aws.aws_url());
    assert_ne!(usual, other);
    std::fs::write(&environment, other).expect("the folder is ours");
    let port = TcpListener::bind("127.0.0.1:0").expect("there are free ports").local_addr();
    let port = port.expect("a bound socket has an address").port();
    let mut watch = Command::new(tool)
        .args(["lambda", "watch", "--ignore-changes", "--invoke-address", "127.0.0.1"])
        .args(["--invoke-port", &port.to_string()])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .arg("--env-file")
        .arg(&environment)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the tool starts");
    wait_for(port).await;
    let client = Client::new(&format!("http://127.0.0.1:{port}"));
    for function in template::functions() {
        converse(&function.name, &client).await;
    }
    end(&mut watch).await;
}

/// One conversation, whose answers tell that the group's own code gave them and the table was reached.
async fn converse(group: &str, client: &Client) {
    match group {
        "rest-auth" => {
            let user =
                json!({"username": "xiaoming", "email": EMAIL, "password1": PASSWORD, "password2": PASSWORD});
            let registered = client.post("/rest-auth/registration/").json(&user).send().await;
            assert_eq!(registered.code(), 201, "{registered:?}");
            let form = [("username", "xiaoming"), ("password", PASSWORD)];
            let logged_in = client.post("/rest-auth/login").without_cookies().form(&form).send().await;
            assert_eq!(logged_in.key(), registered.key());
            let details = client.get("/api/users_display/").without_cookies().token(&registered.key()).send();
            assert_eq!(details.await.json(), json!({"detail": "Not found."}));
        }
        "accounts" => {
            let token = client.get("/api/accounts/get_token/").send().await.json()["data"].clone();
            let token = token.as_str().expect("a token is a text");
            let fields = json!({
                "username": "accounts-user", "password1": PASSWORD, "password2": PASSWORD, "alias": "小明",
                "email": "accounts@example.com", "phone": "13800138000", "job_number": "A-17", "dept_id": "3",
            });
            let request = client.post("/api/accounts/register/").header("x-csrftoken", token).json(&fields);
            assert_eq!(request.send().await.json()["code"], 1);
            // A foreign page is answered by the function itself, not by the tool.
            let foreign = client.get("/api/accounts/get_token/").header("origin", "https://foreign.example");
            assert_eq!(foreign.send().await.header("access-control-allow-origin"), None);
        }
        "manage" => {
            let email = "manage-user@example.com";
            let user = json!({"username": "manage-user", "email": email, "password1": PASSWORD, "password2": PASSWORD});
            let elsewhere =
                client.post("/rest-auth/registration/").without_cookies().json(&user).send().await;
            assert_eq!(elsewhere.code(), 201, "{elsewhere:?}");
            let fields = json!({"username": email, "password": PASSWORD});
            let answer = client.post("/v3_1/manage/login/").json(&fields).send().await;
            assert_eq!(answer.json()["meta"]["code"], 1002, "not on the staff: {answer:?}");
        }
        "company" => {
            let ask = json!({"action_name": "AccountReg", "mobile": "13800138000"});
            let asked = client.post("/users/send_sms_code/").json(&ask).send().await;
            assert_eq!(asked.json()["status"], "ok", "{asked:?}");
            let login = json!({"username": "13800138000", "password": PASSWORD});
            let stranger = client.post("/users/account_login").json(&login).send().await;
            assert_eq!(stranger.json()["status"], "form_error", "{stranger:?}");
        }
        "charity" => {
            let donor =
                json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": PASSWORD});
            let registered = client.post("/user/register/").json(&donor).send().await.json();
            let token = registered["data"]["token"].as_str().expect("a token is a text");
            let own = json!({"id": registered["data"]["id"]});
            let shown = client.post("/user/getuser").header("token", token).json(&own).send().await.json();
            assert_eq!(shown["data"]["last_name"], "Hammer");
        }
        // A group that nobody wrote a conversation for: its own words for what it does not have.
        other => {
            let prefix = prefix_of(other);
            let answer: Answer = client.get(&format!("{prefix}no-such-endpoint/")).send().await;
            let answered: Value = answer.json();
            assert!(answer.code() < 500 && answered["title"].is_null(), "{other}: {answer:?}");
        }
    }
}

fn prefix_of(group: &str) -> String {
    let routes = template::routes();
    let (route, _) = routes.iter().find(|(_, name)| *name == group).expect("each group has a route");
    route.trim_end_matches(template::GREEDY).to_owned()
}

async fn wait_for(port: u16) {
    let up = tokio::time::timeout(PATIENCE, async {
        let mut now_and_then = tokio::time::interval(Duration::from_millis(50));
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            now_and_then.tick().await;
        }
    });
    up.await.expect("the tool opens its port");
}

/// Ends the tool as Ctrl-C does, and with it the functions.
async fn end(watch: &mut Child) {
    let id = watch.id().expect("it is still running").to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().await;
    assert!(sent.is_ok_and(|status| status.success()), "the tool could not be told to end");
    assert!(tokio::time::timeout(PATIENCE, watch.wait()).await.is_ok(), "the tool does not end");
}
