//! Odd input on every endpoint: nesting, other types, injection, control characters.

use serde_json::json;
use tests::server::Server;

use super::{CREATE, DETAILS, DISPLAY, FORM, JSON, LOGIN, PASSWORD, REGISTRATION, STRANGER, WRITING, WRONG};

/// Texts that mean something to a database, a template or a shell.
const TELLING: [&str; 17] = [
    "a = b OR attribute_exists(pk)",
    "#pk",
    ":v0",
    "GUARD#username#zhang",
    "ACCOUNT#10000000",
    r#"{"S":"x"}"#,
    "$ne",
    "' OR '1'='1",
    "\"; DROP TABLE users; --",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "%s%n%x",
    "%00",
    "../../etc/passwd",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "\\u0000",
];

#[tokio::test]
async fn what_is_no_object_changes_nothing_anywhere() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    server.client().post(CREATE).token(&key).body(JSON, DETAILS).send().await;
    let before = tests::table::account(&server, tests::table::owner(&key)).await;
    let deep = "[".repeat(30_000) + &"]".repeat(30_000);
    let open = "[".repeat(60_000);
    let deep_object = r#"{"a":"#.repeat(9_000) + "1" + &"}".repeat(9_000);
    let deep_field = format!(r#"{{"company":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    for (method, path) in WRITING {
        for body in [
            r#"["zhang","fswxxz1456","fswxxz1456"]"#,
            "[]",
            "[{}]",
            "\"x\"",
            "0",
            "true",
            "null",
            "NaN",
            "Infinity",
            "{",
            "}",
            "{]",
            "{\"a\":NaN}",
            "{} //",
            "/**/{}",
            "{}{}",
            "{},",
            "\u{feff}{}",
            "'a'",
            "\0",
            "{\"a\":\"\\x\"}",
            "nul",
            "{\"a\":tru}",
            "{\"a\":\"\\ud800\"}",
            "{\"company\":\"\\udc00\\ud800\"}",
            &deep,
            &open,
            &deep_object,
            &deep_field,
        ] {
            // PATCH may well find nothing to change in an object that it can read.
            let may_pass = method == "PATCH" && body == deep_object;
            let answer =
                server.client().request(method, path).token(&key).body(JSON, body.to_owned()).send().await;
            assert!(answer.code() == 400 || may_pass, "{method} {path} {body:.60}: {:.200}", answer.brief());
        }
    }
    let mut after = tests::table::account(&server, tests::table::owner(&key)).await;
    after.insert("op".to_owned(), before["op"].clone());
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_deeply_nested_field_that_nobody_reads_does_no_harm() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let nested = "[".repeat(10_000) + &"]".repeat(10_000);
    let body = format!(r#"{{"x":{nested},"username":"zhang","password":"{PASSWORD}"}}"#);
    let answer = server.client().post(LOGIN).body(JSON, body).send().await;
    assert!(matches!(answer.code(), 200 | 400), "{}", answer.brief());
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn every_field_refuses_every_other_type() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    server.client().post(CREATE).token(&key).body(JSON, DETAILS).send().await;
    let fields: [&[&str]; 6] = [
        &["username", "email", "password1", "password2"],
        &["username", "email", "password"],
        &["old_password", "new_password1", "new_password2"],
        &["company", "tel", "address"],
        &["company", "tel", "address"],
        &["company", "tel", "address"],
    ];
    for ((method, path), names) in WRITING.into_iter().zip(fields) {
        for name in names {
            for value in ["true", "[]", "{}", r#"["x"]"#, r#"{"S":"x"}"#, "null", "[null]"] {
                let body = format!(r#"{{"{name}":{value}}}"#);
                let answer =
                    server.client().request(method, path).token(&key).body(JSON, body.clone()).send().await;
                assert_eq!(answer.code(), 400, "{path} {body}");
                assert!(answer.json()[name].is_array(), "{path} {body}: {}", answer.brief());
            }
        }
    }
}

#[tokio::test]
async fn enormous_numbers_are_texts_like_any_other() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let digits = "9".repeat(30_000);
    for number in ["1e999", "-1e999", "1e-999", &digits, "1E400000000", "-0.0", "0.1e+1"] {
        let body = format!(r#"{{"username":{number},"password":{number}}}"#);
        assert_eq!(server.client().post(LOGIN).body(JSON, body).send().await.code(), 400, "{number:.20}");
        let body = format!(r#"{{"company":{number},"tel":{number},"address":""}}"#);
        let answer = server.client().post(CREATE).token(&key).body(JSON, body).send().await;
        assert_eq!(answer.code(), 400, "{number:.20}");
    }
}

#[tokio::test]
async fn texts_that_mean_something_elsewhere_mean_nothing_here() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    server.client().post(CREATE).token(&key).body(JSON, DETAILS).send().await;
    for text in TELLING {
        let body = json!({"company": text, "tel": "1", "address": text});
        let shown = server.client().put(DISPLAY).token(&key).json(&body).send().await.json();
        assert_eq!((&shown["company"], &shown["address"]), (&json!(text), &json!(text)));
        assert_eq!(server.client().login(text, PASSWORD).await.brief(), WRONG, "{text}");
        let registered = server.client().register(text, PASSWORD).await;
        assert_eq!(registered.code(), 400, "{text}");
        let cookie = format!("sessionid={}", text.replace([';', '"'], ""));
        let stranger = server.client().get(DISPLAY).header("cookie", cookie).send().await;
        assert_eq!(stranger.brief(), STRANGER, "{text}");
        assert_eq!(server.client().get(DISPLAY).token(text).send().await.code(), 401, "{text}");
    }
    assert_eq!(tests::table::items_of(&server, "ACCOUNT#").await.len(), 1);
}

#[tokio::test]
async fn texts_of_a_fixed_length_never_become_a_session() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for letter in ["a", "z", "0", "9", "_", "-", "A", "%", "+", "/", "="] {
        let client = server.client();
        client.set_cookie("sessionid", &letter.repeat(32));
        assert_eq!(client.get(DISPLAY).send().await.brief(), STRANGER, "{letter}");
        let answer = server.client().get(DISPLAY).token(&letter.repeat(40)).send().await;
        assert_eq!(answer.brief(), super::INVALID, "{letter}");
    }
}

#[tokio::test]
async fn control_and_direction_characters_are_refused_where_texts_are_kept() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    for odd in ["\0", "\u{7}", "\u{1b}[31m", "\r\n", "\u{7f}", "\u{85}", "\u{202e}", "\u{2066}", "\u{202a}"] {
        let text = format!("a{odd}b");
        let details = json!({"company": text, "tel": text, "address": text});
        let answer = server.client().post(CREATE).token(&key).json(&details).send().await;
        assert_eq!(answer.json()["company"], json!(["Control characters are not allowed."]), "{odd:?}");
        let form = [("company", text.as_str()), ("tel", "1"), ("address", "2")];
        assert_eq!(server.client().post(CREATE).token(&key).form(&form).send().await.code(), 400, "{odd:?}");
        assert_eq!(server.client().register(&text, PASSWORD).await.code(), 400, "{odd:?}");
        let body = json!({"username": "z", "email": format!("{text}@b.co"), "password1": PASSWORD, "password2": PASSWORD});
        assert_eq!(server.client().post(REGISTRATION).json(&body).send().await.code(), 400, "{odd:?}");
        assert_eq!(server.client().login(&format!("zhang{odd}x"), PASSWORD).await.brief(), WRONG, "{odd:?}");
    }
    assert_eq!(tests::table::items_of(&server, "ACCOUNT#").await.len(), 1);
}

#[tokio::test]
async fn a_line_break_in_an_address_reaches_nobody() {
    let server = Server::start().await;
    for (at, email) in [
        "a@x.com\r\nBcc: v@y.com",
        "a@x.com\n",
        "a@x.com\r\n\r\nbody",
        "a@x.com,b@y.com",
        "a@x.com;b@y.com",
        "a@x.com b@y.com",
        "\"a\r\nb\"@x.com",
        "a@x.com%0d%0aBcc:v@y.com",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("zhang-{at}");
        let form =
            [("username", name.as_str()), ("email", email), ("password1", PASSWORD), ("password2", PASSWORD)];
        let answer = server.client().post(REGISTRATION).form(&form).send().await;
        // White space around an address does not count, so one trailing line break leaves a valid one.
        if email.trim() == "a@x.com" {
            assert_eq!(answer.code(), 201);
        } else {
            assert_eq!(answer.brief(), r#"400 {"email":["Enter a valid email address."]}"#, "{email:?}");
        }
    }
    let two =
        r#"{"username":"z","email":["a@x.com","b@y.com"],"password1":"fswxxz1456","password2":"fswxxz1456"}"#;
    assert_eq!(server.client().post(REGISTRATION).body(JSON, two).send().await.code(), 400);
    assert!(server.inbox().messages().is_empty());
    let dump = format!("{:?}", tests::table::items(&server).await);
    assert!(!dump.contains("y.com") && !dump.contains("\\n"), "{dump}");
}

#[tokio::test]
async fn names_that_look_alike_are_no_names() {
    let server = Server::start().await;
    server.client().register("admin", PASSWORD).await;
    for name in [
        "\u{430}dmin",
        "adm\u{131}n",
        "ADM\u{130}N",
        "ＡＤＭＩＮ",
        "ad\u{200b}min",
        "ad\u{200d}min",
        "\u{202e}nimda",
        "admi\u{f1}",
    ] {
        assert_eq!(server.client().register(name, PASSWORD).await.code(), 400, "{name:?}");
        assert_eq!(server.client().login(name, PASSWORD).await.brief(), WRONG, "{name:?}");
    }
    assert_eq!(server.client().register("ADMIN", PASSWORD).await.code(), 400);
}

#[tokio::test]
async fn fields_of_any_length_are_answered() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let long = "a".repeat(60_000);
    for (method, path) in WRITING {
        for name in
            ["username", "email", "password", "password1", "old_password", "company", "tel", "address"]
        {
            let body = json!({ name: long });
            let answer = server.client().request(method, path).token(&key).json(&body).send().await;
            assert!(matches!(answer.code(), 400 | 404), "{path} {name}");
        }
    }
    let many: Vec<String> = (0..5000).map(|at| format!("f{at}=1")).collect();
    assert_eq!(server.client().post(LOGIN).body(FORM, many.join("&")).send().await.code(), 400);
    let many: Vec<String> = (0..5000).map(|at| format!(r#""f{at}":1"#)).collect();
    let answer = server.client().post(LOGIN).body(JSON, format!("{{{}}}", many.join(","))).send().await;
    assert_eq!(answer.brief(), r#"400 {"password":["This field is required."]}"#);
}
