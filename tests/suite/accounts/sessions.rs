//! Sessions: a new one at each login, one pool with the other groups, and when each is over.

use std::time::Duration;

use serde_json::json;
use tally::app::Basics;
use tally::domain::administration::Order;
use tally::services::administration;
use tests::client::Client;
use tests::server::Server;

use super::{
    ACCOUNT, EMAIL, LOGGED_IN, LOGIN, LOGOUT, NAME, NEW_PASSWORD, PASSWORD, PASSWORD_CHANGED, PASSWORDS,
    STRANGER, WRONG, is_in, logged_in, login, passwords, post, register, token, with_browser, with_user,
};

const DISPLAY: &str = "/api/users_display/";

/// Times are kept in whole seconds.
const SECOND: Duration = Duration::from_secs(1);
const LASTS: Duration = Duration::from_hours(14 * 24);

/// Whether a browser's cookie opens rest-auth.
async fn is_in_rest_auth(browser: &Client) -> bool {
    browser.get(DISPLAY).send().await.code() != 401
}

async fn order(server: &Server, order: Order) {
    let on = Basics::from(server.app());
    let found = administration::find(&on, NAME).await.expect("the user is there");
    administration::obey(&on, found.account.number, order).await.expect("the order is carried out");
}

/// A client that presents nothing but this session.
fn thief(server: &Server, session: &str) -> Client {
    let thief = server.client();
    thief.set_cookie("sessionid", session);
    thief
}

fn session(browser: &Client) -> String {
    browser.cookie("sessionid").expect("somebody is logged in")
}

#[tokio::test]
async fn every_login_has_a_session_of_its_own() {
    let (_server, browser) = with_browser().await;
    let mut seen = vec![session(&browser)];
    for _ in 0..3 {
        assert_eq!(login(&browser, NAME, PASSWORD).await.text, LOGGED_IN);
        let new = session(&browser);
        assert!(!seen.contains(&new));
        seen.push(new);
    }
    let shape =
        |id: &String| id.len() >= 32 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    assert!(seen.iter().all(shape), "{seen:?}");
}

#[tokio::test]
async fn a_session_chosen_by_somebody_else_is_never_taken() {
    let server = with_user().await;
    let victim = server.client();
    for planted in ["abcdefghijklmnopqrstuvwxyz012345", "x", "00000000"] {
        victim.set_cookie("sessionid", planted);
        login(&victim, NAME, PASSWORD).await;
        assert_ne!(session(&victim), planted);
        assert!(is_in(&victim).await && !is_in(&thief(&server, planted)).await, "{planted}");
    }
}

#[tokio::test]
async fn a_session_is_dead_after_its_logout_and_only_that_one() {
    let (server, laptop) = with_browser().await;
    let phone = logged_in(&server, NAME).await;
    let stolen = thief(&server, &session(&laptop));
    assert!(is_in(&stolen).await);
    laptop.get(LOGOUT).send().await;
    assert_eq!(laptop.cookie("sessionid"), None);
    let answer = stolen.get(ACCOUNT).send().await;
    assert_eq!((answer.code(), answer.text.as_str()), (401, STRANGER));
    assert!(!is_in(&laptop).await && is_in(&phone).await);
}

#[tokio::test]
async fn a_login_that_fails_leaves_the_session_alone() {
    let (_server, browser) = with_browser().await;
    let before = session(&browser);
    assert_eq!(login(&browser, NAME, "wrong-password").await.text, WRONG);
    assert_eq!(session(&browser), before);
    assert!(is_in(&browser).await);
}

#[tokio::test]
async fn a_login_as_somebody_else_ends_the_session_before() {
    let (server, browser) = with_browser().await;
    register(&server, "zhang", "zhang@example.com").await;
    let before = thief(&server, &session(&browser));
    assert_eq!(login(&browser, "zhang", PASSWORD).await.json()["data"], "zhang");
    assert!(!is_in(&before).await, "its token was of the session");
    assert_eq!(browser.get(ACCOUNT).send().await.json()["data"]["username"], "zhang");
}

#[tokio::test]
async fn a_login_by_a_strangers_token_leaves_the_session_beside_it_alone() {
    let (server, browser) = with_browser().await;
    let before = thief(&server, &session(&browser));
    let stranger = server.client();
    let anonymous = token(&stranger).await;
    browser.set_cookie("csrftoken", &stranger.cookie("csrftoken").expect("a token's cookie"));
    let credentials = json!({"username": NAME, "password": PASSWORD});
    let answer = browser.post(LOGIN).header("x-csrftoken", &anonymous).json(&credentials).send().await;
    assert_eq!(answer.text, LOGGED_IN);
    assert!(is_in(&browser).await && is_in(&before).await);
}

#[tokio::test]
async fn a_changed_password_ends_every_session_and_key() {
    let (server, browser) = with_browser().await;
    let other = logged_in(&server, NAME).await;
    let app = server.client();
    let key = app.login(NAME, PASSWORD).await.key();
    let stolen = thief(&server, &session(&browser));
    let answer = post(&browser, PASSWORDS, &passwords(PASSWORD, NEW_PASSWORD)).await;
    assert_eq!(answer.text, PASSWORD_CHANGED);
    assert_eq!(browser.cookie("sessionid"), None);
    for ended in [&browser, &other, &stolen, &app] {
        assert!(!is_in(ended).await && !is_in_rest_auth(ended).await);
    }
    assert_eq!(server.client().get(DISPLAY).token(&key).send().await.code(), 401);
    assert_eq!(login(&browser, NAME, PASSWORD).await.text, WRONG);
    assert_eq!(login(&browser, NAME, NEW_PASSWORD).await.text, LOGGED_IN);
}

#[tokio::test]
async fn a_session_lasts_fourteen_days_however_much_it_is_used() {
    let (server, browser) = with_browser().await;
    for _ in 0..13 {
        server.clock().advance(Duration::from_hours(24));
        assert!(is_in(&browser).await);
    }
    server.clock().advance(Duration::from_hours(24).saturating_sub(SECOND));
    assert!(is_in(&browser).await);
    server.clock().advance(SECOND);
    let answer = browser.get(ACCOUNT).send().await;
    assert_eq!((answer.code(), answer.text.as_str()), (401, STRANGER));
    assert!(!is_in_rest_auth(&browser).await);
    assert_eq!(login(&browser, NAME, PASSWORD).await.text, LOGGED_IN);
    server.clock().advance(LASTS.saturating_sub(SECOND));
    assert!(is_in(&browser).await);
}

#[tokio::test]
async fn authorization_says_nothing_in_this_group() {
    let (server, browser) = with_browser().await;
    let key = server.client().login(NAME, PASSWORD).await.key();
    order(&server, Order::Staff(true)).await;
    let manage = json!({"username": EMAIL, "password": PASSWORD});
    let manage = server.client().post("/v3_1/manage/login/").json(&manage).send().await.json();
    let manage = manage["data"]["token"].as_str().expect("the token is a text").to_owned();
    let fresh = server.client().login(NAME, PASSWORD).await.key();
    for credential in [&key, &manage, &fresh] {
        let answer = server.client().get(ACCOUNT).token(credential).send().await;
        assert_eq!((answer.code(), answer.text.as_str()), (401, STRANGER));
        assert!(!is_in(&thief(&server, credential)).await, "nor is it a cookie");
    }
    login(&browser, NAME, PASSWORD).await;
    for header in ["Token", "Token a b", "Basic eDp5", &format!("Token {}", "0".repeat(40))] {
        let answer = browser.get(ACCOUNT).header("authorization", header).send().await;
        assert_eq!(answer.code(), 200, "{header}");
    }
    let session = session(&browser);
    assert_eq!(server.client().get(DISPLAY).token(&session).send().await.code(), 401, "a cookie is no key");
}

#[tokio::test]
async fn accounts_and_rest_auth_share_their_sessions() {
    let (server, browser) = with_browser().await;
    assert!(is_in_rest_auth(&browser).await);
    let copy = thief(&server, &session(&browser));
    browser.get(LOGOUT).send().await;
    assert!(!is_in_rest_auth(&copy).await, "a logout here counts there");
    let browser = logged_in(&server, NAME).await;
    let copy = thief(&server, &session(&browser));
    browser.logout().await;
    assert!(!is_in(&copy).await, "a logout there counts here");
    let app = server.client();
    app.login(NAME, PASSWORD).await;
    assert_eq!(app.get(ACCOUNT).send().await.json()["data"]["username"], NAME, "a login there is one here");
    let change = passwords(PASSWORD, NEW_PASSWORD);
    assert_eq!(post(&app, PASSWORDS, &change).await.text, PASSWORD_CHANGED);
    assert_eq!(server.client().login(NAME, NEW_PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn the_frozen_are_out_at_once_and_told_why_if_they_know_the_password() {
    let (server, browser) = with_browser().await;
    order(&server, Order::Freeze).await;
    assert!(!is_in(&browser).await);
    let frozen = login(&server.client(), NAME, PASSWORD).await;
    let sentence = r#"{"code":0,"data":"","msg":"用户已被冻结, 请联系管理员"}"#;
    assert_eq!((frozen.code(), frozen.text.as_str()), (200, sentence));
    assert!(frozen.cookie("sessionid").is_none());
    let guess = login(&server.client(), NAME, "wrong-password").await;
    let nobody = login(&server.client(), "nobody", "wrong-password").await;
    assert_eq!((guess.text.as_str(), guess.structure()), (WRONG, nobody.structure()));
    order(&server, Order::Unfreeze).await;
    assert!(!is_in(&browser).await, "what ended stays ended");
    assert_eq!(login(&browser, NAME, PASSWORD).await.text, LOGGED_IN);
}

#[tokio::test]
async fn an_operator_ends_sessions_here_too() {
    let (server, browser) = with_browser().await;
    order(&server, Order::EndSessions).await;
    assert!(!is_in(&browser).await);
    assert_eq!(login(&browser, NAME, PASSWORD).await.text, LOGGED_IN);
}
