//! Every documented example of accounts' contract, byte for byte, in every kind of body and both spellings.

use serde_json::{Value, json};
use tests::client::Client;
use tests::server::Server;

use super::{
    ACCOUNT, EMAIL, LOGGED_IN, LOGGED_OUT, LOGIN, LOGOUT, NAME, NEW_PASSWORD, PASSWORD, PASSWORD_CHANGED,
    PASSWORDS, REGISTER, REGISTERED, STRANGER, TOKEN, WRONG, contact, is_in, logged_in, login, passwords,
    post, posting, registration, token, with_browser, with_user,
};

/// How a body travels.
const KINDS: [&str; 3] = ["json", "form", "multipart"];

/// What a body of that kind with the token among its fields is answered.
async fn send(client: &Client, path: &str, kind: &str, fields: &Value) -> String {
    let mut fields = fields.clone();
    fields["csrfmiddlewaretoken"] = Value::String(token(client).await);
    let object = fields.as_object().expect("the fields are an object");
    let pairs: Vec<(&str, &str)> =
        object.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
    let request = match kind {
        "json" => client.post(path).json(&fields),
        "form" => client.post(path).form(&pairs),
        _ => client.post(path).multipart(&pairs),
    };
    let answer = request.send().await;
    assert_eq!(answer.code(), 200, "{kind}: {answer:?}");
    answer.text
}

#[tokio::test]
async fn a_token_is_handed_out_as_documented() {
    let server = Server::start().await;
    let answer = server.client().get(TOKEN).send().await;
    let token = answer.json()["data"].as_str().expect("the token is a text").to_owned();
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
    assert_eq!((answer.code(), answer.text), (200, format!(r#"{{"code":1,"data":"{token}","msg":""}}"#)));
}

#[tokio::test]
async fn every_endpoint_answers_as_documented_in_every_kind_of_body() {
    for kind in KINDS {
        let server = Server::start().await;
        let browser = server.client();
        let told = send(&browser, REGISTER, kind, &registration(NAME, EMAIL)).await;
        assert_eq!(told, REGISTERED, "{kind}");
        let credentials = json!({"username": NAME, "password": PASSWORD});
        assert_eq!(send(&browser, LOGIN, kind, &credentials).await, LOGGED_IN, "{kind}");
        assert_eq!(
            send(&browser, ACCOUNT, kind, &contact("wang@example.com")).await,
            "{\"code\":1,\"data\":\"用户信息修改成功\",\"msg\":{\"alias\":\"小王\",\"email\":\"wang@example.com\",\
             \"phone\":\"010-8888\",\"job_number\":\"B-18\",\"dept_id\":\"4\"}}",
            "{kind}"
        );
        let changed = send(&browser, PASSWORDS, kind, &passwords(PASSWORD, NEW_PASSWORD)).await;
        assert_eq!(changed, PASSWORD_CHANGED, "{kind}");
        assert_eq!(login(&browser, NAME, NEW_PASSWORD).await.text, LOGGED_IN, "{kind}");
        assert_eq!(browser.get(LOGOUT).send().await.text, LOGGED_OUT, "{kind}");
    }
}

#[tokio::test]
async fn every_endpoint_is_served_without_its_final_slash_too() {
    let server = Server::start().await;
    let browser = server.client();
    let bare = |path: &'static str| path.trim_end_matches('/');
    assert_eq!(browser.get(bare(TOKEN)).send().await.json()["code"], 1);
    assert_eq!(post(&browser, bare(REGISTER), &registration(NAME, EMAIL)).await.text, REGISTERED);
    let credentials = json!({"username": NAME, "password": PASSWORD});
    assert_eq!(post(&browser, bare(LOGIN), &credentials).await.text, LOGGED_IN);
    assert_eq!(browser.get(bare(ACCOUNT)).send().await.json()["msg"], "用户信息");
    assert_eq!(post(&browser, bare(ACCOUNT), &contact(EMAIL)).await.json()["data"], "用户信息修改成功");
    let changed = post(&browser, bare(PASSWORDS), &passwords(PASSWORD, NEW_PASSWORD)).await;
    assert_eq!(changed.text, PASSWORD_CHANGED);
    assert_eq!(browser.get(bare(LOGOUT)).send().await.text, LOGGED_OUT);
}

#[tokio::test]
async fn the_data_of_a_user_is_shown_as_registered_and_as_changed() {
    let (_server, browser) = with_browser().await;
    let shown = browser.get(ACCOUNT).send().await;
    assert_eq!(
        shown.brief(),
        "200 {\"code\":1,\"data\":{\"id\":[id],\"username\":\"admin\",\"alias\":\"管理员\",\
         \"email\":\"admin@example.com\",\"phone\":\"13800138000\",\"job_number\":\"A-17\",\"dept_id\":\"3\"},\
         \"msg\":\"用户信息\"}"
    );
    assert!(shown.json()["data"]["id"].as_u64().is_some_and(|id| id >= 10_000_000));
    post(&browser, ACCOUNT, &contact("wang@example.com")).await;
    assert_eq!(
        browser.get(ACCOUNT).send().await.brief(),
        "200 {\"code\":1,\"data\":{\"id\":[id],\"username\":\"admin\",\"alias\":\"小王\",\
         \"email\":\"wang@example.com\",\"phone\":\"010-8888\",\"job_number\":\"B-18\",\"dept_id\":\"4\"},\
         \"msg\":\"用户信息\"}"
    );
}

#[tokio::test]
async fn optional_fields_may_be_left_out_and_are_empty_texts() {
    let server = Server::start().await;
    let mut body = registration(NAME, EMAIL);
    for name in ["alias", "job_number"] {
        body.as_object_mut().expect("an object").remove(name);
    }
    assert_eq!(post(&server.client(), REGISTER, &body).await.text, REGISTERED);
    let data = logged_in(&server, NAME).await.get(ACCOUNT).send().await.json();
    assert_eq!((&data["data"]["alias"], &data["data"]["job_number"]), (&json!(""), &json!("")));
}

#[tokio::test]
async fn a_user_of_another_group_has_empty_texts() {
    let server = Server::start().await;
    server.client().register(NAME, PASSWORD).await;
    let browser = logged_in(&server, NAME).await;
    assert_eq!(
        browser.get(ACCOUNT).send().await.brief(),
        "200 {\"code\":1,\"data\":{\"id\":[id],\"username\":\"admin\",\"alias\":\"\",\"email\":\"\",\
         \"phone\":\"\",\"job_number\":\"\",\"dept_id\":\"\"},\"msg\":\"用户信息\"}"
    );
}

#[tokio::test]
async fn registering_does_not_log_in() {
    let server = Server::start().await;
    let browser = server.client();
    let answer = post(&browser, REGISTER, &registration(NAME, EMAIL)).await;
    assert_eq!(answer.text, REGISTERED);
    assert_eq!((answer.cookie("sessionid"), answer.cookie("csrftoken")), (None, None));
    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn the_name_is_compared_without_regard_to_case_and_shown_as_registered() {
    let server = Server::start().await;
    let mut body = registration("Admin", EMAIL);
    body["is_staff"] = json!(true);
    body["id"] = json!(1);
    post(&server.client(), REGISTER, &body).await;
    for typed in ["admin", "ADMIN", "  Admin\u{3000}"] {
        let answer = login(&server.client(), typed, PASSWORD).await;
        assert_eq!(answer.text, LOGGED_IN.replace("admin", "Admin"), "{typed:?}");
    }
}

#[tokio::test]
async fn every_login_that_fails_is_told_the_same() {
    let server = with_user().await;
    let client = server.client();
    let wrong = login(&client, NAME, "wrong-password").await;
    assert_eq!((wrong.code(), wrong.text.as_str()), (200, WRONG));
    assert!(wrong.cookie("sessionid").is_none() && wrong.cookie("csrftoken").is_none());
    for body in [
        json!({"username": "nobody", "password": PASSWORD}),
        json!({"username": EMAIL, "password": PASSWORD}),
        json!({"username": "13800138000", "password": PASSWORD}),
        json!({"username": "", "password": PASSWORD}),
        json!({"username": NAME, "password": ""}),
        json!({"username": NAME, "password": " "}),
        json!({"username": NAME}),
        json!({"password": PASSWORD}),
        json!({"username": null, "password": null}),
        json!({"username": [NAME], "password": PASSWORD}),
        json!({"username": NAME, "password": {"is": PASSWORD}}),
        json!({"username": "x".repeat(151), "password": PASSWORD}),
        json!({"username": "ad\u{0}min", "password": PASSWORD}),
        json!({"username": "管理员", "password": PASSWORD}),
    ] {
        let answer = post(&client, LOGIN, &body).await;
        assert_eq!(answer.structure(), wrong.structure(), "{body}");
    }
    let long = json!({"username": NAME, "password": "x".repeat(4097)});
    assert_eq!(post(&client, LOGIN, &long).await.structure(), wrong.structure());
}

#[tokio::test]
async fn passwords_are_never_trimmed() {
    let server = Server::start().await;
    let mut body = registration(NAME, EMAIL);
    for name in ["password1", "password2"] {
        body[name] = json!(" river stone 77 ");
    }
    assert_eq!(post(&server.client(), REGISTER, &body).await.text, REGISTERED);
    assert_eq!(login(&server.client(), NAME, "river stone 77").await.text, WRONG);
    assert_eq!(login(&server.client(), NAME, " river stone 77 ").await.text, LOGGED_IN);
}

#[tokio::test]
async fn logging_out_is_answered_alike_whoever_asks_and_however() {
    let server = with_user().await;
    let stranger = server.client();
    for method in ["GET", "POST"] {
        let answer = stranger.request(method, LOGOUT).send().await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, LOGGED_OUT), "{method}");
        let browser = logged_in(&server, NAME).await;
        let answer = browser.request(method, LOGOUT).send().await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, LOGGED_OUT), "{method}");
        assert!(!is_in(&browser).await, "{method}");
    }
    for (kind, body) in [("application/json", "{broken"), ("text/plain", "hello"), ("", "hello")] {
        let answer = stranger.post(LOGOUT).body(kind, body).send().await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, LOGGED_OUT), "{kind}");
    }
}

#[tokio::test]
async fn strangers_are_told_to_log_in() {
    let server = with_user().await;
    let client = server.client();
    let shown = client.get(ACCOUNT).send().await;
    let changed = post(&client, ACCOUNT, &contact(EMAIL)).await;
    let empty = posting(&client, PASSWORDS).await.send().await;
    for answer in [shown, changed, empty] {
        assert_eq!((answer.code(), answer.text.as_str()), (401, STRANGER), "{answer:?}");
    }
}
