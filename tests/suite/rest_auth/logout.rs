//! `GET` and `POST /rest-auth/logout/`, and the devices that share a key.

use insta::assert_snapshot;
use tests::client::Client;
use tests::server::Server;

use super::{CREATE, DETAILS, DISPLAY, LOGOUT, PASSWORD};

const DONE: &str = r#"200 {"detail":"Successfully logged out."}"#;

/// Whether a key opens what needs one.
async fn is_alive(server: &Server, key: &str) -> bool {
    server.client().get(DISPLAY).token(key).send().await.code() != 401
}

/// Whether a client's session does.
async fn is_in(client: &Client) -> bool {
    client.get(DISPLAY).send().await.code() != 401
}

async fn log_out_by_key(server: &Server, key: &str) {
    assert_eq!(server.client().post(LOGOUT).token(key).send().await.brief(), DONE);
}

#[tokio::test]
async fn logging_out_forgets_the_session_on_both_sides() {
    for method in ["POST", "GET"] {
        let server = Server::start().await;
        let browser = server.client();
        browser.register("zhang", PASSWORD).await;
        let session = browser.cookie("sessionid").unwrap();
        let answer = browser.request(method, LOGOUT).send().await;
        match method {
            "GET" => assert_snapshot!(answer.golden(), @r#"
            GET /rest-auth/logout/
            200 OK
            allow: GET, POST, HEAD, OPTIONS
            vary: Accept, Cookie
            set-cookie: sessionid=""; expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax
            {"detail":"Successfully logged out."}
            "#),
            _ => assert_snapshot!(answer.golden(), @r#"
            POST /rest-auth/logout/
            200 OK
            allow: GET, POST, HEAD, OPTIONS
            vary: Accept, Cookie
            set-cookie: sessionid=""; expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax
            {"detail":"Successfully logged out."}
            "#),
        }
        assert_eq!(browser.cookie("sessionid"), None);
        browser.set_cookie("sessionid", &session);
        assert!(!is_in(&browser).await, "{method}");
    }
}

#[tokio::test]
async fn whoever_only_asks_what_the_answer_would_look_like_stays_in() {
    let server = Server::start().await;
    let browser = server.client();
    let key = browser.register("zhang", PASSWORD).await.key();
    for path in [LOGOUT, "/api/accounts/logout/", "/rest-auth/logout/?everywhere=true"] {
        let answer = browser.request("HEAD", path).token(&key).send().await;
        assert_eq!(
            (answer.code(), answer.text.as_str(), answer.header("set-cookie")),
            (200, "", None),
            "{path}"
        );
        assert!(is_in(&browser).await && is_alive(&server, &key).await, "{path}");
    }
}

#[tokio::test]
async fn logging_out_succeeds_whoever_asks_and_whatever_comes_along() {
    let server = Server::start().await;
    let client = server.client();
    assert_snapshot!(client.post(LOGOUT).send().await.golden(), @r#"
    POST /rest-auth/logout/
    200 OK
    allow: GET, POST, HEAD, OPTIONS
    vary: Accept, Cookie
    {"detail":"Successfully logged out."}
    "#);
    let dead = "d217cbb2e198af5a8baf7ddae60b638ffc655354";
    for header in ["Token", "Token a b", "Bearer x", "Basic eDp5", "x", &format!("Token {dead}")] {
        assert_eq!(
            client.post(LOGOUT).header("authorization", header).send().await.brief(),
            DONE,
            "{header}"
        );
    }
    assert_eq!(client.post(LOGOUT).body("application/json", "{broken").send().await.brief(), DONE);
    assert_eq!(client.post(LOGOUT).body("text/plain", "hello").send().await.brief(), DONE);
    assert_eq!(client.post(LOGOUT).body("", "hello").send().await.brief(), DONE);
    assert_eq!(client.get("/rest-auth/logout/?next=https://evil.example/").send().await.brief(), DONE);
    let stranger = server.client();
    stranger.set_cookie("sessionid", "abcdefghijklmnopqrstuvwxyz012345");
    assert_eq!(stranger.post(LOGOUT).send().await.brief(), DONE);
    assert_eq!(stranger.cookie("sessionid"), None, "a cookie that is no session is cleared too");
}

#[tokio::test]
async fn only_get_and_post_log_out() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    for method in ["PUT", "PATCH", "DELETE", "TRACE", "FOO"] {
        let answer = browser.request(method, LOGOUT).send().await;
        assert_eq!(answer.brief(), format!(r#"405 {{"detail":"Method \"{method}\" not allowed."}}"#));
        assert_eq!(answer.header("allow"), Some("GET, POST, HEAD, OPTIONS"));
    }
    assert_eq!(browser.request("OPTIONS", LOGOUT).send().await.code(), 200);
    assert!(is_in(&browser).await);
}

#[tokio::test]
async fn a_logout_ends_this_device_only() {
    let server = Server::start().await;
    let (phone, laptop) = (server.client(), server.client());
    phone.register("zhang", PASSWORD).await;
    laptop.login("zhang", PASSWORD).await;
    phone.logout().await;
    assert!(!is_in(&phone).await);
    assert!(is_in(&laptop).await);
}

#[tokio::test]
async fn the_first_login_after_registering_is_the_same_device() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    server.client().login("zhang", PASSWORD).await;
    log_out_by_key(&server, &key).await;
    assert!(!is_alive(&server, &key).await, "there was one device, so its logout ends the key");
}

#[tokio::test]
async fn every_further_login_is_one_more_device() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    for _ in 0..3 {
        server.client().login("zhang", PASSWORD).await;
    }
    for _ in 0..2 {
        log_out_by_key(&server, &key).await;
        assert!(is_alive(&server, &key).await);
    }
    log_out_by_key(&server, &key).await;
    assert!(!is_alive(&server, &key).await);
    log_out_by_key(&server, &key).await;
}

#[tokio::test]
async fn sessions_and_keys_count_alike() {
    let server = Server::start().await;
    let (phone, laptop) = (server.client(), server.client());
    let key = phone.register("zhang", PASSWORD).await.key();
    phone.login("zhang", PASSWORD).await;
    laptop.login("zhang", PASSWORD).await;
    phone.logout().await;
    assert!(is_alive(&server, &key).await && is_in(&laptop).await);
    phone.logout().await;
    assert!(is_alive(&server, &key).await, "who is out already takes nothing off");
    laptop.logout().await;
    assert!(!is_alive(&server, &key).await);
}

#[tokio::test]
async fn a_request_with_a_session_and_the_key_is_one_device() {
    let server = Server::start().await;
    let (phone, laptop) = (server.client(), server.client());
    let key = phone.register("zhang", PASSWORD).await.key();
    phone.login("zhang", PASSWORD).await;
    laptop.login("zhang", PASSWORD).await;
    assert_eq!(phone.post(LOGOUT).token(&key).send().await.brief(), DONE);
    assert!(is_alive(&server, &key).await && !is_in(&phone).await && is_in(&laptop).await);
}

#[tokio::test]
async fn after_the_last_logout_the_next_login_makes_a_new_key() {
    let server = Server::start().await;
    let browser = server.client();
    let first = browser.register("zhang", PASSWORD).await.key();
    browser.logout().await;
    let refused = server.client().get(DISPLAY).token(&first).send().await;
    assert_snapshot!(refused.brief(), @r#"401 {"detail":"Invalid token."}"#);
    let second = browser.login("zhang", PASSWORD).await.key();
    assert_ne!(first, second);
    assert!(is_alive(&server, &second).await && !is_alive(&server, &first).await);
    let third = server.client().login("zhang", PASSWORD).await.key();
    assert_eq!(second, third);
}

#[tokio::test]
async fn a_key_belongs_to_one_user() {
    let server = Server::start().await;
    let one = server.client().register("zhang", PASSWORD).await.key();
    let other = server.client().register("zhangxu", PASSWORD).await.key();
    server.client().post(CREATE).token(&one).body("application/json", DETAILS).send().await;
    log_out_by_key(&server, &other).await;
    assert!(is_alive(&server, &one).await && !is_alive(&server, &other).await);
}
