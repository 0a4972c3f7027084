//! Out of one pool and into another: nothing is lost, and what is to end does.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account::Account;
use tally::domain::account_number::AccountNumber;
use tally::domain::credential::{Cost, StoredCredential};
use tally::domain::phone_number::PhoneNumber;
use tally::domain::role::Role;
use tally::store::NewAccount;
use tally::store::key::Identifier;
use tests::client::Client;
use tests::operator;
use tests::server::Server;
use tests::table;

use super::{DJANGO_HASH, Folder, PASSWORD, accounts, login};

const PHONE_OWNER: AccountNumber = AccountNumber::new(33_333_333);

/// Gives an order by the service's own clock.
async fn order(server: &Server, words: &[&str]) -> String {
    let done = operator::tell(&Basics::from(server.app()), &words.join(" "), None).await;
    done.unwrap_or_else(|failure| panic!("{words:?}: {failure}"))
}

async fn register(server: &Server, username: &str) -> String {
    let email = format!("{username}@example.com");
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    server.client().post("/rest-auth/registration/").json(&body).send().await.key()
}

/// The lines of an export by username, or by number where there is none.
async fn export(server: &Server, folder: &Folder, name: &str) -> BTreeMap<String, Value> {
    order(server, &["export", "--output", &folder.name(name)]).await;
    let text = folder.read(name);
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON"));
    let named = lines.map(|line: Value| {
        let name = line["username"].as_str().map_or_else(|| line["number"].to_string(), str::to_owned);
        (name, line)
    });
    named.collect()
}

/// Somebody of every group and in every standing.
async fn populate(server: &Server) -> BTreeMap<&'static str, String> {
    let mut keys = BTreeMap::new();
    for username in ["detailed", "staff", "frozen", "gone", "old", "moved", "proven"] {
        keys.insert(username, register(server, username).await);
    }
    let client = server.client();
    let details = json!({"company": "rinc", "tel": "1234567", "address": "江苏省 \"南京\""});
    let created = client.post("/api/create_users_info/").token(&keys["detailed"]).json(&details).send().await;
    assert_eq!(created.code(), 201, "{created:?}");
    for words in ["staff staff on", "superuser staff on", "group staff add 运营", "freeze frozen"] {
        order(server, &words.split(' ').collect::<Vec<_>>()).await;
    }
    table::set(server, table::owner(&keys["gone"]), "standing", "deleted").await;
    table::set(server, table::owner(&keys["old"]), "credential", DJANGO_HASH).await;
    prove(server, "proven").await;
    // Their address was their name once, and still counts.
    let page = server.client();
    let name = "page@example.com";
    let contact = |email: &str| json!({"alias": "小王", "email": email, "phone": "010-8888", "job_number": "B-18", "dept_id": "4"});
    let mut registration = contact(name);
    for (field, value) in [("username", name), ("password1", PASSWORD), ("password2", PASSWORD)] {
        registration[field] = value.into();
    }
    post(&page, "register", &registration).await;
    post(&page, "login", &json!({"username": name, "password": PASSWORD})).await;
    post(&page, "account_change", &contact("page@elsewhere.example.com")).await;
    let phone = PhoneNumber::stored("+8613800138000".to_owned());
    let claims = [Identifier::phone(&phone)];
    let blank =
        Account::new(PHONE_OWNER, StoredCredential::stored(DJANGO_HASH.to_owned()), server.clock().now());
    let first_name = "三".to_owned();
    let volunteer = Account { phone: Some(phone), role: Role::Volunteer, first_name, ..blank };
    let new = NewAccount::new(&volunteer, &claims, "test");
    assert!(server.app().store.create_account(&new).await.is_ok_and(|made| made.is_ok()));
    keys
}

/// A form of the group `accounts` that must be taken.
async fn post(client: &Client, form: &str, body: &Value) {
    let token = client.get("/api/accounts/get_token/").send().await.json()["data"].clone();
    let token = token.as_str().expect("the token is a text").to_owned();
    let request = client.post(&format!("/api/accounts/{form}/")).header("x-csrftoken", token);
    let answer = request.json(body).send().await;
    assert_eq!(answer.json()["code"], 1, "{form}: {answer:?}");
}

/// Resets the password by a code, to the very same.
async fn prove(server: &Server, username: &str) {
    let email = format!("{username}@example.com");
    let client = server.client();
    let ask = json!({"username": email, "code_type": 1});
    client.post("/v3_1/manage/verCode/").json(&ask).send().await;
    let code = reset_code(server);
    let reset = json!({"username": email, "vercode": code, "password": PASSWORD, "password2": PASSWORD});
    let answer = client.post("/v3_1/manage/password/reset/").json(&reset).send().await;
    assert_eq!(answer.json()["meta"]["code"], 0, "{answer:?}");
}

pub(super) fn reset_code(server: &Server) -> String {
    let messages = server.inbox().messages();
    let text = &messages.last().expect("a mail was sent").text;
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| run.len() == 6).expect("the mail holds a code").to_owned()
}

#[tokio::test]
async fn everybody_moves_with_all_they_have() {
    // Hashes of the tests' cheap kind would come in wrapped.
    let dear = || Server::builder().hash_cost(Cost::PRODUCTION).start();
    let (old, new, folder) = (dear().await, dear().await, Folder::new());
    populate(&old).await;
    let before = export(&old, &folder, "before").await;
    assert_eq!(before.len(), 9, "{:?}", before.keys());
    assert_eq!(before["proven"]["email_proven"], true);
    assert_eq!(before["page@example.com"]["former_emails"][0]["address"], "page@example.com");
    let said = order(&new, &["import", &folder.name("before")]).await;
    assert_eq!(said, super::tally(9, 0, 0) + "Superusers among them: staff.\n");
    assert_eq!(export(&new, &folder, "after").await, before);

    for username in ["detailed", "staff", "old", "moved", "proven", "page@example.com"] {
        assert_eq!(login(&new, username).await, 200, "{username}");
    }
    let refused = new.client().login("frozen", PASSWORD).await;
    assert_eq!(refused.text, old.client().login("frozen", PASSWORD).await.text);
    post(&new.client(), "login", &json!({"username": "page@example.com", "password": PASSWORD})).await;
    let staff = json!({"username": "staff@example.com", "password": PASSWORD});
    let staff = new.client().post("/v3_1/manage/login/").json(&staff).send().await;
    assert_eq!(staff.json()["meta"]["code"], 0, "{staff:?}");
    let key = new.client().login("detailed", PASSWORD).await.key();
    let shown = new.client().get("/api/users_display/").token(&key).send().await.json();
    assert_eq!(shown["company"], "rinc", "{shown}");

    // What was given up keeps others out, and nothing that is taken can be taken again.
    for taken in ["detailed@example.com", "page@example.com", "page@elsewhere.example.com"] {
        let body = json!({"username": "x", "email": taken, "password1": PASSWORD, "password2": PASSWORD});
        let answer = new.client().post("/rest-auth/registration/").json(&body).send().await;
        assert_eq!(answer.code(), 400, "{taken}: {answer:?}");
    }
    // The last superuser is known over there.
    let on = Basics::from(new.app());
    let kept = operator::tell(&on, "superuser staff off", None).await;
    assert!(kept.is_err_and(|failure| failure.contains("last superuser")));
}

#[tokio::test]
async fn who_has_logged_in_since_is_recognised_all_the_same() {
    let (old, new, folder) = (Server::start().await, Server::start().await, Folder::new());
    populate(&old).await;
    export(&old, &folder, "users").await;
    order(&new, &["import", &folder.name("users")]).await;
    new.clock().advance(std::time::Duration::from_mins(5));
    assert_eq!(login(&new, "old").await, 200, "the hash is replaced by this");
    let before = accounts(&new).await;
    let said = order(&new, &["import", &folder.name("users")]).await;
    assert_eq!(said, super::tally(0, 9, 0));
    assert_eq!(accounts(&new).await.len(), before.len());
    assert!(accounts(&new).await.iter().all(|item| before.contains(item)), "something was overwritten");
}

#[tokio::test]
async fn keys_of_the_old_pool_open_nothing_even_under_the_same_secret() {
    let (old, new, folder) = (Server::start().await, Server::start().await, Folder::new());
    let client = old.client();
    let key = register(&old, "detailed").await;
    let details = json!({"company": "rinc", "tel": "1234567", "address": "x"});
    client.post("/api/create_users_info/").token(&key).json(&details).send().await;
    let lines = export(&old, &folder, "users").await;
    assert!(!lines["detailed"].to_string().contains(&key));
    order(&new, &["import", &folder.name("users")]).await;
    let welcome = new.client().login("detailed", PASSWORD).await.key();
    assert_ne!(welcome, key);
    let display = |key: String| {
        let client = new.client();
        async move { client.get("/api/users_display/").token(&key).send().await.code() }
    };
    assert_eq!((display(welcome).await, display(key).await), (200, 401));
}
