//! Searching by names and role: the answer to the letter, and that it is the pool's.

mod lagging;
mod shapes;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::credential::StoredCredential;
use tally::domain::role::Role;
use tally::store::{NewAccount, Store};
use tests::client::Client;
use tests::server::Server;

use super::*;

/// Somebody of the pool, put there without a registration.
async fn put(
    store: &Store,
    number: u32,
    (first_name, last_name): (&str, &str),
    role: Role,
    standing: Standing,
) {
    let credential = StoredCredential::stored(String::new());
    let new = Account::new(AccountNumber::new(number), credential, jiff::Timestamp::UNIX_EPOCH);
    let (first_name, last_name) = (first_name.to_owned(), last_name.to_owned());
    let account = Account { first_name, last_name, standing, role, charity: true, ..new };
    let new = NewAccount::new(&account, &[], "put by a test");
    assert_eq!(store.create_account(&new).await.expect("the table is there"), Ok(()));
}

async fn put_active(server: &Server, number: u32, names: (&str, &str), role: Role) {
    put(&server.app().store, number, names, role, Standing::Active).await;
}

/// The numbers that a search answers, and where the next page goes on.
async fn find(client: &Client, by: &Person, body: &Value) -> (Vec<String>, Option<String>) {
    let answer = ask(client, SEARCH, &by.token, body).await;
    assert_eq!(answer.code(), 200, "{body}: {answer:?}");
    let data = &answer.json()["data"];
    let ids = data["id_list"].as_array().expect("a list").iter();
    let ids = ids.map(|id| id.as_str().expect("ids are texts").to_owned()).collect();
    (ids, data.get("next").map(|next| next.as_str().expect("a text").to_owned()))
}

async fn brief(client: &Client, by: &Person, body: &Value) -> String {
    ask(client, SEARCH, &by.token, body).await.brief()
}

#[tokio::test]
async fn an_administrator_is_answered_a_list_of_numbers() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    for number in [70_671_574, 64_162_251, 51_923_482] {
        put_active(&server, number, ("Sinope", "Nanto"), Role::Volunteer).await;
    }
    let body = json!({"first_name": "Sinope", "last_name": "Nanto", "role": "2"});
    assert_snapshot!(ask(&client, SEARCH, &boss.token, &body).await.golden(), @r#"
    POST /user/search/
    200 OK
    allow: POST, OPTIONS
    {"code":200,"msg":"","data":{"id_list":["51923482","64162251","70671574"]}}
    "#);
    let body = json!({"first_name": "Nobody"});
    assert_eq!(brief(&client, &boss, &body).await, r#"200 {"code":200,"msg":"","data":{"id_list":[]}}"#);
    let body = json!({"role": "2", "limit": 2});
    assert_eq!(
        brief(&client, &boss, &body).await,
        r#"200 {"code":200,"msg":"","data":{"id_list":["51923482","64162251"],"next":"3203d309cb"}}"#
    );
    let body = json!({"role": "2", "limit": 2, "next": "3203d309cb"});
    assert_eq!(
        brief(&client, &boss, &body).await,
        r#"200 {"code":200,"msg":"","data":{"id_list":["70671574"]}}"#
    );
}

#[tokio::test]
async fn nobody_else_is_answered_whatever_they_ask() {
    let server = Server::start().await;
    let client = server.client();
    for role in [Role::Donor, Role::Volunteer] {
        let person = register(&client, role).await;
        for body in [json!({}), json!({"first_name": "Sara"}), json!({"role": 7}), json!([])] {
            assert_eq!(brief(&client, &person, &body).await, NOT_PERMITTED, "{body}");
        }
    }
    for token in ["", "3a93c15d92e94fa788e666f0134a2961"] {
        assert_eq!(ask(&client, SEARCH, token, &json!({})).await.brief(), LOGIN_AGAIN);
    }
    assert_eq!(client.post(SEARCH).json(&json!({})).send().await.brief(), LOGIN_AGAIN);
}

#[tokio::test]
async fn what_is_absent_or_empty_does_not_limit() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    put_active(&server, 70_671_574, ("Sinope", ""), Role::Donor).await;
    let everybody = vec![boss.id.clone(), "70671574".to_owned()];
    for body in [
        json!({}),
        json!({"first_name": "", "last_name": "", "role": "", "limit": "", "next": ""}),
        json!({"first_name": null, "last_name": " \u{3000}", "role": null, "limit": null, "next": null}),
        json!({"limit": 1000, "status": "2", "unknown": {"a": [1]}}),
    ] {
        assert_eq!(find(&client, &boss, &body).await, (everybody.clone(), None), "{body}");
    }
    let request = || client.post(SEARCH).header("token", &boss.token);
    for answer in [request().send().await, request().form(&[("role", ""), ("first_name", "")]).send().await] {
        assert_eq!(answer.json()["data"]["id_list"], json!(everybody), "{answer:?}");
    }
    let fields = [("role", "1"), ("first_name", "SINOPE"), ("limit", "1")];
    for answer in [request().form(&fields).send().await, request().multipart(&fields).send().await] {
        assert_eq!(answer.json()["data"], json!({"id_list": ["70671574"]}), "{answer:?}");
    }
}

#[tokio::test]
async fn roles_are_named_by_digit_or_word() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    put_active(&server, 70_671_574, ("Sinope", "Nanto"), Role::Donor).await;
    put_active(&server, 64_162_251, ("Sinope", "Nanto"), Role::Volunteer).await;
    for (names, id) in [
        (["0", "administrator"], boss.id.as_str()),
        (["1", "donor"], "70671574"),
        (["2", "volunteer"], "64162251"),
    ] {
        for role in names {
            assert_eq!(find(&client, &boss, &json!({"role": role})).await.0, [id], "{role}");
        }
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_a_bad_request() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    for body in [
        json!({"first_name": 1}),
        json!({"first_name": ["Sara"]}),
        json!({"last_name": {"$ne": ""}}),
        json!({"last_name": true}),
        json!({"first_name": "a\u{0}b"}),
        json!({"last_name": "a\u{202e}b"}),
        json!({"role": 1.0}),
        json!({"role": true}),
        json!({"role": "3"}),
        json!({"role": "Donor"}),
        json!({"limit": 0}),
        json!({"limit": 1001}),
        json!({"limit": -1}),
        json!({"limit": 1.5}),
        json!({"limit": "5.0"}),
        json!({"limit": "ten"}),
        json!({"limit": true}),
        json!({"limit": 18_446_744_073_709_551_615_u64}),
        json!({"next": "1"}),
        json!({"next": 1}),
        json!({"next": "3203D309CB"}),
        json!({"next": "3203d309cb00"}),
        json!({"next": "3303d309cb"}),
        json!({"next": "ACCOUNT#51923482"}),
        // The end of a page of volunteers is in no list of donors.
        json!({"next": "3203d309cb", "role": "1"}),
    ] {
        assert_eq!(brief(&client, &boss, &body).await, BAD, "{body}");
    }
}

#[tokio::test]
async fn names_are_compared_and_never_understood() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let long = "王".repeat(9_000);
    for name in ["%", "*", "Sara%", ".*", "' OR '1'='1", "#place", ":first", "4#Sara", "!", &long] {
        assert_eq!(find(&client, &boss, &json!({"first_name": name})).await, (vec![], None));
        let both = json!({"first_name": name, "last_name": name, "role": "0"});
        assert_eq!(find(&client, &boss, &both).await, (vec![], None));
    }
    assert_eq!(find(&client, &boss, &json!({"first_name": "Sara"})).await.0, [boss.id]);
}

#[tokio::test]
async fn whoever_changes_is_found_as_they_are_and_the_deleted_are_not_found() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let person = register(&client, Role::Donor).await;
    let names = |first: &str, last: &str| json!({"first_name": first, "last_name": last});
    let is_found = async |body: Value| find(&client, &boss, &body).await.0.contains(&person.id);

    assert_eq!(rename(&client, &person, "Zoë", "欧阳").await.brief(), DONE);
    assert!(is_found(names("ZOE\u{308}", "欧阳")).await && is_found(names("zoë", "")).await);
    assert!(is_found(names("", "欧阳")).await && is_found(json!({"role": "1"})).await);
    assert!(!is_found(names("Sara", "Hammer")).await && !is_found(names("Sara", "")).await);
    assert!(!is_found(names("", "Hammer")).await);

    assert_eq!(give_role(&client, &boss, &person.id, "2").await.brief(), DONE);
    let mut volunteer = names("zoë", "欧阳");
    volunteer["role"] = json!("2");
    assert!(is_found(volunteer.clone()).await && !is_found(json!({"role": "1"})).await);

    assert_eq!(give_status(&client, &boss, &person.id, "1").await.brief(), DONE);
    assert!(is_found(volunteer.clone()).await, "the frozen are found");

    assert_eq!(give_status(&client, &boss, &person.id, "2").await.brief(), DONE);
    for body in [volunteer, names("zoë", ""), names("", "欧阳"), json!({"role": "2"}), json!({})] {
        assert!(!is_found(body.clone()).await, "the deleted are not found: {body}");
    }
}

#[tokio::test]
async fn accounts_of_other_groups_are_found_once_they_were_here_and_without_names() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let key = client.register("zhang", PASSWORD).await.key();
    let id = tests::table::owner(&key).to_string();
    assert!(!find(&client, &boss, &json!({})).await.0.contains(&id), "nobody's business yet");
    token(&client, &id, PASSWORD).await;
    assert!(find(&client, &boss, &json!({"role": "1"})).await.0.contains(&id));
    assert!(find(&client, &boss, &json!({})).await.0.contains(&id));
    assert!(!find(&client, &boss, &json!({"first_name": "zhang"})).await.0.contains(&id));
}
