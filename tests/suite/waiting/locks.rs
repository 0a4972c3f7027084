//! A lock shows only under the identifiers it was earned by.

use serde_json::{Value, json};
use tests::answer::Answer;
use tests::server::Server;
use tests::tap::Call;
use tests::tapped::{Ask, Ground};

use super::{EMAIL, EVIL, PASSWORD, at, guess, with_user};

const COMPANY: &str = "/users/account_login/";

async fn by(server: &Server, name: &str, password: &str) -> Answer {
    let body = json!({"username": name, "password": password});
    at(server, EVIL).post(COMPANY).json(&body).send().await
}

#[tokio::test]
async fn under_another_identifier_a_lock_looks_like_a_wrong_password() {
    let server = with_user().await;
    guess(&server, "zhang").await;
    let hidden = by(&server, EMAIL, PASSWORD).await;
    let nobodys = by(&server, "nobody@example.com", PASSWORD).await;
    assert_eq!(hidden.brief(), nobodys.brief());
    assert_eq!(hidden.structure(), nobodys.structure());
    assert_eq!(
        by(&server, "zhang", PASSWORD).await.code(),
        429,
        "the name it was earned by, at another door"
    );
}

#[tokio::test]
async fn whatever_strangers_try_an_identifier_shows_what_nobodys_would() {
    let server = with_user().await;
    let mut mixed = 0_u32;
    for step in 0..120_u32 {
        // Steps that are neither in turn nor alike, and the same in every run.
        mixed = mixed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (known, unknown) = if mixed >> 31 == 0 { ("zhang", "wang") } else { (EMAIL, "wang@example.com") };
        let shown = [by(&server, known, "wrong-guess-x").await, by(&server, unknown, "wrong-guess-x").await];
        let [known, unknown] = shown.map(|answer| (answer.brief(), answer.structure()));
        assert_eq!(known, unknown, "step {step}");
        server.clock().advance(std::time::Duration::from_secs(u64::from(mixed >> 16) % 40));
    }
}

#[tokio::test]
async fn a_hidden_lock_costs_what_an_unknown_name_costs() {
    let ground = Ground::start().await;
    let service = ground.tapped(std::time::Duration::from_millis(10)).await;
    let body = json!({"username": "zhang", "email": EMAIL, "password1": PASSWORD, "password2": PASSWORD});
    assert_eq!(service.send(&Ask::post("/rest-auth/registration/", &body)).await.code(), 201);
    let ask = |name: &str| Ask::post(COMPANY, &json!({"username": name, "password": PASSWORD}));
    let wrong = |name: &str| -> Value { json!({"username": name, "password": "wrong-guess-x"}) };
    for _ in 0..6 {
        let _ = service.send(&Ask::post("/rest-auth/login/", &wrong("zhang"))).await;
    }
    let trace = |calls: Vec<Call>| {
        let mut calls: Vec<String> = calls.iter().map(Call::what).collect();
        calls.sort();
        calls
    };
    drop(service.tap.take_calls());
    let hidden = service.send(&ask(EMAIL)).await;
    let hidden_calls = trace(service.tap.take_calls());
    let nobodys = service.send(&ask("nobody@example.com")).await;
    let nobodys_calls = trace(service.tap.take_calls());
    assert_eq!(hidden.text, nobodys.text);
    assert_eq!(hidden_calls, nobodys_calls);
    assert!(hidden_calls.iter().any(|call| call.contains("ADDRESS")), "the network pays: {hidden_calls:?}");
}

#[tokio::test]
async fn the_number_of_an_account_is_an_identifier_too() {
    let server = with_user().await;
    let items = tests::table::items_of(&server, "ACCOUNT#").await;
    let number = tests::table::text(&items[0], "pk").trim_start_matches("ACCOUNT#").to_owned();
    guess(&server, "zhang").await;
    let body = json!({"id": number, "password": PASSWORD});
    let answer = at(&server, EVIL).post("/user/login/").json(&body).send().await;
    assert_eq!(answer.brief(), r#"401 {"code":401,"msg":"Incorrect username or password"}"#);
}
