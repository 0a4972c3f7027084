//! What the `token` header opens, for how long, and what it does not open.

use std::time::Duration;

use serde_json::json;
use tally::domain::role::Role;
use tests::server::Server;

use super::{
    DONE, GET_USER, GUARDED, LOGIN_AGAIN, LOGOUT, PASSWORD, Person, REGISTER, administrator, ask, get_user,
    register, registration, token, welcomed,
};

#[tokio::test]
async fn administrators_stay_in_for_half_a_day_and_others_for_a_month() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let (donor, volunteer) = (register(&client, Role::Donor).await, register(&client, Role::Volunteer).await);
    let made = welcomed(&ask(&client, REGISTER, &boss.token, &registration("0", "Sinope", "Nanto")).await);
    let is_in = async |person: &Person| get_user(&client, person, &person.id).await.code() == 200;
    server.clock().advance(Duration::from_secs(12 * 3600 - 1));
    assert!(is_in(&boss).await && is_in(&made).await);
    server.clock().advance(Duration::from_secs(1));
    assert_eq!(get_user(&client, &boss, &boss.id).await.brief(), LOGIN_AGAIN);
    assert!(!is_in(&made).await);
    server.clock().advance(Duration::from_secs((30 * 24 - 12) * 3600 - 1));
    assert!(is_in(&donor).await && is_in(&volunteer).await);
    server.clock().advance(Duration::from_secs(1));
    assert!(!is_in(&donor).await && !is_in(&volunteer).await);
}

#[tokio::test]
async fn without_a_living_token_every_guarded_endpoint_says_login_again() {
    let server = Server::start().await;
    let client = server.client();
    let donor = register(&client, Role::Donor).await;
    let flipped = if donor.token.starts_with('0') { "1" } else { "0" }.to_owned() + &donor.token[1..];
    let upper = donor.token.to_uppercase();
    let broken = [
        "",
        " ",
        "null",
        "3a93c15d92e94fa788e666f0134a2961",
        &donor.token[..31],
        &flipped,
        &upper,
        &format!("Token {}", donor.token),
        &format!("{}0", donor.token),
    ];
    for path in GUARDED {
        let body = json!({"id": donor.id, "first_name": "a", "last_name": "b"});
        assert_eq!(client.post(path).json(&body).send().await.brief(), LOGIN_AGAIN, "{path}");
        for token in broken.iter().filter(|token| **token != donor.token) {
            assert_eq!(ask(&client, path, token, &body).await.brief(), LOGIN_AGAIN, "{path} {token:?}");
        }
    }
}

#[tokio::test]
async fn of_fifteen_sessions_the_latest_ten_live() {
    let server = Server::start().await;
    let client = server.client();
    let donor = register(&client, Role::Donor).await;
    let mut tokens = vec![donor.token.clone()];
    for _ in 0..14 {
        server.clock().advance(Duration::from_secs(1));
        tokens.push(token(&client, &donor.id, PASSWORD).await);
    }
    for (at, token) in tokens.iter().enumerate() {
        let answer = ask(&client, GET_USER, token, &json!({"id": donor.id})).await;
        assert_eq!(answer.code(), if at < 5 { 401 } else { 200 }, "session {at}");
    }
}

#[tokio::test]
async fn two_different_tokens_are_nobodys_and_one_twice_is_one() {
    let server = Server::start().await;
    let client = server.client();
    let (one, other) = (register(&client, Role::Donor).await, register(&client, Role::Donor).await);
    let request = |first: &str, second: &str| {
        let body = json!({"id": one.id});
        client.post(GET_USER).header("token", first).header("token", second).json(&body).send()
    };
    assert_eq!(request(&one.token, &other.token).await.brief(), LOGIN_AGAIN);
    assert_eq!(request(&one.token, "").await.brief(), LOGIN_AGAIN);
    assert_eq!(request(&one.token, &one.token).await.code(), 200);
}

#[tokio::test]
async fn a_token_is_taken_from_its_header_only() {
    let server = Server::start().await;
    let client = server.client();
    let donor = register(&client, Role::Donor).await;
    let body = json!({"id": donor.id, "token": donor.token});
    let elsewhere = [
        client.post(GET_USER).json(&body),
        client.post(&format!("{GET_USER}?token={}", donor.token)).json(&body),
        client.post(GET_USER).header("cookie", format!("token={}", donor.token)).json(&body),
        client.post(GET_USER).header("cookie", format!("sessionid={}", donor.token)).json(&body),
        client.post(GET_USER).token(&donor.token).json(&body),
    ];
    for request in elsewhere {
        assert_eq!(request.send().await.brief(), LOGIN_AGAIN);
    }
}

#[tokio::test]
async fn the_sessions_of_other_groups_do_not_open_this_one_nor_the_other_way_round() {
    let server = Server::start().await;
    let browser = server.client();
    let key = browser.register("zhang", PASSWORD).await.key();
    browser.login("zhang", PASSWORD).await;
    let cookie = browser.cookie("sessionid").expect("a session");
    let id = tests::table::owner(&key).to_string();
    let client = server.client();
    for foreign in [&key, &cookie] {
        assert_eq!(ask(&client, GET_USER, foreign, &json!({"id": id})).await.brief(), LOGIN_AGAIN);
    }
    assert_eq!(browser.post(GET_USER).json(&json!({"id": id})).send().await.brief(), LOGIN_AGAIN);
    let token = token(&client, &id, PASSWORD).await;
    assert_eq!(client.get("/api/users_display/").token(&token).send().await.code(), 401);
    let thief = server.client();
    thief.set_cookie("sessionid", &token);
    assert_eq!(thief.get("/api/users_display/").send().await.code(), 401);
    assert_eq!(ask(&client, GET_USER, &token, &json!({"id": id})).await.code(), 200);
}

#[tokio::test]
async fn tokens_and_passwords_lie_in_the_table_in_no_readable_form() {
    let server = Server::start().await;
    let person = register(&server.client(), Role::Donor).await;
    let dump = format!("{:?}", tests::table::items(&server).await);
    assert!(dump.contains(&person.id) && !dump.contains(&person.token) && !dump.contains(PASSWORD));
}

#[tokio::test]
async fn a_logout_ends_the_session_of_its_token_and_no_other() {
    let server = Server::start().await;
    let client = server.client();
    let phone = register(&client, Role::Donor).await;
    let laptop = Person { token: token(&client, &phone.id, PASSWORD).await, ..phone.clone() };
    let answer = client.post(LOGOUT).header("token", &phone.token).send().await;
    insta::assert_snapshot!(answer.golden(), @r#"
    POST /user/logout/
    200 OK
    allow: POST, OPTIONS
    {"code":200,"msg":"","data":{}}
    "#);
    assert_eq!(get_user(&client, &phone, &phone.id).await.brief(), LOGIN_AGAIN);
    assert_eq!(ask(&client, LOGOUT, &phone.token, &json!({})).await.brief(), LOGIN_AGAIN);
    assert_eq!(get_user(&client, &laptop, &phone.id).await.code(), 200);
    assert_eq!(ask(&client, LOGOUT, &laptop.token, &json!({"id": "7"})).await.brief(), DONE);
}
