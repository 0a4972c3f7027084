//! Accounts that an administrator stopped (security rule S18): told only to someone who knows the password,
//! and dead at once.

use insta::assert_snapshot;
use tests::client::Client;
use tests::server::Server;

use super::{CREATE, DETAILS, GUARDED, INVALID, JSON, LOGOUT, PASSWORD, STRANGER, WRONG};

/// A browser with a session, the key, and the account frozen or deleted behind their back.
async fn stopped(server: &Server, standing: &str) -> (Client, String) {
    let browser = server.client();
    let key = browser.register("zhang", PASSWORD).await.key();
    browser.post(CREATE).body(JSON, DETAILS).send().await;
    tests::table::set(server, tests::table::owner(&key), "standing", standing).await;
    (browser, key)
}

#[tokio::test]
async fn the_right_password_learns_that_the_account_is_frozen_and_a_wrong_one_does_not() {
    let server = Server::start().await;
    stopped(&server, "frozen").await;
    let right = server.client().login("zhang", PASSWORD).await;
    assert_snapshot!(right.golden(), @r#"
    POST /rest-auth/login/
    400 Bad Request
    allow: POST, OPTIONS
    vary: Accept, Cookie
    {"non_field_errors":["User account is disabled."]}
    "#);
    assert_eq!(server.client().login("zhang", "wrong-password-1").await.brief(), WRONG);
}

#[tokio::test]
async fn a_deleted_account_answers_like_one_that_never_was() {
    let server = Server::start().await;
    stopped(&server, "deleted").await;
    let deleted = server.client().login("zhang", PASSWORD).await;
    let unknown = server.client().login("nobody", PASSWORD).await;
    assert_eq!(deleted.structure(), unknown.structure());
}

#[tokio::test]
async fn the_sessions_and_the_key_of_a_stopped_account_are_dead_on_every_endpoint() {
    for standing in ["frozen", "deleted"] {
        let server = Server::start().await;
        let (browser, key) = stopped(&server, standing).await;
        for (method, path) in GUARDED {
            let session = browser.request(method, path).body(JSON, DETAILS).send().await;
            let token = server.client().request(method, path).token(&key).body(JSON, DETAILS).send().await;
            if method == "HEAD" {
                assert_eq!((session.code(), token.code()), (401, 401));
            } else {
                assert_eq!(session.brief(), STRANGER, "{standing} {method} {path}");
                assert_eq!(token.brief(), INVALID, "{standing} {method} {path}");
            }
        }
        let logout = browser.post(LOGOUT).token(&key).send().await;
        assert_eq!(logout.brief(), r#"200 {"detail":"Successfully logged out."}"#);
    }
}

#[tokio::test]
async fn guessing_at_a_frozen_account_is_throttled_like_anywhere() {
    let server = Server::start().await;
    stopped(&server, "frozen").await;
    for _ in 0..5 {
        assert_eq!(server.client().login("zhang", "wrong-password-1").await.brief(), WRONG);
    }
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 429);
}

#[tokio::test]
async fn nothing_is_written_on_behalf_of_a_stopped_account() {
    let server = Server::start().await;
    let (browser, key) = stopped(&server, "frozen").await;
    let before = tests::table::account(&server, tests::table::owner(&key)).await;
    server.client().login("zhang", PASSWORD).await;
    browser.put(super::DISPLAY).body(JSON, r#"{"company":"x","tel":"1","address":"2"}"#).send().await;
    browser.logout().await;
    assert_eq!(tests::table::account(&server, tests::table::owner(&key)).await, before);
}

#[tokio::test]
async fn a_released_account_may_log_in_again_and_its_name_stays_taken_meanwhile() {
    let server = Server::start().await;
    let (_, key) = stopped(&server, "frozen").await;
    let again = server.client().register("Zhang", PASSWORD).await;
    assert_eq!(again.brief(), r#"400 {"username":["A user with that username already exists."]}"#);
    tests::table::set(&server, tests::table::owner(&key), "standing", "active").await;
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}
