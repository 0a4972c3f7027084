//! What customers tell of themselves: kept as told, shown to them alone, and nothing else is set by it.

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::client::Client;

use super::{
    CHANGED, FIRM, NAME, PERSON, RECEIVING, conversation, my_info, newcomer, post, receiving, with_newcomer,
};

#[tokio::test]
async fn whoever_came_by_another_group_has_told_nothing_yet() {
    let (_server, browser) = with_newcomer().await;
    assert_snapshot!(browser.get(super::MY_INFO).send().await.brief(), @r#"200 {"status":"ok","msg":"获取成功","username":"liming","realname":"","qq":"","mobile":"","notify_email":"liming@example.com","company_name":"","company_url":"","user_industry":[],"province":"","city":"","area":"","street":"","recv_name":"","recv_phone":""}"#);
}

#[tokio::test]
async fn all_that_is_changed_can_be_read() {
    let (_server, browser) = with_newcomer().await;
    let person = json!({"realname": "李明", "qq": "10001"});
    let firm = json!({"company_name": "例子公司", "company_url": "https://www.example.com"});
    for (path, body) in [(PERSON, &person), (FIRM, &firm), (RECEIVING, &receiving())] {
        let answer = post(&browser, path, body).await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, CHANGED), "{path}");
    }
    let shown = my_info(&browser).await;
    for told in [person, firm, receiving()] {
        for (name, value) in told.as_object().unwrap() {
            assert_eq!(&shown[name], value, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_left_out_stays_and_what_is_emptied_goes() {
    let (_server, browser) = with_newcomer().await;
    post(&browser, PERSON, &json!({"realname": "李明", "qq": "10001"})).await;
    post(&browser, FIRM, &json!({"company_name": "甲", "company_url": "http://a.example"})).await;
    post(&browser, PERSON, &json!({"realname": "李小明"})).await;
    post(&browser, FIRM, &json!({"company_name": "乙", "company_url": null})).await;
    let shown = my_info(&browser).await;
    assert_eq!((&shown["realname"], &shown["qq"]), (&json!("李小明"), &json!("10001")));
    assert_eq!((&shown["company_name"], &shown["company_url"]), (&json!("乙"), &json!("http://a.example")));
    post(&browser, PERSON, &json!({"realname": "李小明", "qq": ""})).await;
    post(&browser, FIRM, &json!({"company_name": "乙", "company_url": " "})).await;
    let shown = my_info(&browser).await;
    assert_eq!((&shown["qq"], &shown["company_url"]), (&json!(""), &json!("")));
}

#[tokio::test]
async fn everybody_has_their_own() {
    let (server, browser) = with_newcomer().await;
    let other = newcomer(&server, "wangfang").await;
    post(&browser, PERSON, &json!({"realname": "李明"})).await;
    let body =
        json!({"realname": "王芳", "username": NAME, "id": 1, "pk": "ACCOUNT#1", "user": {"username": NAME}});
    post(&other, PERSON, &body).await;
    let shown = other.get("/users/my_info/?username=liming&id=1").send().await.json();
    assert_eq!((&shown["username"], &shown["realname"]), (&json!("wangfang"), &json!("王芳")));
    assert_eq!(my_info(&browser).await["realname"], "李明");
}

#[tokio::test]
async fn what_is_wrong_is_told_by_the_name_of_its_field() {
    let (_server, browser) = with_newcomer().await;
    let before = my_info(&browser).await;
    let bodies = [
        "{}",
        r#"{"realname":" ","qq":7.5}"#,
        r#"{"realname":["李明"]}"#,
        r#"{"realname":"李\u0000明"}"#,
        r#"{"realname":"李\u202e明","qq":"1\u000a2"}"#,
        r#"{"qq":"10001"}"#,
    ];
    assert_snapshot!(conversation(&browser, PERSON, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"realname 不能为空"}
    {"realname":" ","qq":7.5}
        200 {"status":"error","msg":"realname 不能为空；qq 必须是字符串"}
    {"realname":["李明"]}
        200 {"status":"error","msg":"realname 必须是字符串"}
    {"realname":"李\u0000明"}
        200 {"status":"error","msg":"realname 不能包含控制字符"}
    {"realname":"李\u202e明","qq":"1\u000a2"}
        200 {"status":"error","msg":"realname 不能包含控制字符；qq 不能包含控制字符"}
    {"qq":"10001"}
        200 {"status":"error","msg":"realname 不能为空"}
    "#);
    let bodies = [
        "{}",
        r#"{"company_name":"甲","company_url":"javascript:alert(1)"}"#,
        r#"{"company_name":true,"company_url":{}}"#,
    ];
    assert_snapshot!(conversation(&browser, FIRM, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"company_name 不能为空"}
    {"company_name":"甲","company_url":"javascript:alert(1)"}
        200 {"status":"error","msg":"company_url 必须是 http 或 https 网址"}
    {"company_name":true,"company_url":{}}
        200 {"status":"error","msg":"company_name 必须是字符串；company_url 必须是字符串"}
    "#);
    let bodies = [
        "{}",
        r#"{"province":"","city":null,"area":1,"street":[],"recv_name":"\u0007","recv_phone":"1\t2"}"#,
    ];
    assert_snapshot!(conversation(&browser, RECEIVING, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"province 不能为空；city 不能为空；area 不能为空；street 不能为空；recv_name 不能为空；recv_phone 不能为空"}
    {"province":"","city":null,"area":1,"street":[],"recv_name":"\u0007","recv_phone":"1\t2"}
        200 {"status":"error","msg":"province 不能为空；city 不能为空；area 必须是字符串；street 必须是字符串；recv_name 不能包含控制字符；recv_phone 不能包含控制字符"}
    "#);
    assert_eq!(my_info(&browser).await, before);
}

#[tokio::test]
async fn each_text_may_be_as_long_as_its_limit_and_no_longer() {
    let (_server, browser) = with_newcomer().await;
    let limits = [
        (PERSON, "realname", 50),
        (PERSON, "qq", 20),
        (FIRM, "company_name", 100),
        (FIRM, "company_url", 200),
        (RECEIVING, "province", 50),
        (RECEIVING, "city", 50),
        (RECEIVING, "area", 50),
        (RECEIVING, "street", 200),
        (RECEIVING, "recv_name", 50),
        (RECEIVING, "recv_phone", 30),
    ];
    for (path, field, most) in limits {
        let full =
            if field == "company_url" { format!("http://{}", "a".repeat(193)) } else { "长".repeat(most) };
        assert_eq!(told(&browser, path, field, &full).await, "ok", "{field}");
        assert_eq!(my_info(&browser).await[field], full.as_str());
        let answer = told(&browser, path, field, &format!("{full}x")).await;
        assert_eq!(answer, format!("{field} 不能超过 {most} 个字符"));
        assert_eq!(my_info(&browser).await[field], full.as_str());
    }
}

/// What a form is told that is right but for this field: "ok", or the message.
async fn told(browser: &Client, path: &str, field: &str, value: &str) -> String {
    let mut body = match path {
        PERSON => json!({"realname": "李明"}),
        FIRM => json!({"company_name": "甲"}),
        _ => receiving(),
    };
    body[field] = Value::from(value);
    let answer = post(browser, path, &body).await.json();
    let text = if answer["status"] == "ok" { &answer["status"] } else { &answer["msg"] };
    text.as_str().expect("status and message are texts").to_owned()
}

#[tokio::test]
async fn what_looks_like_a_template_is_a_text_like_any_other() {
    let (_server, browser) = with_newcomer().await;
    for text in [
        "{{7*7}}",
        "${jndi:ldap://x}",
        "%s%n",
        "a = b OR attribute_exists(pk)",
        "#n :v",
        "</script>\"'\u{2028}x",
        "GUARD#x",
    ] {
        post(&browser, PERSON, &json!({"realname": text})).await;
        post(&browser, FIRM, &json!({"company_name": text})).await;
        let shown = my_info(&browser).await;
        assert_eq!((&shown["realname"], &shown["company_name"]), (&json!(text), &json!(text)));
    }
}
