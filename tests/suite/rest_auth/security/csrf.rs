//! Pages of other origins that make a browser send its session cookie
//! (docs/contracts/rest-auth.md#differences, point 9).

use insta::assert_snapshot;
use serde_json::json;
use tests::client::{Client, Request};
use tests::server::Server;

use super::{CREATE, DETAILS, DISPLAY, FORM, JSON, LOGIN, LOGOUT, PASSWORD, WRITING};

const OTHER_ORIGIN: &str =
    r#"403 {"detail":"CSRF Failed: Origin checking failed - it does not match any trusted origin."}"#;

async fn browser(server: &Server) -> Client {
    let browser = server.client();
    assert_eq!(browser.register("zhang", PASSWORD).await.code(), 201);
    browser
}

/// Origins that are not the service's, however much they look like it.
fn foreign_origins(own: &str) -> Vec<String> {
    let authority = own.trim_start_matches("http://");
    vec![
        "https://evil.example".to_owned(),
        "null".to_owned(),
        String::new(),
        format!("{own}.evil.example"),
        format!("http://evil.example/{own}"),
        format!("http://evil.example?{own}"),
        format!("http://{authority}@evil.example"),
        format!("http://evil-{authority}"),
        format!("https://{authority}"),
        format!("{own}0"),
        "http://127.0.0.1".to_owned(),
        "http://localhost".to_owned(),
        format!("{own},https://evil.example"),
        format!("{own} https://evil.example"),
        format!("https://evil.example {own}"),
        "http://".to_owned(),
        authority.to_owned(),
    ]
}

#[tokio::test]
async fn an_unsafe_request_of_another_origin_is_refused_on_every_endpoint() {
    let server = Server::start().await;
    let browser = browser(&server).await;
    for (method, path) in WRITING {
        for origin in foreign_origins(&server.url()) {
            let request = browser.request(method, path).header("origin", &origin).body(JSON, DETAILS);
            assert_eq!(request.send().await.brief(), OTHER_ORIGIN, "{method} {path} from {origin:?}");
        }
        let cross = browser.request(method, path).header("sec-fetch-site", "cross-site").body(JSON, DETAILS);
        assert_eq!(cross.send().await.brief(), OTHER_ORIGIN, "{method} {path}");
    }
    let refused =
        browser.post(CREATE).header("origin", "https://evil.example").body(JSON, DETAILS).send().await;
    assert_snapshot!(refused.golden(), @r#"
    POST /api/create_users_info/
    403 Forbidden
    allow: POST, OPTIONS
    vary: Accept, Cookie
    {"detail":"CSRF Failed: Origin checking failed - it does not match any trusted origin."}
    "#);
    assert_eq!(browser.get(DISPLAY).send().await.code(), 404, "nothing was created");
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200, "nor was the password changed");
}

#[tokio::test]
async fn where_there_is_no_origin_the_referrer_counts() {
    let server = Server::start().await;
    let browser = browser(&server).await;
    let own = server.url();
    for referer in [
        "https://evil.example/page".to_owned(),
        format!("{own}.evil.example/"),
        format!("http://{}@evil.example/", own.trim_start_matches("http://")),
        format!("https://evil.example/?{own}/"),
        format!("https://evil.example/#{own}/"),
        "about:blank".to_owned(),
        "null".to_owned(),
        String::new(),
    ] {
        let answer = browser.post(CREATE).header("referer", &referer).body(JSON, DETAILS).send().await;
        assert_eq!(answer.brief(), OTHER_ORIGIN, "{referer}");
    }
    let both =
        browser.post(CREATE).header("origin", "https://evil.example").header("referer", format!("{own}/"));
    assert_eq!(both.body(JSON, DETAILS).send().await.brief(), OTHER_ORIGIN, "the origin goes first");
    let answer =
        browser.post(CREATE).header("referer", format!("{own}/page?x#y")).body(JSON, DETAILS).send().await;
    assert_eq!(answer.code(), 201);
}

#[tokio::test]
async fn the_own_origin_and_clients_without_any_pass() {
    let server = Server::start().await;
    let browser = browser(&server).await;
    browser.post(CREATE).body(JSON, DETAILS).send().await;
    let own = server.url();
    let put = || browser.put(DISPLAY).body(JSON, DETAILS);
    let passing: [Request; 6] = [
        put(),
        put().header("origin", &own),
        put().header("origin", own.to_uppercase().replace("HTTP", "http")),
        put().header("sec-fetch-site", "same-origin").header("origin", &own),
        put().header("sec-fetch-site", "none"),
        put().header("sec-fetch-site", "same-site").header("origin", &own),
    ];
    for request in passing {
        assert_eq!(request.send().await.code(), 200);
    }
    let sibling = put().header("sec-fetch-site", "same-site").header("origin", "http://sibling.example");
    assert_eq!(sibling.send().await.brief(), OTHER_ORIGIN);
}

#[tokio::test]
async fn claimed_hosts_do_not_make_an_origin_ones_own() {
    let server = Server::start().await;
    let browser = browser(&server).await;
    for name in
        ["x-forwarded-host", "x-host", "x-original-host", "forwarded", "x-forwarded-server", "x-rewrite-url"]
    {
        let value = if name == "forwarded" { "host=evil.example;proto=http" } else { "evil.example" };
        let request = browser.post(CREATE).header("origin", "http://evil.example").header(name, value);
        assert_eq!(request.body(JSON, DETAILS).send().await.brief(), OTHER_ORIGIN, "{name}");
    }
}

#[tokio::test]
async fn neither_a_key_nor_having_no_session_makes_a_foreign_page_welcome() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let request = server.client().post(CREATE).token(&key).header("origin", "https://app.example");
    assert_eq!(request.body(JSON, DETAILS).send().await.brief(), OTHER_ORIGIN);
    let body = json!({"username": "zhang", "password": PASSWORD});
    let login = server.client().post(LOGIN).header("origin", "https://app.example").json(&body).send().await;
    assert_eq!((login.brief().as_str(), login.header("set-cookie")), (OTHER_ORIGIN, None));
}

#[tokio::test]
async fn a_referrer_alone_counts_beside_a_session_cookie_only() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let body = json!({"username": "zhang", "password": PASSWORD});
    let login = |client: &Client| {
        client.post(LOGIN).header("referer", "https://servicewechat.com/wx0/1/page").json(&body)
    };
    let program = server.client();
    assert_eq!(login(&program).send().await.code(), 200);
    let stranger = server.client();
    stranger.set_cookie("sessionid", &"a".repeat(32));
    assert_eq!(login(&stranger).send().await.brief(), OTHER_ORIGIN, "whatever the cookie holds");
}

#[tokio::test]
async fn a_session_and_a_key_together_are_still_a_session() {
    let server = Server::start().await;
    let browser = server.client();
    let key = browser.register("zhang", PASSWORD).await.key();
    let request =
        browser.post(CREATE).token(&key).header("origin", "https://evil.example").body(JSON, DETAILS);
    assert_eq!(request.send().await.brief(), OTHER_ORIGIN);
}

#[tokio::test]
async fn reading_is_open_but_no_other_origin_may_see_the_answer() {
    let server = Server::start().await;
    let browser = browser(&server).await;
    browser.post(CREATE).body(JSON, DETAILS).send().await;
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let answer = browser.get(DISPLAY).header(name, value).send().await;
        // The oracle sees to it that no header lets the other origin in.
        assert_eq!(answer.code(), 200);
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    }
    let preflight = browser
        .request("OPTIONS", CREATE)
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    assert!(preflight.send().await.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
}

#[tokio::test]
async fn no_other_site_and_no_prefetch_logs_anybody_out() {
    let server = Server::start().await;
    let browser = browser(&server).await;
    let headers: [&[(&str, &str)]; 11] = [
        &[("x-moz", "prefetch")],
        &[("x-purpose", "preview")],
        &[("sec-fetch-site", "same-site"), ("sec-fetch-dest", "image"), ("sec-fetch-mode", "no-cors")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "image"), ("sec-fetch-mode", "no-cors")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("referer", "https://evil.example/page")],
        &[("sec-purpose", "prefetch")],
        &[("sec-purpose", "prefetch;prerender")],
        &[("purpose", "prefetch")],
    ];
    for method in ["GET", "HEAD", "POST"] {
        // A browser names the origin with every POST, so that nearness says nothing of one.
        for set in headers.iter().filter(|set| method != "POST" || set[0].1 != "same-site") {
            let mut request = browser.request(method, LOGOUT);
            for (name, value) in *set {
                request = request.header(name, value);
            }
            let answer = request.send().await;
            let is_refused =
                method == "POST" && !["purpose", "moz"].iter().any(|word| set[0].0.contains(word));
            assert_eq!(answer.code(), if is_refused { 403 } else { 200 }, "{method} {set:?}");
            assert_eq!(answer.header("set-cookie"), None, "{method} {set:?}");
            assert_eq!(browser.get(DISPLAY).send().await.code(), 404, "still in after {method} {set:?}");
        }
    }
    browser.get(LOGOUT).header("referer", format!("{}/page", server.url())).send().await;
    assert_eq!(browser.get(DISPLAY).send().await.code(), 401);
}

#[tokio::test]
async fn a_form_that_pretends_to_be_plain_text_is_not_read() {
    let server = Server::start().await;
    let browser = browser(&server).await;
    let smuggled = r#"{"company":"evil","tel":"1","address":"2","x":"="}"#;
    for kind in ["text/plain", "text/plain;charset=UTF-8", ""] {
        assert_eq!(browser.post(CREATE).body(kind, smuggled).send().await.code(), 415, "{kind}");
    }
    let as_form = browser.post(CREATE).body(FORM, smuggled).send().await;
    assert_eq!(as_form.code(), 400);
    assert_eq!(browser.get(DISPLAY).send().await.code(), 404);
}

#[tokio::test]
async fn a_deployment_trusts_the_origins_it_was_told_and_no_others() {
    let server = Server::builder().deployed(&["https://app.example"]).start().await;
    let browser = browser(&server).await;
    browser.post(CREATE).body(JSON, DETAILS).send().await;
    let put = |origin: &str| browser.put(DISPLAY).header("origin", origin).body(JSON, DETAILS);
    assert_eq!(put("https://app.example").send().await.code(), 200);
    let cross = put("https://app.example").header("sec-fetch-site", "cross-site").send().await;
    assert_eq!(cross.code(), 200);
    assert_eq!(put(&server.url().replace("http:", "https:")).send().await.code(), 200);
    for origin in [
        "https://app.example.evil.example",
        "https://evil-app.example",
        "https://app.example:8443",
        "http://app.example",
        "https://app.example.",
        "https://app.exampl",
        "https://sub.app.example",
        "https://app.example/",
        "https://app.example@evil.example",
        &server.url(),
    ] {
        assert_eq!(put(origin).send().await.brief(), OTHER_ORIGIN, "{origin}");
    }
}
