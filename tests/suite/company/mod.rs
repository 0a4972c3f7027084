//! Company customers: company's contract over the wire, and what its sessions, codes and forms promise.

mod binding;
mod bodies;
mod codes;
mod csrf;
mod faults;
mod info;
mod passwords;
mod phones;
mod registration;
mod resets;
mod sessions;
mod texts;

use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account::Account;
use tally::domain::administration::Order;
use tally::services::administration;
use tests::answer::Answer;
use tests::client::{self, Client};
use tests::code::{self, wrong};
use tests::server::Server;

const REGISTER: &str = "/users/account_register/";
const SEND: &str = "/users/send_sms_code/";
const CHECK: &str = "/users/vaild_sms_code/";
const PHONE_CHANGE: &str = "/users/change_mobile/";
const RESET: &str = "/users/change_pwd_by_mobile/";
const LOGIN: &str = "/users/account_login/";
const LOGOUT: &str = "/users/account_logout/";
const MY_INFO: &str = "/users/my_info/";
const MY_PASSWORD: &str = "/users/change_my_pwd/";
const PERSON: &str = "/users/change_my_info/";
const FIRM: &str = "/users/change_company_info/";
const RECEIVING: &str = "/users/change_my_recv_info/";

const NAME: &str = "liming";
const EMAIL: &str = "liming@example.com";
const MOBILE: &str = "13800138000";
const PASSWORD: &str = "fswxxz1456";

/// The password that the tests change it to.
const NEW_PASSWORD: &str = "tiger-tally-78";

const STRANGER: &str = r#"{"status":"error","msg":"请先登录"}"#;
const FOREIGN: &str = r#"{"status":"error","msg":"请求来源不受信任"}"#;
const WRONG: &str =
    r#"{"status":"form_error","msg":"账号或密码错误","errors":{"password":["账号或密码错误"]}}"#;
const CHANGED: &str = r#"{"status":"ok","msg":"修改成功"}"#;

/// A service with somebody who came by another group and told nothing yet, and their browser.
async fn with_newcomer() -> (Server, Client) {
    let server = Server::start().await;
    let browser = newcomer(&server, NAME).await;
    (server, browser)
}

/// Somebody who registered at rest-auth, logged in by it.
async fn newcomer(server: &Server, name: &str) -> Client {
    let browser = server.client();
    let email = format!("{name}@example.com");
    let answer = browser.register_with(name, &email, PASSWORD).await;
    assert_eq!(answer.code(), 201, "{answer:?}");
    browser
}

/// A service with a company's customer, and their browser.
async fn with_customer() -> (Server, Client) {
    let server = Server::start().await;
    let browser = customer(&server, EMAIL, MOBILE).await;
    (server, browser)
}

/// Somebody who registered here, logged in by it.
async fn customer(server: &Server, email: &str, mobile: &str) -> Client {
    // Nobody is waiting for a code of before any more.
    server.clock().advance(Duration::from_secs(61));
    ask(server, "AccountReg", mobile).await;
    let browser = server.client();
    let answer = post(&browser, REGISTER, &registration(email, mobile, &latest_code(server))).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    browser
}

fn registration(email: &str, mobile: &str, code: &str) -> Value {
    json!({
        "user_email": email,
        "company_name": "例子公司",
        "password": PASSWORD,
        "phone": mobile,
        "name": "李明",
        "qq": "10001",
        "code": code,
        "select_fields": ["金融", "物流"],
    })
}

/// Asks for a code by text message, as a stranger.
async fn ask(server: &Server, action: &str, mobile: &str) -> Answer {
    let answer = post(&server.client(), SEND, &json!({"action_name": action, "mobile": mobile})).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    answer
}

/// The code in the latest text message.
fn latest_code(server: &Server) -> String {
    code::latest(&server.inbox(), Channel::Sms)
}

/// The account with that address, as the table has it.
async fn account_of(server: &Server, email: &str) -> Account {
    let found = administration::find(&Basics::from(server.app()), email).await;
    found.expect("the user is there").account
}

async fn freeze(server: &Server, email: &str) {
    let number = account_of(server, email).await.number;
    administration::obey(&Basics::from(server.app()), number, Order::Freeze).await.expect("it is done");
}

async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    client.post(path).json(body).send().await
}

async fn login(client: &Client, username: &str, password: &str) -> Answer {
    post(client, LOGIN, &json!({"username": username, "password": password})).await
}

/// A browser of its own in which somebody is logged in.
async fn logged_in(server: &Server, username: &str, password: &str) -> Client {
    let browser = server.client();
    let answer = login(&browser, username, password).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    browser
}

fn passwords(old: &str, new: &str) -> Value {
    json!({"old_password": old, "new_password": new, "confirm_password": new})
}

fn receiving() -> Value {
    json!({
        "province": "江苏省",
        "city": "南京市",
        "area": "玄武区",
        "street": "中山路 1 号",
        "recv_name": "李明",
        "recv_phone": "025-8438 9999",
    })
}

/// Whether a browser's session is alive.
async fn is_in(browser: &Client) -> bool {
    browser.get(MY_INFO).send().await.code() == 200
}

async fn my_info(browser: &Client) -> Value {
    let answer = browser.get(MY_INFO).send().await;
    assert_eq!(answer.code(), 200, "{answer:?}");
    answer.json()
}

/// Sends one JSON body after the other and writes down what was asked and what was answered.
async fn conversation(client: &Client, path: &str, bodies: &[&str]) -> String {
    client::conversation(bodies, async || client.post(path)).await
}
