//! Changing the mobile number: with the password, and a code from the new one.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;

use super::{
    MOBILE, PASSWORD, PHONE_CHANGE, SEND, conversation, customer, is_in, latest_code, login, my_info, post,
    with_customer, wrong,
};

const NEW_MOBILE: &str = "13900139000";
const MOBILE_CHANGED: &str = r#"{"status":"ok","msg":"手机号修改成功"}"#;
const WRONG_CODE: &str = r#"{"status":"error","msg":"验证码错误或已失效"}"#;
const WRONG_PASSWORD: &str = r#"{"status":"error","msg":"密码错误"}"#;

fn change(mobile: &str, code: &str, password: &str) -> Value {
    json!({"password": password, "code": code, "mobile": mobile})
}

/// A code for the new number, asked for in that browser.
async fn code_for(server: &Server, browser: &Client, mobile: &str) -> String {
    let answer = post(browser, SEND, &json!({"action_name": "ChangeMobile", "mobile": mobile})).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    latest_code(server)
}

async fn try_change(browser: &Client, mobile: &str, code: &str) -> Answer {
    post(browser, PHONE_CHANGE, &change(mobile, code, PASSWORD)).await
}

#[tokio::test]
async fn the_new_number_takes_the_place_of_the_old_one() {
    let (server, browser) = with_customer().await;
    let code = code_for(&server, &browser, NEW_MOBILE).await;
    let answer = try_change(&browser, NEW_MOBILE, &code).await;
    assert_eq!((answer.code(), answer.text.as_str()), (200, MOBILE_CHANGED));
    assert_eq!(my_info(&browser).await["mobile"], NEW_MOBILE);
    assert_eq!(login(&server.client(), NEW_MOBILE, PASSWORD).await.json()["status"], "ok");
    assert_eq!(login(&server.client(), MOBILE, PASSWORD).await.json()["status"], "form_error");
    assert_eq!(try_change(&browser, NEW_MOBILE, &code).await.text, WRONG_CODE, "used up");
    // The number that was given up is free.
    customer(&server, "wangfang@example.com", MOBILE).await;
}

#[tokio::test]
async fn somebody_without_a_number_gets_one() {
    let (server, browser) = super::with_newcomer().await;
    let code = code_for(&server, &browser, MOBILE).await;
    assert_eq!(try_change(&browser, MOBILE, &code).await.text, MOBILE_CHANGED);
    assert_eq!(login(&server.client(), MOBILE, PASSWORD).await.json()["username"], super::NAME);
}

#[tokio::test]
async fn neither_password_nor_code_will_do_alone() {
    let (server, browser) = with_customer().await;
    let code = code_for(&server, &browser, NEW_MOBILE).await;
    let answer = post(&browser, PHONE_CHANGE, &change(NEW_MOBILE, &code, "not the password")).await;
    assert_eq!((answer.code(), answer.text.as_str()), (200, WRONG_PASSWORD));
    assert_eq!(try_change(&browser, NEW_MOBILE, &wrong(&code)).await.text, WRONG_CODE);
    let stranger = try_change(&server.client(), NEW_MOBILE, &code).await;
    assert_eq!(stranger.code(), 401);
    assert_eq!(my_info(&browser).await["mobile"], MOBILE);
    assert_eq!(try_change(&browser, NEW_MOBILE, &code).await.text, MOBILE_CHANGED, "it was tried twice only");
}

#[tokio::test]
async fn wrong_passwords_count_as_at_a_login() {
    let (server, browser) = with_customer().await;
    for _ in 0..5 {
        let answer = post(&browser, PHONE_CHANGE, &change(NEW_MOBILE, "000000", "not the password")).await;
        assert_eq!(answer.text, WRONG_PASSWORD);
    }
    assert_eq!(try_change(&browser, NEW_MOBILE, "000000").await.code(), 429);
    // The wait was not earned by the number, so it does not show under it.
    assert_eq!(login(&server.client(), MOBILE, PASSWORD).await.json()["status"], "form_error");
}

#[tokio::test]
async fn a_code_is_for_its_number_its_action_and_whoever_asked_for_it() {
    let (server, browser) = with_customer().await;
    let other = customer(&server, "wangfang@example.com", "13700137000").await;
    let code = code_for(&server, &browser, NEW_MOBILE).await;
    assert_eq!(try_change(&other, NEW_MOBILE, &code).await.text, WRONG_CODE, "of somebody else");
    assert_eq!(try_change(&browser, "13600136000", &code).await.text, WRONG_CODE, "for another number");
    super::ask(&server, "AccountReg", "13600136000").await;
    let of_another_action = latest_code(&server);
    assert_eq!(try_change(&browser, "13600136000", &of_another_action).await.text, WRONG_CODE);
    assert_eq!(try_change(&browser, NEW_MOBILE, &code).await.text, MOBILE_CHANGED);
}

#[tokio::test]
async fn of_two_who_bind_one_number_one_gets_it() {
    let (server, browser) = with_customer().await;
    let other = customer(&server, "wangfang@example.com", "13700137000").await;
    // Asked for by nobody in particular, so either could use it: the claim decides.
    super::ask(&server, "ChangeMobile", NEW_MOBILE).await;
    let code = latest_code(&server);
    let (first, second) = futures_util::future::join(
        try_change(&browser, NEW_MOBILE, &code),
        try_change(&other, NEW_MOBILE, &code),
    )
    .await;
    let won = [&first, &second].map(|answer| answer.text == MOBILE_CHANGED);
    assert!(won[0] != won[1], "{first:?} {second:?}");
    for (browser, won) in [(&browser, won[0]), (&other, won[1])] {
        assert_eq!(my_info(browser).await["mobile"] == NEW_MOBILE, won);
    }
}

#[tokio::test]
async fn a_number_that_somebody_has_cannot_be_had() {
    let (server, browser) = with_customer().await;
    customer(&server, "wangfang@example.com", NEW_MOBILE).await;
    let sent = server.inbox().messages().len();
    let answer = post(&browser, SEND, &json!({"action_name": "ChangeMobile", "mobile": NEW_MOBILE})).await;
    assert_eq!(answer.json()["status"], "ok");
    assert_eq!(server.inbox().messages().len(), sent, "nothing is sent");
    assert_eq!(try_change(&browser, NEW_MOBILE, "000000").await.text, WRONG_CODE);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_the_name_of_its_field() {
    let (_server, browser) = with_customer().await;
    let bodies = [
        "{}",
        r#"{"password":1,"code":["x"],"mobile":"12345678901"}"#,
        r#"{"password":"x","code":" ","mobile":"+441632960001"}"#,
    ];
    assert_snapshot!(conversation(&browser, PHONE_CHANGE, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"password 不能为空；mobile 不能为空；code 不能为空"}
    {"password":1,"code":["x"],"mobile":"12345678901"}
        200 {"status":"error","msg":"password 必须是字符串；mobile 不是有效的手机号；code 必须是字符串"}
    {"password":"x","code":" ","mobile":"+441632960001"}
        200 {"status":"error","msg":"mobile 暂不支持该国家或地区的手机号；code 不能为空"}
    "#);
}

#[tokio::test]
async fn a_code_is_dead_after_ten_minutes() {
    let (server, browser) = with_customer().await;
    let code = code_for(&server, &browser, NEW_MOBILE).await;
    server.clock().advance(Duration::from_secs(601));
    assert_eq!(try_change(&browser, NEW_MOBILE, &code).await.text, WRONG_CODE);
    assert!(is_in(&browser).await);
}
