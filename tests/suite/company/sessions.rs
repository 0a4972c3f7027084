//! Logging in and out, and whose cookie opens what.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use tests::server::Server;

use super::{
    EMAIL, LOGIN, LOGOUT, MY_INFO, NAME, PASSWORD, PERSON, RECEIVING, STRANGER, WRONG, conversation, freeze,
    is_in, logged_in, login, newcomer, passwords, post, receiving, with_newcomer,
};

const LOGGED_IN: &str =
    r#"{"status":"ok","msg":"登录成功","username":"liming","redirect_url":"/","user_industry":[]}"#;
const LOGGED_OUT: &str = r#"{"status":"ok","msg":"已退出登录"}"#;

#[tokio::test]
async fn logs_in_by_username_or_email_in_any_case() {
    let (server, _) = with_newcomer().await;
    for name in [NAME, "LiMing", EMAIL, "LIMING@Example.COM", " liming "] {
        let answer = login(&server.client(), name, PASSWORD).await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, LOGGED_IN), "{name:?}");
        assert!(answer.cookie("sessionid").is_some(), "{answer:?}");
    }
}

#[tokio::test]
async fn unknown_users_and_wrong_passwords_are_answered_alike() {
    let (server, _) = with_newcomer().await;
    let wrong = login(&server.client(), NAME, "not the password").await;
    assert_eq!((wrong.code(), wrong.text.as_str()), (200, WRONG));
    for name in ["nobody", "nobody@example.com", "13800138000", "+86 138 0013 8000", &"x".repeat(3000)] {
        let unknown = login(&server.client(), name, "not the password").await;
        assert_eq!(unknown.structure(), wrong.structure(), "{name}");
    }
    let too_long = login(&server.client(), NAME, &"long1 ".repeat(1000)).await;
    assert_eq!(too_long.structure(), wrong.structure());
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_told_field_by_field() {
    let (server, _) = with_newcomer().await;
    let bodies = [
        "{}",
        r#"{"username":" ","password":""}"#,
        r#"{"username":null,"password":["x"]}"#,
        r#"{"username":7,"password":true}"#,
        r#"{"username":{"S":"liming"},"password":" "}"#,
    ];
    assert_snapshot!(conversation(&server.client(), LOGIN, &bodies).await, @r#"
    {}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"username":["不能为空"],"password":["不能为空"]}}
    {"username":" ","password":""}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"username":["不能为空"],"password":["不能为空"]}}
    {"username":null,"password":["x"]}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"username":["不能为空"],"password":["必须是字符串"]}}
    {"username":7,"password":true}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"username":["必须是字符串"],"password":["必须是字符串"]}}
    {"username":{"S":"liming"},"password":" "}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"username":["必须是字符串"]}}
    "#);
}

#[tokio::test]
async fn too_many_tries_have_to_wait_whoever_they_are_for() {
    let (server, _) = with_newcomer().await;
    for name in [NAME, "nobody"] {
        for _ in 0..5 {
            assert_eq!(login(&server.client(), name, "not the password").await.text, WRONG);
        }
        let answer = login(&server.client(), name, PASSWORD).await;
        assert_eq!(answer.code(), 429);
        assert_eq!(answer.text, r#"{"status":"error","msg":"操作过于频繁，请在 1 秒后重试"}"#);
    }
    server.clock().advance(Duration::from_secs(1));
    assert_eq!(login(&server.client(), NAME, PASSWORD).await.text, LOGGED_IN);
}

#[tokio::test]
async fn a_login_ends_the_session_that_the_browser_had() {
    let (server, browser) = with_newcomer().await;
    let old = browser.cookie("sessionid").unwrap();
    assert_eq!(login(&browser, NAME, PASSWORD).await.text, LOGGED_IN);
    assert_ne!(browser.cookie("sessionid").unwrap(), old);
    assert!(is_in(&browser).await);
    let other = server.client();
    other.set_cookie("sessionid", &old);
    assert!(!is_in(&other).await);
}

#[tokio::test]
async fn a_cookie_that_somebody_set_before_the_login_opens_nothing_after_it() {
    let (server, _) = with_newcomer().await;
    let browser = server.client();
    browser.set_cookie("sessionid", "0000000aaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(login(&browser, NAME, PASSWORD).await.text, LOGGED_IN);
    let attacker = server.client();
    attacker.set_cookie("sessionid", "0000000aaaaaaaaaaaaaaaaaaaaaaaaa");
    assert!(is_in(&browser).await && !is_in(&attacker).await);
}

#[tokio::test]
async fn logging_out_ends_this_session_and_no_other_and_strangers_hear_the_same() {
    let (server, browser) = with_newcomer().await;
    let other = logged_in(&server, NAME, PASSWORD).await;
    let cookie = browser.cookie("sessionid").unwrap();
    let answer = post(&browser, LOGOUT, &json!({})).await;
    assert_eq!(answer.text, LOGGED_OUT);
    assert_eq!(answer.cookie("sessionid").as_deref(), Some("\"\""));
    browser.set_cookie("sessionid", &cookie);
    assert!(!is_in(&browser).await && is_in(&other).await);

    let stranger = server.client().post(LOGOUT).send().await;
    assert_eq!((stranger.code(), stranger.text.as_str()), (200, LOGGED_OUT), "a body is not needed");
    assert_eq!(server.client().get(LOGOUT).send().await.code(), 405);
}

#[tokio::test]
async fn a_cookie_of_another_cookie_group_opens_this_one_and_the_other_way_round() {
    let (server, of_rest_auth) = with_newcomer().await;
    assert!(is_in(&of_rest_auth).await);
    let of_company = logged_in(&server, NAME, PASSWORD).await;
    assert_eq!(of_company.get("/api/users_display/").send().await.code(), 404, "let in, without details");
    assert_eq!(of_company.get("/api/accounts/account_change/").send().await.code(), 200);
}

#[tokio::test]
async fn no_token_opens_this_group() {
    let (server, _) = with_newcomer().await;
    let key = server.client().login(NAME, PASSWORD).await.key();
    let session = logged_in(&server, NAME, PASSWORD).await.cookie("sessionid").unwrap();
    for token in [&key, &session] {
        for (header, value) in [("authorization", format!("Token {token}")), ("token", token.clone())] {
            let answer = server.client().get(MY_INFO).header(header, value).send().await;
            assert_eq!((answer.code(), answer.text.as_str()), (401, STRANGER), "{header}");
        }
        let by_url = server.client().get(&format!("{MY_INFO}?token={token}&sessionid={token}")).send().await;
        assert_eq!(by_url.code(), 401);
    }
}

#[tokio::test]
async fn strangers_get_nowhere_and_change_nothing() {
    let (server, browser) = with_newcomer().await;
    let before = super::my_info(&browser).await;
    let dead = server.client();
    dead.set_cookie("sessionid", "0000000aaaaaaaaaaaaaaaaaaaaaaaaa");
    for client in [server.client(), dead] {
        for (path, body) in [
            (super::MY_PASSWORD, passwords(PASSWORD, super::NEW_PASSWORD)),
            (PERSON, json!({"realname": "别人"})),
            (super::FIRM, json!({"company_name": "别家"})),
            (RECEIVING, receiving()),
        ] {
            let answer = post(&client, path, &body).await;
            assert_eq!((answer.code(), answer.text.as_str()), (401, STRANGER), "{path}");
        }
        assert_eq!(client.get(MY_INFO).send().await.code(), 401);
    }
    assert_eq!(super::my_info(&browser).await, before);
}

#[tokio::test]
async fn a_session_ends_after_two_weeks_however_much_it_is_used() {
    let (server, browser) = with_newcomer().await;
    for _ in 0..13 {
        server.clock().advance(Duration::from_hours(24));
        assert!(is_in(&browser).await);
    }
    server.clock().advance(Duration::from_hours(24));
    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn the_frozen_are_out_at_once_and_only_who_knows_the_password_is_told() {
    let (server, browser) = with_newcomer().await;
    freeze(&server, EMAIL).await;
    let answer = browser.get(MY_INFO).send().await;
    assert_eq!((answer.code(), answer.text.as_str()), (401, STRANGER));
    let frozen = login(&server.client(), NAME, PASSWORD).await;
    assert_eq!(
        (frozen.code(), frozen.text.as_str()),
        (
            200,
            r#"{"status":"form_error","msg":"账号已被冻结，请联系管理员","errors":{"username":["账号已被冻结，请联系管理员"]}}"#
        )
    );
    let wrong = login(&server.client(), NAME, "not the password").await;
    let unknown = login(&server.client(), "nobody", "not the password").await;
    assert_eq!(wrong.structure(), unknown.structure());
}

#[tokio::test]
async fn where_the_browser_goes_next_is_never_what_the_request_says() {
    let server = Server::builder().redirecting_companies_to("https://www.example.com/home").start().await;
    newcomer(&server, NAME).await;
    let body = json!({"username": NAME, "password": PASSWORD, "next": "https://evil.example/",
        "redirect_url": "https://evil.example/"});
    let request =
        server.client().post(&format!("{LOGIN}?next=https://evil.example/&redirect_url=//evil.example"));
    let answer = request.header("referer", format!("{}/login", server.url())).json(&body).send().await;
    assert_eq!(answer.json()["redirect_url"], "https://www.example.com/home", "{answer:?}");
}
