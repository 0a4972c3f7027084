//! `POST /rest-auth/login/`.

use insta::assert_snapshot;
use serde_json::json;
use tests::server::Server;

use super::{CREATE, DETAILS, DISPLAY, LOGIN, PASSWORD, conversation};

#[tokio::test]
async fn a_login_answers_the_key_and_logs_the_browser_in() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    server.clock().advance(std::time::Duration::from_millis(464));
    let browser = server.client();
    let answer = browser.login("zhang", PASSWORD).await;
    assert_snapshot!(answer.golden(), @r#"
    POST /rest-auth/login/
    200 OK
    allow: POST, OPTIONS
    vary: Accept, Cookie
    set-cookie: sessionid=[session]; expires=Thu, 20-Jul-2017 05:11:24 GMT; Max-Age=1209600; HttpOnly; Path=/; SameSite=Lax
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax
    set-cookie: dev=[device]; expires=Fri, 10-Aug-2018 05:11:24 GMT; Max-Age=34560000; HttpOnly; Path=/; SameSite=Lax
    {"key":"[key]"}
    "#);
    assert_eq!(answer.key(), key);
    let created = browser.post(CREATE).body("application/json", DETAILS).send().await.json();
    assert_eq!(created[0]["user"]["last_login"], "2017-07-06T05:11:24.945000Z");
    assert_eq!(created[0]["user"]["date_joined"], "2017-07-06T05:11:24.481000Z");
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_told_in_the_documented_words() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let bodies = [
        r#"{"username":"zhang","password":""}"#,
        r#"{"username":"zhang","password":"  "}"#,
        r#"{"username":"zhang"}"#,
        "{}",
        "",
        r#"{"username":"","email":"","password":""}"#,
        r#"{"username":"nobody","password":"fswxxz1456"}"#,
        r#"{"username":"zhang","password":"fswxxz1457"}"#,
        r#"{"username":"zhang","email":"abc","password":"fswxxz1456"}"#,
        r#"{"username":"zhang","email":"abc","password":""}"#,
        r#"{"username":"","email":"x1456776728@iClOud.cOm","password":"fswxxz1456"}"#,
        r#"{"email":"x1456776728@iClOud.cOm","password":"fswxxz1456"}"#,
        r#"{"username":"  ","password":"fswxxz1456"}"#,
        r#"{"username":null,"email":null,"password":null}"#,
        r#"{"username":true,"email":[],"password":{}}"#,
        r#"{"username":["zhang"],"password":["fswxxz1456"]}"#,
    ];
    assert_snapshot!(conversation(&server.client(), "POST", LOGIN, &bodies).await, @r#"
    {"username":"zhang","password":""}
        400 {"password":["This field may not be blank."]}
    {"username":"zhang","password":"  "}
        400 {"password":["This field may not be blank."]}
    {"username":"zhang"}
        400 {"password":["This field is required."]}
    {}
        400 {"password":["This field is required."]}

        400 {"password":["This field is required."]}
    {"username":"","email":"","password":""}
        400 {"password":["This field may not be blank."]}
    {"username":"nobody","password":"fswxxz1456"}
        400 {"non_field_errors":["Unable to log in with provided credentials."]}
    {"username":"zhang","password":"fswxxz1457"}
        400 {"non_field_errors":["Unable to log in with provided credentials."]}
    {"username":"zhang","email":"abc","password":"fswxxz1456"}
        400 {"email":["Enter a valid email address."]}
    {"username":"zhang","email":"abc","password":""}
        400 {"email":["Enter a valid email address."],"password":["This field may not be blank."]}
    {"username":"","email":"x1456776728@iClOud.cOm","password":"fswxxz1456"}
        400 {"non_field_errors":["Must include \"username\" and \"password\"."]}
    {"email":"x1456776728@iClOud.cOm","password":"fswxxz1456"}
        400 {"non_field_errors":["Must include \"username\" and \"password\"."]}
    {"username":"  ","password":"fswxxz1456"}
        400 {"non_field_errors":["Must include \"username\" and \"password\"."]}
    {"username":null,"email":null,"password":null}
        400 {"username":["This field may not be null."],"email":["This field may not be null."],"password":["This field may not be null."]}
    {"username":true,"email":[],"password":{}}
        400 {"username":["Not a valid string."],"email":["Enter a valid email address."],"password":["Not a valid string."]}
    {"username":["zhang"],"password":["fswxxz1456"]}
        400 {"username":["Not a valid string."],"password":["Not a valid string."]}
    "#);
}

#[tokio::test]
async fn the_email_field_is_looked_at_and_of_no_use() {
    let server = Server::start().await;
    let body = json!({"username": "zhang", "email": "a@b.co", "password1": PASSWORD, "password2": PASSWORD});
    server.client().post(super::REGISTRATION).json(&body).send().await;
    let bodies = [
        r#"{"username":"zhang","email":"nobody@else.cn","password":"fswxxz1456"}"#,
        r#"{"username":"zhang","email":"","password":"fswxxz1456"}"#,
        r#"{"username":"","email":"a@b.co","password":"fswxxz1456"}"#,
        r#"{"username":"a@b.co","email":"a@b.co","password":"fswxxz1456"}"#,
    ];
    assert_snapshot!(conversation(&server.client(), "POST", LOGIN, &bodies).await, @r#"
    {"username":"zhang","email":"nobody@else.cn","password":"fswxxz1456"}
        200 {"key":"[key]"}
    {"username":"zhang","email":"","password":"fswxxz1456"}
        200 {"key":"[key]"}
    {"username":"","email":"a@b.co","password":"fswxxz1456"}
        400 {"non_field_errors":["Must include \"username\" and \"password\"."]}
    {"username":"a@b.co","email":"a@b.co","password":"fswxxz1456"}
        400 {"non_field_errors":["Unable to log in with provided credentials."]}
    "#);
}

#[tokio::test]
async fn the_names_case_and_the_blanks_around_it_do_not_matter_but_the_passwords_do() {
    let server = Server::start().await;
    server.client().register("ZhangXu", PASSWORD).await;
    for name in ["zhangxu", "ZHANGXU", " zhangXU\u{3000}"] {
        assert_eq!(server.client().login(name, PASSWORD).await.code(), 200, "{name:?}");
    }
    for password in ["FSWXXZ1456", " fswxxz1456", "fswxxz1456 "] {
        assert_eq!(server.client().login("zhangxu", password).await.code(), 400, "{password:?}");
    }
}

#[tokio::test]
async fn any_characters_may_be_tried_as_a_name() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let chinese = "张".repeat(300);
    for name in [
        "../zhang",
        "~/zhang",
        "zhang\0",
        "zh%",
        "zhan_",
        "' OR 1=1 --",
        "张三",
        &chinese,
        "zhang\u{202e}",
        "ZHAN\u{ff27}",
    ] {
        let answer = server.client().login(name, PASSWORD).await;
        assert_eq!(
            answer.brief(),
            r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#,
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn a_name_of_any_length_may_be_tried() {
    let server = Server::start().await;
    for characters in [150, 151, 300, 2_000, 2_048, 60_000] {
        let answer = server.client().login(&"n".repeat(characters), PASSWORD).await;
        let expected = r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#;
        assert_eq!(answer.brief(), expected, "{characters} characters");
    }
}

#[tokio::test]
async fn numbers_and_forms_log_in_too() {
    let server = Server::start().await;
    server.client().register("12345", PASSWORD).await;
    let body = r#"{"username":12345,"password":"fswxxz1456"}"#;
    assert_eq!(server.client().post(LOGIN).body("application/json", body).send().await.code(), 200);
    let fields = [("username", "12345"), ("email", ""), ("password", PASSWORD)];
    assert_eq!(server.client().post(LOGIN).form(&fields).send().await.code(), 200);
    assert_eq!(server.client().post(LOGIN).multipart(&fields).send().await.code(), 200);
    let utf16 = server.client().post(LOGIN).body("application/json; charset=utf-8", body).send().await;
    assert_eq!(utf16.code(), 200, "any charset parameter is fine");
}

#[tokio::test]
async fn every_terminal_gets_the_same_key_and_a_session_of_its_own() {
    let server = Server::start().await;
    let (first, second, third) = (server.client(), server.client(), server.client());
    let key = first.register("zhang", PASSWORD).await.key();
    assert_eq!(second.login("zhang", PASSWORD).await.key(), key);
    assert_eq!(third.login("zhang", PASSWORD).await.key(), key);
    let mut sessions: Vec<_> = [&first, &second, &third].map(|client| client.cookie("sessionid")).into();
    sessions.sort();
    sessions.dedup();
    assert_eq!(sessions.len(), 3);
    for client in [&first, &second, &third] {
        assert_eq!(client.get(DISPLAY).send().await.code(), 404, "logged in, without details");
    }
}

#[tokio::test]
async fn a_login_gives_the_browser_another_session_and_csrf_token() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let before = (browser.cookie("sessionid"), browser.cookie("csrftoken"));
    browser.login("zhang", PASSWORD).await;
    assert_ne!(browser.cookie("sessionid"), before.0);
    assert_ne!(browser.cookie("csrftoken"), before.1);
    let replay = server.client();
    replay.set_cookie("sessionid", &before.0.unwrap());
    assert_eq!(replay.get(DISPLAY).send().await.code(), 401, "the earlier session is over");
}

#[tokio::test]
async fn a_failed_login_leaves_the_session_that_is_there_alone() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let answer = browser.login("zhang", "wrong-password-1").await;
    assert_snapshot!(answer.golden(), @r#"
    POST /rest-auth/login/
    400 Bad Request
    allow: POST, OPTIONS
    vary: Accept, Cookie
    {"non_field_errors":["Unable to log in with provided credentials."]}
    "#);
    assert_eq!(browser.get(DISPLAY).send().await.code(), 404);
}
