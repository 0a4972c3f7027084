//! Binding WeChat, against the stand-in and against whatever else may answer in its place.

use std::time::Duration;

use serde_json::json;
use tally::config::Config;
use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{FOREIGN, STRANGER, freeze, post, straight, table, told, user, with_config, with_user};

const IS_BOUND: &str = "/users/weixin_is_bind/";
const BIND: &str = "/users/weixin_bind/";
const UNBIND: &str = "/users/weixin_unbind/";

const BINDS: &str = r#"{"status":"ok","msg":"微信账号绑定成功"}"#;
const UNBINDS: &str = r#"{"status":"ok","msg":"微信账号已解绑"}"#;
const WRONG_CODE: &str = r#"{"status":"error","msg":"微信授权码无效或已过期，请重新授权"}"#;
const TAKEN: &str = r#"{"status":"error","msg":"该微信账号已绑定其他账号"}"#;
const REFUSED: &str = r#"{"status":"error","msg":"微信拒绝了本次授权，请稍后重试"}"#;
const AWAY: &str = r#"{"status":"error","msg":"服务暂时不可用，请稍后重试"}"#;

async fn bind(browser: &Client, code: &str) -> Answer {
    post(browser, BIND, &json!({"code": code})).await
}

async fn unbind(browser: &Client) -> Answer {
    post(browser, UNBIND, &json!({})).await
}

async fn is_bound(browser: &Client) -> bool {
    let answer = browser.get(IS_BOUND).send().await.json();
    answer["is_bind"].as_bool().unwrap_or_else(|| panic!("{answer}"))
}

/// How many ids are claimed.
async fn claims(server: &Server) -> usize {
    table::items_of(server, "GUARD#weixin#").await.len()
}

#[tokio::test]
async fn a_code_binds_and_unbinding_undoes_it() {
    let (server, browser) = with_user().await;
    let answer = browser.get(IS_BOUND).send().await;
    assert_eq!(told(&answer), (200, r#"{"status":"ok","msg":"微信账号未绑定","is_bind":false}"#));
    assert_eq!(told(&bind(&browser, "wx-zhang").await), (200, BINDS));
    let answer = browser.get(IS_BOUND).send().await;
    assert_eq!(told(&answer), (200, r#"{"status":"ok","msg":"微信账号已绑定","is_bind":true}"#));
    for _ in 0..2 {
        assert_eq!(told(&unbind(&browser).await), (200, UNBINDS));
        assert_eq!((is_bound(&browser).await, claims(&server).await), (false, 0));
    }
    assert_eq!(told(&bind(&browser, "wx-zhang-2").await), (200, BINDS));
}

#[tokio::test]
async fn codes_are_wechats_to_judge() {
    let (server, browser) = with_user().await;
    assert_eq!(told(&bind(&browser, "wx-zhang").await), (200, BINDS));
    for code in ["wx-zhang", "nonsense", "wx-", "a b", "wx-张", &"x".repeat(500)] {
        assert_eq!(told(&bind(&browser, code).await), (200, WRONG_CODE), "{code}");
    }
    for (body, msg) in [
        (json!({}), "code 不能为空"),
        (json!({"code": 1}), "code 必须是字符串"),
        (json!({"code": ["wx-zhang"]}), "code 必须是字符串"),
    ] {
        let answer = post(&browser, BIND, &body).await;
        assert_eq!(answer.json(), json!({"status": "error", "msg": msg}), "{body}");
    }
    assert_eq!(claims(&server).await, 1);
}

#[tokio::test]
async fn one_id_belongs_to_one_account() {
    let (server, zhang) = with_user().await;
    let li = user(&server, "li", None).await;
    assert_eq!(told(&bind(&zhang, "wx-zhang").await), (200, BINDS));
    assert_eq!(told(&bind(&zhang, "wx-zhang-2").await), (200, BINDS), "the same again is as good");
    assert_eq!(told(&bind(&li, "wx-zhang-3").await), (200, TAKEN));
    assert!(!is_bound(&li).await);
    // Another id takes the place of the one before, which is free from then on.
    assert_eq!(told(&bind(&zhang, "wx-work").await), (200, BINDS));
    assert_eq!(claims(&server).await, 1);
    assert_eq!(told(&bind(&li, "wx-zhang-4").await), (200, BINDS));
    assert_eq!(claims(&server).await, 2);
    assert_eq!(told(&bind(&li, "wx-work-2").await), (200, TAKEN));
    assert!(is_bound(&li).await, "what was bound stays bound");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_accounts_that_bind_one_id_at_once_one_gets_it() {
    let server = Server::start().await;
    let mut tries = Vec::new();
    for at in 0..6 {
        let browser = user(&server, &format!("user{at}"), None).await;
        let code = format!("wx-zhang-{at}");
        tries.push(tokio::spawn(async move { bind(&browser, &code).await.text }));
    }
    let mut won = 0;
    for answer in futures_util::future::join_all(tries).await {
        let answer = answer.expect("no request panics");
        assert!(answer == BINDS || answer == TAKEN, "{answer}");
        won += usize::from(answer == BINDS);
    }
    assert_eq!((won, claims(&server).await), (1, 1));
}

#[tokio::test]
async fn an_id_is_no_login_name_and_is_shown_to_nobody() {
    let (server, browser) = with_user().await;
    bind(&browser, "wx-zhang").await;
    let item = table::items_of(&server, "GUARD#weixin#").await.remove(0);
    let id = table::text(&item, "pk").trim_start_matches("GUARD#weixin#").to_owned();
    let answer = super::login(&server.client(), &id, super::PASSWORD).await;
    assert_eq!(answer.json()["status"], "form_error");
    for path in [IS_BOUND, "/users/my_info/", "/users/notify_email_is_bind/"] {
        assert!(!browser.get(path).send().await.text.contains(&id), "{path}");
    }
}

#[tokio::test]
async fn strangers_the_frozen_and_pages_of_others_bind_nothing() {
    let (server, browser) = with_user().await;
    assert_eq!(told(&bind(&server.client(), "wx-zhang").await), (401, STRANGER));
    assert_eq!(told(&unbind(&server.client()).await), (401, STRANGER));
    for path in [BIND, UNBIND] {
        let request = browser.post(path).header("origin", "https://evil.example");
        assert_eq!(told(&request.json(&json!({"code": "wx-zhang"})).send().await), (403, FOREIGN), "{path}");
        assert_eq!(browser.get(path).send().await.code(), 405, "{path}");
    }
    freeze(&server, super::NAME).await;
    assert_eq!(told(&bind(&browser, "wx-zhang").await), (401, STRANGER));
    assert_eq!(claims(&server).await, 0);
}

#[tokio::test]
async fn guesses_at_codes_use_up_what_a_network_address_may_do_wrong() {
    let server = Server::builder().production_limits().start().await;
    let browser = user(&server, "zhang", None).await;
    for _ in 0..60 {
        assert_eq!(told(&bind(&browser, "nonsense-code").await), (200, WRONG_CODE));
    }
    assert_eq!(bind(&browser, "wx-zhang").await.code(), 429);
}

#[tokio::test]
async fn without_an_application_nothing_is_asked_of_anybody() {
    let (server, browser) = with_user().await;
    let answer = with(&server, &browser, |config| config.weixin.app = None).await;
    assert_eq!(told(&answer), (200, r#"{"status":"error","msg":"未开通微信绑定"}"#));
}

#[tokio::test]
async fn what_wechat_refuses_for_our_own_fault_is_an_error_too() {
    let (server, browser) = with_user().await;
    let wrong_id = |config: &mut Config| {
        config.weixin.app.as_mut().expect("there is an application").id = "wx1".to_owned();
    };
    assert_eq!(told(&with(&server, &browser, wrong_id).await), (200, REFUSED));
    let no_secret = |config: &mut Config| {
        config.weixin.app.as_mut().expect("there is an application").secret_id = "nowhere".to_owned();
    };
    assert_eq!(told(&with(&server, &browser, no_secret).await), (503, AWAY));
}

#[tokio::test]
async fn whatever_answers_in_wechats_place_does_no_harm() {
    let (server, browser) = with_user().await;
    let ok = |body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    for (answer, expected) in [
        (ok(r#"{"openid":"oGood_id-1"}"#), (200, BINDS)),
        (ok(r#"{"errcode":0,"openid":"oGood_id-1"}"#), (200, BINDS)),
        (ok(r#"{"errcode":40029,"errmsg":"invalid code"}"#), (200, WRONG_CODE)),
        (ok(r#"{"errcode":-1,"errmsg":"system error"}"#), (200, REFUSED)),
        (ok(r#"{"openid":"a#b"}"#), (503, AWAY)),
        (ok(r#"{"openid":""}"#), (503, AWAY)),
        (ok(r#"{"openid":7}"#), (503, AWAY)),
        (ok("{}"), (503, AWAY)),
        (ok("<html>maintenance</html>"), (503, AWAY)),
        (ok(&format!(r#"{{"openid":"o","x":"{}"}}"#, "x".repeat(20_000))), (503, AWAY)),
        ("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n".to_owned(), (503, AWAY)),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned(),
            (503, AWAY),
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_owned(), (503, AWAY)),
        ("no HTTP at all\r\n\r\n".to_owned(), (503, AWAY)),
        (String::new(), (503, AWAY)),
    ] {
        let endpoint = says(answer.clone()).await;
        let told_us = with(&server, &browser, |config| config.weixin.endpoint = endpoint).await;
        assert_eq!(told(&told_us), expected, "{answer}");
    }
}

#[tokio::test]
async fn nobody_waits_for_wechat_longer_than_it_may_take() {
    let (server, browser) = with_user().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let endpoint = format!("http://{}", silent.local_addr().expect("it is bound"));
    let answer = with(&server, &browser, |config| {
        config.weixin.endpoint = endpoint;
        config.weixin.patience = Duration::from_millis(50);
    });
    assert_eq!(told(&answer.await), (503, AWAY));
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let endpoint = format!("http://{}", gone.local_addr().expect("it is bound"));
    drop(gone);
    let answer = with(&server, &browser, |config| config.weixin.endpoint = endpoint).await;
    assert_eq!(told(&answer), (503, AWAY));
    assert!(!is_bound(&browser).await);
}

/// What binding is answered under other settings.
async fn with(server: &Server, browser: &Client, change: impl FnOnce(&mut Config)) -> Answer {
    let app = with_config(server, change).await;
    let request = http::Request::post(BIND).header("content-type", "application/json");
    straight(&app, browser, request, r#"{"code":"wx-zhang"}"#).await
}

/// Something that says these words to whoever asks first.
async fn says(words: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("somebody asks");
        let mut asked = [0; 4096];
        let length = connection.read(&mut asked).await.expect("somebody asks something");
        let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
        assert!(
            asked.starts_with("GET /sns/oauth2/access_token?appid=") && asked.contains("&code=wx%2Dzhang&")
        );
        // The other side may have hung up already.
        _ = connection.write_all(words.as_bytes()).await;
    });
    endpoint
}
