//! Pages of others: nothing of theirs is done with somebody's session (security rule S9).

use serde_json::json;
use tests::client::Client;
use tests::server::Server;

/// Where the mailed link leads.
const LANDING: &str = "/users/bind_email/";

use super::{
    FIRM, FOREIGN, LOGIN, LOGOUT, MY_PASSWORD, NAME, PASSWORD, PERSON, RECEIVING, is_in, my_info,
    with_newcomer,
};

/// All POSTs of the group, as the tests of the source tree know them to be complete.
fn posts() -> Vec<&'static str> {
    let gets = [
        "/users/my_info/",
        "/users/notify_email_is_bind/",
        "/users/weixin_is_bind/",
        "/users/resend_bind_email/",
    ];
    let posts: Vec<&str> = company::paths().filter(|path| !gets.contains(path)).collect();
    assert!([LOGIN, LOGOUT, MY_PASSWORD, PERSON, FIRM, RECEIVING].iter().all(|path| posts.contains(path)));
    posts
}

#[tokio::test]
async fn no_post_acts_for_a_page_of_another_origin() {
    let (server, browser) = with_newcomer().await;
    let host = server.url().trim_start_matches("http://").to_owned();
    let before = my_info(&browser).await;
    for path in posts() {
        for (name, value) in [
            ("origin", "https://evil.example".to_owned()),
            ("origin", "null".to_owned()),
            ("origin", format!("https://{host}")),
            ("origin", format!("http://{host}.evil.example")),
            ("origin", "http://127.0.0.1".to_owned()),
            ("referer", "https://evil.example/page".to_owned()),
            ("sec-fetch-site", "cross-site".to_owned()),
        ] {
            let answer =
                browser.post(path).header(name, &value).json(&json!({"realname": "别人"})).send().await;
            assert_eq!((answer.code(), answer.text.as_str()), (403, FOREIGN), "{path} {name}: {value}");
        }
    }
    assert!(is_in(&browser).await);
    assert_eq!(my_info(&browser).await, before);
}

#[tokio::test]
async fn what_a_form_of_another_page_can_send_is_refused_by_its_type() {
    // The button behind the mailed link is a form's; its right is the token, no cookie.
    let (server, browser) = with_newcomer().await;
    let before = my_info(&browser).await;
    let body = r#"{"realname":"别人","username":"liming","password":"fswxxz1456"}"#;
    for path in posts().into_iter().filter(|path| *path != LANDING) {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "application/jsonp",
            "text/json",
            "application/json, text/plain",
            "text/plain; application/json",
        ] {
            let answer = browser.post(path).body(content_type, body).send().await;
            assert_eq!(answer.code(), 415, "{path} {content_type}: {answer:?}");
            assert_eq!(answer.text, r#"{"status":"error","msg":"请求内容类型必须是 application/json"}"#);
        }
        let empty = browser.post(path).body("application/x-www-form-urlencoded", "").send().await;
        assert_eq!(empty.code(), 415, "{path}");
    }
    assert_eq!(my_info(&browser).await, before);
    assert_eq!(server.inbox().messages().len(), 0);
}

#[tokio::test]
async fn json_is_json_whatever_its_parameters() {
    let (_server, browser) = with_newcomer().await;
    for content_type in
        ["application/json", "Application/JSON; charset=utf-8", "application/json ;charset=UTF-8"]
    {
        let answer = browser.post(PERSON).body(content_type, r#"{"realname":"李明"}"#).send().await;
        assert_eq!(answer.text, super::CHANGED, "{content_type}");
    }
}

#[tokio::test]
async fn own_and_trusted_pages_may_act() {
    let server = Server::builder().trusting("https://pages.example").start().await;
    let browser = super::newcomer(&server, NAME).await;
    let change = async |browser: &Client, headers: &[(&str, &str)]| {
        let request = browser.post(PERSON).json(&json!({"realname": "李明"}));
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().await.code()
    };
    let own = server.url();
    assert_eq!(change(&browser, &[("origin", &own), ("sec-fetch-site", "same-origin")]).await, 200);
    let trusted = [("origin", "https://pages.example"), ("sec-fetch-site", "cross-site")];
    assert_eq!(change(&browser, &trusted).await, 200);
    assert_eq!(change(&browser, &[]).await, 200, "no browser of today");
    let attacker = login_from(&server.client(), "https://evil.example").await;
    assert_eq!(attacker, 403, "nobody is logged in behind their back");
}

async fn login_from(client: &Client, origin: &str) -> u16 {
    let body = json!({"username": NAME, "password": PASSWORD});
    client.post(LOGIN).header("origin", origin).json(&body).send().await.code()
}
