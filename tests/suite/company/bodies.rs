//! What is outside the document: bodies that are no objects, methods and paths that are none of ours.

use insta::assert_snapshot;
use serde_json::Value;
use tests::server::Server;

use super::{LOGIN, MY_INFO, conversation, with_newcomer};

/// Broken bodies that are short enough to be read.
const BROKEN: [&str; 12] = [
    "{",
    "",
    "null",
    "[]",
    r#"["a","0","x"]"#,
    "\"x\"",
    "1",
    "true",
    "{\"a\":NaN}",
    "{}x",
    "{'a':1}",
    "{\"a\":1,\"a\":2}",
];

#[tokio::test]
async fn bodies_that_are_no_json_objects_are_refused_everywhere() {
    let (_server, browser) = with_newcomer().await;
    assert_snapshot!(conversation(&browser, LOGIN, &BROKEN).await, @r#"
    {
        400 {"status":"error","msg":"请求内容不是有效的 JSON"}

        200 {"status":"form_error","msg":"表单填写有误，请修改后重新提交","errors":{"username":["不能为空"],"password":["不能为空"]}}
    null
        400 {"status":"error","msg":"请求内容必须是一个 JSON 对象"}
    []
        400 {"status":"error","msg":"请求内容必须是一个 JSON 对象"}
    ["a","0","x"]
        400 {"status":"error","msg":"请求内容必须是一个 JSON 对象"}
    "x"
        400 {"status":"error","msg":"请求内容必须是一个 JSON 对象"}
    1
        400 {"status":"error","msg":"请求内容必须是一个 JSON 对象"}
    true
        400 {"status":"error","msg":"请求内容必须是一个 JSON 对象"}
    {"a":NaN}
        400 {"status":"error","msg":"请求内容不是有效的 JSON"}
    {}x
        400 {"status":"error","msg":"请求内容不是有效的 JSON"}
    {'a':1}
        400 {"status":"error","msg":"请求内容不是有效的 JSON"}
    {"a":1,"a":2}
        400 {"status":"error","msg":"请求内容不是有效的 JSON"}
    "#);
    for path in company::paths() {
        let needs_nothing = ["logout/", "unbind/"].iter().any(|end| path.ends_with(end));
        for body in BROKEN.into_iter().filter(|body| !(needs_nothing && body.is_empty())) {
            let answer = browser.post(path).body("application/json", body).send().await;
            assert!((200..500).contains(&answer.code()), "{path} {body}: {answer:?}");
            assert_ne!(answer.json()["status"], "ok", "{path} {body}: {answer:?}");
        }
        let deep = format!("{{\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(browser.post(path).body("application/json", deep).send().await.code() < 500);
    }
}

#[tokio::test]
async fn an_overlong_body_is_refused_before_anything_else() {
    let server = Server::start().await;
    let body = format!("{{\"username\":\"{}\"}}", "x".repeat(70_000));
    let answer = server.client().post(LOGIN).body("application/json", body).send().await;
    assert_eq!((answer.code(), answer.text.as_str()), (413, r#"{"status":"error","msg":"请求内容过大"}"#));
}

#[tokio::test]
async fn wrong_methods_and_unknown_paths_are_told_in_the_envelope() {
    let (server, browser) = with_newcomer().await;
    for method in ["GET", "PUT", "PATCH", "DELETE", "TRACE"] {
        let answer = browser.request(method, LOGIN).send().await;
        assert_eq!((answer.code(), answer.header("allow")), (405, Some("POST, OPTIONS")), "{method}");
        assert_eq!(answer.text, r#"{"status":"error","msg":"不支持该请求方法"}"#);
    }
    let answer = browser.post(MY_INFO).json(&Value::Null).send().await;
    assert_eq!((answer.code(), answer.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    for path in [
        "/users/",
        "/users/nothing/",
        "/users/account_login/x",
        "/users//account_login/",
        "/users/Account_Login/",
    ] {
        let answer = server.client().post(path).json(&Value::Null).send().await;
        assert_eq!(
            (answer.code(), answer.text.as_str()),
            (404, r#"{"status":"error","msg":"接口不存在"}"#),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_endpoint_is_served_without_its_final_slash_and_describes_itself() {
    let (_server, browser) = with_newcomer().await;
    for path in company::paths() {
        for path in [path, path.trim_end_matches('/')] {
            let answer = browser.request("OPTIONS", path).send().await;
            assert_eq!((answer.code(), &answer.json()["status"]), (200, &Value::from("ok")), "{path}");
            assert!(answer.header("allow").is_some_and(|allow| allow.ends_with("OPTIONS")), "{path}");
        }
    }
    let bare = browser.get("/users/my_info").send().await;
    assert_eq!(bare.text, browser.get(MY_INFO).send().await.text);
    let head = browser.request("HEAD", MY_INFO).send().await;
    assert_eq!((head.code(), head.text.as_str()), (200, ""));
}
