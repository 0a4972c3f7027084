//! What is wrong with a form: every sentence, under its field, in the order of the document.

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::client::Client;
use tests::server::Server;

use super::{
    ACCOUNT, EMAIL, EMAIL_TAKEN, NAME, NEW_PASSWORD, PASSWORD, PASSWORD_CHANGED, PASSWORDS, REGISTER,
    REGISTERED, contact, conversation, login, passwords, post, posting, register, registration, with_browser,
    with_user,
};

const WRONG_FORM: &str = "用户信息填写有误, 请修改后重新填写";

/// A registration with one field set to another value.
fn but(name: &str, value: &Value) -> Value {
    let mut body = registration(NAME, EMAIL);
    body[name] = value.clone();
    body
}

/// What a registration is told that has to fail.
async fn refused(client: &Client, body: &Value) -> Value {
    let answer = post(client, REGISTER, body).await;
    assert_eq!((answer.code(), &answer.json()["code"]), (200, &json!(0)), "{answer:?}");
    assert_eq!(answer.json()["msg"], WRONG_FORM);
    answer.json()["data"].clone()
}

/// What a new password is told, typed twice.
async fn weakness(client: &Client, password: &str) -> Value {
    let mut body = but("password1", &json!(password));
    body["password2"] = json!(password);
    refused(client, &body).await
}

#[tokio::test]
async fn what_is_required_is_told_field_by_field() {
    let (_server, browser) = with_browser().await;
    assert_snapshot!(conversation(&browser, REGISTER, &["{}", r#"{"username":" ","email":null,"dept_id":""}"#]).await, @r#"
    {}
        200 {"code":0,"data":{"username":["这个字段是必填项。"],"password1":["这个字段是必填项。"],"password2":["这个字段是必填项。"],"email":["这个字段是必填项。"],"phone":["这个字段是必填项。"],"dept_id":["这个字段是必填项。"]},"msg":"用户信息填写有误, 请修改后重新填写"}
    {"username":" ","email":null,"dept_id":""}
        200 {"code":0,"data":{"username":["这个字段是必填项。"],"password1":["这个字段是必填项。"],"password2":["这个字段是必填项。"],"email":["这个字段是必填项。"],"phone":["这个字段是必填项。"],"dept_id":["这个字段是必填项。"]},"msg":"用户信息填写有误, 请修改后重新填写"}
    "#);
    assert_snapshot!(conversation(&browser, ACCOUNT, &["{}", r#"{"alias":"a","email":"a@b.co","phone":"1","job_number":"  "}"#]).await, @r#"
    {}
        200 {"code":0,"data":{"alias":["这个字段是必填项。"],"email":["这个字段是必填项。"],"phone":["这个字段是必填项。"],"job_number":["这个字段是必填项。"],"dept_id":["这个字段是必填项。"]},"msg":"用户信息填写有误, 请修改后重新填写"}
    {"alias":"a","email":"a@b.co","phone":"1","job_number":"  "}
        200 {"code":0,"data":{"job_number":["这个字段是必填项。"],"dept_id":["这个字段是必填项。"]},"msg":"用户信息填写有误, 请修改后重新填写"}
    "#);
    assert_snapshot!(conversation(&browser, PASSWORDS, &["{}"]).await, @r#"
    {}
        200 {"code":0,"data":{"old_password":["这个字段是必填项。"],"new_password1":["这个字段是必填项。"],"new_password2":["这个字段是必填项。"]},"msg":""}
    "#);
}

#[tokio::test]
async fn a_form_without_fields_is_told_the_same_as_json() {
    let server = Server::start().await;
    let client = server.client();
    let json = post(&client, REGISTER, &json!({})).await.text;
    let form = posting(&client, REGISTER).await.form(&[("username", ""), ("alias", "")]).send().await;
    let multipart = posting(&client, REGISTER).await.multipart(&[("username", " ")]).send().await;
    assert_eq!((form.text.as_str(), multipart.text.as_str()), (json.as_str(), json.as_str()));
}

#[tokio::test]
async fn names_and_addresses_have_to_be_valid() {
    let server = Server::start().await;
    let client = server.client();
    let invalid = json!({"username": ["请输入合法用户名。只能包含字母，数字和@/./+/-/_ 字符。"]});
    for name in ["a b", "管理员", "a/b", "a\u{0}b", "13800138000", "+8613800138000", "other@example.com"] {
        assert_eq!(refused(&client, &but("username", &json!(name))).await, invalid, "{name:?}");
    }
    let invalid = json!({"email": ["输入一个有效的 Email 地址。"]});
    let long = format!("{}@example.com", "x".repeat(250));
    for email in ["admin", "@example.com", "a@", "a b@c.co", "王@example.com", "a@b.co\r\nBcc: c@d.co", &long]
    {
        assert_eq!(refused(&client, &but("email", &json!(email))).await, invalid, "{email:?}");
    }
    assert_eq!(
        post(&client, REGISTER, &registration(EMAIL, EMAIL)).await.json()["code"],
        1,
        "one's own address"
    );
}

#[tokio::test]
async fn texts_that_are_too_long_are_told_both_lengths() {
    let (_server, browser) = with_browser().await;
    let too_long = |most: usize| format!("确保该变量包含不超过 {most} 字符 (目前字符数 {})。", most + 1);
    let long = json!({"username": [too_long(150)]});
    let free = registration(&"x".repeat(151), "zhang@example.com");
    assert_eq!(refused(&browser, &free).await, long);
    for (name, most) in [("alias", 100), ("phone", 30), ("job_number", 50), ("dept_id", 50)] {
        let long = json!({name: [too_long(most)]});
        let mut free = registration("zhang", "zhang@example.com");
        free[name] = json!("长".repeat(most + 1));
        assert_eq!(refused(&browser, &free).await, long);
        let mut body = contact(EMAIL);
        body[name] = json!("长".repeat(most + 1));
        assert_eq!(post(&browser, ACCOUNT, &body).await.json()["data"], long);
        body[name] = json!(format!(" {} ", "长".repeat(most)));
        assert_eq!(post(&browser, ACCOUNT, &body).await.json()["msg"][name], "长".repeat(most));
    }
}

#[tokio::test]
async fn control_characters_and_other_types_are_refused_and_numbers_are_texts() {
    let (_server, browser) = with_browser().await;
    for name in ["alias", "phone", "job_number", "dept_id"] {
        for (value, told) in [
            (json!("a\u{0}b"), "不允许使用控制字符。"),
            (json!("a\nb"), "不允许使用控制字符。"),
            (json!("a\u{7f}b"), "不允许使用控制字符。"),
            (json!(true), "输入一个有效的文本。"),
            (json!(["a"]), "输入一个有效的文本。"),
            (json!({"a": "b"}), "输入一个有效的文本。"),
        ] {
            let mut body = contact(EMAIL);
            body[name] = value;
            assert_eq!(post(&browser, ACCOUNT, &body).await.json()["data"], json!({name: [told]}), "{body}");
        }
        let mut body = contact(EMAIL);
        body[name] = json!(42);
        assert_eq!(post(&browser, ACCOUNT, &body).await.json()["msg"][name], "42");
    }
    for name in ["username", "email", "password1", "password2"] {
        let mut body = registration("zhang", "zhang@example.com");
        body[name] = json!(["x"]);
        assert_eq!(refused(&browser, &body).await, json!({name: ["输入一个有效的文本。"]}), "{name}");
    }
}

#[tokio::test]
async fn two_passwords_that_differ_are_told_under_the_second() {
    let (_server, browser) = with_browser().await;
    let mismatch = json!({"password2": ["两个密码字段不一致。"]});
    for other in ["fswxxz1457", "fswxxz1456 ", "FSWXXZ1456", "short"] {
        let mut body = registration("zhang", "zhang@example.com");
        body["password2"] = json!(other);
        assert_eq!(refused(&browser, &body).await, mismatch, "{other:?}");
    }
    let body =
        json!({"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": "tiger-tally-79"});
    assert_eq!(
        post(&browser, PASSWORDS, &body).await.text,
        r#"{"code":0,"data":{"new_password2":["两个密码字段不一致。"]},"msg":""}"#
    );
}

#[tokio::test]
async fn weak_passwords_are_told_under_the_second() {
    let server = Server::start().await;
    let client = server.client();
    let [short, common, numeric] =
        ["密码长度太短。密码必须包含至少 8 个字符。", "这个密码太常见了。", "这个密码全部是数字的。"];
    for (password, told) in [
        ("zq8xk2w", json!([short])),
        ("password1", json!([common])),
        ("1234567", json!([short, common, numeric])),
        ("8301947265018", json!([numeric])),
        ("admin@example.com", json!([common])),
        ("ADMIN@example.com", json!([common])),
        ("zq8xk2wv\u{0}", json!(["不允许使用控制字符。"])),
    ] {
        assert_eq!(weakness(&client, password).await, json!({"password2": told}), "{password:?}");
    }
    let long = json!({"password2": ["密码长度太长。密码不能超过 4096 个字节。"]});
    assert_eq!(weakness(&client, &"长".repeat(1366)).await, long);
    let fits = "长".repeat(1365);
    let mut body = but("password1", &json!(fits));
    body["password2"] = json!(fits);
    assert_eq!(post(&client, REGISTER, &body).await.text, REGISTERED);
}

#[tokio::test]
async fn ones_own_names_are_no_passwords_either_when_one_is_changed() {
    let server = Server::start().await;
    register(&server, "dragonfly88", "butterfly99@example.com").await;
    let browser = super::logged_in(&server, "dragonfly88").await;
    let common = r#"{"code":0,"data":{"new_password2":["这个密码太常见了。"]},"msg":""}"#;
    for own in ["dragonfly88", "Dragonfly88", "butterfly99", "butterfly99@example.com"] {
        assert_eq!(post(&browser, PASSWORDS, &passwords(PASSWORD, own)).await.text, common, "{own}");
    }
}

#[tokio::test]
async fn a_wrong_old_password_is_told_with_a_weak_new_one_and_changes_nothing() {
    let (server, browser) = with_browser().await;
    let answer = post(&browser, PASSWORDS, &passwords("wrong-password", "12345678")).await;
    assert_eq!(
        answer.text,
        "{\"code\":0,\"data\":{\"old_password\":[\"你的旧密码不正确。请重新输入。\"],\
         \"new_password2\":[\"这个密码太常见了。\",\"这个密码全部是数字的。\"]},\"msg\":\"\"}"
    );
    let answer = post(&browser, PASSWORDS, &passwords("wrong-password", NEW_PASSWORD)).await;
    assert_eq!(
        answer.text,
        r#"{"code":0,"data":{"old_password":["你的旧密码不正确。请重新输入。"]},"msg":""}"#
    );
    assert!(answer.cookie("sessionid").is_none() && super::is_in(&browser).await);
    assert_eq!(login(&server.client(), NAME, NEW_PASSWORD).await.text, super::WRONG);
    assert_eq!(post(&browser, PASSWORDS, &passwords(PASSWORD, NEW_PASSWORD)).await.text, PASSWORD_CHANGED);
}

#[tokio::test]
async fn what_is_taken_is_told_alone_and_with_the_rest() {
    let server = with_user().await;
    let client = server.client();
    let (name, email) = ("已存在一位使用该名字的用户。", "已存在一位使用该电子邮箱的用户。");
    let told = refused(&client, &registration("ADMIN", "other@example.com")).await;
    assert_eq!(told, json!({"username": [name]}));
    let told = post(&client, REGISTER, &registration("other", "Admin@Example.com")).await;
    assert_eq!(told.text, EMAIL_TAKEN);
    let both = json!({"username": [name], "email": [email]});
    assert_eq!(refused(&client, &registration(NAME, EMAIL)).await, both);
    let told = refused(&client, &but("dept_id", &json!(""))).await;
    assert_eq!(told, json!({"username": [name], "email": [email], "dept_id": ["这个字段是必填项。"]}));
    assert_eq!(login(&client, "other", PASSWORD).await.text, super::WRONG, "nothing was registered");
    let same_phone = post(&client, REGISTER, &registration("other", "other@example.com")).await;
    assert_eq!(same_phone.json()["code"], 1, "a phone that nobody proved is not unique");
}
