//! The company's web pages: accounts' contract over the wire, and what its tokens, sessions and addresses
//! promise.

mod contacts;
mod conversations;
mod cookies;
mod cors;
mod csrf;
mod forms;
mod outside;
mod sessions;

use std::net::Ipv4Addr;

use axum::Router;
use axum::body::{Body, to_bytes};
use serde_json::{Value, json};
use tally::http::request::ClientAddress;
use tests::answer::Answer;
use tests::client::{self, Client, Request};
use tests::server::Server;
use tower::ServiceExt;

const TOKEN: &str = "/api/accounts/get_token/";
const LOGIN: &str = "/api/accounts/login/";
const LOGOUT: &str = "/api/accounts/logout/";
const REGISTER: &str = "/api/accounts/register/";
const ACCOUNT: &str = "/api/accounts/account_change/";
const PASSWORDS: &str = "/api/accounts/password_change/";

/// Contract 000's own user, with a password that may be set.
const NAME: &str = "admin";
const EMAIL: &str = "admin@example.com";
const PASSWORD: &str = "fswxxz1456";

/// The password that the tests change it to.
const NEW_PASSWORD: &str = "tiger-tally-78";

const LOGGED_IN: &str = r#"{"code":1,"data":"admin","msg":"用户已经登陆"}"#;
const WRONG: &str = r#"{"code":0,"data":"","msg":"用户名与密码不匹配, 请修改后再尝试连接"}"#;
const LOGGED_OUT: &str = r#"{"code":1,"data":"用户已注销","msg":""}"#;
const REGISTERED: &str = r#"{"code":1,"data":"用户注册成功","msg":{"username":"admin"}}"#;
const PASSWORD_CHANGED: &str = r#"{"code":1,"data":"密码修改成功, 请重新登陆","msg":""}"#;
const STRANGER: &str = r#"{"code":0,"data":"","msg":"用户未登陆, 请登陆后再尝试"}"#;
const BAD_TOKEN: &str = r#"{"code":0,"data":"","msg":"CSRF 验证失败, 请求被中断: CSRF TOKEN 缺失或不正确"}"#;
const NO_COOKIE: &str = r#"{"code":0,"data":"","msg":"CSRF 验证失败, 请求被中断: 缺少 CSRF COOKIE"}"#;
const OTHER_ORIGIN: &str = r#"{"code":0,"data":"","msg":"CSRF 验证失败, 请求被中断: 请求来源不受信任"}"#;
const EMAIL_TAKEN: &str = r#"{"code":0,"data":{"email":["已存在一位使用该电子邮箱的用户。"]},"msg":"用户信息填写有误, 请修改后重新填写"}"#;

/// A service with the user in the contract.
async fn with_user() -> Server {
    let server = Server::start().await;
    register(&server, NAME, EMAIL).await;
    server
}

/// The same, and a browser in which the user is logged in.
async fn with_browser() -> (Server, Client) {
    let server = with_user().await;
    let browser = logged_in(&server, NAME).await;
    (server, browser)
}

/// A token as a page fetches it.
async fn token(client: &Client) -> String {
    let answer = client.get(TOKEN).send().await;
    answer.json()["data"].as_str().expect("the token is a text").to_owned()
}

/// A POST with a good token in its header.
async fn posting(client: &Client, path: &str) -> Request {
    let token = token(client).await;
    client.post(path).header("x-csrftoken", token)
}

/// What a JSON body with a good token is answered.
async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    posting(client, path).await.json(body).send().await
}

fn registration(username: &str, email: &str) -> Value {
    json!({
        "username": username,
        "password1": PASSWORD,
        "password2": PASSWORD,
        "alias": "管理员",
        "email": email,
        "phone": "13800138000",
        "job_number": "A-17",
        "dept_id": "3",
    })
}

async fn register(server: &Server, username: &str, email: &str) {
    let answer = post(&server.client(), REGISTER, &registration(username, email)).await;
    assert_eq!(answer.json()["code"], 1, "{answer:?}");
}

async fn login(client: &Client, username: &str, password: &str) -> Answer {
    post(client, LOGIN, &json!({"username": username, "password": password})).await
}

/// A browser of its own in which somebody is logged in.
async fn logged_in(server: &Server, username: &str) -> Client {
    let browser = server.client();
    let answer = login(&browser, username, PASSWORD).await;
    assert_eq!(answer.json()["code"], 1, "{answer:?}");
    browser
}

/// The five fields with this address.
fn contact(email: &str) -> Value {
    json!({"alias": "小王", "email": email, "phone": "010-8888", "job_number": "B-18", "dept_id": "4"})
}

fn passwords(old: &str, new: &str) -> Value {
    json!({"old_password": old, "new_password1": new, "new_password2": new})
}

/// Whether a browser's session is alive.
async fn is_in(browser: &Client) -> bool {
    browser.get(ACCOUNT).send().await.code() == 200
}

/// Sends one JSON body after the other and writes down what was asked and what was answered.
async fn conversation(client: &Client, path: &str, bodies: &[&str]) -> String {
    client::conversation(bodies, async || posting(client, path).await).await
}

/// Sends a request straight into the group's router, past the host and the client's oracle.
async fn straight(server: &Server, request: http::request::Builder, body: &str) -> Answer {
    send_into(::accounts::router(server.app().clone()), request, body).await
}

/// The same for a router of one's own.
pub(crate) async fn send_into(router: Router, request: http::request::Builder, body: &str) -> Answer {
    let request = request.extension(ClientAddress(Ipv4Addr::LOCALHOST.into()));
    let request = request.body(Body::from(body.to_owned())).expect("the test asks for something sendable");
    let asked = format!("{} {}", request.method(), request.uri());
    let Ok(response) = router.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("bodies of answers are in memory");
    let text = String::from_utf8(body.to_vec()).expect("answers are UTF-8");
    Answer { request: asked, status: parts.status, headers: parts.headers, text }
}
