//! Pages of other origins: the trusted ones may read and write, for all others there is no CORS at all.

use http::Request;
use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;

use super::{
    ACCOUNT, EMAIL, LOGIN, LOGOUT, NAME, OTHER_ORIGIN, PASSWORD, PASSWORDS, REGISTER, TOKEN, contact, is_in,
    logged_in, login, post, posting, register, registration, straight, token,
};

const TRUSTED: &str = "http://localhost:5173";

const ENDPOINTS: [(&str, &str); 6] = [
    (TOKEN, "GET, HEAD, OPTIONS"),
    (LOGIN, "POST, OPTIONS"),
    (LOGOUT, "GET, POST, HEAD, OPTIONS"),
    (REGISTER, "POST, OPTIONS"),
    (ACCOUNT, "GET, POST, HEAD, OPTIONS"),
    (PASSWORDS, "POST, OPTIONS"),
];

/// Origins that are not the trusted one, however much they look like it.
const UNTRUSTED: [&str; 17] = [
    "null",
    "",
    "*",
    "https://evil.example",
    "https://localhost:5173",
    "http://localhost",
    "http://localhost:517",
    "http://localhost:51730",
    "http://localhost:5173.evil.example",
    "http://localhost:5173@evil.example",
    "http://localhost:5173/",
    "http://evil.localhost:5173",
    "http://evil-localhost:5173",
    "http://127.0.0.1:5173",
    "localhost:5173",
    "http://localhost:5173,https://evil.example",
    "http://localhost:5173 https://evil.example",
];

async fn trusting() -> (Server, Client) {
    let server = Server::builder().trusting(TRUSTED).start().await;
    register(&server, NAME, EMAIL).await;
    let browser = logged_in(&server, NAME).await;
    (server, browser)
}

/// The CORS headers of an answer.
fn cors(answer: &Answer) -> Vec<String> {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control-"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("a header of ours is ASCII")))
        .collect();
    headers.sort();
    headers
}

fn preflight(path: &str, origin: &str) -> http::request::Builder {
    let request = Request::options(path).header("origin", origin);
    request
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,x-csrftoken")
}

#[tokio::test]
async fn a_trusted_page_may_read_every_answer() {
    let (server, browser) = trusting().await;
    let shared = [
        "access-control-allow-credentials: true",
        "access-control-allow-origin: http://localhost:5173",
        "access-control-expose-headers: retry-after, x-request-id",
    ];
    for (method, path, status) in [
        ("GET", TOKEN, 200),
        ("HEAD", ACCOUNT, 200),
        ("GET", ACCOUNT, 200),
        ("DELETE", LOGIN, 405),
        ("GET", "/api/accounts/nope/", 404),
        ("POST", REGISTER, 403),
        ("OPTIONS", LOGIN, 200),
        ("GET", LOGOUT, 200),
        ("GET", ACCOUNT, 401),
    ] {
        let answer = browser.request(method, path).header("origin", TRUSTED).send().await;
        assert_eq!(
            (answer.code(), cors(&answer)),
            (status, shared.map(str::to_owned).to_vec()),
            "{method} {path}"
        );
        assert_eq!(answer.header("vary"), Some("Cookie, Origin"), "{method} {path}");
    }
    assert_eq!(cors(&server.client().get(TOKEN).send().await), Vec::<String>::new(), "without an origin");
}

#[tokio::test]
async fn a_trusted_page_may_do_everything_with_a_good_token() {
    let (server, _) = trusting().await;
    let browser = server.client();
    for (path, body) in [
        (REGISTER, registration("zhang", "zhang@example.com")),
        (LOGIN, serde_json::json!({"username": "zhang", "password": PASSWORD})),
        (ACCOUNT, contact("zhang2@example.com")),
        (PASSWORDS, super::passwords(PASSWORD, super::NEW_PASSWORD)),
    ] {
        let request = posting(&browser, path).await.header("origin", TRUSTED);
        let answer = request.header("sec-fetch-site", "cross-site").json(&body).send().await;
        assert_eq!((answer.code(), &answer.json()["code"]), (200, &serde_json::json!(1)), "{path}");
    }
    let browser = logged_in(&server, NAME).await;
    let out = browser.get(LOGOUT).header("origin", TRUSTED).header("sec-fetch-site", "cross-site");
    assert_eq!(out.send().await.code(), 200);
    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn trust_is_no_substitute_for_the_token() {
    let (_server, browser) = trusting().await;
    let answer = browser.post(ACCOUNT).header("origin", TRUSTED).json(&contact("w@example.com")).send().await;
    assert_eq!((answer.code(), answer.text.as_str()), (403, super::BAD_TOKEN));
    assert_eq!(browser.get(ACCOUNT).send().await.json()["data"]["email"], EMAIL);
}

#[tokio::test]
async fn a_preflight_of_a_trusted_page_names_methods_and_headers() {
    let (server, _) = trusting().await;
    for (path, allow) in ENDPOINTS {
        for path in [path, path.trim_end_matches('/')] {
            let answer = straight(&server, preflight(path, TRUSTED), "").await;
            assert_eq!((answer.code(), answer.text.as_str()), (204, ""), "{path}");
            let expected = [
                "access-control-allow-credentials: true".to_owned(),
                "access-control-allow-headers: authorization, b3, baggage, content-type, sentry-trace, token, traceparent, tracestate, x-amzn-trace-id, x-csrftoken, x-request-id, x-requested-with".to_owned(),
                format!("access-control-allow-methods: {allow}"),
                "access-control-allow-origin: http://localhost:5173".to_owned(),
                "access-control-expose-headers: retry-after, x-request-id".to_owned(),
                "access-control-max-age: 600".to_owned(),
            ];
            assert_eq!(cors(&answer), expected, "{path}");
            let vary = answer.header("vary").expect("the answer depends on the origin");
            assert!(vary.split(", ").any(|name| name == "Origin"), "{vary}");
        }
    }
}

#[tokio::test]
async fn a_preflight_of_no_endpoint_is_answered_like_everything_there() {
    let (server, _) = trusting().await;
    let answer = straight(&server, preflight("/api/accounts/nope/", TRUSTED), "").await;
    let told = (answer.code(), answer.text.as_str());
    assert_eq!(told, (404, r#"{"code":0,"data":"","msg":"请求的地址不存在"}"#));
    assert!(answer.header("access-control-allow-methods").is_none());
}

#[tokio::test]
async fn untrusted_pages_get_no_cors_header_and_cannot_write() {
    let (server, browser) = trusting().await;
    let good = token(&browser).await;
    for origin in UNTRUSTED {
        for path in [TOKEN, ACCOUNT, "/api/accounts/nope/"] {
            let answer = browser.get(path).header("origin", origin).send().await;
            assert_eq!(cors(&answer), Vec::<String>::new(), "{path} {origin:?}");
        }
        let answer = straight(&server, preflight(ACCOUNT, origin), "").await;
        assert_eq!((answer.code(), cors(&answer)), (200, Vec::new()), "{origin:?}");
        for (path, _) in ENDPOINTS.iter().filter(|(_, allow)| allow.contains("POST")) {
            let request = browser.post(path).header("origin", origin).header("x-csrftoken", &good);
            let answer = request.json(&contact("w@example.com")).send().await;
            let told = (answer.code(), answer.text.as_str(), cors(&answer));
            assert_eq!(told, (403, OTHER_ORIGIN, Vec::new()), "{path} {origin:?}");
            let request = browser.post(path).header("origin", origin).header("x-csrftoken", &good);
            let answer = request.header("sec-fetch-site", "cross-site").send().await;
            assert_eq!((answer.code(), answer.text.as_str()), (403, OTHER_ORIGIN), "{path} {origin:?}");
        }
    }
    assert_eq!(browser.get(ACCOUNT).send().await.json()["data"]["email"], EMAIL);
}

#[tokio::test]
async fn two_origins_at_once_are_not_the_trusted_one() {
    let (_server, browser) = trusting().await;
    let twice = browser.get(TOKEN).header("origin", "https://evil.example").header("origin", TRUSTED);
    assert_eq!(cors(&twice.send().await), Vec::<String>::new());
}

#[tokio::test]
async fn where_nothing_is_trusted_there_is_no_cors() {
    let server = super::with_user().await;
    let browser = server.client();
    login(&browser, NAME, PASSWORD).await;
    for origin in [TRUSTED.to_owned(), server.url()] {
        for (path, _) in ENDPOINTS {
            let answer = browser.request("OPTIONS", path).header("origin", &origin).send().await;
            assert_eq!((answer.code(), cors(&answer)), (200, Vec::new()), "{path} {origin}");
            let answer = straight(&server, preflight(path, &origin), "").await;
            assert_eq!((answer.code(), cors(&answer)), (200, Vec::new()), "{path} {origin}");
        }
    }
    assert_eq!(post(&browser, ACCOUNT, &contact(EMAIL)).await.json()["code"], 1);
    let answer = browser.get(ACCOUNT).header("origin", TRUSTED).send().await;
    assert_eq!(
        (answer.code(), cors(&answer)),
        (200, Vec::new()),
        "what is only read is answered, unreadably"
    );
}
