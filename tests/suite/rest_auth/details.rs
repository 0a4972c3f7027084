//! `POST /api/create_users_info/` and `GET`, `PUT`, `PATCH /api/users_display/`.

use insta::assert_snapshot;
use serde_json::json;
use tests::client::Client;
use tests::server::Server;

use super::{CREATE, DETAILS, DISPLAY, PASSWORD, REGISTRATION, conversation};

/// A browser of the user in the contract.
async fn zhang(server: &Server) -> Client {
    let browser = server.client();
    let body = json!({
        "username": "zhang", "email": "asasasaa111@163.com", "password1": PASSWORD, "password2": PASSWORD,
    });
    assert_eq!(browser.post(REGISTRATION).json(&body).send().await.code(), 201);
    browser
}

#[tokio::test]
async fn submitting_details_answers_a_list_of_one_record() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    let answer = browser.post(CREATE).body("application/json", DETAILS).send().await;
    assert_snapshot!(answer.golden(), @r#"
    POST /api/create_users_info/
    201 Created
    allow: POST, OPTIONS
    vary: Accept, Cookie
    [{"id":[id],"company":"rinc","tel":"1234567","address":"asasasasa","user":{"id":[id],"password":"********","last_login":"2017-07-06T05:11:24.481000Z","is_superuser":false,"username":"zhang","first_name":"","last_name":"","email":"asasasaa111@163.com","is_staff":false,"is_active":true,"date_joined":"2017-07-06T05:11:24.481000Z","groups":[],"user_permissions":[]}}]
    "#);
    let again = browser.post(CREATE).body("application/json", DETAILS).send().await;
    assert_snapshot!(again.golden(), @r#"
    POST /api/create_users_info/
    400 Bad Request
    allow: POST, OPTIONS
    vary: Accept, Cookie
    ["Detail Info has existed!"]
    "#);
}

#[tokio::test]
async fn a_second_submission_changes_nothing_and_wrong_fields_are_told_first() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    browser.post(CREATE).body("application/json", DETAILS).send().await;
    let bodies = [
        r#"{"company":"other","tel":"1","address":"other"}"#,
        r#"{"company":"","tel":"1","address":"other"}"#,
    ];
    assert_snapshot!(conversation(&browser, "POST", CREATE, &bodies).await, @r#"
    {"company":"other","tel":"1","address":"other"}
        400 ["Detail Info has existed!"]
    {"company":"","tel":"1","address":"other"}
        400 {"company":["This field may not be blank."]}
    "#);
    assert_eq!(browser.get(DISPLAY).send().await.json()["company"], "rinc");
}

#[tokio::test]
async fn details_are_shown_and_replaced_as_one_record() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    browser.post(CREATE).body("application/json", DETAILS).send().await;
    assert_snapshot!(browser.get(DISPLAY).send().await.golden(), @r#"
    GET /api/users_display/
    200 OK
    allow: GET, PUT, PATCH, HEAD, OPTIONS
    vary: Accept, Cookie
    {"id":[id],"company":"rinc","tel":"1234567","address":"asasasasa","user":{"id":[id],"password":"********","last_login":"2017-07-06T05:11:24.481000Z","is_superuser":false,"username":"zhang","first_name":"","last_name":"","email":"asasasaa111@163.com","is_staff":false,"is_active":true,"date_joined":"2017-07-06T05:11:24.481000Z","groups":[],"user_permissions":[]}}
    "#);
    let body =
        r#"{"company":"rinc","tel":"1234567890","address":"江苏省南京市仙林大道163号南京大学计算机系"}"#;
    let answer = browser.put(DISPLAY).body("application/json", body).send().await;
    assert_snapshot!(answer.golden(), @r#"
    PUT /api/users_display/
    200 OK
    allow: GET, PUT, PATCH, HEAD, OPTIONS
    vary: Accept, Cookie
    {"id":[id],"company":"rinc","tel":"1234567890","address":"江苏省南京市仙林大道163号南京大学计算机系","user":{"id":[id],"password":"********","last_login":"2017-07-06T05:11:24.481000Z","is_superuser":false,"username":"zhang","first_name":"","last_name":"","email":"asasasaa111@163.com","is_staff":false,"is_active":true,"date_joined":"2017-07-06T05:11:24.481000Z","groups":[],"user_permissions":[]}}
    "#);
    assert_eq!(browser.get(DISPLAY).send().await.text, answer.text);
    let head = browser.request("HEAD", DISPLAY).send().await;
    assert_eq!((head.code(), head.text.as_str()), (200, ""));
}

#[tokio::test]
async fn without_details_there_is_nothing_to_show_or_to_change() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    let missing = r#"404 {"detail":"Not found."}"#;
    assert_eq!(browser.get(DISPLAY).send().await.brief(), missing);
    assert_eq!(browser.request("HEAD", DISPLAY).send().await.code(), 404);
    for method in ["PUT", "PATCH"] {
        for (kind, body) in [
            ("application/json", DETAILS),
            ("application/json", "{}"),
            ("application/json", "{broken"),
            ("text/plain", "x"),
        ] {
            let answer = browser.request(method, DISPLAY).body(kind, body).send().await;
            assert_eq!(answer.brief(), missing, "{method} {body}");
        }
    }
    assert_eq!(browser.get(DISPLAY).send().await.brief(), missing, "PUT creates nothing");
}

#[tokio::test]
async fn strangers_are_told_to_authenticate_before_anything_else() {
    let server = Server::start().await;
    let refused = r#"401 {"detail":"Authentication credentials were not provided."}"#;
    for (method, path) in [
        ("POST", CREATE),
        ("GET", CREATE),
        ("GET", DISPLAY),
        ("PUT", DISPLAY),
        ("POST", DISPLAY),
        ("DELETE", DISPLAY),
    ] {
        let answer = server.client().request(method, path).body("application/json", "{broken").send().await;
        assert_eq!(answer.brief(), refused, "{method} {path}");
        assert_eq!(answer.header("www-authenticate"), Some("Token"));
    }
}

#[tokio::test]
async fn all_three_fields_are_required_and_limited() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    let (hundred, twenty) = ("企".repeat(100), "1".repeat(20));
    let long = format!(r#"{{"company":"{hundred}x","tel":"{twenty}x","address":"{hundred}x"}}"#);
    let bodies = [
        "{}",
        "",
        r#"{"company":"","tel":" ","address":"\u3000\n"}"#,
        r#"{"company":null,"tel":null,"address":null}"#,
        r#"{"company":true,"tel":[],"address":{}}"#,
        r#"{"company":"a\u0000b","tel":"1\n2","address":"a\u202eb"}"#,
        r#"{"company":"rinc","address":"asasasasa"}"#,
        &long,
    ];
    let told = conversation(&browser, "POST", CREATE, &bodies).await;
    assert_snapshot!(told, @r#"
    {}
        400 {"company":["This field is required."],"tel":["This field is required."],"address":["This field is required."]}

        400 {"company":["This field is required."],"tel":["This field is required."],"address":["This field is required."]}
    {"company":"","tel":" ","address":"\u3000\n"}
        400 {"company":["This field may not be blank."],"tel":["This field may not be blank."],"address":["This field may not be blank."]}
    {"company":null,"tel":null,"address":null}
        400 {"company":["This field may not be null."],"tel":["This field may not be null."],"address":["This field may not be null."]}
    {"company":true,"tel":[],"address":{}}
        400 {"company":["Not a valid string."],"tel":["Not a valid string."],"address":["Not a valid string."]}
    {"company":"a\u0000b","tel":"1\n2","address":"a\u202eb"}
        400 {"company":["Control characters are not allowed."],"tel":["Control characters are not allowed."],"address":["Control characters are not allowed."]}
    {"company":"rinc","address":"asasasasa"}
        400 {"tel":["This field is required."]}
    {"company":"企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企x","tel":"11111111111111111111x","address":"企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企企x"}
        400 {"company":["Ensure this field has no more than 100 characters."],"tel":["Ensure this field has no more than 20 characters."],"address":["Ensure this field has no more than 100 characters."]}
    "#);
    let most = json!({"company": hundred, "tel": twenty, "address": hundred});
    assert_eq!(browser.post(CREATE).json(&most).send().await.json()[0]["company"], hundred);
    assert_eq!(conversation(&browser, "PUT", DISPLAY, &bodies).await, told, "PUT has the same rules");
    assert_eq!(browser.get(DISPLAY).send().await.json()["tel"], twenty, "one wrong field saves nothing");
}

#[tokio::test]
async fn texts_come_back_as_they_were_sent() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    let body = r#"{"company":" </script>\"'&{{7*7}}\\ ","tel":13800138000,"address":"a\u2028b\u2029c/南京"}"#;
    let answer = browser.post(CREATE).body("application/json", body).send().await;
    let shown = answer.text.split(",\"user\"").next().unwrap().split_once(",\"company\"").unwrap().1;
    assert_snapshot!(shown, @r#":"</script>\"'&{{7*7}}\\","tel":"13800138000","address":"a\u2028b\u2029c/南京""#);
    assert_eq!(browser.get(DISPLAY).send().await.json()["address"], "a\u{2028}b\u{2029}c/南京");
    let numbers = r#"{"company":1.50,"tel":-0,"address":1e16}"#;
    let answer = browser.put(DISPLAY).body("application/json", numbers).send().await.json();
    assert_eq!(
        (&answer["company"], &answer["tel"], &answer["address"]),
        (&json!("1.5"), &json!("0"), &json!("1e+16"))
    );
}

#[tokio::test]
async fn forms_and_multipart_bodies_are_as_good_as_json() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    let fields = |company| [("company", company), ("tel", "1 2"), ("address", "a=b&c+d")];
    assert_eq!(browser.post(CREATE).form(&fields("一")).send().await.code(), 201);
    assert_eq!(browser.get(DISPLAY).send().await.json()["address"], "a=b&c+d");
    assert_eq!(browser.put(DISPLAY).multipart(&fields("二")).send().await.json()["company"], "二");
    let blank = browser.put(DISPLAY).form(&[("company", ""), ("tel", "1")]).send().await;
    assert_snapshot!(blank.brief(), @r#"400 {"company":["This field may not be blank."],"address":["This field is required."]}"#);
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let server = Server::start().await;
    let browser = zhang(&server).await;
    browser.post(CREATE).body("application/json", DETAILS).send().await;
    let answer =
        browser.request("PATCH", DISPLAY).body("application/json", r#"{"tel":"7"}"#).send().await.json();
    assert_eq!((&answer["company"], &answer["tel"]), (&json!("rinc"), &json!("7")));
    let nothing = browser.request("PATCH", DISPLAY).send().await;
    assert_eq!(nothing.json()["tel"], "7");
    let told =
        conversation(&browser, "PATCH", DISPLAY, &[r#"{"tel":""}"#, r#"{"company":null,"tel":"8"}"#]).await;
    assert_snapshot!(told, @r#"
    {"tel":""}
        400 {"tel":["This field may not be blank."]}
    {"company":null,"tel":"8"}
        400 {"company":["This field may not be null."]}
    "#);
    assert_eq!(browser.get(DISPLAY).send().await.json()["tel"], "7");
}

#[tokio::test]
async fn everybody_sees_their_own_record() {
    let server = Server::start().await;
    let (one, other) = (zhang(&server).await, server.client());
    other.register("zhangxu", PASSWORD).await;
    one.post(CREATE).body("application/json", DETAILS).send().await;
    assert_eq!(other.get(DISPLAY).send().await.code(), 404);
    let record = one.get(DISPLAY).send().await.json();
    let theirs = format!(
        r#"{{"id":{0},"user":{{"id":{0}}},"username":"zhang","company":"mine","tel":"1","address":"2"}}"#,
        record["id"]
    );
    other.post(CREATE).body("application/json", theirs.clone()).send().await;
    other.put(&format!("{DISPLAY}?id={}", record["id"])).body("application/json", theirs).send().await;
    assert_eq!(one.get(DISPLAY).send().await.json(), record);
    assert_eq!(other.get(DISPLAY).send().await.json()["user"]["username"], "zhangxu");
}
