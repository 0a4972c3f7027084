//! Freezing, deleting and demoting take effect on the very next request, in every group.

use serde_json::json;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tests::client::Client;
use tests::server::Server;
use tests::table;

use super::{DONE, GET_USER, PASSWORD, administrator, ask, give_role, give_status, log_in, order, token};

const EMAIL: &str = "xiaoming@example.com";
const USERNAME: &str = "xiaoming";

/// One person, logged in everywhere.
struct Everywhere {
    id: String,
    rest_auth: Client,
    key: String,
    accounts: Client,
    console: String,
    charity: String,
}

impl Everywhere {
    async fn log_in(server: &Server) -> Self {
        let first = server.client().register_with(USERNAME, EMAIL, PASSWORD).await.key();
        let number = table::owner(&first);
        order(server, number, Order::Staff(true)).await;
        let id = number.to_string();
        let (rest_auth, accounts) = (server.client(), server.client());
        let key = rest_auth.login(USERNAME, PASSWORD).await.key();
        let csrf = accounts.get("/api/accounts/get_token/").send().await.json()["data"].clone();
        let csrf = csrf.as_str().expect("the token is a text");
        let fields = [("csrfmiddlewaretoken", csrf), ("username", USERNAME), ("password", PASSWORD)];
        let answer = accounts.post("/api/accounts/login/").form(&fields).send().await;
        assert_eq!(answer.json()["code"], 1, "{answer:?}");
        let body = json!({"username": EMAIL, "password": PASSWORD});
        let console = server.client().post("/v3_1/manage/login/").json(&body).send().await;
        let console = console.json()["data"]["token"].as_str().expect("a token").to_owned();
        let charity = token(&server.client(), &id, PASSWORD).await;
        Self { id, rest_auth, key, accounts, console, charity }
    }

    /// In how many ways they are in: a cookie, the shared key and a token of rest-auth, a cookie of
    /// accounts, a token here.
    async fn doors(&self, server: &Server) -> usize {
        let display = "/api/users_display/";
        let client = server.client();
        let codes = [
            self.rest_auth.get(display).send().await.code(),
            client.get(display).token(&self.key).send().await.code(),
            client.get(display).token(&self.console).send().await.code(),
            self.accounts.get("/api/accounts/account_change/").send().await.code(),
            ask(&client, GET_USER, &self.charity, &json!({"id": self.id})).await.code(),
        ];
        assert!(codes.iter().all(|code| [200, 404, 401].contains(code)), "{codes:?}");
        codes.iter().filter(|code| **code != 401).count()
    }
}

#[tokio::test]
async fn an_administrators_word_closes_every_door_at_once() {
    for change in ["freeze", "delete", "demote"] {
        let server = Server::start().await;
        let boss = administrator(&server).await;
        let person = Everywhere::log_in(&server).await;
        assert_eq!(person.doors(&server).await, 5);
        let client = server.client();
        let answer = match change {
            "freeze" => give_status(&client, &boss, &person.id, "1").await,
            "delete" => give_status(&client, &boss, &person.id, "2").await,
            _ => give_role(&client, &boss, &person.id, "2").await,
        };
        assert_eq!(answer.brief(), DONE);
        assert_eq!(person.doors(&server).await, 0, "{change}");
        let may_return = change == "demote";
        assert_eq!(server.client().login(USERNAME, PASSWORD).await.code() == 200, may_return, "{change}");
        assert_eq!(log_in(&client, &person.id, PASSWORD).await.code() == 200, may_return, "{change}");
    }
}

#[tokio::test]
async fn the_staff_console_is_given_and_taken_apart_from_the_charitys_roles() {
    let server = Server::start().await;
    let client = server.client();
    let key = server.client().register_with(USERNAME, EMAIL, PASSWORD).await.key();
    let boss = administrator(&server).await;
    let id = table::owner(&key).to_string();
    let console = async || {
        let body = json!({"username": EMAIL, "password": PASSWORD});
        server.client().post("/v3_1/manage/login/").json(&body).send().await.json()["meta"]["code"].clone()
    };
    assert_eq!(console().await, 1002);
    token(&client, &id, PASSWORD).await;
    assert_eq!(give_role(&client, &boss, &id, "0").await.brief(), DONE);
    assert_eq!(console().await, 1002, "an administrator is not staff by that");
    order(&server, table::owner(&key), Order::Staff(true)).await;
    assert_eq!(console().await, 0);
    order(&server, table::owner(&key), Order::Role(Role::Volunteer)).await;
    assert_eq!(console().await, 0, "who is an administrator no longer stays staff");
    order(&server, table::owner(&key), Order::Staff(false)).await;
    assert_eq!(console().await, 1002);
}
