//! Setting a new password with a code from the phone.

use std::time::Duration;

use insta::assert_snapshot;
use local::inbox::Channel;
use serde_json::{Value, json};
use tally::domain::email_address::EmailAddress;
use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;
use tests::{code, table};

use super::{
    EMAIL, MOBILE, NEW_PASSWORD, PASSWORD, RESET, account_of, ask, conversation, customer, is_in,
    latest_code, logged_in, login, post, with_customer, wrong,
};

const DONE: &str = r#"{"status":"ok","msg":"修改密码成功"}"#;
const WRONG_CODE: &str = r#"{"status":"error","msg":"验证码错误或已失效"}"#;

fn body(mobile: &str, code: &str, password: &str) -> Value {
    json!({"mobile": mobile, "code": code, "password": password, "re_password": password})
}

async fn reset(client: &Client, mobile: &str, code: &str) -> Answer {
    post(client, RESET, &body(mobile, code, NEW_PASSWORD)).await
}

async fn reset_code(server: &Server) -> String {
    ask(server, "ChangePwd", MOBILE).await;
    latest_code(server)
}

#[tokio::test]
async fn a_reset_ends_every_session_and_opens_none() {
    let (server, browser) = with_customer().await;
    let other = logged_in(&server, EMAIL, PASSWORD).await;
    let key = server.client().login(EMAIL, PASSWORD).await.key();
    let code = reset_code(&server).await;
    let answer = reset(&browser, "+86 138 0013 8000", &code).await;
    assert_eq!((answer.code(), answer.text.as_str()), (200, DONE));
    assert_eq!(answer.cookie("sessionid"), None);
    assert!(!is_in(&browser).await && !is_in(&other).await);
    assert_eq!(server.client().get("/api/users_display/").token(&key).send().await.code(), 401);
    assert_eq!(login(&server.client(), MOBILE, PASSWORD).await.json()["status"], "form_error");
    assert_eq!(login(&server.client(), MOBILE, NEW_PASSWORD).await.json()["status"], "ok");
    assert_eq!(reset(&server.client(), MOBILE, &code).await.text, WRONG_CODE, "used up");
    let messages = server.inbox().messages();
    let notice = messages.last().expect("the owner is told");
    assert_eq!(notice.to, EMAIL);
}

#[tokio::test]
async fn unknown_numbers_and_wrong_codes_are_answered_alike() {
    let (server, _) = with_customer().await;
    let code = reset_code(&server).await;
    let wrong_code = reset(&server.client(), MOBILE, &wrong(&code)).await;
    assert_eq!((wrong_code.code(), wrong_code.text.as_str()), (200, WRONG_CODE));
    let unknown = reset(&server.client(), "13900139000", &code).await;
    assert_eq!(unknown.structure(), wrong_code.structure());
    let nobody_asked = reset(&server.client(), "13900139000", "000000").await;
    assert_eq!(nobody_asked.structure(), wrong_code.structure());
}

#[tokio::test]
async fn five_wrong_tries_kill_the_code() {
    let (server, _) = with_customer().await;
    let code = reset_code(&server).await;
    for _ in 0..5 {
        assert_eq!(reset(&server.client(), MOBILE, &wrong(&code)).await.text, WRONG_CODE);
    }
    assert_eq!(reset(&server.client(), MOBILE, &code).await.text, WRONG_CODE);
    assert_eq!(login(&server.client(), MOBILE, PASSWORD).await.json()["status"], "ok");
}

#[tokio::test]
async fn codes_for_something_else_set_no_password() {
    let (server, _) = with_customer().await;
    ask(&server, "ChangeMobile", "13900139000").await;
    assert_eq!(reset(&server.client(), MOBILE, &latest_code(&server)).await.text, WRONG_CODE);
    // A code is mailed to proven addresses alone, and not at once after another mail.
    let address = EmailAddress::parse(EMAIL).expect("it is an address");
    table::prove_email(&server, account_of(&server, EMAIL).await.number, &address).await;
    server.clock().advance(Duration::from_mins(8));
    server.client().ask_reset(EMAIL).await;
    let mailed = code::latest(&server.inbox(), Channel::Mail);
    assert_eq!(reset(&server.client(), MOBILE, &mailed).await.text, WRONG_CODE);
}

#[tokio::test]
async fn the_new_password_is_judged_before_the_code_is_tried() {
    let (server, _) = with_customer().await;
    let code = reset_code(&server).await;
    let bodies = [
        "{}",
        r#"{"mobile":"13800138000","code":"000000","password":"tiger-tally-78","re_password":"tiger-tally-79"}"#,
        r#"{"mobile":"13800138000","code":"000000","password":"password1","re_password":"password1"}"#,
        r#"{"mobile":"x","code":null,"password":"12345678","re_password":"12345678"}"#,
        r#"{"mobile":"13800138000","code":true,"password":["x"],"re_password":{}}"#,
    ];
    assert_snapshot!(conversation(&server.client(), RESET, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"mobile 不能为空；code 不能为空；password 不能为空；re_password 不能为空"}
    {"mobile":"13800138000","code":"000000","password":"tiger-tally-78","re_password":"tiger-tally-79"}
        200 {"status":"error","msg":"re_password 两次输入的密码不一致"}
    {"mobile":"13800138000","code":"000000","password":"password1","re_password":"password1"}
        200 {"status":"error","msg":"password 太常见"}
    {"mobile":"x","code":null,"password":"12345678","re_password":"12345678"}
        200 {"status":"error","msg":"mobile 不是有效的手机号；code 不能为空；password 太常见，不能全部是数字"}
    {"mobile":"13800138000","code":true,"password":["x"],"re_password":{}}
        200 {"status":"error","msg":"code 必须是字符串；password 必须是字符串；re_password 必须是字符串"}
    "#);
    for _ in 0..5 {
        post(&server.client(), RESET, &body(MOBILE, &wrong(&code), "password1")).await;
    }
    let own_name = post(&server.client(), RESET, &body(MOBILE, &code, EMAIL)).await;
    assert_eq!(own_name.json()["msg"], "password 太常见", "told once the code has shown whose name it is");
    assert_eq!(reset(&server.client(), MOBILE, &code).await.text, DONE);
}

#[tokio::test]
async fn a_changed_password_or_number_kills_the_codes_of_before() {
    let (server, browser) = with_customer().await;
    let code = reset_code(&server).await;
    let changed = post(&browser, super::MY_PASSWORD, &super::passwords(PASSWORD, "other-tiger-78")).await;
    assert_eq!(changed.json()["status"], "ok");
    assert_eq!(reset(&server.client(), MOBILE, &code).await.text, WRONG_CODE);
    assert_eq!(login(&server.client(), MOBILE, "other-tiger-78").await.json()["status"], "ok");
}

#[tokio::test]
async fn a_code_to_the_number_of_before_resets_nothing() {
    let (server, browser) = with_customer().await;
    let code = reset_code(&server).await;
    ask(&server, "ChangeMobile", "13900139000").await;
    let change = json!({"password": PASSWORD, "mobile": "13900139000", "code": latest_code(&server)});
    assert_eq!(post(&browser, super::PHONE_CHANGE, &change).await.json()["status"], "ok");
    assert_eq!(reset(&server.client(), MOBILE, &code).await.text, WRONG_CODE);
    // Nor does it serve whoever has the number next.
    customer(&server, "wangfang@example.com", MOBILE).await;
    assert_eq!(reset(&server.client(), MOBILE, &code).await.text, WRONG_CODE);
}

#[tokio::test]
async fn a_frozen_account_stays_frozen_and_is_answered_like_an_unknown_one() {
    let (server, _) = with_customer().await;
    let code = reset_code(&server).await;
    super::freeze(&server, EMAIL).await;
    assert_eq!(reset(&server.client(), MOBILE, &code).await.text, WRONG_CODE);
    assert_ne!(login(&server.client(), MOBILE, PASSWORD).await.json()["status"], "ok");
}
