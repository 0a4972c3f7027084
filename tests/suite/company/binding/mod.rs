//! What a company's customer binds to the account, and what they book: company's contract over the wire.

mod bookings;
mod bounces;
mod codes;
mod faults;
mod links;
mod races;
mod secrecy;
mod takeover;
mod weixin;

use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::app::App;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tests::answer::Answer;
use tests::client::Client;
use tests::code::{self, wrong};
use tests::server::Server;
use tests::table;

use super::{FOREIGN, NEW_PASSWORD, PASSWORD, STRANGER, account_of, freeze, logged_in, login, post};

const IS_BOUND: &str = "/users/notify_email_is_bind/";
const RESEND: &str = "/users/resend_bind_email/";
const LANDING: &str = "/users/bind_email/";
const SEND_CODE: &str = "/users/send_email_code/";
const CHANGE: &str = "/users/change_notify_email/";
const ACCOUNT_CHANGE: &str = "/api/accounts/account_change/";

const NAME: &str = "zhang";
const EMAIL: &str = "zhang@example.com";
const OTHER: &str = "wang@example.com";

/// The pause after which another message may go to an address for certain.
const PAUSE: Duration = Duration::from_mins(8);
const WEEK: Duration = Duration::from_hours(7 * 24);

const PREFETCHED: &str = r#"{"status":"error","msg":"不处理预先获取的请求"}"#;
const DEAD: &str = r#"{"status":"error","msg":"绑定链接无效或已过期，请登录后重新发送"}"#;
const CODE_SENT: &str = r#"{"status":"ok","msg":"验证码已发送"}"#;
const EMAIL_CHANGED: &str = r#"{"status":"ok","msg":"接收邮箱修改成功"}"#;
const TAKEN: &str = r#"{"status":"error","msg":"该邮箱已被其他账号绑定"}"#;
const WRONG_PASSWORD: &str = r#"{"status":"error","msg":"密码错误"}"#;

/// A service with a user of the pool, and their browser.
async fn with_user() -> (Server, Client) {
    let server = Server::start().await;
    let browser = user(&server, NAME, Some(EMAIL)).await;
    (server, browser)
}

/// Somebody who registered at rest-auth, in a browser that is logged in at the company's pages.
async fn user(server: &Server, username: &str, email: Option<&str>) -> Client {
    let answer = server.client().register_with(username, email.unwrap_or_default(), PASSWORD).await;
    assert_eq!(answer.code(), 201, "{answer:?}");
    logged_in(server, username, PASSWORD).await
}

/// Status and body of an answer.
fn told(answer: &Answer) -> (u16, &str) {
    (answer.code(), &answer.text)
}

/// The address that a page shows, and whether it is bound.
async fn shown(browser: &Client) -> (String, bool) {
    let answer = browser.get(IS_BOUND).send().await.json();
    assert_eq!(answer["status"], "ok", "{answer}");
    let email = answer["notify_email"].as_str().expect("the address is a text").to_owned();
    (email, answer["is_bind"].as_bool().expect("it is bound or not"))
}

/// The subjects of the mails to an address, oldest first.
fn subjects_to(server: &Server, email: &str) -> Vec<String> {
    let messages = server.inbox().messages().into_iter().filter(|message| message.to == email);
    messages.filter_map(|message| message.subject).collect()
}

/// The link in the latest mail, from its path on.
fn latest_link(server: &Server) -> String {
    let text = server.inbox().messages().pop().expect("a mail was sent").text;
    let link = text.split_whitespace().find(|word| word.contains(LANDING));
    let link = link.unwrap_or_else(|| panic!("a link in {text:?}"));
    link.strip_prefix(&server.url()).expect("the link leads to this service").to_owned()
}

/// Has the link of the caller's address mailed, and hands it out.
async fn link(server: &Server, browser: &Client) -> String {
    let answer = browser.get(RESEND).send().await;
    assert_eq!(told(&answer), (200, r#"{"status":"ok","msg":"绑定链接已发送，请查收邮件"}"#));
    latest_link(server)
}

/// Has the caller's own address bound by its link.
async fn bind_by_link(server: &Server, browser: &Client) {
    let link = link(server, browser).await;
    assert_eq!(press(&server.client(), &link).await.code(), 303);
}

/// Opens a link, which changes nothing, and presses the button on its page.
async fn press(reader: &Client, link: &str) -> Answer {
    let page = reader.get(link).send().await;
    assert_eq!((page.code(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let token = link.split_once("?token=").expect("the link has a token").1;
    assert!(page.text.contains(&format!("name=\"token\" value=\"{token}\"")), "{page:?}");
    reader.post(LANDING).form(&[("token", token)]).send().await
}

/// Asks for a code that is mailed to an address.
async fn ask(browser: &Client, email: &str) -> Answer {
    post(browser, SEND_CODE, &json!({"password": PASSWORD, "email": email})).await
}

/// Asks for a code and hands it out.
async fn code_for(server: &Server, browser: &Client, email: &str) -> String {
    let before = server.inbox().messages().len();
    assert_eq!(told(&ask(browser, email).await), (200, CODE_SENT));
    let sent = server.inbox().messages().split_off(before);
    let to: Vec<&str> = sent.iter().map(|message| message.to.as_str()).collect();
    assert_eq!(to, [email]);
    code::find(&sent[0].text).expect("the mail has a code").to_owned()
}

fn binding(email: &str, code: &str) -> Value {
    json!({"password": PASSWORD, "code": code, "email": email})
}

/// Sets and binds an address by its code.
async fn change(browser: &Client, email: &str, code: &str) -> Answer {
    post(browser, CHANGE, &binding(email, code)).await
}

/// Sets and binds an address, code and all, which has to work.
async fn bind_by_code(server: &Server, browser: &Client, email: &str) {
    let code = code_for(server, browser, email).await;
    assert_eq!(told(&change(browser, email, &code).await), (200, EMAIL_CHANGED));
}

/// Moves the address without proof, as the group accounts allows.
async fn move_unproven(browser: &Client, email: &str) -> Answer {
    let token = browser.get("/api/accounts/get_token/").send().await.json();
    let token = token["data"].as_str().expect("the token is a text").to_owned();
    let body = json!({"alias": "a", "email": email, "phone": "1", "job_number": "1", "dept_id": "1"});
    let answer = browser.post(ACCOUNT_CHANGE).header("x-csrftoken", token).json(&body).send().await;
    assert_eq!(answer.code(), 200, "{answer:?}");
    answer
}

/// Asks for a code that resets the password; tells to whom it went.
async fn reset_goes_to(server: &Server, email: &str) -> Option<String> {
    let before = server.inbox().messages().len();
    let answer = server.client().ask_reset(email).await;
    assert_eq!(answer.json()["meta"]["code"], 0, "{answer:?}");
    server.inbox().messages().split_off(before).pop().map(|message| message.to)
}

/// Resets the password by the code of the latest mail; tells whether that worked.
async fn reset(server: &Server, email: &str) -> bool {
    let code = code::latest(&server.inbox(), Channel::Mail);
    let answer = server.client().reset(email, &code, NEW_PASSWORD).await;
    answer.json()["meta"]["code"] == 0
}

/// Whether somebody new can register with that address.
async fn can_register(server: &Server, username: &str, email: &str) -> bool {
    let answer = server.client().register_with(username, email, PASSWORD).await;
    assert!([201, 400].contains(&answer.code()), "{answer:?}");
    answer.code() == 201
}

/// Gives a user a mobile number, as if a code had proven it.
async fn give_phone(server: &Server, user: &str, phone: &str) {
    let number = account_of(server, user).await.number;
    let phone = PhoneNumber::parse(phone, &CallingCodes::default()).expect("it is a mobile number");
    table::set(server, number, "phone", phone.as_str()).await;
}

/// The functions with other settings, in front of the same table.
async fn with_config(server: &Server, change: impl FnOnce(&mut tally::config::Config)) -> App {
    let mut config = server.app().config.clone();
    change(&mut config);
    let app = App::start(config, server.clock().clone(), server.app().entropy.clone()).await;
    app.expect("the functions start")
}

/// Sends a request of a browser's straight into the group's router.
async fn straight(app: &App, browser: &Client, request: http::request::Builder, body: &str) -> Answer {
    let cookie = browser.cookie("sessionid").unwrap_or_default();
    let request = request.header("cookie", format!("sessionid={cookie}"));
    crate::accounts::send_into(company::router(app.clone()), request, body).await
}
