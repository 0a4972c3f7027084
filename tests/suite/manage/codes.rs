//! What a code promises: six digits, ten minutes, five tries, once, for one address, and few mails.

use std::time::Duration;

use serde_json::json;
use tally::domain::administration::Order;
use tally::domain::code;

use super::{
    EMAIL, NEW_PASSWORD, PASSWORD, PAUSE, RESET, ask, latest_code, login, meta, order, register, reset,
    with_staff, with_user, wrong,
};

#[tokio::test]
async fn a_code_is_used_once() {
    let server = with_user().await;
    ask(&server.client(), EMAIL).await;
    let code = latest_code(&server);
    assert_eq!(meta(&reset(&server.client(), EMAIL, &code).await), 0);
    assert_eq!(meta(&reset(&server.client(), EMAIL, &code).await), 1004);
}

#[tokio::test]
async fn of_many_resets_with_one_code_at_once_one_succeeds() {
    let server = with_user().await;
    ask(&server.client(), EMAIL).await;
    let code = latest_code(&server);
    let client = server.client();
    let answers = futures_util::future::join_all((0..5).map(|_| reset(&client, EMAIL, &code))).await;
    assert_eq!(answers.iter().filter(|answer| meta(answer) == 0).count(), 1, "{answers:?}");
}

#[tokio::test]
async fn a_code_lives_ten_minutes() {
    for (age, outcome) in [(code::LASTS.saturating_sub(Duration::from_millis(1)), 0), (code::LASTS, 1004)] {
        let server = with_user().await;
        ask(&server.client(), EMAIL).await;
        server.clock().advance(age);
        assert_eq!(meta(&reset(&server.client(), EMAIL, &latest_code(&server)).await), outcome, "{age:?}");
    }
}

#[tokio::test]
async fn five_wrong_tries_kill_a_code() {
    let server = with_user().await;
    ask(&server.client(), EMAIL).await;
    let code = latest_code(&server);
    for _ in 0..5 {
        assert_eq!(meta(&reset(&server.client(), EMAIL, &wrong(&code)).await), 1004);
    }
    assert_eq!(meta(&reset(&server.client(), EMAIL, &code).await), 1004);
    assert_eq!(login(&server.client(), EMAIL, PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn the_fifth_try_may_still_be_right() {
    let server = with_user().await;
    ask(&server.client(), EMAIL).await;
    let code = latest_code(&server);
    for _ in 0..4 {
        reset(&server.client(), EMAIL, &wrong(&code)).await;
    }
    assert_eq!(meta(&reset(&server.client(), EMAIL, &code).await), 0);
}

#[tokio::test]
async fn a_new_code_kills_the_one_before() {
    let server = with_user().await;
    ask(&server.client(), EMAIL).await;
    let first = latest_code(&server);
    server.clock().advance(PAUSE);
    ask(&server.client(), EMAIL).await;
    let second = latest_code(&server);
    if first != second {
        assert_eq!(meta(&reset(&server.client(), EMAIL, &first).await), 1004);
    }
    assert_eq!(meta(&reset(&server.client(), EMAIL, &second).await), 0);
}

#[tokio::test]
async fn a_code_for_one_address_is_none_for_another() {
    let server = with_user().await;
    register(&server, "other", "other@mxchip.com").await;
    ask(&server.client(), EMAIL).await;
    assert_eq!(meta(&reset(&server.client(), "other@mxchip.com", &latest_code(&server)).await), 1004);
}

#[tokio::test]
async fn mails_to_one_address_keep_their_pause_and_their_number() {
    let server = with_user().await;
    let client = server.client();
    let count = || server.inbox().messages().len();
    futures_util::future::join_all((0..10).map(|_| ask(&client, EMAIL))).await;
    assert_eq!(count(), 1, "ten at once are one mail");
    server.clock().advance(Duration::from_secs(59));
    ask(&client, EMAIL).await;
    assert_eq!(count(), 1);
    server.clock().advance(Duration::from_secs(1));
    ask(&client, EMAIL).await;
    assert_eq!(count(), 2);
    for _ in 0..48 {
        server.clock().advance(Duration::from_mins(30));
        ask(&client, EMAIL).await;
    }
    assert!(count() <= 12, "ten in any day, here {} in a little more than one", count());
}

#[tokio::test]
async fn a_reset_ends_every_session_and_key_and_tells_the_owner() {
    let server = with_staff().await;
    let token = login(&server.client(), EMAIL, PASSWORD).await.json()["data"]["token"].clone();
    let browser = server.client();
    let key = browser.login("wxd", PASSWORD).await.key();
    ask(&server.client(), EMAIL).await;
    assert_eq!(meta(&reset(&server.client(), EMAIL, &latest_code(&server)).await), 0);
    let token = token.as_str().expect("the token is a text");
    assert_eq!(browser.get("/api/users_display/").send().await.code(), 401);
    for credential in [&key, token] {
        assert_eq!(server.client().get("/api/users_display/").token(credential).send().await.code(), 401);
    }
    let notice = server.inbox().messages().pop().expect("a notice was sent");
    assert_eq!((notice.to.as_str(), notice.subject.as_deref()), (EMAIL, Some("您的密码已重置")));
}

#[tokio::test]
async fn guesses_at_the_old_password_are_forgotten_with_it() {
    let server = with_user().await;
    for _ in 0..6 {
        server.client().login("wxd", "not the password").await;
    }
    assert_eq!(server.client().login("wxd", PASSWORD).await.code(), 429);
    ask(&server.client(), EMAIL).await;
    assert_eq!(meta(&reset(&server.client(), EMAIL, &latest_code(&server)).await), 0);
    assert_eq!(server.client().login("wxd", NEW_PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn a_frozen_user_gets_no_code_and_is_not_thawed_by_one() {
    let server = with_staff().await;
    ask(&server.client(), EMAIL).await;
    let code = latest_code(&server);
    order(&server, EMAIL, Order::Freeze).await;
    assert_eq!(meta(&reset(&server.client(), EMAIL, &code).await), 1004);
    server.clock().advance(PAUSE);
    assert_eq!(meta(&ask(&server.client(), EMAIL).await), 0);
    assert_eq!(server.inbox().messages().len(), 1);
    assert_eq!(meta(&login(&server.client(), EMAIL, PASSWORD).await), 1003);
}

#[tokio::test]
async fn a_password_that_may_not_be_set_leaves_the_code_alive() {
    let server = with_user().await;
    ask(&server.client(), EMAIL).await;
    let code = latest_code(&server);
    for weak in ["password1", "wxd@mxchip.com", "1234567890123"] {
        let body = json!({"username": EMAIL, "vercode": code, "password": weak, "password2": weak});
        assert_eq!(meta(&server.client().post(RESET).json(&body).send().await), 1006, "{weak}");
    }
    assert_eq!(meta(&reset(&server.client(), EMAIL, &code).await), 0);
    assert_eq!(server.client().login("wxd", NEW_PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn letters_speak_the_readers_language() {
    let server = with_user().await;
    let body = json!({"username": EMAIL, "code_type": 1});
    server.client().post(super::VER_CODE).header("accept-language", "en-GB,en").json(&body).send().await;
    let mail = server.inbox().messages().pop().expect("a mail was sent");
    assert_eq!(mail.subject.as_deref(), Some("Your code for resetting the password"));
    let html = mail.html.expect("the mail has an HTML part");
    assert!(html.contains(&latest_code(&server)) && mail.text.contains("10 minutes"));
}
