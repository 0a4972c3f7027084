//! Headers, hosts and requests that no browser would send (groups K and H).

use insta::assert_snapshot;
use tests::server::Server;

use super::{DISPLAY, LOGIN, LOGOUT, PASSWORD, STRANGER};

#[tokio::test]
async fn a_deployment_binds_its_cookies_to_the_host_and_to_tls() {
    let server = Server::builder().deployed(&[]).start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    assert_snapshot!(browser.login("zhang", PASSWORD).await.golden(), @r#"
    POST /rest-auth/login/
    200 OK
    allow: POST, OPTIONS
    vary: Accept, Cookie
    set-cookie: __Host-sessionid=[session]; expires=Thu, 20-Jul-2017 05:11:24 GMT; Max-Age=1209600; HttpOnly; Path=/; SameSite=Lax; Secure
    set-cookie: csrftoken=[csrf]; expires=Thu, 05-Jul-2018 05:11:24 GMT; Max-Age=31449600; Path=/; SameSite=Lax; Secure
    set-cookie: __Host-dev=[device]; expires=Fri, 10-Aug-2018 05:11:24 GMT; Max-Age=34560000; HttpOnly; Path=/; SameSite=Lax; Secure
    {"key":"[key]"}
    "#);
    let session = browser.cookie("__Host-sessionid").unwrap();
    assert_eq!(browser.get(DISPLAY).send().await.code(), 404);
    let tossed = server.client();
    tossed.set_cookie("sessionid", &session);
    assert_eq!(
        tossed.get(DISPLAY).send().await.brief(),
        STRANGER,
        "a name that a subdomain could set is not read"
    );
    assert_snapshot!(browser.logout().await.golden(), @r#"
    POST /rest-auth/logout/
    200 OK
    allow: GET, POST, HEAD, OPTIONS
    vary: Accept, Cookie
    set-cookie: __Host-sessionid=""; expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax; Secure
    {"detail":"Successfully logged out."}
    "#);
    assert_eq!(browser.cookie("__Host-sessionid"), None);
}

#[tokio::test]
async fn the_headers_of_an_error_are_those_of_a_success() {
    // The oracle holds the list; this conversation makes sure that it has met every kind of answer.
    let server = Server::start().await;
    let client = server.client();
    let mut codes = vec![
        client.post(LOGIN).body("text/plain", "x").send().await.code(),
        client.get(LOGIN).send().await.code(),
        client.get(DISPLAY).send().await.code(),
        client.get("/rest-auth/nothing/").send().await.code(),
        client.get("/api/nothing").send().await.code(),
        client.post(LOGIN).header("accept", "image/png").send().await.code(),
        client.post(LOGIN).body("application/json", "x".repeat(70_000)).send().await.code(),
        client.post(LOGIN).send().await.code(),
        client.post(LOGOUT).send().await.code(),
        client.request("OPTIONS", LOGIN).send().await.code(),
        client.register("zhang", PASSWORD).await.code(),
        client.post(LOGIN).header("origin", "null").send().await.code(),
    ];
    codes.sort_unstable();
    assert_eq!(codes, [200, 200, 201, 400, 401, 403, 404, 404, 405, 406, 413, 415]);
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own_which_no_client_chooses() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        let answer = server.client().get(LOGOUT).header("x-request-id", "chosen-by-client").send().await;
        ids.push(answer.header("x-request-id").unwrap().to_owned());
    }
    assert!(!ids.iter().any(|id| id == "chosen-by-client"));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[tokio::test]
async fn a_host_is_never_repeated() {
    // Behind a gateway, where any name may lead to the functions.
    let server = Server::builder().deployed(&[]).start().await;
    for host in ["evil.example", "evil.example:80", "[::1]", "x"] {
        for path in ["/rest-auth/login", "/rest-auth/nothing/", DISPLAY] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript\r\nConnection: close\r\n\r\n"
            );
            let answer = server.client().raw(request.as_bytes()).await.expect("an answer");
            assert!(matches!(answer.code(), 401 | 404 | 405), "{host}");
            assert!(!format!("{answer:?}").contains("evil"), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn many_and_large_headers_are_answered_or_refused() {
    let server = Server::start().await;
    let client = server.client();
    let cookie = client.get(DISPLAY).header("cookie", format!("a={}", "x".repeat(16 << 10))).send().await;
    assert!(matches!(cookie.code(), 401 | 431));
    let mut many = client.get(DISPLAY);
    for at in 0..90 {
        many = many.header(&format!("x-header-{at}"), "x");
    }
    assert_eq!(many.send().await.code(), 401);
    let lines: Vec<String> = (0..300).map(|at| format!("X-Header-{at}: x\r\n")).collect();
    let request =
        format!("GET {DISPLAY} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n", lines.concat());
    let answer = client.raw(request.as_bytes()).await.expect("an answer");
    assert!(matches!(answer.code(), 401 | 431), "{answer:?}");
    let cookies: Vec<String> = (0..500).map(|at| format!("sessionid={at}")).collect();
    assert_eq!(client.get(DISPLAY).header("cookie", cookies.join("; ")).send().await.brief(), STRANGER);
    assert_eq!(client.get(DISPLAY).send().await.brief(), STRANGER);
}

#[tokio::test]
async fn two_authorizations_are_no_way_to_be_two_people() {
    let server = Server::start().await;
    let one = server.client().register("zhang", PASSWORD).await.key();
    let other = server.client().register("zhangxu", PASSWORD).await.key();
    server.client().post(super::CREATE).token(&one).body(super::JSON, super::DETAILS).send().await;
    let answer = server.client().get(DISPLAY).token(&one).token(&other).send().await;
    assert!(matches!(answer.code(), 200 | 401));
    assert!(answer.code() == 401 || answer.json()["user"]["username"] == "zhang", "the first one counts");
    let joined = server.client().get(DISPLAY).token(&format!("{one}, Token {other}")).send().await;
    assert_eq!(joined.code(), 401);
}

#[tokio::test]
async fn malformed_requests_are_turned_away_and_the_next_one_is_served() {
    let server = Server::start().await;
    let heads = [
        "GET",
        "GET\r\n\r\n",
        "GET /rest-auth/login/\r\n\r\n",
        "GET /rest-auth/login/ HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nX\0Y: z\r\n\r\n",
        "GET /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
        "GET /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\n folded: y\r\n\r\n",
        "GET /rest-auth/login/ HTTP/1.1\r\nHost : x\r\n\r\n",
        "G\0T /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /rest-auth/lo gin/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "POST /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\nab",
        "POST /rest-auth/login/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}",
    ];
    for head in heads {
        let answer = server.client().raw_then_close(head.as_bytes()).await;
        assert!(
            answer.as_ref().is_none_or(|answer| (400..500).contains(&answer.code())),
            "{head:?}: {answer:?}"
        );
        assert_eq!(server.client().get(DISPLAY).send().await.brief(), STRANGER, "after {head:?}");
    }
}

#[tokio::test]
async fn odd_but_whole_requests_are_answered_in_the_services_own_words() {
    let server = Server::start().await;
    for (target, code) in [
        ("/rest-auth/logout/", 200),
        ("http://localhost/rest-auth/logout/", 200),
        ("//rest-auth/logout/", 404),
        ("/rest-auth/./logout/", 404),
        ("/rest-auth/../rest-auth/logout/", 404),
        ("/rest-auth/logout/?%ff=%00", 200),
        ("/rest-auth/%00/", 404),
        ("/rest-auth/%ff/", 404),
        ("/rest-auth/logout/%2e%2e/login/", 404),
        ("/REST-AUTH/logout/", 404),
        ("/api/users_display/?format=json&x=%", 401),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = server.client().raw(request.as_bytes()).await.expect("an answer");
        assert_eq!(answer.code(), code, "{target}: {answer:?}");
    }
    let old = server
        .client()
        .raw(b"GET /rest-auth/logout/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .await
        .expect("an answer");
    assert_eq!(old.code(), 200);
    let long = format!(
        "GET /rest-auth/{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "x".repeat(8000)
    );
    let long = server.client().raw(long.as_bytes()).await.expect("an answer");
    assert!(matches!(long.code(), 404 | 414));
}

#[tokio::test]
async fn one_request_inside_another_is_one_request() {
    let server = Server::start().await;
    let inner = "GET /rest-auth/logout/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let request = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{inner}",
        inner.len()
    );
    let answer = server.client().raw(request.as_bytes()).await.expect("an answer");
    assert_eq!(answer.code(), 400);
    assert!(!answer.text.contains("HTTP/1.1"), "there is one answer: {}", answer.text);
    let both = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}",
        5 + inner.len()
    );
    let answer = server.client().raw_then_close(both.as_bytes()).await;
    assert!(
        answer.is_none_or(|answer| !answer.text.contains("Successfully")),
        "the smuggled request is not served"
    );
}
