//! Digits in quotes and without mean the same, where a document has either (docs/contracts/README.md).

use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tally::services::administration;
use tests::client::Client;
use tests::server::Server;

use super::{PASSWORD, post, user, wide};

/// All that is the number, as `int` reads it in the servers that the documents are of.
fn spellings(number: u64) -> Vec<Value> {
    let texts = [
        number.to_string(),
        format!(" {number}\r\n"),
        format!("0{number}"),
        format!("+{number}"),
        wide(&number.to_string()),
        format!("\u{202d}{number}\u{202c}"),
    ];
    texts.into_iter().map(Value::from).chain([json!(number)]).collect()
}

/// What no number is, though some of it looks like 1.
fn others() -> Vec<Value> {
    let texts = ["", " ", "1.0", "1 1", "--1", "0x1", "one", "true", "١", "1\u{0}"];
    let others = [json!(1.0), json!(1.5), json!(true), json!([1]), json!({"1": 1})];
    texts.into_iter().map(Value::from).chain(others).collect()
}

struct Person {
    id: u64,
    token: String,
}

async fn registered(client: &Client, role: &Value) -> Person {
    let body = json!({"first_name": "Sara", "last_name": "Hammer", "role": role, "password": PASSWORD});
    let answer = post(client, "/user/register/", &body).await;
    assert_eq!(answer.code(), 200, "{role}: {answer:?}");
    let data = &answer.json()["data"];
    let text = |name: &str| data[name].as_str().expect("a text").to_owned();
    Person { id: text("id").parse().expect("a number"), token: text("token") }
}

/// A POST with somebody's token: its `code`.
async fn code(client: &Client, path: &str, token: &str, body: &Value) -> Value {
    client.post(path).header("token", token).json(body).send().await.json()["code"].clone()
}

async fn administrator(server: &Server) -> Person {
    let person = registered(&server.client(), &json!("1")).await;
    let number = AccountNumber::parse(&person.id.to_string()).expect("a number");
    let on = Basics::from(server.app());
    administration::obey(&on, number, Order::Role(Role::Administrator)).await.expect("it is done");
    let login = json!({"id": person.id, "password": PASSWORD});
    let answer = post(&server.client(), "/user/login/", &login).await.json();
    Person { token: answer["data"]["token"].as_str().expect("a token").to_owned(), ..person }
}

#[tokio::test]
async fn roles_statuses_and_limits_of_the_charity_need_no_quotes() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    for role in spellings(2) {
        let person = registered(&client, &role).await;
        let get = json!({"id": person.id});
        let shown = client.post("/user/getuser/").header("token", &boss.token).json(&get).send().await;
        assert_eq!(shown.json()["data"]["role"], "volunteer", "{role}");
        let found = json!({"role": role, "limit": role});
        let found = client.post("/user/search/").header("token", &boss.token).json(&found).send().await;
        let ids = found.json()["data"]["id_list"].as_array().map(Vec::len);
        assert!(matches!(ids, Some(1 | 2)), "{role}: {found:?}");
    }
    let person = registered(&client, &json!(1)).await;
    for (path, field, number) in [("/user/permission/", "role", 1), ("/user/status/", "status", 0)] {
        for typed in spellings(number) {
            let body = json!({"id": person.id, field: typed});
            assert_eq!(code(&client, path, &boss.token, &body).await, 200, "{path} {typed}");
        }
        for typed in others().into_iter().chain([json!(3), json!("3"), json!(-1)]) {
            let body = json!({"id": person.id, field: typed});
            assert_eq!(code(&client, path, &boss.token, &body).await, 400, "{path} {typed}");
        }
    }
    for typed in others() {
        let body = json!({"first_name": "a", "last_name": "b", "role": typed, "password": PASSWORD});
        assert_eq!(post(&client, "/user/register/", &body).await.code(), 400, "{typed}");
        let is_blank = typed.as_str().is_some_and(|text| text.trim().is_empty());
        for field in ["role", "limit"] {
            let found = code(&client, "/user/search/", &boss.token, &json!({field: typed})).await;
            assert_eq!(found, if is_blank { 200 } else { 400 }, "{field} {typed}");
        }
    }
    for word in ["donor", " volunteer\n"] {
        assert_eq!(code(&client, "/user/search/", &boss.token, &json!({"role": word})).await, 200);
    }
}

#[tokio::test]
async fn an_account_number_needs_no_quotes() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let person = registered(&client, &json!("1")).await;
    for id in spellings(person.id) {
        for (path, body) in [
            ("/user/login/", json!({"id": id, "password": PASSWORD})),
            ("/user/changepassword/", json!({"id": id, "password": PASSWORD, "new_password": PASSWORD})),
            ("/user/getuser/", json!({"id": id})),
            ("/user/permission/", json!({"id": id, "role": "1"})),
            ("/user/status/", json!({"id": id, "status": "0"})),
        ] {
            assert_eq!(code(&client, path, &boss.token, &body).await, 200, "{path} {id}");
        }
    }
    let text = format!(" {}\r\n", person.id);
    for request in [client.post("/user/login/"), client.post("/user/login")] {
        let answer = request.multipart(&[("id", &text), ("password", PASSWORD)]).send().await;
        assert_eq!(answer.code(), 200, "{answer:?}");
    }
    for id in [json!(0), json!(-1), json!(person.id + 1), json!(format!("{}.0", person.id)), json!(1.5)] {
        let answer = post(&client, "/user/login/", &json!({"id": id, "password": PASSWORD})).await;
        assert_eq!(answer.code(), 401, "{id}: {answer:?}");
    }
    for id in [json!(true), json!([person.id]), json!("")] {
        assert_eq!(code(&client, "/user/getuser/", &boss.token, &json!({"id": id})).await, 400, "{id}");
    }
}

#[tokio::test]
async fn kinds_of_codes_and_events_need_no_quotes_nor_their_absence() {
    let server = Server::start().await;
    for typed in spellings(1) {
        let body = json!({"username": "wang@example.com", "code_type": typed});
        let answer = post(&server.client(), "/v3_1/manage/verCode/", &body).await;
        assert_eq!(answer.json()["meta"]["code"], 0, "{typed}: {answer:?}");
    }
    for typed in others().into_iter().chain([json!(2), json!("2"), json!(-1)]) {
        let body = json!({"username": "wang@example.com", "code_type": typed});
        let answer = post(&server.client(), "/v3_1/manage/verCode/", &body).await;
        assert_eq!(answer.json()["meta"]["code"], 1001, "{typed}: {answer:?}");
    }
    for (index, typed) in spellings(2).into_iter().enumerate() {
        let browser = user(&server, &format!("u{index}")).await;
        for other in others() {
            let answer = post(&browser, "/users/new_industry_bookin/", &json!({"bookin_type": other})).await;
            assert_eq!(answer.json()["status"], "error", "{other}: {answer:?}");
        }
        let book = json!({"bookin_type": typed});
        let booked = post(&browser, "/users/new_industry_bookin/", &book).await;
        assert_eq!(booked.json()["status"], "ok", "{typed}: {booked:?}");
        let again = post(&browser, "/users/new_industry_bookin/", &json!({"bookin_type": "2"})).await;
        assert_eq!(again.json()["status"], "error", "{typed} is the same event: {again:?}");
    }
}

#[tokio::test]
async fn what_is_kept_as_text_may_come_as_a_number() {
    let server = Server::start().await;
    let browser = user(&server, "liming").await;
    let person = json!({"realname": "李明", "qq": 10_001});
    assert_eq!(post(&browser, "/users/change_my_info/", &person).await.json()["status"], "ok");
    assert_eq!(browser.get("/users/my_info/").send().await.json()["qq"], "10001");
    let token = browser.get("/api/accounts/get_token/").send().await.json()["data"].clone();
    let contact = json!({"alias": "小李", "email": "liming@example.com", "phone": 139, "job_number": 17,
        "dept_id": 4, "csrfmiddlewaretoken": token});
    let changed = post(&browser, "/api/accounts/account_change/", &contact).await.json();
    let shown = &changed["msg"];
    assert_eq!(
        (&shown["phone"], &shown["job_number"], &shown["dept_id"]),
        (&json!("139"), &json!("17"), &json!("4"))
    );
    let record = json!({"company": "rinc", "tel": 1_234_567, "address": "南京"});
    let created = post(&browser, "/api/create_users_info/", &record).await;
    assert_eq!(created.json()[0]["tel"], "1234567", "{created:?}");
}
