//! Fields that a client has no business setting.

use serde_json::{Value, json};
use tests::server::Server;

use super::{CHANGE, CREATE, DISPLAY, LOGIN, PASSWORD, REGISTRATION};

/// A body with everything in it that an account, a session or an item of the table is made of.
fn greedy(own: &Value) -> Value {
    let mut body = json!({
        "id": 1, "pk": "ACCOUNT#1", "sk": "ACCOUNT", "number": 1, "is_superuser": true, "is_staff": true, "is_active": false,
        "role": "0", "status": "1", "standing": "deleted", "epoch": 77, "credential": "!", "first_name": "Eve",
        "last_name": "Mallory", "date_joined": "1999-01-01T00:00:00Z", "last_login": null, "groups": ["admin"],
        "user_permissions": ["all"], "verified": true, "key": "0", "key_generation": 9, "key_devices": 9, "sessions": {},
        "details": {"company": "x"}, "op": "x", "user": {"id": 1, "is_superuser": true, "is_staff": true, "username": "eve"},
    });
    for (name, value) in own.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// The parts of a user that no request may set.
fn untouched(user: &Value) {
    assert_eq!(user["username"], "zhang");
    assert_eq!(
        (&user["is_superuser"], &user["is_staff"], &user["is_active"]),
        (&json!(false), &json!(false), &json!(true))
    );
    assert_eq!((&user["first_name"], &user["last_name"]), (&json!(""), &json!("")));
    assert_eq!((&user["groups"], &user["user_permissions"]), (&json!([]), &json!([])));
    assert_eq!(user["date_joined"], "2017-07-06T05:11:24.481000Z");
    assert_eq!(user["password"], "********");
    assert_ne!(user["id"], 1);
}

#[tokio::test]
async fn unknown_fields_set_nothing_on_any_endpoint() {
    let server = Server::start().await;
    let browser = server.client();
    let register = greedy(&json!({"username": "zhang", "password1": PASSWORD, "password2": PASSWORD}));
    let key = browser.post(REGISTRATION).json(&register).send().await.key();
    let number = tests::table::owner(&key);
    let login = greedy(&json!({"username": "zhang", "password": PASSWORD}));
    assert_eq!(browser.post(LOGIN).json(&login).send().await.code(), 200);
    let details = greedy(&json!({"company": "rinc", "tel": "1", "address": "2"}));
    let created = browser.post(CREATE).json(&details).send().await.json();
    untouched(&created[0]["user"]);
    assert_eq!(created[0]["company"], "rinc");
    for method in ["PUT", "PATCH"] {
        let changed = browser.request(method, DISPLAY).json(&details).send().await.json();
        untouched(&changed["user"]);
        assert_eq!(changed["id"], created[0]["id"]);
    }
    let item = tests::table::account(&server, number).await;
    assert_eq!(tests::table::number(&item, "epoch"), 0);
    assert_eq!(tests::table::text(&item, "standing"), "active");
    assert!(!item.contains_key("is_staff") && !item.contains_key("is_superuser"), "{item:?}");
    let new = "another-tiger-7";
    let change = greedy(&json!({"old_password": PASSWORD, "new_password1": new, "new_password2": new}));
    assert_eq!(browser.post(CHANGE).json(&change).send().await.code(), 200);
    let item = tests::table::account(&server, number).await;
    assert_eq!((tests::table::number(&item, "epoch"), tests::table::number(&item, "key_devices")), (1, 0));
    assert!(tests::table::text(&item, "credential").starts_with("$argon2id$"));
}

#[tokio::test]
async fn names_of_the_language_are_fields_like_any_other() {
    let server = Server::start().await;
    let body = r#"{"__proto__":{"is_staff":true},"constructor":{"prototype":{"is_staff":true}},"__class__":"x","username":"zhang","password1":"fswxxz1456","password2":"fswxxz1456"}"#;
    let browser = server.client();
    assert_eq!(browser.post(REGISTRATION).body(super::JSON, body).send().await.code(), 201);
    let created = browser.post(CREATE).body(super::JSON, super::DETAILS).send().await.json();
    untouched(&created[0]["user"]);
}

#[tokio::test]
async fn fields_in_the_query_are_not_read() {
    let server = Server::start().await;
    let query = format!("{LOGIN}?username=zhang&password={PASSWORD}");
    server.client().register("zhang", PASSWORD).await;
    assert_eq!(
        server.client().post(&query).send().await.brief(),
        r#"400 {"password":["This field is required."]}"#
    );
    let path = format!("{REGISTRATION}?username=eve&password1={PASSWORD}&password2={PASSWORD}");
    assert_eq!(server.client().post(&path).send().await.code(), 400);
    assert_eq!(tests::table::items_of(&server, "ACCOUNT#").await.len(), 1);
}
