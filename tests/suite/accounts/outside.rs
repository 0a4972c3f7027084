//! What is outside the document: the statuses of HTTP, in the same envelope.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::json;
use tests::client::BOUNDARY;
use tests::server::Server;

use super::{
    ACCOUNT, LOGIN, LOGOUT, NAME, PASSWORD, PASSWORDS, REGISTER, TOKEN, WRONG, posting, registration,
    with_browser,
};

/// Every endpoint and its methods.
const METHODS: [(&str, &str); 6] = [
    (TOKEN, "GET, HEAD, OPTIONS"),
    (LOGIN, "POST, OPTIONS"),
    (LOGOUT, "GET, POST, HEAD, OPTIONS"),
    (REGISTER, "POST, OPTIONS"),
    (ACCOUNT, "GET, POST, HEAD, OPTIONS"),
    (PASSWORDS, "POST, OPTIONS"),
];

/// Every endpoint that reads a body.
const READING: [&str; 4] = [LOGIN, REGISTER, ACCOUNT, PASSWORDS];

#[tokio::test]
async fn a_wrong_method_is_405_and_told_which_are_right() {
    let (_server, browser) = with_browser().await;
    for (path, allow) in METHODS {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"] {
            if allow.contains(method) {
                continue;
            }
            let answer = browser.request(method, path).send().await;
            let body = format!(r#"{{"code":0,"data":"","msg":"不支持 {method} 请求"}}"#);
            let body = if method == "HEAD" { String::new() } else { body };
            assert_eq!((answer.code(), answer.text.as_str()), (405, body.as_str()), "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        }
        let described = browser.request("OPTIONS", path).send().await;
        assert_eq!(described.text, r#"{"code":1,"data":"","msg":""}"#, "{path}");
        assert_eq!((described.code(), described.header("allow")), (200, Some(allow)), "{path}");
    }
}

#[tokio::test]
async fn a_path_that_is_none_is_404_whatever_comes_along() {
    let server = Server::start().await;
    let client = server.client();
    for path in [
        "/api/accounts/",
        "/api/accounts/nope/",
        "/api/accounts/login//",
        "/api/accounts/LOGIN/",
        "/api/accounts/login/x",
    ] {
        for method in ["GET", "POST", "DELETE", "OPTIONS"] {
            let answer = client.request(method, path).send().await;
            let told = (answer.code(), answer.text.as_str());
            assert_eq!(told, (404, r#"{"code":0,"data":"","msg":"请求的地址不存在"}"#), "{method} {path}");
            assert_eq!(answer.header("allow"), None, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_before_the_token_is_looked_at() {
    let server = Server::start().await;
    let client = server.client();
    let multipart = format!("multipart/form-data; boundary={BOUNDARY}");
    let long = format!(r#"{{"username":"{}"}}"#, "x".repeat(64 * 1024));
    let told = [
        ("application/json", "{", 400, "请求内容不是有效的 JSON"),
        ("application/json", r#"{"username":"a","username":"b"}"#, 400, "请求内容不是有效的 JSON"),
        ("application/json", r#"["admin"]"#, 400, "请求内容必须是 JSON 对象"),
        ("application/json", "null", 400, "请求内容必须是 JSON 对象"),
        ("application/json", r#""admin""#, 400, "请求内容必须是 JSON 对象"),
        ("application/x-www-form-urlencoded", "username=%FF", 400, "请求内容不是有效的表单"),
        ("application/x-www-form-urlencoded", "username=a&username=b", 400, "请求内容不是有效的表单"),
        (&multipart, "no parts", 400, "请求内容不是有效的表单"),
        ("multipart/form-data", "no boundary", 400, "请求内容不是有效的表单"),
        ("text/plain", "username=admin", 415, "不支持的请求内容类型"),
        ("application/xml", "<username/>", 415, "不支持的请求内容类型"),
        ("", "username=admin", 415, "不支持的请求内容类型"),
        ("application/json", &long, 413, "请求内容过大"),
        ("text/plain", &long, 413, "请求内容过大"),
    ];
    for path in READING {
        for (kind, body, status, sentence) in &told {
            let answer = client.post(path).body(kind, (*body).to_owned()).send().await;
            let expected = format!(r#"{{"code":0,"data":"","msg":"{sentence}"}}"#);
            let shown = &body[..body.len().min(40)];
            assert_eq!((answer.code(), answer.text), (*status, expected), "{path} {kind} {shown}");
        }
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let server = Server::start().await;
    let client = server.client();
    let body = |filler: usize| format!(r#"{{"username":"admin","password":"{}"}}"#, "x".repeat(filler));
    let filler = 64 * 1024 - body(0).len();
    let fits = posting(&client, LOGIN).await.body("application/json", body(filler)).send().await;
    assert_eq!((fits.code(), fits.text.as_str()), (200, WRONG));
    let over = posting(&client, LOGIN).await.body("application/json", body(filler + 1)).send().await;
    assert_eq!(over.code(), 413);
}

#[tokio::test]
async fn an_empty_body_has_no_fields() {
    let server = Server::start().await;
    let client = server.client();
    for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain", ""] {
        let answer = posting(&client, LOGIN).await.body(kind, "").send().await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, WRONG), "{kind:?}");
    }
}

#[tokio::test]
async fn too_many_guesses_are_429_whether_or_not_there_is_such_a_user() {
    let (server, _) = with_browser().await;
    // Where the user was in is no place to try a stranger's guesses from, until it is forgotten.
    server.clock().advance(tally::domain::attempts::KNOWN_LASTS);
    let mut told = String::new();
    for name in [NAME, "nobody"] {
        let client = server.client();
        for _ in 0..5 {
            let body = json!({"username": name, "password": "wrong-guess"});
            assert_eq!(posting(&client, LOGIN).await.json(&body).send().await.text, WRONG, "{name}");
        }
        let body = json!({"username": name, "password": PASSWORD});
        let answer = posting(&client, LOGIN).await.json(&body).send().await;
        writeln!(told, "{}", answer.golden()).expect("a text takes what is written");
    }
    assert_snapshot!(told, @r#"
    POST /api/accounts/login/
    429 Too Many Requests
    allow: POST, OPTIONS
    vary: Cookie
    retry-after: 1
    {"code":0,"data":"","msg":"请求过于频繁, 请在 1 秒后重试"}
    POST /api/accounts/login/
    429 Too Many Requests
    allow: POST, OPTIONS
    vary: Cookie
    retry-after: 1
    {"code":0,"data":"","msg":"请求过于频繁, 请在 1 秒后重试"}
    "#);
}

#[tokio::test]
async fn what_cannot_be_a_guess_does_not_count_as_one() {
    let (server, _) = with_browser().await;
    let client = server.client();
    for _ in 0..3 {
        for password in [json!(""), json!("x"), json!(null), json!(["wrong-guess"])] {
            let body = json!({"username": NAME, "password": password});
            assert_eq!(posting(&client, LOGIN).await.json(&body).send().await.text, WRONG, "{body}");
        }
    }
    let body = json!({"username": NAME, "password": PASSWORD});
    assert_eq!(posting(&client, LOGIN).await.json(&body).send().await.json()["code"], 1);
}

#[tokio::test]
async fn what_a_client_accepts_does_not_matter() {
    let server = Server::start().await;
    let client = server.client();
    for accept in ["text/html", "application/xml;q=1", "image/*", "x"] {
        let answer = client.get(TOKEN).header("accept", accept).send().await;
        assert_eq!(answer.code(), 200, "{accept}");
        let body = registration(&format!("user{}", accept.len()), &format!("u{}@example.com", accept.len()));
        let answer = posting(&client, REGISTER).await.header("accept", accept).json(&body).send().await;
        assert_eq!(answer.json()["code"], 1, "{accept}");
    }
}
