//! `POST /rest-auth/registration/`: what each field may hold (docs/contracts/rest-auth.md#fields).

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::server::Server;

use super::{CREATE, DETAILS, PASSWORD, REGISTRATION, conversation};

async fn register(server: &Server, username: &str, email: &str) -> Answer {
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    server.client().post(REGISTRATION).json(&body).send().await
}

/// The user as the details show it.
async fn user_of(server: &Server, registered: &Answer) -> Value {
    let created = server.client().post(CREATE).token(&registered.key()).body("application/json", DETAILS);
    created.send().await.json()[0]["user"].clone()
}

#[tokio::test]
async fn values_of_other_types_are_no_texts() {
    let server = Server::start().await;
    let bodies = [
        r#"{"username":null,"email":null,"password1":null,"password2":null}"#,
        r#"{"username":true,"email":false,"password1":[],"password2":{}}"#,
        r#"{"username":["zhang"],"email":["a@b.co"],"password1":["fswxxz1456"],"password2":{"0":"x"}}"#,
        r#"{"username":{"S":"zhang"},"email":{"$ne":""},"password1":true,"password2":null}"#,
    ];
    assert_snapshot!(conversation(&server.client(), "POST", REGISTRATION, &bodies).await, @r#"
    {"username":null,"email":null,"password1":null,"password2":null}
        400 {"username":["This field may not be null."],"email":["This field may not be null."],"password1":["This field may not be null."],"password2":["This field may not be null."]}
    {"username":true,"email":false,"password1":[],"password2":{}}
        400 {"username":["Not a valid string."],"email":["Enter a valid email address."],"password1":["Not a valid string."],"password2":["Not a valid string."]}
    {"username":["zhang"],"email":["a@b.co"],"password1":["fswxxz1456"],"password2":{"0":"x"}}
        400 {"username":["Not a valid string."],"email":["Enter a valid email address."],"password1":["Not a valid string."],"password2":["Not a valid string."]}
    {"username":{"S":"zhang"},"email":{"$ne":""},"password1":true,"password2":null}
        400 {"username":["Not a valid string."],"email":["Enter a valid email address."],"password1":["Not a valid string."],"password2":["This field may not be null."]}
    "#);
}

#[tokio::test]
async fn numbers_become_the_texts_that_python_prints() {
    let server = Server::start().await;
    for (sent, name) in
        [("12345", "12345"), ("1.50", "1.5"), ("-0", "0"), ("1e5", "100000.0"), ("1e16", "1e+16")]
    {
        let body = format!(r#"{{"username":{sent},"password1":"{PASSWORD}","password2":"{PASSWORD}"}}"#);
        let answer = server.client().post(REGISTRATION).body("application/json", body).send().await;
        assert_eq!(answer.code(), 201, "{sent}: {}", answer.brief());
        assert_eq!(user_of(&server, &answer).await["username"], name);
    }
    let bodies = [r#"{"username":"z","email":1.5,"password1":12345678901,"password2":12345678901.5}"#];
    assert_snapshot!(conversation(&server.client(), "POST", REGISTRATION, &bodies).await, @r#"
    {"username":"z","email":1.5,"password1":12345678901,"password2":12345678901.5}
        400 {"email":["Enter a valid email address."],"password1":["This password is too common.","This password is entirely numeric."]}
    "#);
}

#[tokio::test]
async fn a_username_is_ascii_letters_digits_and_five_signs() {
    let server = Server::start().await;
    let refused = r#"400 {"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}"#;
    for name in [
        "zh ang",
        "zhang/",
        "~",
        "../zhang",
        "zh\"ang",
        "zh'ang",
        "zhang\\",
        "a\nb",
        "a\0b",
        "张三",
        "ａｄｍｉｎ",
        "\u{430}dmin",
        "ADM\u{130}N",
        "\u{212a}elvin",
        "a\u{200b}b",
        "a\u{202e}b",
        "a\u{301}",
        "<script>",
        "{{7*7}}",
        "zhang,",
        "zhang;",
        "zhang=1",
        "zhang%20",
        "zhang:",
        "#zhang",
    ] {
        assert_eq!(register(&server, name, "").await.brief(), refused, "{name:?}");
    }
    for name in ["z", "Zhang.Xu", "z@h+a-n_g.", "@", "-", "1234567890", "admin@localhos"] {
        assert_eq!(register(&server, name, "").await.code(), 201, "{name}");
    }
}

#[tokio::test]
async fn a_username_that_is_somebody_elses_identifier_is_refused() {
    let server = Server::start().await;
    let refused = r#"400 {"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."]}"#;
    for name in
        ["13800138000", "+8613800138000", "8613800138000", "008613800138000", "138-0013-8000", "v@corp.com"]
    {
        assert_eq!(register(&server, name, "").await.brief(), refused, "{name:?}");
    }
    assert_eq!(register(&server, "v@corp.com", "w@corp.com").await.brief(), refused);
    assert_eq!(register(&server, "v@corp.com", "V@corp.com").await.code(), 201, "the own address is a name");
}

#[tokio::test]
async fn a_username_has_at_most_150_characters_and_no_white_space_around() {
    let server = Server::start().await;
    assert_eq!(register(&server, &"n".repeat(150), "").await.code(), 201);
    let refused = r#"400 {"username":["Ensure this field has no more than 150 characters."]}"#;
    assert_eq!(register(&server, &"n".repeat(151), "").await.brief(), refused);
    assert_eq!(register(&server, &"张".repeat(151), "").await.brief(), refused, "length comes first");
    let padded = format!("\u{3000}\u{1f} {}\u{a0}\n", "p".repeat(150));
    let answer = register(&server, &padded, "").await;
    assert_eq!(user_of(&server, &answer).await["username"], "p".repeat(150));
    assert_eq!(server.client().login(&format!(" {} ", "P".repeat(150)), PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn the_spelling_somebody_typed_is_the_one_that_is_shown() {
    let server = Server::start().await;
    let answer = register(&server, " ZhangXu ", " TakeYourMinds@QQ.com\n").await;
    let user = user_of(&server, &answer).await;
    assert_eq!(user["username"], "ZhangXu");
    assert_eq!(user["email"], "TakeYourMinds@QQ.com");
}

#[tokio::test]
async fn an_email_address_has_to_look_like_one() {
    let server = Server::start().await;
    let refused = r#"400 {"email":["Enter a valid email address."]}"#;
    let long = format!("{}@b.co", "a".repeat(250));
    for (at, email) in [
        "abc",
        "a@b",
        "a@b.c",
        ".a@b.co",
        "a..b@b.co",
        "a@b..co",
        "a@-b.co",
        "a@b-.co",
        "a@b.co.",
        "a@b_c.co",
        "a@127.0.0.1",
        "a@b@c.com",
        "a\0@b.co",
        "a@b.co\r\nBcc: v@y.com",
        "a@b.co\nv@y.com",
        "a@b.co,v@y.com",
        "a@b.co;v@y.com",
        "a b@b.co",
        "@b.co",
        "a@",
        "张@b.co",
        "a\u{131}@b.co",
        "\u{212a}@b.co",
        "<a@b.co>",
        "A <a@b.co>",
        "mailto:a@b.co:1",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@[::1]",
        "=?utf-8?q?a=40b.co=3e?=@b.co",
        "a@exa\u{378}mple.com",
        &long,
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(register(&server, &format!("z{at}"), email).await.brief(), refused, "{email:?}");
    }
    let longest = format!("{}@b.co", "a".repeat(249));
    for (at, email) in [
        "a@b.co",
        "A+b-c_d@x-y.example",
        "o'neil@b.co",
        "a@b.123",
        "a@例子.cn",
        "fog123456@xn--fsq.com",
        &longest,
    ]
    .into_iter()
    .enumerate()
    {
        let answer = register(&server, &format!("y{at}"), email).await;
        assert_eq!(answer.code(), 201, "{email:?}: {}", answer.brief());
    }
}

#[tokio::test]
async fn a_password_is_kept_as_typed_and_compared_in_one_normal_form() {
    let server = Server::start().await;
    let (composed, decomposed) = ("caf\u{e9}-tiger", "cafe\u{301}-tiger");
    assert_eq!(server.client().register("normal", composed).await.code(), 201);
    assert_eq!(server.client().login("normal", decomposed).await.code(), 200);
    assert_eq!(server.client().login("normal", "cafe-tiger").await.code(), 400);
    assert_eq!(server.client().register("padded", " fswxxz1456\u{3000}").await.code(), 201);
    assert_eq!(server.client().login("padded", PASSWORD).await.code(), 400);
    assert_eq!(server.client().login("padded", " fswxxz1456\u{3000}").await.code(), 200);
    assert_eq!(server.client().login("padded", " FSWXXZ1456\u{3000}").await.code(), 400);
}

#[tokio::test]
async fn a_passwords_length_counts_characters_and_ends_at_4096_bytes() {
    let server = Server::start().await;
    let seven = server.client().register("seven", &"🐯".repeat(7)).await;
    assert_snapshot!(seven.brief(), @r#"400 {"password1":["This password is too short. It must contain at least 8 characters."]}"#);
    assert_eq!(server.client().register("eight", &"🐯🐢".repeat(4)).await.code(), 201);
    let long = "长虎".repeat(682) + "tail";
    assert_eq!(long.len(), 4096);
    assert_eq!(server.client().register("long", &long).await.code(), 201);
    assert_eq!(server.client().login("long", &long).await.code(), 200);
    assert_eq!(server.client().login("long", &long[..4095]).await.code(), 400);
    assert_eq!(server.client().login("long", &(long.clone() + "x")).await.code(), 400);
    let over = server.client().register("over", &(long + "x")).await;
    assert_snapshot!(over.brief(), @r#"400 {"password1":["This password is too long. It must contain at most 4096 bytes."]}"#);
    let control = server.client().register("control", "fswxxz1456\0abc").await;
    assert_snapshot!(control.brief(), @r#"400 {"password1":["Control characters are not allowed."]}"#);
}
