//! The headers around the answers: cookies and their attributes, `Vary`, `Allow`.

use insta::assert_snapshot;
use serde_json::json;
use tests::answer::Answer;
use tests::server::Server;

use super::{
    LOGIN, LOGOUT, NAME, NEW_PASSWORD, PASSWORD, PASSWORDS, TOKEN, logged_in, login, passwords, post,
    straight, with_browser, with_user,
};

/// The headers without the body, which holds a token.
fn head(answer: &Answer) -> String {
    answer.golden().replace(&answer.text, "")
}

#[tokio::test]
async fn a_token_comes_with_its_cookie() {
    let server = Server::start().await;
    assert_snapshot!(head(&server.client().get(TOKEN).send().await), @r"
    GET /api/accounts/get_token/
    200 OK
    allow: GET, HEAD, OPTIONS
    vary: Cookie
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax
    ");
}

#[tokio::test]
async fn a_login_sets_the_session_and_a_new_token() {
    let server = with_user().await;
    assert_snapshot!(login(&server.client(), NAME, PASSWORD).await.golden(), @r#"
    POST /api/accounts/login/
    200 OK
    allow: POST, OPTIONS
    vary: Cookie
    set-cookie: sessionid=[session]; expires=Thu, 20-Jul-2017 05:11:24 GMT; Max-Age=1209600; HttpOnly; Path=/; SameSite=Lax
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax
    set-cookie: dev=[device]; expires=Fri, 10-Aug-2018 05:11:24 GMT; Max-Age=34560000; HttpOnly; Path=/; SameSite=Lax
    {"code":1,"data":"admin","msg":"用户已经登陆"}
    "#);
}

#[tokio::test]
async fn a_logout_deletes_the_session_and_sets_a_new_token() {
    let (server, browser) = with_browser().await;
    let golden = browser.get(LOGOUT).send().await.golden();
    assert_snapshot!(golden, @r#"
    GET /api/accounts/logout/
    200 OK
    allow: GET, POST, HEAD, OPTIONS
    vary: Cookie
    set-cookie: sessionid=""; expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax
    {"code":1,"data":"用户已注销","msg":""}
    "#);
    let browser = logged_in(&server, NAME).await;
    assert_eq!(browser.post(LOGOUT).send().await.golden(), golden.replacen("GET", "POST", 1));
}

#[tokio::test]
async fn the_logout_of_a_stranger_changes_no_cookie() {
    let server = Server::start().await;
    let browser = server.client();
    browser.get(TOKEN).send().await;
    assert_snapshot!(browser.get(LOGOUT).send().await.golden(), @r#"
    GET /api/accounts/logout/
    200 OK
    allow: GET, POST, HEAD, OPTIONS
    vary: Cookie
    {"code":1,"data":"用户已注销","msg":""}
    "#);
}

#[tokio::test]
async fn a_changed_password_deletes_the_session_and_sets_a_new_token() {
    let (_server, browser) = with_browser().await;
    let answer = post(&browser, PASSWORDS, &passwords(PASSWORD, NEW_PASSWORD)).await;
    assert_snapshot!(answer.golden(), @r#"
    POST /api/accounts/password_change/
    200 OK
    allow: POST, OPTIONS
    vary: Cookie
    set-cookie: sessionid=""; expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax
    {"code":1,"data":"密码修改成功, 请重新登陆","msg":""}
    "#);
}

#[tokio::test]
async fn deployed_cookies_are_secure_and_the_session_is_bound_to_the_host() {
    let server = Server::builder().deployed(&[]).start().await;
    server.client().register(NAME, PASSWORD).await;
    let issued = straight(&server, http::Request::get(TOKEN), "").await;
    let cookie = issued.cookie("csrftoken").expect("a token comes with its cookie");
    let token = issued.json()["data"].as_str().expect("the token is a text").to_owned();
    let body = json!({"username": NAME, "password": PASSWORD, "csrfmiddlewaretoken": token}).to_string();
    let request = http::Request::post(LOGIN)
        .header("cookie", format!("csrftoken={cookie}"))
        .header("content-type", "application/json");
    let answer = straight(&server, request, &body).await;
    assert_snapshot!(answer.golden(), @r#"
    POST /api/accounts/login/
    200 OK
    allow: POST, OPTIONS
    vary: Cookie
    set-cookie: __Host-sessionid=[session]; expires=Thu, 20-Jul-2017 05:11:24 GMT; Max-Age=1209600; HttpOnly; Path=/; SameSite=Lax; Secure
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax; Secure
    set-cookie: __Host-dev=[device]; expires=Fri, 10-Aug-2018 05:11:24 GMT; Max-Age=34560000; HttpOnly; Path=/; SameSite=Lax; Secure
    {"code":1,"data":"admin","msg":"用户已经登陆"}
    "#);
    let session = answer.cookie("__Host-sessionid").expect("a login sets a session");
    for (name, status) in [("sessionid", 401), ("__Host-sessionid", 200)] {
        let request = http::Request::get(super::ACCOUNT).header("cookie", format!("{name}={session}"));
        assert_eq!(straight(&server, request, "").await.code(), status, "{name}");
    }
}
