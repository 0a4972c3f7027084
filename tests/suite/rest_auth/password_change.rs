//! `POST /rest-auth/password/change/`.

use insta::assert_snapshot;
use serde_json::json;
use tests::server::Server;

use super::{CHANGE, CREATE, DETAILS, DISPLAY, PASSWORD, conversation};

const NEW: &str = "fog-123-456-fog";

#[tokio::test]
async fn a_change_ends_every_session_and_the_key() {
    let server = Server::start().await;
    let (browser, other) = (server.client(), server.client());
    let key = browser.register("zhang", PASSWORD).await.key();
    other.login("zhang", PASSWORD).await;
    let body = json!({"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW});
    let session = browser.cookie("sessionid").unwrap();
    let answer = browser.post(CHANGE).json(&body).send().await;
    assert_snapshot!(answer.golden(), @r#"
    POST /rest-auth/password/change/
    200 OK
    allow: POST, OPTIONS
    vary: Accept, Cookie
    set-cookie: sessionid=""; expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax
    {"detail":"New password has been saved."}
    "#);
    browser.set_cookie("sessionid", &session);
    let refused = r#"401 {"detail":"Authentication credentials were not provided."}"#;
    for client in [&browser, &other] {
        assert_eq!(client.post(CHANGE).json(&body).send().await.brief(), refused);
    }
    for path in [CHANGE, CREATE] {
        assert_eq!(
            server.client().post(path).token(&key).json(&body).send().await.brief(),
            refused,
            "{path}"
        );
    }
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 400);
    let login = server.client().login("zhang", NEW).await;
    assert_eq!(login.code(), 200);
    assert_ne!(login.key(), key);
    assert_eq!(server.client().get(DISPLAY).token(&login.key()).send().await.code(), 404);
}

#[tokio::test]
async fn the_key_is_enough_to_change_the_password() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let fields = [("old_password", PASSWORD), ("new_password1", NEW), ("new_password2", NEW)];
    let answer = server.client().post(CHANGE).token(&key).form(&fields).send().await;
    assert_snapshot!(answer.golden(), @r#"
    POST /rest-auth/password/change/
    200 OK
    allow: POST, OPTIONS
    vary: Accept, Cookie
    {"detail":"New password has been saved."}
    "#);
    let retired = server.client().post(CHANGE).token(&key).form(&fields).send().await;
    assert_snapshot!(retired.golden(), @r#"
    POST /rest-auth/password/change/
    401 Unauthorized
    allow: POST, OPTIONS
    vary: Accept, Cookie
    www-authenticate: Token
    {"detail":"Authentication credentials were not provided."}
    "#);
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_documented_words() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang-xu-19", PASSWORD).await;
    let bodies = [
        "{}",
        "",
        r#"{"new_password1":"fog-123-456-fog","new_password2":"fog-123-456-fog"}"#,
        r#"{"old_password":"","new_password1":"","new_password2":""}"#,
        r#"{"old_password":null,"new_password1":true,"new_password2":[]}"#,
        r#"{"old_password":"wrong-1","new_password1":"","new_password2":""}"#,
        r#"{"old_password":"wrong-1","new_password1":"1234567","new_password2":"7654321"}"#,
        r#"{"old_password":"fswxxz1456","new_password1":"","new_password2":"1234567"}"#,
        r#"{"old_password":"fswxxz1456","new_password1":"1234567","new_password2":"7654321"}"#,
        r#"{"old_password":"fswxxz1456","new_password1":"1234567","new_password2":"1234567"}"#,
        r#"{"old_password":"fswxxz1456","new_password1":"abcdefgh","new_password2":"abcdefgh"}"#,
        r#"{"old_password":"fswxxz1456","new_password1":"83719264","new_password2":"83719264"}"#,
        r#"{"old_password":"fswxxz1456","new_password1":"x7-","new_password2":"x7-"}"#,
        r#"{"old_password":"fswxxz1456","new_password1":"ZHANG-xu-19","new_password2":"ZHANG-xu-19"}"#,
        r#"{"old_password":" fswxxz1456","new_password1":"fog-123-456-fog","new_password2":"fog-123-456-fog"}"#,
    ];
    assert_snapshot!(conversation(&browser, "POST", CHANGE, &bodies).await, @r#"
    {}
        400 {"old_password":["This field is required."],"new_password1":["This field is required."],"new_password2":["This field is required."]}

        400 {"old_password":["This field is required."],"new_password1":["This field is required."],"new_password2":["This field is required."]}
    {"new_password1":"fog-123-456-fog","new_password2":"fog-123-456-fog"}
        400 {"old_password":["This field is required."]}
    {"old_password":"","new_password1":"","new_password2":""}
        400 {"old_password":["This field may not be blank."],"new_password1":["This field may not be blank."],"new_password2":["This field may not be blank."]}
    {"old_password":null,"new_password1":true,"new_password2":[]}
        400 {"old_password":["This field may not be null."],"new_password1":["Not a valid string."],"new_password2":["Not a valid string."]}
    {"old_password":"wrong-1","new_password1":"","new_password2":""}
        400 {"old_password":["Invalid password"],"new_password1":["This field may not be blank."],"new_password2":["This field may not be blank."]}
    {"old_password":"wrong-1","new_password1":"1234567","new_password2":"7654321"}
        400 {"old_password":["Invalid password"]}
    {"old_password":"fswxxz1456","new_password1":"","new_password2":"1234567"}
        400 {"new_password1":["This field may not be blank."]}
    {"old_password":"fswxxz1456","new_password1":"1234567","new_password2":"7654321"}
        400 {"new_password2":["The two password fields didn't match."]}
    {"old_password":"fswxxz1456","new_password1":"1234567","new_password2":"1234567"}
        400 {"new_password2":["This password is too short. It must contain at least 8 characters.","This password is too common.","This password is entirely numeric."]}
    {"old_password":"fswxxz1456","new_password1":"abcdefgh","new_password2":"abcdefgh"}
        400 {"new_password2":["This password is too common."]}
    {"old_password":"fswxxz1456","new_password1":"83719264","new_password2":"83719264"}
        400 {"new_password2":["This password is entirely numeric."]}
    {"old_password":"fswxxz1456","new_password1":"x7-","new_password2":"x7-"}
        400 {"new_password2":["This password is too short. It must contain at least 8 characters."]}
    {"old_password":"fswxxz1456","new_password1":"ZHANG-xu-19","new_password2":"ZHANG-xu-19"}
        400 {"new_password2":["This password is too common."]}
    {"old_password":" fswxxz1456","new_password1":"fog-123-456-fog","new_password2":"fog-123-456-fog"}
        400 {"old_password":["Invalid password"]}
    "#);
    assert_eq!(server.client().login("zhang-xu-19", PASSWORD).await.code(), 200, "nothing was changed");
}

#[tokio::test]
async fn the_checks_come_in_the_frameworks_order() {
    let server = Server::start().await;
    let stranger = server.client();
    assert_snapshot!(stranger.get(CHANGE).send().await.golden(), @r#"
    GET /rest-auth/password/change/
    401 Unauthorized
    allow: POST, OPTIONS
    vary: Accept, Cookie
    www-authenticate: Token
    {"detail":"Authentication credentials were not provided."}
    "#);
    let broken = stranger.post(CHANGE).body("application/json", "{broken").send().await;
    assert_snapshot!(broken.brief(), @r#"401 {"detail":"Authentication credentials were not provided."}"#);
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let get = browser.get(CHANGE).body("application/json", "{broken").send().await;
    assert_snapshot!(get.golden(), @r#"
    GET /rest-auth/password/change/
    405 Method Not Allowed
    allow: POST, OPTIONS
    vary: Accept, Cookie
    {"detail":"Method \"GET\" not allowed."}
    "#);
    let broken = browser.post(CHANGE).body("application/json", "{broken").send().await;
    assert_eq!(broken.code(), 400);
    let plain = browser.post(CHANGE).body("text/plain", "old_password=1").send().await;
    assert_snapshot!(plain.brief(), @r#"415 {"detail":"Unsupported media type \"text/plain\" in request."}"#);
}

#[tokio::test]
async fn the_same_password_again_is_fine() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let body = json!({"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD});
    assert_eq!(browser.post(CHANGE).json(&body).send().await.code(), 200);
    assert_eq!(browser.get(DISPLAY).send().await.code(), 401, "the sessions are over all the same");
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn a_new_password_keeps_its_blanks_and_may_be_long() {
    let server = Server::start().await;
    let long = " ".to_owned() + &"长虎".repeat(682) + "ta ";
    assert_eq!(long.len(), 4096);
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let over = long.clone() + "x";
    let body = json!({"old_password": PASSWORD, "new_password1": over, "new_password2": over});
    let answer = browser.post(CHANGE).json(&body).send().await;
    assert_snapshot!(answer.brief(), @r#"400 {"new_password2":["This password is too long. It must contain at most 4096 bytes."]}"#);
    let body = json!({"old_password": PASSWORD, "new_password1": long, "new_password2": long});
    assert_eq!(browser.post(CHANGE).json(&body).send().await.code(), 200);
    assert_eq!(server.client().login("zhang", long.trim()).await.code(), 400);
    assert_eq!(server.client().login("zhang", &long).await.code(), 200);
}

#[tokio::test]
async fn details_survive_a_change_and_a_new_key_opens_them() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    browser.post(CREATE).body("application/json", DETAILS).send().await;
    let body = json!({"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW});
    browser.post(CHANGE).json(&body).send().await;
    let key = server.client().login("zhang", NEW).await.key();
    let shown = server.client().get(DISPLAY).token(&key).send().await.json();
    assert_eq!((&shown["company"], &shown["user"]["password"]), (&json!("rinc"), &json!("********")));
}
