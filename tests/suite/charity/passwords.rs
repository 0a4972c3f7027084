//! Changing a password by number and old password, without a token.

use serde_json::json;
use tally::domain::role::Role;
use tests::server::Server;

use super::{
    BAD, CHANGE_PASSWORD, DONE, GET_USER, LOGIN_AGAIN, NEW_PASSWORD, PASSWORD, REGISTER, WRONG, ask,
    change_password, log_in, register, token,
};

#[tokio::test]
async fn a_change_ends_every_session_and_the_old_password() {
    let server = Server::start().await;
    let client = server.client();
    let person = register(&client, Role::Donor).await;
    let other = token(&client, &person.id, PASSWORD).await;
    assert_eq!(change_password(&client, &person.id, PASSWORD, NEW_PASSWORD).await.brief(), DONE);
    for token in [&person.token, &other] {
        let body = json!({"id": person.id});
        assert_eq!(ask(&client, GET_USER, token, &body).await.brief(), LOGIN_AGAIN);
    }
    assert_eq!(log_in(&client, &person.id, PASSWORD).await.brief(), WRONG);
    assert_eq!(log_in(&client, &person.id, NEW_PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn a_token_is_neither_needed_nor_enough() {
    let server = Server::start().await;
    let client = server.client();
    let person = register(&client, Role::Donor).await;
    let body = json!({"id": person.id, "password": "wrong-password-1", "new_password": NEW_PASSWORD});
    assert_eq!(ask(&client, CHANGE_PASSWORD, &person.token, &body).await.brief(), WRONG);
    assert_eq!(log_in(&client, &person.id, PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn passwords_that_break_the_rules_are_bad_requests() {
    let server = Server::start().await;
    let client = server.client();
    let person = register(&client, Role::Donor).await;
    let long = "x1".repeat(2049);
    for weak in ["short7", "12345678", "90210384756", "password123", "river\u{7}stone", &long, ""] {
        let answer = change_password(&client, &person.id, PASSWORD, weak).await;
        assert_eq!(answer.brief(), BAD, "{weak}");
        let body = json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": weak});
        assert_eq!(client.post(REGISTER).json(&body).send().await.brief(), BAD, "{weak}");
    }
    assert_eq!(log_in(&client, &person.id, PASSWORD).await.code(), 200, "the old one is still in force");
}

#[tokio::test]
async fn a_new_password_that_repeats_the_username_is_refused_to_who_knows_the_old_one() {
    let server = Server::start().await;
    let client = server.client();
    let key = server.client().register("river.stone", PASSWORD).await.key();
    let id = tests::table::owner(&key).to_string();
    assert_eq!(change_password(&client, &id, "wrong-password-1", "river.stone").await.brief(), WRONG);
    assert_eq!(change_password(&client, &id, PASSWORD, "river.stone").await.brief(), BAD);
    assert_eq!(server.client().login("river.stone", PASSWORD).await.code(), 200, "nothing changed");
    assert_eq!(change_password(&client, &id, PASSWORD, NEW_PASSWORD).await.brief(), DONE);
    assert_eq!(server.client().login("river.stone", NEW_PASSWORD).await.code(), 200, "in every group");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_one_is_made() {
    for _ in 0..3 {
        let server = Server::start().await;
        let (one, other) = (server.client(), server.client());
        let person = register(&one, Role::Donor).await;
        let (first, second) = tokio::join!(
            change_password(&one, &person.id, PASSWORD, "tiger-number-1"),
            change_password(&other, &person.id, PASSWORD, "tiger-number-2"),
        );
        let mut briefs = [first.brief(), second.brief()];
        let winner = if briefs[0] == DONE { "tiger-number-1" } else { "tiger-number-2" };
        briefs.sort();
        assert_eq!(briefs, [DONE, WRONG]);
        assert_eq!(log_in(&one, &person.id, winner).await.code(), 200);
    }
}
