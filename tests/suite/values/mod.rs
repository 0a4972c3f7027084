//! What people type and paste: one value in many spellings, at every endpoint of every group that takes it.

mod codes;
mod numbers;
mod phones;

use local::inbox::Channel;
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::client::Client;
use tests::code;
use tests::server::Server;

const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "tiger-tally-78";

const SEND: &str = "/users/send_sms_code/";
const CHECK: &str = "/users/vaild_sms_code/";

async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    client.post(path).json(body).send().await
}

/// A POST of `company` that has to succeed.
async fn done(client: &Client, path: &str, body: &Value) -> Answer {
    let answer = post(client, path, body).await;
    assert_eq!(answer.json()["status"], "ok", "{path} {body}: {answer:?}");
    answer
}

/// The code in the latest message to there.
fn code_to(server: &Server, channel: Channel, to: &str) -> String {
    let messages = server.inbox().messages();
    let mine = messages.iter().rfind(|message| message.channel == channel && message.to == to);
    let text = &mine.unwrap_or_else(|| panic!("nothing went to {to}")).text;
    code::find(text).expect("the message has a code").to_owned()
}

/// A customer's registration.
fn registration(index: usize, phone: &Value, code: &Value) -> Value {
    json!({
        "user_email": format!("c{index}@example.com"),
        "company_name": "例子公司",
        "password": PASSWORD,
        "phone": phone,
        "name": "李明",
        "code": code,
    })
}

/// Somebody who registered at rest-auth, logged in by it.
async fn user(server: &Server, name: &str) -> Client {
    let browser = server.client();
    let email = format!("{name}@example.com");
    let body = json!({"username": name, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    assert_eq!(post(&browser, "/rest-auth/registration/", &body).await.code(), 201);
    browser
}

/// In the full width of Chinese input methods.
fn wide(text: &str) -> String {
    let widened = |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| ('!'..='~').contains(&c));
    text.chars().map(|c| widened(c).unwrap_or(c)).collect()
}
