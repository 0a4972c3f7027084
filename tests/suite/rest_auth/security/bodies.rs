//! Bodies that are too large, of another type, or built to be read in two ways.

use insta::assert_snapshot;
use tests::client::BOUNDARY;
use tests::server::Server;

use super::{CHANGE, CREATE, DISPLAY, FORM, JSON, LOGIN, LOGOUT, PASSWORD, REGISTRATION, WRITING, WRONG};

const LIMIT: usize = 64 * 1024;

/// A login's body of so many bytes, most of them in a field that nobody reads.
fn padded(bytes: usize) -> String {
    let start = format!(r#"{{"username":"zhang","password":"{PASSWORD}","x":""#);
    let padding = "x".repeat(bytes - start.len() - 2);
    format!(r#"{start}{padding}"}}"#)
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_a_larger_one_refused() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let exact = server.client().post(LOGIN).body(JSON, padded(LIMIT)).send().await;
    assert_eq!(exact.code(), 200);
    let over = server.client().post(LOGIN).body(JSON, padded(LIMIT + 1)).send().await;
    assert_snapshot!(over.golden(), @r#"
    POST /rest-auth/login/
    413 Payload Too Large
    allow: POST, OPTIONS
    vary: Accept, Cookie
    {"detail":"The request body is too large."}
    "#);
    for path in [REGISTRATION, LOGOUT, CHANGE, CREATE, DISPLAY] {
        for kind in [JSON, FORM, "multipart/form-data; boundary=x", "text/plain", ""] {
            let answer =
                server.client().post(path).token(&key).body(kind, "x".repeat(LIMIT + 1)).send().await;
            assert_eq!(answer.brief(), r#"413 {"detail":"The request body is too large."}"#, "{path} {kind}");
        }
    }
}

#[tokio::test]
async fn a_huge_body_is_turned_away_and_the_service_goes_on() {
    let server = Server::start().await;
    let head = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        10 << 20
    );
    let answer = server.client().raw_then_close(&[head.as_bytes(), &vec![b'['; 10 << 20]].concat()).await;
    assert!(answer.is_none_or(|answer| answer.code() == 413));
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let chunked = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
        chunk.repeat(4)
    );
    let answer = server.client().raw_then_close(chunked.as_bytes()).await;
    assert!(answer.is_none_or(|answer| answer.code() == 413));
    assert_eq!(server.client().login("zhang", PASSWORD).await.brief(), WRONG);
}

#[tokio::test]
async fn a_body_is_read_as_the_type_it_says_and_as_no_other() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let json = format!(r#"{{"username":"zhang","password":"{PASSWORD}"}}"#);
    let form = format!("username=zhang&password={PASSWORD}");
    let utf16: Vec<u8> = json.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (kind, body) in [
        ("text/plain", json.as_bytes()),
        ("text/plain", form.as_bytes()),
        ("", json.as_bytes()),
        (FORM, json.as_bytes()),
        (JSON, form.as_bytes()),
        ("application/json;charset=utf-16", &utf16),
        (JSON, &utf16),
        ("multipart/form-data; boundary=x", json.as_bytes()),
        ("multipart/form-data; boundary=x", form.as_bytes()),
        ("text/json", json.as_bytes()),
        ("application/json, text/plain", json.as_bytes()),
        ("application/x-www-form-urlencoded-x", form.as_bytes()),
    ] {
        let answer = server.client().post(LOGIN).body(kind, body.to_vec()).send().await;
        assert!(matches!(answer.code(), 400 | 415), "{kind}: {}", answer.brief());
        assert_eq!(answer.cookie("sessionid"), None, "{kind}");
    }
    let zipped =
        server.client().post(LOGIN).header("content-encoding", "gzip").body(JSON, b"\x1f\x8b\x08".to_vec());
    assert_eq!(zipped.send().await.code(), 415);
}

#[tokio::test]
async fn a_name_that_stands_twice_is_refused_in_every_kind_of_body() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let part = |value: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\n{value}\r\n")
    };
    let multipart = format!("{}{}--{BOUNDARY}--\r\n", part("a"), part("b"));
    let multipart_kind = format!("multipart/form-data; boundary={BOUNDARY}");
    for (method, path) in WRITING {
        server.client().post(CREATE).token(&key).body(JSON, super::DETAILS).send().await;
        for (kind, body) in [
            (JSON, r#"{"username":"zhang","username":"zhang"}"#),
            (JSON, r#"{"username":"zhang","user\u006eame":"other"}"#),
            (JSON, r#"{"x":1,"x":1}"#),
            (FORM, "username=zhang&username=zhang"),
            (FORM, "username=zhang&user%6eame=other"),
            (FORM, "x&x"),
            (&multipart_kind, &multipart),
        ] {
            let answer =
                server.client().request(method, path).token(&key).body(kind, body.to_owned()).send().await;
            let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(
                answer.code() == 400 && detail.contains("parse error"),
                "{path} {body}: {}",
                answer.brief()
            );
        }
    }
}

#[tokio::test]
async fn a_form_that_is_not_utf_8_is_refused() {
    let server = Server::start().await;
    for body in [
        &b"username=zhang&password=%ff%fe"[..],
        b"username=zhang&password=%c0%c1",
        b"username=zhang&password=\xff",
        b"%ff=1&username=zhang",
        b"username=zhang&password=%ed%a0%80",
    ] {
        let answer = server.client().post(LOGIN).body(FORM, body.to_vec()).send().await;
        assert_eq!(answer.brief(), r#"400 {"detail":"Form parse error - the fields are not UTF-8"}"#);
    }
    let bytes = "--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\n\u{1}\r\n--x--\r\n";
    let bytes: Vec<u8> = bytes.bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let answer = server.client().post(LOGIN).body("multipart/form-data; boundary=x", bytes).send().await;
    assert_eq!(answer.brief(), r#"400 {"detail":"Multipart form parse error - the fields are not UTF-8"}"#);
}

#[tokio::test]
async fn only_the_ampersand_separates_fields() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let body = format!("username=zhang;password={PASSWORD}");
    let answer = server.client().post(LOGIN).body(FORM, body).send().await;
    assert_eq!(answer.brief(), r#"400 {"password":["This field is required."]}"#);
    let body = format!("&&username=zhang&&password={PASSWORD}&");
    assert_eq!(server.client().post(LOGIN).body(FORM, body).send().await.code(), 200);
}

#[tokio::test]
async fn odd_multipart_bodies_never_log_anybody_in() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let part = |header: &str, value: &str| format!("--x\r\n{header}\r\n\r\n{value}\r\n");
    let field =
        |name: &str, value: &str| part(&format!("Content-Disposition: form-data; name=\"{name}\""), value);
    let (name, password) = (field("username", "zhang"), field("password", PASSWORD));
    let whole = format!("{name}{password}--x--\r\n");
    let kind = "multipart/form-data; boundary=x";
    let login = server.client().post(LOGIN).body(kind, whole.clone()).send().await;
    assert_eq!(login.code(), 200, "the proper body logs in");
    for (kind, body) in [
        (kind, format!("{name}{password}")),
        (kind, format!("{name}--x\r\nContent-Dispo")),
        (kind, "--x--\r\n".to_owned()),
        (kind, "\r\n".to_owned()),
        (kind, whole.replace("\r\n", "\n")),
        (kind, format!("{name}{}--x--\r\n", part("Content-Disposition: form-data", PASSWORD))),
        (kind, format!("{name}{}--x--\r\n", part("X: y", PASSWORD))),
        (
            kind,
            format!(
                "{name}{}--x--\r\n",
                part("Content-Disposition: attachment; name=\"password\"; filename=\"f\"", PASSWORD)
            ),
        ),
        (
            kind,
            format!(
                "{name}{}--x--\r\n",
                part(&format!("Content-Disposition: form-data; name=\"{}\"", "n".repeat(30_000)), "1")
            ),
        ),
        (kind, format!("{name}{}--x--\r\n", part(&"X-Header: y\r\n".repeat(2000), "1"))),
        ("multipart/form-data; boundary=", whole.clone()),
        ("multipart/form-data; boundary=\"\"", whole.clone()),
        ("multipart/form-data", whole.clone()),
        ("multipart/form-data; boundary=y", whole.clone()),
        ("multipart/mixed; boundary=x", whole.clone()),
        (&format!("multipart/form-data; boundary={}", "b".repeat(2000)), whole.clone()),
    ] {
        let answer = server.client().post(LOGIN).body(kind, body.clone()).send().await;
        assert!(matches!(answer.code(), 400 | 415), "{kind} {body:.200}: {}", answer.brief());
        assert_eq!(answer.cookie("sessionid"), None);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_does_nothing() {
    let server = Server::start().await;
    let body = format!(r#"{{"username":"zhang","password1":"{PASSWORD}","password2":"{PASSWORD}"}}"#);
    for (framing, sent) in [
        (format!("Content-Length: {}", body.len() + 1), body.clone()),
        ("Transfer-Encoding: chunked".to_owned(), format!("{:x}\r\n{body}\r\n", body.len())),
        ("Transfer-Encoding: chunked".to_owned(), format!("zz\r\n{body}\r\n0\r\n\r\n")),
    ] {
        let request = format!(
            "POST {REGISTRATION} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\nConnection: close\r\n{framing}\r\n\r\n{sent}"
        );
        let answer = server.client().raw_then_close(request.as_bytes()).await;
        assert!(answer.is_none_or(|answer| answer.code() == 400), "{framing}");
    }
    assert!(tests::table::items_of(&server, "ACCOUNT#").await.is_empty());
    assert_eq!(server.client().register("zhang", PASSWORD).await.code(), 201);
}
