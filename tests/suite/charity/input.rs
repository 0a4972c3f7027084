//! Input that is not what the document asks for is one and the same bad request.

use serde_json::{Value, json};
use tally::domain::role::Role;
use tests::server::Server;

use super::{
    ALL, BAD, CHANGE_INFORMATION, CHANGE_PASSWORD, DONE, GET_USER, LOGIN, NEW_PASSWORD, NO_TARGET,
    NO_TARGET_DATA, PASSWORD, PERMISSION, REGISTER, STATUS, WRONG, administrator, ask, get_user, give_role,
    give_status, log_in, register, registration, rename, token, welcomed,
};

/// The body with one field replaced, or taken out.
fn with(body: &Value, field: &str, value: Option<Value>) -> Value {
    let mut body = body.clone();
    let map = body.as_object_mut().expect("a body is an object");
    match value {
        Some(value) => map.insert(field.to_owned(), value),
        None => map.remove(field),
    };
    body
}

#[tokio::test]
async fn every_field_is_a_text_that_has_to_be_there() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let donor = register(&client, Role::Donor).await;
    let bodies = [
        (REGISTER, registration("1", "Sara", "Hammer")),
        (LOGIN, json!({"id": donor.id, "password": PASSWORD})),
        (PERMISSION, json!({"id": donor.id, "role": "1"})),
        (STATUS, json!({"id": donor.id, "status": "0"})),
        (CHANGE_PASSWORD, json!({"id": donor.id, "password": PASSWORD, "new_password": NEW_PASSWORD})),
        (CHANGE_INFORMATION, json!({"first_name": "Sara", "last_name": "Hammer"})),
        (GET_USER, json!({"id": donor.id})),
    ];
    for (path, body) in bodies {
        for field in body.as_object().unwrap().keys() {
            // A number that is none is nobody's, as a text would be.
            let is_number = |value: &Option<Value>| value.as_ref().is_some_and(Value::is_number);
            let odd = [
                None,
                Some(json!(null)),
                Some(json!(1.5)),
                Some(json!(true)),
                Some(json!([])),
                Some(json!({})),
                Some(json!("")),
            ];
            for value in odd.into_iter().filter(|value| field != "id" || !is_number(value)) {
                let body = with(&body, field, value);
                assert_eq!(ask(&client, path, &boss.token, &body).await.brief(), BAD, "{path} {body}");
            }
        }
    }
    let item = tests::table::account(&server, donor.number()).await;
    assert_eq!(tests::table::number(&item, "epoch"), 0, "nothing was changed");
}

#[tokio::test]
async fn roles_and_statuses_are_the_documents_digits() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let donor = register(&client, Role::Donor).await;
    for odd in ["3", "-1", "1.0", "1 2", "0x1", "donor", "administrator", "١", "1\u{0}"] {
        assert_eq!(give_role(&client, &boss, &donor.id, odd).await.brief(), BAD, "{odd}");
        assert_eq!(give_status(&client, &boss, &donor.id, odd).await.brief(), BAD, "{odd}");
        let body = registration(odd, "Sara", "Hammer");
        assert_eq!(client.post(REGISTER).json(&body).send().await.brief(), BAD, "{odd}");
    }
}

#[tokio::test]
async fn names_may_be_of_any_script_and_hold_no_controls() {
    let server = Server::start().await;
    let client = server.client();
    let donor = register(&client, Role::Donor).await;
    let longest = "名".repeat(150);
    for (typed, kept) in [
        (" 欧阳 ", "欧阳"),
        ("Ame\u{301}lie", "Am\u{e9}lie"),
        ("'; DROP TABLE", "'; DROP TABLE"),
        (&longest, &longest),
    ] {
        assert_eq!(rename(&client, &donor, typed, "娜娜").await.brief(), DONE, "{typed}");
        assert_eq!(get_user(&client, &donor, &donor.id).await.json()["data"]["first_name"], kept);
    }
    for odd in ["a\u{0}b", "a\nb", "a\u{202e}b", " \u{3000}", &"名".repeat(151), "\u{1b}[2J"] {
        assert_eq!(rename(&client, &donor, odd, "娜娜").await.brief(), BAD, "{odd:?}");
        assert_eq!(rename(&client, &donor, "娜娜", odd).await.brief(), BAD, "{odd:?}");
        assert_eq!(client.post(REGISTER).json(&registration("1", odd, "b")).send().await.brief(), BAD);
    }
}

#[tokio::test]
async fn fields_that_nobody_documented_set_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let extra = json!({"is_staff": true, "is_superuser": true, "standing": "frozen", "status": "1", "epoch": 9,
        "id": "51923482", "token": "3a93c15d92e94fa788e666f0134a2961", "username": "root", "email": "root@b.co"});
    let mut body = registration("1", "Sara", "Hammer");
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let donor = welcomed(&client.post(REGISTER).json(&body).send().await);
    assert_ne!(donor.id, "51923482");
    let mut body = json!({"first_name": "Sinope", "last_name": "Nanto", "role": "0"});
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    assert_eq!(ask(&client, CHANGE_INFORMATION, &donor.token, &body).await.brief(), DONE);
    let item = tests::table::account(&server, donor.number()).await;
    for absent in ["is_staff", "is_superuser", "role", "username", "email"] {
        assert!(!item.contains_key(absent), "{absent}");
    }
    assert_eq!(tests::table::text(&item, "standing"), "active");
}

#[tokio::test]
async fn odd_numbers_are_nobodys() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let donor = register(&client, Role::Donor).await;
    let odd = [
        format!("{} {}", &donor.id[..4], &donor.id[4..]),
        format!("#{}", donor.id),
        "-1".to_owned(),
        "5.1923482e7".to_owned(),
        format!("{}.0", donor.id),
        "99999999999999999999".to_owned(),
        "x".repeat(5000),
        "ACCOUNT#1".to_owned(),
    ];
    for id in &odd {
        assert_eq!(give_status(&client, &boss, id, "1").await.brief(), NO_TARGET_DATA, "{id}");
        assert_eq!(get_user(&client, &boss, id).await.brief(), NO_TARGET, "{id}");
        assert_eq!(log_in(&client, id, PASSWORD).await.brief(), WRONG, "{id}");
    }
    assert_eq!(get_user(&client, &boss, "\u{0}").await.brief(), BAD);
    assert_eq!(log_in(&client, &donor.id, PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn every_endpoint_is_served_with_and_without_its_final_slash_and_by_post_only() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    for path in ALL {
        for path in [path, path.trim_end_matches('/')] {
            // A logout ends the session it comes by.
            let by = if path.contains("logout") {
                token(&client, &boss.id, PASSWORD).await
            } else {
                boss.token.clone()
            };
            let answer =
                client.post(path).header("token", &by).json(&json!({"role": true, "id": true})).send().await;
            assert_ne!(answer.code(), 404, "{path}");
            for method in ["GET", "PUT", "PATCH", "DELETE", "HEAD", "TRACE"] {
                let answer = client.request(method, path).header("token", &boss.token).send().await;
                assert_eq!(
                    (answer.code(), answer.header("allow")),
                    (405, Some("POST, OPTIONS")),
                    "{method} {path}"
                );
            }
        }
    }
}
