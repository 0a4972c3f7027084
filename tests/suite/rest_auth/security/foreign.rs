//! One rule in front of all groups: a page of others has nothing done, by no method, at no endpoint, with a
//! session or without (trust rule 5). And what is written in a way that nobody reads is refused as plainly.

use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tally::app::App;
use tally::config::Config;
use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;
use tests::tap::Tap;
use tests::tapped::Ground;

use super::PASSWORD;

/// A group: its endpoints, its router, and whether an answer is one of its own refusals with that status.
type Group = (Vec<&'static str>, fn(App) -> Router, fn(u16, &Value) -> bool);

fn groups() -> [Group; 5] {
    [
        (accounts::paths().collect(), accounts::router, |_, body| {
            body["code"] == 0 && body["data"] == "" && body["msg"].is_string()
        }),
        (charity::paths().collect(), charity::router, |status, body| {
            body["code"] == status && body["msg"].is_string()
        }),
        (company::paths().collect(), company::router, |_, body| {
            body["status"] == "error" && body["msg"].is_string()
        }),
        (manage::paths().collect(), manage::router, |status, body| {
            body["meta"]["code"] == status && body["data"] == serde_json::json!({})
        }),
        (rest_auth::paths().collect(), rest_auth::router, |_, body| body["detail"].is_string()),
    ]
}

const UNSAFE: [&str; 5] = ["POST", "PUT", "PATCH", "DELETE", "FOO"];

/// What a browser says of a page of others.
const FOREIGN: [&[(&str, &str)]; 8] = [
    &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
    &[("origin", "https://evil.example")],
    &[("origin", "https://shop.pages.example"), ("sec-fetch-site", "same-site")],
    &[("origin", "null")],
    &[("origin", "https://pages.example"), ("origin", "https://evil.example")],
    &[("origin", "capacitor://localhost")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "cross-site"), ("referer", "https://pages.example/")],
];

const SECRETS: &str = r#"{"username":"zhang","password":"fswxxz1456"}"#;

async fn with_session() -> (Server, Client) {
    let server = Server::builder().trusting("https://pages.example").start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    (server, browser)
}

async fn send(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = client.request(method, path).body("application/json", SECRETS);
    headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().await
}

#[tokio::test]
async fn nothing_is_done_for_a_page_of_others_at_any_endpoint_of_any_group() {
    let (server, browser) = with_session().await;
    for (paths, _, is_refusal) in groups() {
        for (method, path) in paths.iter().flat_map(|path| UNSAFE.map(|method| (method, *path))) {
            for headers in FOREIGN {
                for client in [&browser, &server.client()] {
                    let answer = send(client, method, path, headers).await;
                    assert_eq!(answer.code(), 403, "{method} {path} {headers:?}: {answer:?}");
                    assert!(is_refusal(403, &answer.json()), "{method} {path}: {answer:?}");
                    assert_eq!(answer.header("set-cookie"), None, "{method} {path} {headers:?}");
                }
            }
            let by_referrer = [("referer", "https://evil.example/page")];
            assert_eq!(send(&browser, method, path, &by_referrer).await.code(), 403, "{method} {path}");
        }
    }
    for path in ["/rest-auth/nothing/", "/api/accounts/x", "/v3_1/manage/x/", "/users/x/", "/user/x/"] {
        assert_eq!(send(&browser, "POST", path, FOREIGN[0]).await.code(), 403, "{path}");
        assert_eq!(send(&browser, "POST", path, &[]).await.code(), 404, "{path}");
    }
    assert!(server.inbox().messages().is_empty());
    assert_ne!(browser.get("/api/users_display/").send().await.code(), 401, "still in");
}

#[tokio::test]
async fn own_and_trusted_pages_and_programs_are_no_strangers_anywhere() {
    let (server, browser) = with_session().await;
    let own = server.url();
    let near: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", &own), ("sec-fetch-site", "same-origin")],
        &[("origin", "https://pages.example"), ("sec-fetch-site", "cross-site")],
        &[("referer", "https://pages.example/page")],
        &[("sec-fetch-site", "none")],
    ];
    for (paths, _, _) in groups() {
        for path in paths.iter().filter(|path| !path.contains("accounts")) {
            for headers in near {
                let stranger = send(&server.client(), "FOO", path, headers).await;
                assert_ne!(stranger.code(), 403, "{path} {headers:?}: {stranger:?}");
                assert_ne!(send(&browser, "FOO", path, headers).await.code(), 403, "{path} {headers:?}");
            }
            let program = [("referer", "https://servicewechat.com/wx0/1/page-frame.html")];
            assert_ne!(send(&server.client(), "FOO", path, &program).await.code(), 403, "{path}");
        }
    }
}

#[tokio::test]
async fn a_coded_body_is_refused_everywhere() {
    let (server, _) = with_session().await;
    for (paths, _, is_refusal) in groups() {
        for path in paths {
            for coding in ["gzip", "br", "deflate", "identity, gzip", "x"] {
                let answer = send(&server.client(), "POST", path, &[("content-encoding", coding)]).await;
                assert_eq!(answer.code(), 415, "{path} {coding}: {answer:?}");
                assert!(is_refusal(415, &answer.json()), "{path} {coding}: {answer:?}");
            }
            for coding in ["Identity", "", "identity, identity"] {
                let plain = send(&server.client(), "POST", path, &[("content-encoding", coding)]).await;
                assert_ne!(plain.code(), 415, "{path}: {plain:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_refused_outright_costs_no_call_to_the_database() {
    let ground = Ground::start().await;
    let tap = Tap::before(&ground.aws_url(), Duration::ZERO).await;
    let app = ground.app().clone();
    let config = Config { aws_endpoint: Some(tap.url().to_owned()), ..app.config.clone() };
    let app = App::start(config, app.clock.clone(), app.entropy.clone()).await.expect("the secret is there");
    drop(tap.take_calls());
    for (paths, router, _) in groups() {
        let router = router(app.clone());
        for path in paths {
            for (name, value) in [("origin", "https://evil.example"), ("content-encoding", "gzip")] {
                let request = http::Request::post(path).header(name, value);
                let request = request.header("cookie", "sessionid=abcdefghijklmnopqrstuvwxyz012345");
                let request = request.header("content-type", "application/json");
                let answer = crate::accounts::send_into(router.clone(), request, SECRETS).await;
                assert!([403, 415].contains(&answer.code()), "{path} {name}: {answer:?}");
            }
        }
    }
    assert!(tap.take_calls().is_empty());
}
