//! Text messages: what they cost is what strangers could make us pay, so most of this is about the
//! messages that do not go out.

mod failures;
mod firewall;
mod lives;
mod mail;
mod processes;
mod secrecy;
mod shares;

use std::net::IpAddr;
use std::time::Duration;

use local::inbox::{Channel, Inbox, Message};
use serde_json::json;
use tally::config::TextSettings;
use tally::domain::message_budget::MessageBudget;
use tests::answer::Answer;
use tests::client::Client;
use tests::code;
use tests::server::Server;

use super::{MOBILE, PASSWORD, REGISTER, SEND, post};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// So many text messages for registrations, in the whole deployment: two of five are for them.
fn budget(per_hour: u32, per_day: u32) -> TextSettings {
    let whole = |most: u32| most * 5 / 2;
    let budget = MessageBudget { per_hour: whole(per_hour), per_day: whole(per_day) };
    TextSettings { budget, ..TextSettings::default() }
}

/// A client of a network of its own.
fn client_at(server: &Server, last: u8) -> Client {
    Client::from_address(&server.url(), IpAddr::from([127, 0, 9, last]))
}

async fn ask(client: &Client, action: &str, mobile: &str) -> Answer {
    post(client, SEND, &json!({"action_name": action, "mobile": mobile})).await
}

/// Asks, and sees to it that the answer is what it always is.
async fn ask_calmly(client: &Client, action: &str, mobile: &str) {
    let answer = ask(client, action, mobile).await;
    assert_eq!((answer.code(), &answer.json()["status"]), (200, &json!("ok")), "{answer:?}");
}

/// A customer who registered with that number, and the browser in which they are logged in.
async fn customer(server: &Server, email: &str, mobile: &str) -> Client {
    ask_calmly(&server.client(), "AccountReg", mobile).await;
    let browser = server.client();
    let body = json!({
        "user_email": email, "company_name": "例子公司", "password": PASSWORD, "phone": mobile,
        "name": "李明", "code": latest_code(&server.inbox()),
    });
    let answer = post(&browser, REGISTER, &body).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    browser
}

/// The captured text messages.
fn texts(inbox: &Inbox) -> Vec<Message> {
    inbox.messages().into_iter().filter(|message| message.channel == Channel::Sms).collect()
}

/// The code in the latest text message.
fn latest_code(inbox: &Inbox) -> String {
    code::latest(inbox, Channel::Sms)
}
