//! `POST /rest-auth/registration/`: the documented outcomes.

use insta::assert_snapshot;
use serde_json::json;
use tests::server::Server;

use super::{DISPLAY, PASSWORD, REGISTRATION, conversation};

#[tokio::test]
async fn a_registration_answers_the_key_and_logs_the_browser_in() {
    let server = Server::start().await;
    let browser = server.client();
    let body = json!({
        "username": "zhang", "email": "asasasaa111@163.com", "password1": PASSWORD, "password2": PASSWORD,
    });
    let answer = browser.post(REGISTRATION).json(&body).send().await;
    assert_snapshot!(answer.golden(), @r#"
    POST /rest-auth/registration/
    201 Created
    allow: POST, OPTIONS
    vary: Accept, Cookie
    set-cookie: sessionid=[session]; expires=Thu, 20-Jul-2017 05:11:24 GMT; Max-Age=1209600; HttpOnly; Path=/; SameSite=Lax
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax
    {"key":"[key]"}
    "#);
    assert_eq!(answer.key().len(), 40);
    assert!(answer.key().bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    assert_eq!(browser.cookie("sessionid").map(|value| value.len()), Some(32));
    assert_eq!(browser.cookie("csrftoken").map(|value| value.len()), Some(64));
    assert_snapshot!(browser.get(DISPLAY).send().await.brief(), @r#"404 {"detail":"Not found."}"#);
    let by_key = server.client().get(DISPLAY).token(&answer.key()).send().await;
    assert_snapshot!(by_key.brief(), @r#"404 {"detail":"Not found."}"#);
    assert!(server.inbox().messages().is_empty(), "no message is sent");
}

#[tokio::test]
async fn blank_fields_are_named_all_together() {
    let server = Server::start().await;
    let bodies = [
        r#"{"username":"","email":"","password1":"","password2":""}"#,
        r#"{"username":"","password1":"","password2":""}"#,
        r#"{"username":"zhang","password1":"","password2":""}"#,
        r#"{"username":" \t\u3000","password1":" ","password2":"\u00a0"}"#,
        "{}",
        "",
    ];
    assert_snapshot!(conversation(&server.client(), "POST", REGISTRATION, &bodies).await, @r#"
    {"username":"","email":"","password1":"","password2":""}
        400 {"username":["This field may not be blank."],"password1":["This field may not be blank."],"password2":["This field may not be blank."]}
    {"username":"","password1":"","password2":""}
        400 {"username":["This field may not be blank."],"password1":["This field may not be blank."],"password2":["This field may not be blank."]}
    {"username":"zhang","password1":"","password2":""}
        400 {"password1":["This field may not be blank."],"password2":["This field may not be blank."]}
    {"username":" \t\u3000","password1":" ","password2":"\u00a0"}
        400 {"username":["This field may not be blank."],"password1":["This field may not be blank."],"password2":["This field may not be blank."]}
    {}
        400 {"username":["This field is required."],"password1":["This field is required."],"password2":["This field is required."]}

        400 {"username":["This field is required."],"password1":["This field is required."],"password2":["This field is required."]}
    "#);
}

#[tokio::test]
async fn weak_passwords_are_told_every_reason() {
    let server = Server::start().await;
    let mut written = Vec::new();
    for password in
        ["1234567", "qwerty", "12345678", "83719264", "７３１９５２８６", "x7-", "abcdefgh", "PassWord1"]
    {
        let answer = server.client().register("zhang", password).await;
        written.push(format!("{password}: {}", answer.brief()));
    }
    assert_snapshot!(written.join("\n"), @r#"
    1234567: 400 {"password1":["This password is too short. It must contain at least 8 characters.","This password is too common.","This password is entirely numeric."]}
    qwerty: 400 {"password1":["This password is too short. It must contain at least 8 characters.","This password is too common."]}
    12345678: 400 {"password1":["This password is too common.","This password is entirely numeric."]}
    83719264: 400 {"password1":["This password is entirely numeric."]}
    ７３１９５２８６: 400 {"password1":["This password is entirely numeric."]}
    x7-: 400 {"password1":["This password is too short. It must contain at least 8 characters."]}
    abcdefgh: 400 {"password1":["This password is too common."]}
    PassWord1: 400 {"password1":["This password is too common."]}
    "#);
}

#[tokio::test]
async fn a_password_that_repeats_the_persons_names_is_too_common() {
    let server = Server::start().await;
    let mut written = Vec::new();
    for password in
        ["Zhang-Xu-19", "takeyourminds9@qq.com", "TakeYourMinds9", "zhang-xu-19.", "qq.com.takeyour9"]
    {
        let body = json!({
            "username": "zhang-xu-19", "email": "takeyourminds9@QQ.com",
            "password1": password, "password2": "another",
        });
        let answer = server.client().post(REGISTRATION).json(&body).send().await;
        written.push(format!("{password}: {}", answer.brief()));
    }
    assert_snapshot!(written.join("\n"), @r#"
    Zhang-Xu-19: 400 {"password1":["This password is too common."]}
    takeyourminds9@qq.com: 400 {"password1":["This password is too common."]}
    TakeYourMinds9: 400 {"password1":["This password is too common."]}
    zhang-xu-19.: 400 {"non_field_errors":["The two password fields didn't match."]}
    qq.com.takeyour9: 400 {"non_field_errors":["The two password fields didn't match."]}
    "#);
}

#[tokio::test]
async fn a_blank_username_hides_what_is_wrong_with_the_password() {
    let server = Server::start().await;
    let bodies = [
        r#"{"username":"","email":"","password1":"abcdefgh","password2":"abcdefgh"}"#,
        r#"{"username":"","email":"abc","password1":"1234567","password2":"7654321"}"#,
        r#"{"username":"","email":"","password1":"1234567","password2":""}"#,
        r#"{"password1":"1234567","password2":"1234567"}"#,
    ];
    assert_snapshot!(conversation(&server.client(), "POST", REGISTRATION, &bodies).await, @r#"
    {"username":"","email":"","password1":"abcdefgh","password2":"abcdefgh"}
        400 {"username":["This field may not be blank."]}
    {"username":"","email":"abc","password1":"1234567","password2":"7654321"}
        400 {"username":["This field may not be blank."],"email":["Enter a valid email address."]}
    {"username":"","email":"","password1":"1234567","password2":""}
        400 {"username":["This field may not be blank."],"password2":["This field may not be blank."]}
    {"password1":"1234567","password2":"1234567"}
        400 {"username":["This field is required."],"password1":["This password is too short. It must contain at least 8 characters.","This password is too common.","This password is entirely numeric."]}
    "#);
}

#[tokio::test]
async fn two_different_passwords_do_not_match_once_all_else_is_right() {
    let server = Server::start().await;
    let bodies = [
        r#"{"username":"zhang","password1":"fswxxz1456","password2":"fswxxz1457"}"#,
        r#"{"username":"zhang","password1":"fswxxz1456","password2":"fswxxz1456 "}"#,
        r#"{"username":"zhang","password1":"fswxxz1456","password2":"1"}"#,
        r#"{"username":"zhang","password1":"1234567","password2":"fswxxz1456"}"#,
        r#"{"username":"zh ang","password1":"fswxxz1456","password2":"1"}"#,
    ];
    assert_snapshot!(conversation(&server.client(), "POST", REGISTRATION, &bodies).await, @r#"
    {"username":"zhang","password1":"fswxxz1456","password2":"fswxxz1457"}
        400 {"non_field_errors":["The two password fields didn't match."]}
    {"username":"zhang","password1":"fswxxz1456","password2":"fswxxz1456 "}
        400 {"non_field_errors":["The two password fields didn't match."]}
    {"username":"zhang","password1":"fswxxz1456","password2":"1"}
        400 {"non_field_errors":["The two password fields didn't match."]}
    {"username":"zhang","password1":"1234567","password2":"fswxxz1456"}
        400 {"password1":["This password is too short. It must contain at least 8 characters.","This password is too common.","This password is entirely numeric."]}
    {"username":"zh ang","password1":"fswxxz1456","password2":"1"}
        400 {"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}
    "#);
}

#[tokio::test]
async fn a_taken_name_or_address_is_told_whatever_its_case() {
    let server = Server::start().await;
    let bodies = [
        r#"{"username":"zhang","email":"asasasaa111@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}"#,
        r#"{"username":"zhang","email":"","password1":"fswxxz1456","password2":"fswxxz1456"}"#,
        r#"{"username":"zHANG","password1":"fswxxz1456","password2":"fswxxz1456"}"#,
        r#"{"username":"zhang2","email":"asasasaa111@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}"#,
        r#"{"username":"zhang2","email":"AsAsAsAa111@163.Com","password1":"fswxxz1456","password2":"fswxxz1456"}"#,
        r#"{"username":"Zhang","email":"ASASASAA111@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}"#,
        r#"{"username":"zhang","email":"abc","password1":"1234567","password2":"1234567"}"#,
        r#"{"username":"zhang","password1":"fswxxz1456","password2":"fswxxz1457"}"#,
        r#"{"username":"zhang2","email":"other@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}"#,
    ];
    let written = conversation(&server.client(), "POST", REGISTRATION, &bodies[..1]).await;
    assert_snapshot!(written, @r#"
    {"username":"zhang","email":"asasasaa111@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}
        201 {"key":"[key]"}
    "#);
    let written = conversation(&server.client(), "POST", REGISTRATION, &bodies[1..]).await;
    assert_snapshot!(written, @r#"
    {"username":"zhang","email":"","password1":"fswxxz1456","password2":"fswxxz1456"}
        400 {"username":["A user with that username already exists."]}
    {"username":"zHANG","password1":"fswxxz1456","password2":"fswxxz1456"}
        400 {"username":["A user with that username already exists."]}
    {"username":"zhang2","email":"asasasaa111@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}
        400 {"email":["A user is already registered with this e-mail address."]}
    {"username":"zhang2","email":"AsAsAsAa111@163.Com","password1":"fswxxz1456","password2":"fswxxz1456"}
        400 {"email":["A user is already registered with this e-mail address."]}
    {"username":"Zhang","email":"ASASASAA111@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}
        400 {"username":["A user with that username already exists."],"email":["A user is already registered with this e-mail address."]}
    {"username":"zhang","email":"abc","password1":"1234567","password2":"1234567"}
        400 {"username":["A user with that username already exists."],"email":["Enter a valid email address."],"password1":["This password is too short. It must contain at least 8 characters.","This password is too common.","This password is entirely numeric."]}
    {"username":"zhang","password1":"fswxxz1456","password2":"fswxxz1457"}
        400 {"username":["A user with that username already exists."]}
    {"username":"zhang2","email":"other@163.com","password1":"fswxxz1456","password2":"fswxxz1456"}
        201 {"key":"[key]"}
    "#);
}

#[tokio::test]
async fn many_people_have_no_address() {
    let server = Server::start().await;
    let client = server.client();
    let post = |fields: &'static [(&'static str, &'static str)]| {
        client.post(REGISTRATION).without_cookies().form(fields)
    };
    let form = [("username", "a"), ("email", ""), ("password1", PASSWORD), ("password2", PASSWORD)];
    assert_eq!(server.client().post(REGISTRATION).form(&form).send().await.code(), 201);
    let blank = post(&[("username", "b"), ("email", " "), ("password1", PASSWORD), ("password2", PASSWORD)]);
    assert_eq!(blank.send().await.code(), 201);
    for body in [
        json!({"username": "c", "email": "", "password1": PASSWORD, "password2": PASSWORD}),
        json!({"username": "d", "email": "  ", "password1": PASSWORD, "password2": PASSWORD}),
        json!({"username": "e", "password1": PASSWORD, "password2": PASSWORD}),
    ] {
        assert_eq!(server.client().post(REGISTRATION).json(&body).send().await.code(), 201, "{body}");
    }
}

#[tokio::test]
async fn forms_and_multipart_bodies_are_as_good_as_json() {
    let server = Server::start().await;
    let fields = |name| [("username", name), ("email", ""), ("password1", PASSWORD), ("password2", PASSWORD)];
    let form = server.client().post(REGISTRATION).form(&fields("zhang+1")).send().await;
    assert_snapshot!(form.brief(), @r#"201 {"key":"[key]"}"#);
    let multipart = server.client().post(REGISTRATION).multipart(&fields("zhang+2")).send().await;
    assert_snapshot!(multipart.brief(), @r#"201 {"key":"[key]"}"#);
    // As Python's httpx sends it: each part says that it is text.
    let part = |(name, value)| {
        format!(
            "--+++\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n{value}\r\n"
        )
    };
    let parts = fields("zhang+3").map(part).concat() + "--+++--\r\n";
    let typed =
        server.client().post(REGISTRATION).body("multipart/form-data; boundary=+++", parts).send().await;
    assert_snapshot!(typed.brief(), @r#"201 {"key":"[key]"}"#);
    for name in ["zhang+1", "zhang+2", "zhang+3"] {
        assert_eq!(server.client().login(name, PASSWORD).await.code(), 200, "{name}");
    }
    let blank = server.client().post(REGISTRATION).form(&[("username", ""), ("password1", "")]).send().await;
    assert_snapshot!(blank.brief(), @r#"400 {"username":["This field may not be blank."],"password1":["This field may not be blank."],"password2":["This field is required."]}"#);
    let file = format!(
        "--{0}\r\nContent-Disposition: form-data; name=\"username\"; filename=\"a\"\r\n\r\nzhang\r\n--{0}--\r\n",
        tests::client::BOUNDARY
    );
    let kind = format!("multipart/form-data; boundary={}", tests::client::BOUNDARY);
    let file = server.client().post(REGISTRATION).body(&kind, file).send().await;
    assert_snapshot!(file.brief(), @r#"400 {"username":["Not a valid string."],"password1":["This field is required."],"password2":["This field is required."]}"#);
}

#[tokio::test]
async fn a_browser_that_registers_again_gets_a_second_account_and_its_own_session() {
    let server = Server::start().await;
    let browser = server.client();
    let first = browser.register("zhang", PASSWORD).await;
    let again = browser.register("zhang", PASSWORD).await;
    assert_snapshot!(again.brief(), @r#"400 {"username":["A user with that username already exists."]}"#);
    let second = browser.register("zhangxu", PASSWORD).await;
    assert_ne!(first.key(), second.key());
    assert_eq!(browser.post(super::CREATE).body("application/json", super::DETAILS).send().await.code(), 201);
    assert_eq!(browser.get(DISPLAY).send().await.json()["user"]["username"], "zhangxu");
}
