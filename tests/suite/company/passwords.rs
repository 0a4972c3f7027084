//! Changing the password: whoever changes it stays, everybody else is out.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use tests::client::Client;

use super::{
    MY_PASSWORD, NAME, NEW_PASSWORD, PASSWORD, conversation, is_in, logged_in, login, passwords, post,
    with_newcomer,
};

const CHANGED: &str = r#"{"status":"ok","msg":"修改密码成功"}"#;
const WRONG_PASSWORD: &str = r#"{"status":"error","msg":"密码错误"}"#;

#[tokio::test]
async fn whoever_changes_it_stays_in_with_a_new_session_and_all_others_are_out() {
    let (server, browser) = with_newcomer().await;
    let others = [logged_in(&server, NAME, PASSWORD).await, logged_in(&server, NAME, PASSWORD).await];
    let key = server.client().login(NAME, PASSWORD).await.key();
    let old = browser.cookie("sessionid").unwrap();
    let answer = post(&browser, MY_PASSWORD, &passwords(PASSWORD, NEW_PASSWORD)).await;
    assert_eq!((answer.code(), answer.text.as_str()), (200, CHANGED));
    assert!(is_in(&browser).await);
    let before = server.client();
    before.set_cookie("sessionid", &old);
    assert!(!is_in(&before).await, "its own earlier session too");
    for other in &others {
        assert!(!is_in(other).await);
    }
    assert_eq!(server.client().get("/api/users_display/").token(&key).send().await.code(), 401);
    assert_eq!(login(&server.client(), NAME, PASSWORD).await.json()["status"], "form_error");
    assert_eq!(login(&server.client(), NAME, NEW_PASSWORD).await.json()["status"], "ok");
    assert!(is_in(&browser).await);
}

#[tokio::test]
async fn a_wrong_old_password_changes_nothing_and_counts_as_at_a_login() {
    let (server, browser) = with_newcomer().await;
    for _ in 0..5 {
        let answer = post(&browser, MY_PASSWORD, &passwords("not the password", NEW_PASSWORD)).await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, WRONG_PASSWORD));
    }
    assert_eq!(post(&browser, MY_PASSWORD, &passwords(PASSWORD, NEW_PASSWORD)).await.code(), 429);
    // The wait was not earned by this name, so it does not show under it.
    assert_eq!(login(&server.client(), NAME, PASSWORD).await.json()["status"], "form_error");
    server.clock().advance(Duration::from_mins(15));
    assert_eq!(login(&server.client(), NAME, PASSWORD).await.json()["status"], "ok");
    assert!(is_in(&browser).await);
}

#[tokio::test]
async fn what_is_wrong_with_the_new_one_is_told_before_the_old_one_is_tried() {
    let (_server, browser) = with_newcomer().await;
    let bodies = [
        "{}",
        r#"{"old_password":"","new_password":null,"confirm_password":[]}"#,
        r#"{"old_password":"x","new_password":"tiger-tally-78","confirm_password":"tiger-tally-79"}"#,
        r#"{"old_password":"x","new_password":"1234567","confirm_password":"1234567"}"#,
        r#"{"old_password":"x","new_password":"password1","confirm_password":"password1"}"#,
        r#"{"old_password":"x","new_password":"liming@example.com","confirm_password":"liming@example.com"}"#,
        r#"{"old_password":"x","new_password":"a\u0000bcdefgh1","confirm_password":"a\u0000bcdefgh1"}"#,
        r#"{"old_password":"x","new_password":12345678,"confirm_password":12345678}"#,
    ];
    assert_snapshot!(conversation(&browser, MY_PASSWORD, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"old_password 不能为空；new_password 不能为空；confirm_password 不能为空"}
    {"old_password":"","new_password":null,"confirm_password":[]}
        200 {"status":"error","msg":"old_password 不能为空；new_password 不能为空；confirm_password 必须是字符串"}
    {"old_password":"x","new_password":"tiger-tally-78","confirm_password":"tiger-tally-79"}
        200 {"status":"error","msg":"confirm_password 两次输入的密码不一致"}
    {"old_password":"x","new_password":"1234567","confirm_password":"1234567"}
        200 {"status":"error","msg":"new_password 长度太短，至少需要 8 个字符，太常见，不能全部是数字"}
    {"old_password":"x","new_password":"password1","confirm_password":"password1"}
        200 {"status":"error","msg":"new_password 太常见"}
    {"old_password":"x","new_password":"liming@example.com","confirm_password":"liming@example.com"}
        200 {"status":"error","msg":"new_password 太常见"}
    {"old_password":"x","new_password":"a\u0000bcdefgh1","confirm_password":"a\u0000bcdefgh1"}
        200 {"status":"error","msg":"new_password 不能包含控制字符"}
    {"old_password":"x","new_password":12345678,"confirm_password":12345678}
        200 {"status":"error","msg":"new_password 必须是字符串；confirm_password 必须是字符串"}
    "#);
    let long = "long1 ".repeat(683);
    let answer = post(&browser, MY_PASSWORD, &passwords(PASSWORD, &long)).await;
    assert_eq!(answer.json()["msg"], "new_password 不能超过 4096 个字节");
    assert_eq!(
        post(&browser, MY_PASSWORD, &passwords(PASSWORD, NEW_PASSWORD)).await.text,
        CHANGED,
        "no try was spent"
    );
}

#[tokio::test]
async fn of_many_changes_at_once_one_wins_and_its_client_alone_is_in() {
    let (server, first) = with_newcomer().await;
    let mut browsers = vec![first];
    for _ in 0..4 {
        browsers.push(logged_in(&server, NAME, PASSWORD).await);
    }
    let change = async |(at, browser): (usize, &Client)| {
        let answer = post(browser, MY_PASSWORD, &passwords(PASSWORD, &format!("tiger-tally-{at}"))).await;
        assert!([200, 401].contains(&answer.code()), "{answer:?}");
        answer.text == CHANGED
    };
    let won = futures_util::future::join_all(browsers.iter().enumerate().map(change)).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    for (at, browser) in browsers.iter().enumerate() {
        assert_eq!(is_in(browser).await, won[at]);
        let works =
            login(&server.client(), NAME, &format!("tiger-tally-{at}")).await.json()["status"] == "ok";
        assert_eq!(works, won[at]);
        server.clock().advance(Duration::from_mins(15));
    }
}

#[tokio::test]
async fn the_password_is_asked_for_and_never_shown() {
    let (_server, browser) = with_newcomer().await;
    let answer =
        post(&browser, MY_PASSWORD, &json!({"new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD}))
            .await;
    assert_eq!(answer.json()["msg"], "old_password 不能为空");
}
