//! Every documented example and outcome of manage's contract.

use insta::assert_snapshot;
use serde_json::json;
use tally::domain::administration::Order;
use tests::server::Server;

use super::{
    EMAIL, LOGIN, PASSWORD, RESET, VER_CODE, ask, latest_code, login, meta, order, reset, with_staff,
    with_user,
};

/// Sends one JSON body after the other and writes down what was asked and what was answered.
async fn conversation(server: &Server, path: &str, bodies: &[&str]) -> String {
    tests::client::conversation(bodies, async || server.client().post(path)).await
}

#[tokio::test]
async fn a_member_of_staff_logs_in_as_documented() {
    let server = with_staff().await;
    let answer = login(&server.client(), "WXD@mxchip.com", PASSWORD).await;
    let mut body = answer.json();
    let token = body["data"]["token"].take();
    let token = token.as_str().expect("the token is a text");
    assert!(token.len() == 40 && token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
    assert!(body["data"]["user"]["id"].take().is_u64());
    assert_eq!(
        body,
        json!({
            "meta": {"message": "Ok", "code": 0},
            "data": {
                "token": null,
                "user": {
                    "id": null,
                    "email": "wxd@mxchip.com",
                    "groups": [],
                    "username": "wxd",
                    "is_staff": true,
                    "is_superuser": false,
                    "date_joined": "2017-07-06 05:11:24",
                },
            },
        })
    );
    assert!(answer.cookie("sessionid").is_none(), "a token is never also a cookie");
}

#[tokio::test]
async fn every_login_is_a_session_of_its_own_and_opens_rest_auth_too() {
    let server = with_staff().await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let token = login(&server.client(), EMAIL, PASSWORD).await.json()["data"]["token"].clone();
        tokens.push(token.as_str().expect("the token is a text").to_owned());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
    for (token, scheme) in tokens.iter().zip(["Token", "token", "TOKEN"]) {
        let header = format!("{scheme} {token}");
        let answer = server.client().get("/api/users_display/").header("authorization", header).send().await;
        assert_eq!(answer.code(), 404, "let in, with no details yet: {answer:?}");
    }
    server.client().post("/rest-auth/logout/").token(&tokens[0]).send().await;
    assert_eq!(server.client().get("/api/users_display/").token(&tokens[0]).send().await.code(), 401);
    assert_eq!(server.client().get("/api/users_display/").token(&tokens[1]).send().await.code(), 404);
}

#[tokio::test]
async fn logins_that_fail_are_told_in_fixed_codes() {
    let server = with_user().await;
    let bodies = [
        r#"{"username":"wxd@mxchip.com","password":"fog123456"}"#,
        r#"{"username":"wxd@mxchip.com","password":"wrong"}"#,
        r#"{"username":"nobody@mxchip.com","password":"fog123456"}"#,
        r#"{"username":"wxd","password":"fog123456"}"#,
        r#"{"username":"","password":"fog123456"}"#,
        r#"{"username":"wxd@mxchip.com","password":""}"#,
        r#"{"username":"wxd@mxchip.com"}"#,
        r#"{"username":1,"password":["fog123456"]}"#,
        r#"["wxd@mxchip.com","fog123456"]"#,
    ];
    assert_snapshot!(conversation(&server, LOGIN, &bodies).await, @r#"
    {"username":"wxd@mxchip.com","password":"fog123456"}
        200 {"meta":{"message":"邮箱或密码错误","code":1002},"data":{}}
    {"username":"wxd@mxchip.com","password":"wrong"}
        200 {"meta":{"message":"邮箱或密码错误","code":1002},"data":{}}
    {"username":"nobody@mxchip.com","password":"fog123456"}
        200 {"meta":{"message":"邮箱或密码错误","code":1002},"data":{}}
    {"username":"wxd","password":"fog123456"}
        200 {"meta":{"message":"参数错误：username 必须是邮箱","code":1001},"data":{}}
    {"username":"","password":"fog123456"}
        200 {"meta":{"message":"参数错误：缺少 username","code":1001},"data":{}}
    {"username":"wxd@mxchip.com","password":""}
        200 {"meta":{"message":"参数错误：缺少 password","code":1001},"data":{}}
    {"username":"wxd@mxchip.com"}
        200 {"meta":{"message":"参数错误：缺少 password","code":1001},"data":{}}
    {"username":1,"password":["fog123456"]}
        200 {"meta":{"message":"参数错误：username 必须是字符串","code":1001},"data":{}}
    ["wxd@mxchip.com","fog123456"]
        200 {"meta":{"message":"参数错误：请求内容必须是一个 JSON 对象","code":1001},"data":{}}
    "#);
}

#[tokio::test]
async fn that_an_account_is_frozen_is_told_to_who_knows_the_password() {
    let server = with_staff().await;
    order(&server, EMAIL, Order::Freeze).await;
    assert_eq!(meta(&login(&server.client(), EMAIL, PASSWORD).await), 1003);
    assert_eq!(meta(&login(&server.client(), EMAIL, "wrong").await), 1002);
}

#[tokio::test]
async fn a_code_resets_the_password_as_documented() {
    let server = with_staff().await;
    let asked = ask(&server.client(), EMAIL).await;
    assert_eq!(asked.text, r#"{"meta":{"message":"Ok","code":0},"data":{}}"#);
    let answer = reset(&server.client(), EMAIL, &latest_code(&server)).await;
    assert_eq!(answer.text, r#"{"meta":{"message":"重置密码成功！","code":0},"data":{}}"#);
    assert_eq!(meta(&login(&server.client(), EMAIL, super::NEW_PASSWORD).await), 0);
    assert_eq!(meta(&login(&server.client(), EMAIL, PASSWORD).await), 1002);
}

#[tokio::test]
async fn forms_are_taken_like_json() {
    let server = with_user().await;
    let client = server.client();
    let asked = client.post(VER_CODE).form(&[("username", EMAIL), ("code_type", "1")]).send().await;
    assert_eq!(meta(&asked), 0);
    let code = latest_code(&server);
    let fields = [
        ("username", EMAIL),
        ("vercode", &code),
        ("password", "tiger-tally-78"),
        ("password2", "tiger-tally-78"),
    ];
    assert_eq!(meta(&client.post(RESET).multipart(&fields).send().await), 0);
}

#[tokio::test]
async fn requests_for_codes_and_resets_that_fail_are_told_in_fixed_codes() {
    let server = with_user().await;
    let bodies = [
        r#"{"username":"wxd@mxchip.com","code_type":2}"#,
        r#"{"username":"wxd@mxchip.com","code_type":"1.0"}"#,
        r#"{"username":"wxd@mxchip.com","code_type":1.0}"#,
        r#"{"username":"wxd@mxchip.com"}"#,
        r#"{"username":"wxd@mxchip.com\r\nBcc: v@y.com","code_type":1}"#,
        r#"{"username":["wxd@mxchip.com","v@y.com"],"code_type":1}"#,
    ];
    assert_snapshot!(conversation(&server, VER_CODE, &bodies).await, @r#"
    {"username":"wxd@mxchip.com","code_type":2}
        200 {"meta":{"message":"参数错误：code_type 只能是 1","code":1001},"data":{}}
    {"username":"wxd@mxchip.com","code_type":"1.0"}
        200 {"meta":{"message":"参数错误：code_type 必须是整数","code":1001},"data":{}}
    {"username":"wxd@mxchip.com","code_type":1.0}
        200 {"meta":{"message":"参数错误：code_type 必须是整数","code":1001},"data":{}}
    {"username":"wxd@mxchip.com"}
        200 {"meta":{"message":"参数错误：缺少 code_type","code":1001},"data":{}}
    {"username":"wxd@mxchip.com\r\nBcc: v@y.com","code_type":1}
        200 {"meta":{"message":"参数错误：username 必须是邮箱","code":1001},"data":{}}
    {"username":["wxd@mxchip.com","v@y.com"],"code_type":1}
        200 {"meta":{"message":"参数错误：username 必须是字符串","code":1001},"data":{}}
    "#);
    assert!(server.inbox().messages().is_empty(), "nothing was sent");
    let bodies = [
        r#"{"username":"wxd@mxchip.com","vercode":"087629","password":"tiger-tally-78","password2":"tiger-tally-78"}"#,
        r#"{"username":"wxd@mxchip.com","vercode":"087629","password":"tiger-tally-78","password2":"other"}"#,
        r#"{"username":"wxd@mxchip.com","vercode":"087629","password":"1234567","password2":"1234567"}"#,
        r#"{"username":"wxd@mxchip.com","vercode":"","password":"tiger-tally-78","password2":"tiger-tally-78"}"#,
        r#"{"username":"wxd@mxchip.com","vercode":null,"password":"tiger-tally-78","password2":"tiger-tally-78"}"#,
        r#"{"username":"wxd@mxchip.com","vercode":true,"password":"tiger-tally-78","password2":"tiger-tally-78"}"#,
    ];
    assert_snapshot!(conversation(&server, RESET, &bodies).await, @r#"
    {"username":"wxd@mxchip.com","vercode":"087629","password":"tiger-tally-78","password2":"tiger-tally-78"}
        200 {"meta":{"message":"验证码错误或已失效","code":1004},"data":{}}
    {"username":"wxd@mxchip.com","vercode":"087629","password":"tiger-tally-78","password2":"other"}
        200 {"meta":{"message":"两次输入的密码不一致","code":1005},"data":{}}
    {"username":"wxd@mxchip.com","vercode":"087629","password":"1234567","password2":"1234567"}
        200 {"meta":{"message":"密码长度太短，至少需要 8 个字符；密码太常见；密码不能全部是数字","code":1006},"data":{}}
    {"username":"wxd@mxchip.com","vercode":"","password":"tiger-tally-78","password2":"tiger-tally-78"}
        200 {"meta":{"message":"参数错误：缺少 vercode","code":1001},"data":{}}
    {"username":"wxd@mxchip.com","vercode":null,"password":"tiger-tally-78","password2":"tiger-tally-78"}
        200 {"meta":{"message":"参数错误：缺少 vercode","code":1001},"data":{}}
    {"username":"wxd@mxchip.com","vercode":true,"password":"tiger-tally-78","password2":"tiger-tally-78"}
        200 {"meta":{"message":"参数错误：vercode 必须是字符串","code":1001},"data":{}}
    "#);
}

#[tokio::test]
async fn what_is_outside_the_document_has_its_own_status_in_the_same_envelope() {
    let server = Server::start().await;
    let client = server.client();
    let told = async |request: tests::client::Request| {
        let answer = request.send().await;
        (answer.code(), meta(&answer), answer.json()["data"].clone())
    };
    let big = "x".repeat(64 * 1024 + 1);
    assert_eq!(told(client.get(LOGIN)).await, (405, json!(405), json!({})));
    assert_eq!(told(client.get("/v3_1/manage/nope/")).await, (404, json!(404), json!({})));
    assert_eq!(told(client.post(LOGIN).body("text/plain", "x")).await, (415, json!(415), json!({})));
    assert_eq!(told(client.post(LOGIN).body("application/json", "{")).await, (400, json!(400), json!({})));
    assert_eq!(told(client.post(LOGIN).body("application/json", big)).await, (413, json!(413), json!({})));
    assert_eq!(client.get(LOGIN).send().await.header("allow"), Some("POST, OPTIONS"));
    assert_eq!(
        told(client.post("/v3_1/manage/login").body("application/json", "{}")).await.0,
        200,
        "no final slash"
    );
}
