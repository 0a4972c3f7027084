//! The charity's group: charity's contract over the wire, and what its administrators can and cannot do.

mod administrators;
mod conversations;
mod deletion;
mod input;
mod interleaved;
mod matrix;
mod numbers;
mod passwords;
mod races;
mod search;
mod sessions;
mod stopped;
mod sweep;

use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tally::services::administration;
use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;

const REGISTER: &str = "/user/register/";
const LOGIN: &str = "/user/login/";
const LOGOUT: &str = "/user/logout/";
const PERMISSION: &str = "/user/permission/";
const STATUS: &str = "/user/status/";
const CHANGE_PASSWORD: &str = "/user/changepassword/";
const CHANGE_INFORMATION: &str = "/user/changeinformation/";
const SEARCH: &str = "/user/search/";
const GET_USER: &str = "/user/getuser/";

/// Every endpoint.
const ALL: [&str; 9] =
    [REGISTER, LOGIN, LOGOUT, PERMISSION, STATUS, CHANGE_PASSWORD, CHANGE_INFORMATION, SEARCH, GET_USER];

/// Every endpoint that needs a token.
const GUARDED: [&str; 6] = [LOGOUT, PERMISSION, STATUS, CHANGE_INFORMATION, SEARCH, GET_USER];

const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "tiger-tally-78";

const DONE: &str = r#"200 {"code":200,"msg":"","data":{}}"#;
const BAD: &str = r#"400 {"code":400,"msg":"Bad request"}"#;
const LOGIN_AGAIN: &str = r#"401 {"code":401,"msg":"please login again"}"#;
const WRONG: &str = r#"401 {"code":401,"msg":"Incorrect username or password"}"#;
const NOT_PERMITTED: &str = r#"401 {"code":401,"msg":"you don't enough permissions"}"#;
/// The same as permission and status say it.
const NOT_PERMITTED_DATA: &str = r#"401 {"code":401,"msg":"you don't enough permissions","data":{}}"#;
const ABNORMAL: &str = r#"403 {"code":403,"msg":"Account status is abnormal"}"#;
const NO_TARGET: &str = r#"404 {"code":404,"msg":"The target user does not exist"}"#;
/// The same as permission and status say it.
const NO_TARGET_DATA: &str = r#"404 {"code":404,"msg":"The target user does not exist","data":{}}"#;

/// Somebody who is logged in.
#[derive(Clone, Debug)]
struct Person {
    id: String,
    token: String,
}

impl Person {
    fn number(&self) -> AccountNumber {
        AccountNumber::parse(&self.id).expect("an id is a number")
    }
}

/// What a registration asks for.
fn registration(role: &str, first_name: &str, last_name: &str) -> Value {
    json!({"first_name": first_name, "last_name": last_name, "role": role, "password": PASSWORD})
}

/// Registers somebody with that role, which is not the administrator's.
async fn register(client: &Client, role: Role) -> Person {
    let body = registration(role.digit(), "Sara", "Hammer");
    let answer = client.post(REGISTER).json(&body).send().await;
    assert_eq!(answer.code(), 200, "{answer:?}");
    welcomed(&answer)
}

/// Who a registration has let in.
fn welcomed(answer: &Answer) -> Person {
    let data = &answer.json()["data"];
    let text = |name: &str| data[name].as_str().unwrap_or_else(|| panic!("{name}: {answer:?}")).to_owned();
    Person { id: text("id"), token: text("token") }
}

async fn log_in(client: &Client, id: &str, password: &str) -> Answer {
    client.post(LOGIN).json(&json!({"id": id, "password": password})).send().await
}

/// The token of a login that has to succeed.
async fn token(client: &Client, id: &str, password: &str) -> String {
    let answer = log_in(client, id, password).await;
    answer.json()["data"]["token"].as_str().unwrap_or_else(|| panic!("no token: {answer:?}")).to_owned()
}

/// An operator's order about somebody.
async fn order(server: &Server, number: AccountNumber, order: Order) {
    let on = Basics::from(server.app());
    administration::obey(&on, number, order).await.expect("the order is carried out");
}

/// An administrator whom an operator has made.
async fn administrator(server: &Server) -> Person {
    let person = register(&server.client(), Role::Donor).await;
    order(server, person.number(), Order::Role(Role::Administrator)).await;
    let token = token(&server.client(), &person.id, PASSWORD).await;
    Person { token, ..person }
}

/// A POST with somebody's token.
async fn ask(client: &Client, path: &str, token: &str, body: &Value) -> Answer {
    client.post(path).header("token", token).json(body).send().await
}

async fn give_role(client: &Client, by: &Person, id: &str, role: &str) -> Answer {
    ask(client, PERMISSION, &by.token, &json!({"id": id, "role": role})).await
}

async fn give_status(client: &Client, by: &Person, id: &str, status: &str) -> Answer {
    ask(client, STATUS, &by.token, &json!({"id": id, "status": status})).await
}

async fn get_user(client: &Client, by: &Person, id: &str) -> Answer {
    ask(client, GET_USER, &by.token, &json!({"id": id})).await
}

async fn rename(client: &Client, who: &Person, first_name: &str, last_name: &str) -> Answer {
    let body = json!({"first_name": first_name, "last_name": last_name});
    ask(client, CHANGE_INFORMATION, &who.token, &body).await
}

async fn change_password(client: &Client, id: &str, old: &str, new: &str) -> Answer {
    let body = json!({"id": id, "password": old, "new_password": new});
    client.post(CHANGE_PASSWORD).json(&body).send().await
}
