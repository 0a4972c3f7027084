//! Power: who is meant by a name, what has to be confirmed, what is written down, whom the charity's
//! administrators reach, and how the form of before is read (trust rule 4).

mod confirming;
mod finding;
mod former;
mod history;
mod reach;

use std::time::Duration;

use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::history::Record;
use tests::client::Client;
use tests::operator;
use tests::server::Server;
use tests::table::{self, Item};

const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "tiger-tally-78";

/// Who the operator of the tests is to AWS.
const IDENTITY: &str = "arn:aws:iam::000000000000:user/test";

/// What a command prints, or why it was not carried out; whoever is asked for a password types that.
async fn tell(server: &Server, line: &str) -> Result<String, String> {
    // Two acts are never at the same moment, so their records have an order.
    pass(server);
    let on = Basics::from(server.app()).acting_as(IDENTITY.to_owned());
    operator::tell(&on, line, Some(NEW_PASSWORD)).await
}

/// Lets a moment pass.
fn pass(server: &Server) {
    server.clock().advance(Duration::from_millis(1));
}

/// What a command prints that must work.
async fn order(server: &Server, line: &str) -> String {
    tell(server, line).await.unwrap_or_else(|failure| panic!("{line}: {failure}"))
}

async fn show(server: &Server, user: &str) -> Value {
    serde_json::from_str(&order(server, &format!("show {user} --json")).await).expect("it prints JSON")
}

async fn number(server: &Server, user: &str) -> AccountNumber {
    let number = show(server, user).await["number"].as_u64().expect("an account has a number");
    AccountNumber::parse(&number.to_string()).expect("it is one")
}

/// Registers somebody of group rest-auth with an address, which nobody proves.
async fn register(client: &Client, username: &str, email: &str) {
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    let answer = client.post("/rest-auth/registration/").json(&body).send().await;
    assert_eq!(answer.code(), 201, "{answer:?}");
}

/// Registers a donor of the charity; the id and the token.
async fn donor(client: &Client) -> (String, String) {
    let body = json!({"first_name": "Dora", "last_name": "Hammer", "role": "1", "password": PASSWORD});
    let data = client.post("/user/register/").json(&body).send().await.json()["data"].clone();
    let text = |name: &str| data[name].as_str().expect("a registration welcomes").to_owned();
    (text("id"), text("token"))
}

/// The token of a login at the charity.
async fn charity_token(client: &Client, id: &str) -> String {
    let answer = client.post("/user/login/").json(&json!({"id": id, "password": PASSWORD})).send().await;
    answer.json()["data"]["token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

async fn records(server: &Server, account: AccountNumber) -> Vec<Record> {
    let app = server.app();
    app.store.history(account, app.clock.now()).await.expect("the table can be read")
}

/// Everything in the table, in an order of its own.
async fn everything(server: &Server) -> Vec<Item> {
    let mut items = table::items(server).await;
    items.sort_by_key(|item| (table::text(item, "pk").to_owned(), table::text(item, "sk").to_owned()));
    items
}
