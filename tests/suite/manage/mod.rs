//! The admin console's group: manage's contract over the wire, and what its codes promise.

mod codes;
mod conversations;
mod secrecy;

use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::administration::Order;
use tally::domain::email_address::EmailAddress;
use tally::services::administration;
use tests::answer::Answer;
use tests::client::Client;
use tests::code::{self, wrong};
use tests::server::Server;

const LOGIN: &str = "/v3_1/manage/login/";
const VER_CODE: &str = "/v3_1/manage/verCode/";
const RESET: &str = "/v3_1/manage/password/reset/";

/// Contract 001's own e-mail address and password.
const EMAIL: &str = "wxd@mxchip.com";
const PASSWORD: &str = "fog123456";

/// The password that the tests change it to.
const NEW_PASSWORD: &str = "tiger-tally-78";

/// The pause after which another mail may go to an address for certain.
const PAUSE: Duration = Duration::from_mins(8);

/// A service with one user, who has the contract's address.
async fn with_user() -> Server {
    let server = Server::start().await;
    register(&server, "wxd", EMAIL).await;
    server
}

/// The same with the user on the staff.
async fn with_staff() -> Server {
    let server = with_user().await;
    prove(&server, EMAIL).await;
    order(&server, EMAIL, Order::Staff(true)).await;
    // Codes of the moment in which power was given are dead.
    server.clock().advance(Duration::from_secs(1));
    server
}

/// Makes an address proven, without which no code resets a password where there is power.
async fn prove(server: &Server, email: &str) {
    let number = administration::find(&Basics::from(server.app()), email).await;
    let number = number.expect("the user is there").account.number;
    let address = EmailAddress::parse(email).expect("it is an address");
    tests::table::prove_email(server, number, &address).await;
}

async fn register(server: &Server, username: &str, email: &str) {
    let answer = server.client().register_with(username, email, PASSWORD).await;
    assert_eq!(answer.code(), 201, "{answer:?}");
}

async fn order(server: &Server, email: &str, order: Order) {
    let on = Basics::from(server.app());
    let found = administration::find(&on, email).await.expect("the user is there");
    administration::obey(&on, found.account.number, order).await.expect("the order is carried out");
}

async fn login(client: &Client, email: &str, password: &str) -> Answer {
    client.post(LOGIN).json(&json!({"username": email, "password": password})).send().await
}

async fn ask(client: &Client, email: &str) -> Answer {
    client.post(VER_CODE).json(&json!({"username": email, "code_type": 1})).send().await
}

async fn reset(client: &Client, email: &str, code: &str) -> Answer {
    let body =
        json!({"username": email, "vercode": code, "password": NEW_PASSWORD, "password2": NEW_PASSWORD});
    client.post(RESET).json(&body).send().await
}

/// The code in the latest mail.
fn latest_code(server: &Server) -> String {
    code::latest(&server.inbox(), Channel::Mail)
}

fn meta(answer: &Answer) -> Value {
    answer.json()["meta"]["code"].clone()
}
