//! Registering: with a code that was read from the phone, all faults at once, and nothing or everything.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::server::Server;

use super::{
    EMAIL, MOBILE, PASSWORD, REGISTER, account_of, ask, is_in, latest_code, login, my_info, post,
    registration, with_customer, wrong,
};

const REGISTERED: &str =
    r#"{"status":"ok","msg":"注册成功","username":"liming@example.com","redirect_url":"/"}"#;

/// A registration with the code just read, with one field set to another value.
fn but(code: &str, name: &str, value: Value) -> Value {
    let mut body = registration(EMAIL, MOBILE, code);
    body[name] = value;
    body
}

/// What is wrong with the fields of a form that has to fail.
async fn refused(server: &Server, body: &Value) -> Value {
    let answer = post(&server.client(), REGISTER, body).await;
    let said = answer.json();
    assert_eq!((answer.code(), &said["status"]), (200, &json!("form_error")), "{answer:?}");
    assert_eq!(answer.cookie("sessionid"), None);
    said["errors"].clone()
}

#[tokio::test]
async fn whoever_registers_is_in_at_once_and_can_log_in_by_all_three_names() {
    let server = Server::start().await;
    let browser = server.client();
    ask(&server, "AccountReg", MOBILE).await;
    let answer = post(&browser, REGISTER, &registration(EMAIL, MOBILE, &latest_code(&server))).await;
    assert_eq!((answer.code(), answer.text.as_str()), (200, REGISTERED));
    assert_snapshot!(browser.get(super::MY_INFO).send().await.brief(), @r#"200 {"status":"ok","msg":"获取成功","username":"liming@example.com","realname":"李明","qq":"10001","mobile":"13800138000","notify_email":"liming@example.com","company_name":"例子公司","company_url":"","user_industry":["金融","物流"],"province":"","city":"","area":"","street":"","recv_name":"","recv_phone":""}"#);
    for name in [EMAIL, "LIMING@example.com", MOBILE, "+86 138 0013 8000", "0086-13800138000"] {
        let answer = login(&server.client(), name, PASSWORD).await.json();
        assert_eq!((&answer["status"], &answer["username"]), (&json!("ok"), &json!(EMAIL)), "{name}");
        assert_eq!(answer["user_industry"], json!(["金融", "物流"]));
    }
}

#[tokio::test]
async fn only_six_fields_are_required() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let mut body = registration(EMAIL, MOBILE, &latest_code(&server));
    body.as_object_mut().unwrap().retain(|name, _| name != "qq" && name != "select_fields");
    assert_eq!(post(&server.client(), REGISTER, &body).await.text, REGISTERED);
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_no_try_is_spent() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let code = latest_code(&server);
    let bodies = [
        "{}".to_owned(),
        r#"{"user_email":"a@","company_name":" ","password":"1234567","phone":"12345678901","name":null,"qq":true,"code":"","select_fields":"金融"}"#.to_owned(),
        r#"{"user_email":["a@b.co"],"company_name":1,"password":{},"phone":1.5,"name":true,"qq":[],"code":{},"select_fields":[1]}"#.to_owned(),
        r#"{"user_email":"o'neil@example.com","company_name":"甲\u0000","password":"liming@example.com","phone":"+441632960001","name":"李\u202e","qq":"1","code":"1","select_fields":[" "]}"#.to_owned(),
        but(&wrong(&code), "password", json!("password1")).to_string().replace(&wrong(&code), "000000"),
    ];
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    assert_snapshot!(super::conversation(&server.client(), REGISTER, &bodies).await, @r#"
    {}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"user_email":["不能为空"],"company_name":["不能为空"],"password":["不能为空"],"phone":["不能为空"],"name":["不能为空"],"code":["不能为空"]}}
    {"user_email":"a@","company_name":" ","password":"1234567","phone":"12345678901","name":null,"qq":true,"code":"","select_fields":"金融"}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"user_email":["不是有效的邮箱"],"company_name":["不能为空"],"password":["长度太短，至少需要 8 个字符","太常见","不能全部是数字"],"phone":["不是有效的手机号"],"name":["不能为空"],"qq":["必须是字符串"],"code":["不能为空"],"select_fields":["必须是字符串列表"]}}
    {"user_email":["a@b.co"],"company_name":1,"password":{},"phone":1.5,"name":true,"qq":[],"code":{},"select_fields":[1]}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"user_email":["必须是字符串"],"company_name":["必须是字符串"],"password":["必须是字符串"],"phone":["必须是字符串"],"name":["必须是字符串"],"qq":["必须是字符串"],"code":["必须是字符串"],"select_fields":["必须是字符串列表"]}}
    {"user_email":"o'neil@example.com","company_name":"甲\u0000","password":"liming@example.com","phone":"+441632960001","name":"李\u202e","qq":"1","code":"1","select_fields":[" "]}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"user_email":["不能用作用户名"],"company_name":["不能包含控制字符"],"phone":["暂不支持该国家或地区的手机号"],"name":["不能包含控制字符"],"select_fields":["不能为空"]}}
    {"code":"000000","company_name":"例子公司","name":"李明","password":"password1","phone":"13800138000","qq":"10001","select_fields":["金融","物流"],"user_email":"liming@example.com"}
        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"password":["太常见"]}}
    "#);
    for _ in 0..10 {
        refused(&server, &but(&wrong(&code), "company_name", json!(""))).await;
    }
    let answer = post(&server.client(), REGISTER, &registration(EMAIL, MOBILE, &code)).await;
    assert_eq!(answer.text, REGISTERED);
}

#[tokio::test]
async fn addresses_have_to_be_addresses_and_fit_for_a_name() {
    let server = Server::start().await;
    let long = format!("{}@example.com", "x".repeat(243));
    for email in [
        "liming",
        "@example.com",
        "a@b",
        "a@b@c.com",
        ".a@b.co",
        "a@b.co.",
        "a@b.co\r\nBcc: c@d.co",
        "a@b.co,c@d.co",
        "\"a b\"@b.co",
        "李明@example.com",
        "a\u{0}@b.co",
        &long,
    ] {
        let told = refused(&server, &but("000000", "user_email", json!(email))).await;
        assert_eq!(told, json!({"user_email": ["不是有效的邮箱"]}), "{email:?}");
    }
    let too_long_for_a_name = format!("{}@example.com", "x".repeat(139));
    for email in ["o'neil@example.com", "a!b@example.com", "li@例子.公司", &too_long_for_a_name] {
        let told = refused(&server, &but("000000", "user_email", json!(email))).await;
        assert_eq!(told, json!({"user_email": ["不能用作用户名"]}), "{email:?}");
    }
    assert_eq!(server.inbox().messages().len(), 0);
}

#[tokio::test]
async fn no_code_no_account() {
    let server = Server::start().await;
    ask(&server, "AccountReg", "13900139000").await;
    let of_another = latest_code(&server);
    for (name, value) in
        [("code", json!("")), ("code", json!(null)), ("code", json!("000000")), ("code", json!(of_another))]
    {
        let told = refused(&server, &but("", name, value.clone())).await;
        let empty = matches!(value.as_str(), Some("") | None);
        assert_eq!(told, json!({"code": [if empty { "不能为空" } else { "验证码错误或已失效" }]}), "{value}");
    }
    let other = registration(EMAIL, "13900139000", &of_another);
    assert_eq!(
        post(&server.client(), REGISTER, &other).await.text,
        REGISTERED,
        "for its own number it is right"
    );
}

#[tokio::test]
async fn a_code_for_something_else_does_not_register() {
    let server = Server::start().await;
    ask(&server, "ChangeMobile", MOBILE).await;
    let told = refused(&server, &registration(EMAIL, MOBILE, &latest_code(&server))).await;
    assert_eq!(told, json!({"code": ["验证码错误或已失效"]}));
}

#[tokio::test]
async fn a_code_is_dead_after_five_wrong_tries() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let code = latest_code(&server);
    for _ in 0..5 {
        refused(&server, &registration(EMAIL, MOBILE, &wrong(&code))).await;
    }
    refused(&server, &registration(EMAIL, MOBILE, &code)).await;
}

#[tokio::test]
async fn a_code_is_dead_after_ten_minutes() {
    for (minutes, seconds, lives) in [(9, 59, true), (10, 1, false)] {
        let server = Server::start().await;
        ask(&server, "AccountReg", MOBILE).await;
        let code = latest_code(&server);
        server.clock().advance(Duration::from_secs(minutes * 60 + seconds));
        let answer = post(&server.client(), REGISTER, &registration(EMAIL, MOBILE, &code)).await;
        assert_eq!(answer.json()["status"] == "ok", lives, "{answer:?}");
    }
}

#[tokio::test]
async fn what_is_taken_is_told_only_to_who_has_a_right_code() {
    let (server, _) = with_customer().await;
    let other = "13900139000";
    ask(&server, "AccountReg", other).await;
    let code = latest_code(&server);
    let told = refused(&server, &registration(EMAIL, other, &wrong(&code))).await;
    assert_eq!(told, json!({"code": ["验证码错误或已失效"]}));
    let told = refused(&server, &registration("LiMing@Example.com", other, &code)).await;
    assert_eq!(told, json!({"user_email": ["该邮箱已被注册"]}));
    let body = registration("other@example.com", other, &code);
    assert_eq!(
        post(&server.client(), REGISTER, &body).await.json()["status"],
        "ok",
        "the code was not used up"
    );
}

#[tokio::test]
async fn a_code_registers_once() {
    let (server, _) = with_customer().await;
    let code = latest_code(&server);
    let told = refused(&server, &registration("other@example.com", MOBILE, &code)).await;
    assert_eq!(told, json!({"code": ["验证码错误或已失效"]}));
}

#[tokio::test]
async fn of_many_registrations_with_one_code_one_succeeds() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let code = latest_code(&server);
    let register = async |at: usize| {
        let body = registration(&format!("user{at}@example.com"), MOBILE, &code);
        post(&server.client(), REGISTER, &body).await.json()["status"] == "ok"
    };
    // Five: a code is tried no more often.
    let won = futures_util::future::join_all((0..5).map(register)).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
}

#[tokio::test]
async fn of_many_registrations_of_one_address_one_succeeds() {
    let server = Server::start().await;
    let mobiles: Vec<String> = (0..6).map(|at| format!("1380013800{at}")).collect();
    let mut codes = Vec::new();
    for mobile in &mobiles {
        ask(&server, "AccountReg", mobile).await;
        codes.push(latest_code(&server));
    }
    let register = async |at: usize| {
        let email = if at.is_multiple_of(2) { EMAIL } else { "LIMING@example.com" };
        post(&server.client(), REGISTER, &registration(email, &mobiles[at], &codes[at])).await.json()["status"]
            == "ok"
    };
    let won = futures_util::future::join_all((0..6).map(register)).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
}

#[tokio::test]
async fn more_fields_than_the_document_has_set_nothing() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let mut body = registration(EMAIL, MOBILE, &latest_code(&server));
    for name in ["is_superuser", "is_staff", "verified", "email_proven", "notify_email_is_bind"] {
        body[name] = json!(true);
    }
    for name in ["id", "number", "auth_epoch", "epoch"] {
        body[name] = json!(1);
    }
    for name in ["pk", "sk", "role", "status", "username", "groups", "date_joined", "province"] {
        body[name] = json!("0");
    }
    body["user"] = json!({"is_staff": true});
    let browser = server.client();
    assert_eq!(post(&browser, REGISTER, &body).await.text, REGISTERED);
    let shown = my_info(&browser).await;
    assert_eq!((&shown["username"], &shown["province"]), (&json!(EMAIL), &json!("")));
    let account = account_of(&server, EMAIL).await;
    assert!(!account.is_staff && !account.is_superuser && account.epoch == 0 && account.groups.is_empty());
}

#[tokio::test]
async fn redirects_come_from_the_settings_alone() {
    let server = Server::builder().redirecting_companies_to("https://www.example.com/home").start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let mut body = registration(EMAIL, MOBILE, &latest_code(&server));
    body["next"] = json!("https://evil.example/");
    body["redirect_url"] = json!("https://evil.example/");
    let browser = server.client();
    let request = browser.post(&format!("{REGISTER}?next=https://evil.example/"));
    let answer = request.header("referer", format!("{}/x", server.url())).json(&body).send().await;
    assert_eq!(answer.json()["redirect_url"], "https://www.example.com/home", "{answer:?}");
    assert!(is_in(&browser).await);
}
