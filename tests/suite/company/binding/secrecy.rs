//! What opens or tells something stands neither in the table nor in the log.

use serde_json::json;
use tests::client::Client;
use tests::log::Log;
use tests::server::Server;

use super::{
    EMAIL, NAME, OTHER, bind_by_code, code_for, give_phone, link, post, press, table, user, with_user,
};

/// The value of the stand-in's secret for WeChat.
const APP_SECRET: &str = "secret of the local application";

#[tokio::test]
async fn tokens_and_codes_are_not_in_the_table() {
    let (server, browser) = with_user().await;
    let secrets = use_everything(&server, &browser).await;
    let dump = format!("{:?}", table::items(&server).await);
    assert!(dump.contains("GUARD#weixin#"));
    for secret in &secrets {
        assert!(!dump.contains(secret), "{secret} is in the table");
    }
}

#[tokio::test]
async fn nothing_that_was_sent_or_typed_is_in_the_log() {
    let (log, listening) = Log::listen();
    let (server, browser) = with_user().await;
    let mut secrets = use_everything(&server, &browser).await;
    // What fails is logged with its causes.
    server.inbox().refuse_next();
    let wang = user(&server, "wang", None).await;
    give_phone(&server, NAME, "13800138000").await;
    let body = json!({"password": super::PASSWORD, "email": "third@example.com"});
    let refused = post(&wang, "/users/send_email_code/", &body).await;
    assert_eq!(refused.json()["status"], "error");
    drop(listening);
    let ids = table::items_of(&server, "GUARD#weixin#").await;
    secrets.extend(
        ids.iter().map(|item| table::text(item, "pk").trim_start_matches("GUARD#weixin#").to_owned()),
    );
    secrets.extend([EMAIL, OTHER, "third@example.com", "13800138000", super::PASSWORD].map(str::to_owned));
    let log = log.text();
    assert!(log.contains("/users/bind_email/") && log.contains("a letter was not sent"), "{log}");
    for secret in &secrets {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

/// Binds by a link and by a code, and WeChat, and tries what does not work; hands out all that is secret.
async fn use_everything(server: &Server, browser: &Client) -> Vec<String> {
    let link = link(server, browser).await;
    let token = link.split_once("?token=").expect("the link has a token").1.to_owned();
    assert_eq!(press(&server.client(), &link).await.code(), 303);
    let code = code_for(server, browser, OTHER).await;
    for code in ["wx-zhang-first", "wx-zhang-first", "nonsense-code"] {
        post(browser, "/users/weixin_bind/", &json!({"code": code})).await;
    }
    post(browser, "/users/new_industry_bookin/", &json!({"bookin_type": "1"})).await;
    server.clock().advance(super::PAUSE);
    bind_by_code(server, browser, OTHER).await;
    vec![
        token,
        code,
        "wx-zhang-first".to_owned(),
        "nonsense-code".to_owned(),
        "that nobody looks at".to_owned(),
        APP_SECRET.to_owned(),
    ]
}
