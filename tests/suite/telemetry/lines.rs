//! The one line about each request.

use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::administration::Order;
use tally::services::administration;
use tests::client::Client;
use tests::log::{self, Log};
use tests::process;
use tests::runtime_api::{Function, environment};
use tests::server::Server;
use tests::tap::{Action, Fault};
use tests::tapped::{Ask, Ground};

const PASSWORD: &str = "fswxxz1456";
const NEW: &str = "tiger-tally-78";
const EMAIL: &str = "zhang@example.com";
const LOGIN: &str = "/rest-auth/login/";

fn login(password: &str) -> Value {
    json!({"username": "zhang", "password": password})
}

async fn post(client: &Client, path: &str, body: &Value) -> u16 {
    client.post(path).json(body).send().await.code()
}

/// What the lines say, by the names of their members.
fn told(log: &Log, names: &[&str]) -> Vec<Vec<Value>> {
    let told = |line: &Value| names.iter().map(|name| line[*name].clone()).collect();
    log.requests().iter().map(told).collect()
}

#[tokio::test]
async fn a_line_says_who_asked_for_what_and_what_became_of_it() {
    let (log, _listening) = Log::listen();
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let found = administration::find(&Basics::from(server.app()), "zhang").await;
    let number = json!(found.expect("the user is there").account.number.to_string());
    for body in [login("wrong-password"), login(PASSWORD)] {
        post(&server.client(), LOGIN, &body).await;
    }
    browser.get("/api/users_display/").send().await;
    server.client().get("/api/users_display/").send().await;
    let answer = server.client().request("MADEUP", "/rest-auth/nowhere/").send().await;
    let names = ["group", "endpoint", "method", "status", "outcome", "account", "cold_start"];
    let line = |endpoint: &str, method: &str, status: u16, outcome: &str, account: &Value| {
        let texts = ["rest-auth", endpoint, method].map(Value::from);
        let rest = [json!(status), json!(outcome), account.clone(), json!(false)];
        texts.into_iter().chain(rest).collect::<Vec<_>>()
    };
    let (display, nobody) = ("/api/users_display/", Value::Null);
    let expected = [
        line("/rest-auth/registration/", "POST", 201, "ok", &number),
        line(LOGIN, "POST", 400, "wrong_credentials", &nobody),
        line(LOGIN, "POST", 200, "ok", &number),
        // They never submitted any.
        line(display, "GET", 404, "not_found", &number),
        line(display, "GET", 401, "not_authenticated", &nobody),
        line("-", "other", 404, "not_found", &nobody),
    ];
    assert_eq!(told(&log, &names), expected);
    let last = log.requests().pop().expect("there are lines");
    assert_eq!(last["request_id"].as_str(), answer.header("x-request-id"));
    assert_eq!((&last["level"], &last["trace_id"]), (&json!("INFO"), &Value::Null));
    assert!(last["DurationMilliseconds"].as_f64().is_some_and(|time| time > 0.0), "{last}");
}

#[tokio::test]
async fn outcomes_are_told_apart_where_statuses_are_not() {
    let (log, _listening) = Log::listen();
    let server = Server::start().await;
    let browser = server.client();
    let form = json!({"username": "zhang", "email": EMAIL, "password1": PASSWORD, "password2": PASSWORD});
    let change = json!({"old_password": "wrong-password", "new_password1": "1", "new_password2": "2"});
    let mine = json!({"old_password": "wrong-password", "new_password": NEW, "confirm_password": NEW});
    let frozen = login(PASSWORD);
    let ask = json!({"username": EMAIL, "code_type": 1});
    let reset = json!({"username": EMAIL, "vercode": "000000", "password": NEW, "password2": NEW});
    let target = json!({"id": "10000001", "status": "1", "password": PASSWORD});
    let event = |number| json!({"bookin_type": number});
    for (path, body) in [
        ("/rest-auth/registration/", &form),
        ("/rest-auth/registration/", &form),
        ("/rest-auth/registration/", &login(PASSWORD)),
        ("/rest-auth/password/change/", &change),
        ("/users/change_my_pwd/", &mine),
        ("/users/new_industry_bookin/", &event("1")),
        ("/users/new_industry_bookin/", &event("1")),
        ("/users/new_industry_bookin/", &event("99")),
        ("/users/weixin_bind/", &json!({"code": "nonsense"})),
        ("/api/accounts/login/", &frozen),
        ("/v3_1/manage/verCode/", &ask),
        ("/v3_1/manage/password/reset/", &reset),
        ("/user/status/", &target),
        ("/user/login/", &target),
    ] {
        post(&browser, path, body).await;
    }
    browser.post(LOGIN).body("application/json", "{").send().await;
    browser.post(LOGIN).body("text/plain", "x").send().await;
    browser.get("/users/resend_bind_email/").header("sec-purpose", "prefetch").send().await;
    browser.get("/users/bind_email/?token=nonsense").send().await;
    let basics = Basics::from(server.app());
    let number = administration::find(&basics, "zhang").await.expect("they are there").account.number;
    administration::obey(&basics, number, Order::Freeze).await.expect("it is done");
    post(&server.client(), LOGIN, &frozen).await;
    let outcomes: Vec<Value> = told(&log, &["outcome"]).into_iter().flatten().collect();
    let expected = [
        "ok",
        "taken",
        "invalid",
        "wrong_password",
        "wrong_password",
        "ok",
        "already_done",
        "invalid",
        "wrong_code",
        "csrf",
        "ok",
        "wrong_code",
        "not_authenticated",
        "wrong_credentials",
        "malformed",
        "unsupported_media_type",
        "prefetch",
        "dead_link",
        "frozen",
    ];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn what_else_is_logged_meanwhile_names_the_request() {
    let (log, _listening) = Log::listen();
    let ground = Ground::start().await;
    let service = ground.tapped(std::time::Duration::ZERO).await;
    service.tap.inject(Fault::every("GetItem", Action::ErrorBefore(500, "InternalServerError")));
    let answer = service.send(&Ask::post(LOGIN, &login(PASSWORD))).await;
    assert_eq!(answer.code(), 503);
    let lines = log.text();
    let failed = lines.lines().find(|line| line.contains("the table failed")).expect("it is told");
    let failed: Value = serde_json::from_str(failed).expect("a line is JSON");
    assert_eq!(
        (failed["request_id"].as_str(), &failed["level"]),
        (answer.header("x-request-id"), &json!("ERROR"))
    );
    let line = log.requests().pop().expect("there is a line");
    assert_eq!((&line["outcome"], &line["ServerErrors"]), (&json!("unavailable"), &json!(1)));
}

#[tokio::test]
async fn a_function_tells_its_first_request_and_where_it_stands_in_x_ray() {
    let ground = Ground::start().await;
    let mut function = Function::start(&process::function("manage"), &environment(&ground.aws_url())).await;
    function.ready().await;
    let event = wrong_login();
    for _ in 0..2 {
        function.invoke(&event).await.expect("the invocation succeeds");
    }
    let lines = log::requests(&function.end().await);
    assert!(lines.iter().all(|line| line["_aws"].is_object()), "{lines:?}");
    let cold: Vec<&Value> = lines.iter().map(|line| &line["cold_start"]).collect();
    assert_eq!(cold, [true, false]);
    for line in &lines {
        assert_eq!(line["trace_id"], "1-6b015d91-44aac8245caa75c0ea30dccf");
        assert!(line["HashMilliseconds"].as_f64().is_some_and(|time| time > 1.0), "{line}");
    }
}

#[tokio::test]
async fn a_function_that_has_no_namespace_tells_no_metrics_but_the_same_line() {
    let ground = Ground::start().await;
    let mut settings = environment(&ground.aws_url());
    settings.remove("TALLY_METRICS_NAMESPACE");
    let mut function = Function::start(&process::function("manage"), &settings).await;
    function.ready().await;
    function.invoke(&wrong_login()).await.expect("the invocation succeeds");
    let lines = log::requests(&function.end().await);
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["_aws"], &lines[0]["LoginFailures"]), (&Value::Null, &json!(1)));
}

/// A sample event.
fn wrong_login() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/manage/02_login_wrong_password.json");
    std::fs::read_to_string(file).expect("there is a sample event")
}
