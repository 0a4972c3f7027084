//! Getting in without a right to: endpoints without a caller, flows skipped, foreign records.

use serde_json::json;
use tests::server::Server;

use super::{CHANGE, CREATE, DETAILS, DISPLAY, GUARDED, INVALID, JSON, LOGIN, PASSWORD, STRANGER, WRONG};

#[tokio::test]
async fn every_guarded_endpoint_refuses_strangers_and_made_up_callers() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for (method, path) in GUARDED {
        let stranger = server.client().request(method, path).body(JSON, DETAILS).send().await;
        let forged =
            server.client().request(method, path).token(&"0".repeat(40)).body(JSON, DETAILS).send().await;
        let cookie = format!("sessionid={}", "a".repeat(32));
        let guessed =
            server.client().request(method, path).header("cookie", cookie).body(JSON, DETAILS).send().await;
        if method == "HEAD" {
            assert_eq!((stranger.code(), forged.code(), guessed.code()), (401, 401, 401), "{path}");
        } else {
            assert_eq!(stranger.brief(), STRANGER, "{method} {path}");
            assert_eq!(forged.brief(), INVALID, "{method} {path}");
            assert_eq!(guessed.brief(), STRANGER, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn headers_that_name_a_user_are_ignored() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let number = tests::table::owner(&key).to_string();
    for (name, value) in [
        ("x-user-id", number.as_str()),
        ("remote-user", "zhang"),
        ("x-remote-user", "zhang"),
        ("x-amzn-oidc-identity", "zhang"),
        ("x-apigateway-context", "{\"user\":\"zhang\"}"),
        ("x-api-key", key.as_str()),
        ("x-auth-token", key.as_str()),
        ("token", key.as_str()),
        ("proxy-authorization", key.as_str()),
    ] {
        let answer = server.client().get(DISPLAY).header(name, value).send().await;
        assert_eq!(answer.brief(), STRANGER, "{name}");
    }
}

#[tokio::test]
async fn an_empty_or_absent_password_opens_nothing() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for body in [
        r#"{"username":"zhang"}"#,
        r#"{"username":"zhang","password":""}"#,
        r#"{"username":"zhang","password":" "}"#,
        r#"{"username":"zhang","password":null}"#,
        r#"{"username":"zhang","password":[]}"#,
        r#"{"username":"zhang","password":true}"#,
        r#"{"username":"zhang","password":{"$ne":"x"}}"#,
        r#"{"username":{"$gt":""},"password":"fswxxz1456"}"#,
    ] {
        let answer = server.client().post(LOGIN).body(JSON, body).send().await;
        assert_eq!((answer.code(), answer.cookie("sessionid")), (400, None), "{body}");
    }
}

#[tokio::test]
async fn the_stored_hash_is_no_password() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let item = tests::table::account(&server, tests::table::owner(&key)).await;
    let hash = tests::table::text(&item, "credential");
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    assert_eq!(server.client().login("zhang", hash).await.brief(), WRONG);
}

#[tokio::test]
async fn there_are_no_default_accounts() {
    let server = Server::start().await;
    for (name, password) in [
        ("admin", "admin"),
        ("root", "root"),
        ("admin", "password"),
        ("test", "test"),
        ("10000000", "10000000"),
    ] {
        assert_eq!(server.client().login(name, password).await.brief(), WRONG, "{name}");
    }
}

#[tokio::test]
async fn a_password_changes_only_with_the_right_old_one() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let new = "another-tiger-7";
    for body in [
        json!({"new_password1": new, "new_password2": new}),
        json!({"old_password": "", "new_password1": new, "new_password2": new}),
        json!({"old_password": null, "new_password1": new, "new_password2": new}),
        json!({"old_password": [PASSWORD], "new_password1": new, "new_password2": new}),
        json!({"old_password": new, "new_password1": new, "new_password2": new}),
        json!({"old_password": "FSWXXZ1456", "new_password1": new, "new_password2": new}),
        json!({"password": PASSWORD, "new_password1": new, "new_password2": new}),
    ] {
        assert_eq!(server.client().post(CHANGE).token(&key).json(&body).send().await.code(), 400, "{body}");
    }
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn nothing_overrides_the_method() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    server.client().post(CREATE).token(&key).body(JSON, DETAILS).send().await;
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        for method in ["DELETE", "PUT", "PATCH"] {
            let body = r#"{"company":"changed","tel":"1","address":"2"}"#;
            let get = server.client().get(DISPLAY).token(&key).header(name, method).body(JSON, body);
            assert_eq!(get.send().await.json()["company"], "rinc");
            let post = server.client().post(DISPLAY).token(&key).header(name, method).body(JSON, body);
            assert_eq!(post.send().await.code(), 405, "{name}: {method}");
        }
    }
    let form = [("_method", "PUT"), ("company", "changed"), ("tel", "1"), ("address", "2")];
    let path = format!("{DISPLAY}?_method=PUT&method=PUT");
    assert_eq!(server.client().post(&path).token(&key).form(&form).send().await.code(), 405);
    assert_eq!(server.client().get(DISPLAY).token(&key).send().await.json()["company"], "rinc");
}

#[tokio::test]
async fn a_key_of_one_user_with_the_number_of_another_opens_neither() {
    let server = Server::start().await;
    let one = server.client().register("zhang", PASSWORD).await.key();
    let other = server.client().register("zhangxu", PASSWORD).await.key();
    let mixed = format!("{}{}", &one[..8], &other[8..]);
    assert_eq!(server.client().get(DISPLAY).token(&mixed).send().await.brief(), INVALID);
    let (first, second) = (server.client(), server.client());
    first.login("zhang", PASSWORD).await;
    second.login("zhangxu", PASSWORD).await;
    let (first, second) = (first.cookie("sessionid").unwrap(), second.cookie("sessionid").unwrap());
    for cut in 1..32 {
        let thief = server.client();
        thief.set_cookie("sessionid", &format!("{}{}", &first[..cut], &second[cut..]));
        let is_same = first[cut..] == second[cut..] || first[..cut] == second[..cut];
        assert!(is_same || thief.get(DISPLAY).send().await.code() == 401, "cut at {cut}");
    }
}
