//! Every documented answer, to the letter.

use insta::assert_snapshot;
use serde_json::json;
use tally::domain::role::Role;
use tests::server::Server;

use super::{
    ABNORMAL, BAD, DONE, LOGIN, LOGIN_AGAIN, NEW_PASSWORD, NO_TARGET, NO_TARGET_DATA, NOT_PERMITTED,
    NOT_PERMITTED_DATA, PASSWORD, Person, REGISTER, SEARCH, WRONG, administrator, ask, change_password,
    get_user, give_role, give_status, log_in, register, registration, rename, token, welcomed,
};

#[tokio::test]
async fn a_registration_answers_number_token_role_and_names() {
    let server = Server::start().await;
    let client = server.client();
    let answer = client.post(REGISTER).json(&registration("1", "Sara", "Hammer")).send().await;
    assert_snapshot!(answer.golden(), @r#"
    POST /user/register/
    200 OK
    allow: POST, OPTIONS
    {"code":200,"msg":"","data":{"id":"[id]","token":"[token]","role":"donor","first_name":"Sara","last_name":"Hammer"}}
    "#);
    let person = welcomed(&answer);
    assert!(person.id.len() == 8 && person.id.bytes().all(|b| b.is_ascii_digit()), "{}", person.id);
    let is_hex = person.token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    assert!(person.token.len() == 32 && is_hex, "32 hex digits");
    let answer = client.post(REGISTER).json(&registration("2", " 李 ", "小龙")).send().await;
    assert_eq!(
        answer.brief(),
        r#"200 {"code":200,"msg":"","data":{"id":"[id]","token":"[token]","role":"volunteer","first_name":"李","last_name":"小龙"}}"#
    );
}

#[tokio::test]
async fn forms_are_read_like_json() {
    let server = Server::start().await;
    let fields = [("first_name", "Sara"), ("last_name", "Hammer"), ("role", "1"), ("password", PASSWORD)];
    for request in [
        server.client().post(REGISTER).form(&fields),
        server.client().post("/user/register").multipart(&fields),
    ] {
        let person = welcomed(&request.send().await);
        let login = [("id", person.id.as_str()), ("password", PASSWORD)];
        let answer = server.client().post(LOGIN).form(&login).send().await;
        assert_eq!(answer.brief(), r#"200 {"code":200,"msg":"","data":{"token":"[token]"}}"#);
    }
}

#[tokio::test]
async fn a_login_answers_a_new_token_each_time() {
    let server = Server::start().await;
    let client = server.client();
    let person = register(&client, Role::Donor).await;
    let answer = log_in(&client, &person.id, PASSWORD).await;
    assert_snapshot!(answer.golden(), @r#"
    POST /user/login/
    200 OK
    allow: POST, OPTIONS
    {"code":200,"msg":"","data":{"token":"[token]"}}
    "#);
    let again = token(&client, &person.id, PASSWORD).await;
    assert_ne!(again, answer.json()["data"]["token"].as_str().unwrap());
    for token in [&person.token, &again] {
        let own = Person { token: token.clone(), ..person.clone() };
        assert_eq!(get_user(&client, &own, &person.id).await.code(), 200, "each of them opens");
    }
}

#[tokio::test]
async fn a_login_that_fails_says_so_in_the_documents_words() {
    let server = Server::start().await;
    let client = server.client();
    let person = register(&client, Role::Donor).await;
    assert_eq!(log_in(&client, &person.id, "wrong-password-1").await.brief(), WRONG);
    assert_eq!(log_in(&client, "10000001", PASSWORD).await.brief(), WRONG);
    let boss = administrator(&server).await;
    assert_eq!(give_status(&client, &boss, &person.id, "1").await.brief(), DONE);
    assert_eq!(log_in(&client, &person.id, PASSWORD).await.brief(), ABNORMAL);
    assert_eq!(
        log_in(&client, &person.id, "wrong-password-1").await.brief(),
        WRONG,
        "told only to someone who knows"
    );
    assert_eq!(change_password(&client, &person.id, PASSWORD, NEW_PASSWORD).await.brief(), ABNORMAL);
    assert_eq!(change_password(&client, &person.id, "wrong-password-1", NEW_PASSWORD).await.brief(), WRONG);
}

#[tokio::test]
async fn permission_answers_as_documented() {
    let server = Server::start().await;
    let client = server.client();
    let (boss, other_boss) = (administrator(&server).await, administrator(&server).await);
    let donor = register(&client, Role::Donor).await;
    assert_eq!(give_role(&client, &boss, &donor.id, "2").await.brief(), DONE);
    assert_eq!(get_user(&client, &boss, &donor.id).await.json()["data"]["role"], "volunteer");
    // 当请求用户不是管理员或者目标用户是管理员时
    let volunteer = register(&client, Role::Volunteer).await;
    assert_eq!(give_role(&client, &volunteer, &donor.id, "1").await.brief(), NOT_PERMITTED_DATA);
    assert_eq!(give_role(&client, &boss, &other_boss.id, "1").await.brief(), NOT_PERMITTED_DATA);
    // 当目标用户不存在时
    assert_eq!(give_role(&client, &boss, "10000001", "1").await.brief(), NO_TARGET_DATA);
    // A new administrator may do what administrators may.
    assert_eq!(give_role(&client, &boss, &donor.id, "0").await.brief(), DONE);
    let promoted = Person { token: token(&client, &donor.id, PASSWORD).await, ..donor };
    assert_eq!(give_role(&client, &promoted, &volunteer.id, "1").await.brief(), DONE);
    assert_eq!(give_role(&client, &boss, &promoted.id, "1").await.brief(), NOT_PERMITTED_DATA);
}

#[tokio::test]
async fn status_answers_as_documented() {
    let server = Server::start().await;
    let client = server.client();
    let (boss, other_boss) = (administrator(&server).await, administrator(&server).await);
    let (donor, volunteer) = (register(&client, Role::Donor).await, register(&client, Role::Volunteer).await);
    // '0'代表正常，'1'代表冻结，'2'代表删除
    for status in ["1", "0", "0"] {
        assert_eq!(give_status(&client, &boss, &donor.id, status).await.brief(), DONE);
        assert_eq!(get_user(&client, &boss, &donor.id).await.json()["data"]["status"], status);
    }
    // 当请求用户不是管理员或者目标用户是管理员时
    assert_eq!(give_status(&client, &volunteer, &donor.id, "1").await.brief(), NOT_PERMITTED_DATA);
    assert_eq!(give_status(&client, &boss, &other_boss.id, "1").await.brief(), NOT_PERMITTED_DATA);
    // 当目标用户不存在或被删除时
    assert_eq!(give_status(&client, &boss, "10000001", "1").await.brief(), NO_TARGET_DATA);
    assert_eq!(give_status(&client, &boss, &donor.id, "2").await.brief(), DONE);
    for status in ["0", "1", "2"] {
        assert_eq!(give_status(&client, &boss, &donor.id, status).await.brief(), NO_TARGET_DATA);
    }
    assert_eq!(give_role(&client, &boss, &donor.id, "2").await.brief(), NO_TARGET_DATA);
}

#[tokio::test]
async fn changeinformation_answers_as_documented() {
    let server = Server::start().await;
    let client = server.client();
    let donor = register(&client, Role::Donor).await;
    assert_eq!(rename(&client, &donor, "Sinope", "Nanto").await.brief(), DONE);
    assert_snapshot!(get_user(&client, &donor, &donor.id).await.brief(), @r#"200 {"code":200,"msg":"","data":{"id":"[id]","first_name":"Sinope","last_name":"Nanto","role":"donor","status":"0"}}"#);
    // 当token错误或过期时
    let thief = Person { token: "3a93c15d92e94fa788e666f0134a2961".to_owned(), ..donor };
    assert_eq!(rename(&client, &thief, "a", "b").await.brief(), LOGIN_AGAIN);
}

#[tokio::test]
async fn getuser_answers_as_documented() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let (donor, other) = (register(&client, Role::Donor).await, register(&client, Role::Donor).await);
    assert_snapshot!(get_user(&client, &boss, &boss.id).await.golden(), @r#"
    POST /user/getuser/
    200 OK
    allow: POST, OPTIONS
    {"code":200,"msg":"","data":{"id":"[id]","first_name":"Sara","last_name":"Hammer","role":"administrator","status":"0"}}
    "#);
    assert_eq!(get_user(&client, &boss, &donor.id).await.json()["data"]["id"], donor.id.as_str());
    assert_eq!(get_user(&client, &donor, &donor.id).await.json()["data"]["role"], "donor");
    // token不属于管理员或者查询的id自身时
    for id in [other.id.as_str(), boss.id.as_str(), "10000001", "nobody"] {
        assert_eq!(get_user(&client, &donor, id).await.brief(), NOT_PERMITTED, "{id}");
    }
    assert_eq!(get_user(&client, &boss, "10000001").await.brief(), NO_TARGET);
}

#[tokio::test]
async fn search_is_for_administrators() {
    let server = Server::start().await;
    let client = server.client();
    let donor = register(&client, Role::Donor).await;
    let body = json!({"first_name": "Sara"});
    assert_eq!(ask(&client, SEARCH, &donor.token, &body).await.brief(), NOT_PERMITTED);
    assert_eq!(client.post(SEARCH).json(&body).send().await.brief(), LOGIN_AGAIN);
}

#[tokio::test]
async fn what_is_outside_the_document_is_said_in_its_envelope() {
    let server = Server::start().await;
    let client = server.client();
    let answers = [
        (client.post("/user/nothing/").json(&json!({})), r#"404 {"code":404,"msg":"Not found"}"#),
        (client.get(LOGIN), r#"405 {"code":405,"msg":"Method not allowed"}"#),
        (client.post(LOGIN).body("text/plain", "x"), r#"415 {"code":415,"msg":"Unsupported media type"}"#),
        (
            client.post(LOGIN).body("application/json", "x".repeat(70_000)),
            r#"413 {"code":413,"msg":"Request body too large"}"#,
        ),
        (client.request("OPTIONS", LOGIN), DONE),
        (client.post(LOGIN).body("application/json", "{"), BAD),
        (client.post(LOGIN).body("application/json", r#"["1"]"#), BAD),
        (client.post(LOGIN).body("application/json", r#"{"id":"1","id":"2","password":"x"}"#), BAD),
        (client.post(LOGIN), BAD),
    ];
    for (request, expected) in answers {
        assert_eq!(request.send().await.brief(), expected);
    }
}

#[tokio::test]
async fn guessing_has_to_wait_in_the_same_words_for_everybody() {
    let server = Server::start().await;
    let client = server.client();
    let person = register(&client, Role::Donor).await;
    for id in [person.id.as_str(), "10000001", "nobody at all"] {
        for _ in 0..3 {
            assert_eq!(log_in(&client, id, "wrong-guess-x").await.brief(), WRONG);
        }
        // One count for both doors.
        for _ in 0..2 {
            assert_eq!(change_password(&client, id, "wrong-guess-x", NEW_PASSWORD).await.brief(), WRONG);
        }
        let refused = log_in(&client, id, PASSWORD).await;
        assert_eq!(refused.brief(), r#"429 {"code":429,"msg":"Too many requests"}"#, "{id}");
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(
            change_password(&client, id, PASSWORD, NEW_PASSWORD).await.structure(),
            refused.structure()
        );
    }
}
