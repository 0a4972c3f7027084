//! Tokens: which are good where, and that a request without a good one has no effect.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tally::app::App;
use tally::config::Config;
use tally::domain::attempts;
use tests::answer::Answer;
use tests::client::{Client, Request};
use tests::server::Server;
use tests::tap::Tap;
use tests::tapped::Ground;

use super::{
    ACCOUNT, BAD_TOKEN, EMAIL, LOGGED_IN, LOGIN, LOGOUT, NAME, NEW_PASSWORD, NO_COOKIE, OTHER_ORIGIN,
    PASSWORD, PASSWORDS, REGISTER, STRANGER, TOKEN, WRONG, contact, is_in, logged_in, login, passwords, post,
    registration, send_into, token, with_browser, with_user,
};

/// The letters of a token, each worth its place.
const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Every POST that needs a token, with a body that would work.
fn writing() -> [(&'static str, Value); 4] {
    [
        (LOGIN, json!({"username": NAME, "password": PASSWORD})),
        (REGISTER, registration("zhang", "zhang@example.com")),
        (ACCOUNT, contact("wang@example.com")),
        (PASSWORDS, passwords(PASSWORD, NEW_PASSWORD)),
    ]
}

fn told(answer: &Answer) -> (u16, &str) {
    (answer.code(), answer.text.as_str())
}

/// Nothing of what [`writing`] would do was done.
async fn assert_untouched(server: &Server, browser: &Client, session: &str) {
    // What was guessed before is forgotten.
    server.clock().advance(attempts::QUIET);
    assert_eq!(browser.cookie("sessionid").as_deref(), Some(session), "nobody was logged in anew");
    assert_eq!(browser.get(ACCOUNT).send().await.json()["data"]["email"], EMAIL);
    assert_eq!(login(&server.client(), NAME, NEW_PASSWORD).await.text, WRONG);
    assert_eq!(login(&server.client(), "zhang", PASSWORD).await.text, WRONG);
}

/// Sends every POST with something in place of a good token; all have to be refused without effect.
async fn assert_refused(server: &Server, browser: &Client, with: impl Fn(Request, &Value) -> Request) {
    let session = browser.cookie("sessionid").expect("somebody is logged in");
    for (path, body) in writing() {
        let answer = with(browser.post(path), &body).send().await;
        assert_eq!(told(&answer), (403, BAD_TOKEN), "{path}");
        assert!(answer.cookie("sessionid").is_none() && answer.cookie("csrftoken").is_none(), "{path}");
    }
    assert_untouched(server, browser, &session).await;
}

/// The secret behind a token, as an old client may hold it.
fn unmasked(token: &str) -> String {
    let place = |letter: char| ALPHABET.find(letter).expect("a token is made of letters and digits");
    let (mask, masked) = token.split_at(32);
    let steps = masked.chars().zip(mask.chars()).map(|(one, by)| (place(one) + 62 - place(by)) % 62);
    steps.map(|at| &ALPHABET[at..=at]).collect()
}

#[tokio::test]
async fn absent_and_malformed_tokens_are_refused_on_every_post() {
    let (server, browser) = with_browser().await;
    assert_refused(&server, &browser, Request::json).await;
    let good = token(&browser).await;
    let longer = format!("{good}a");
    let flipped = format!("{}{}", if good.starts_with('a') { "b" } else { "a" }, &good[1..]);
    let wrong = "a".repeat(64);
    for bad in
        ["", "x", &good[..63], &good[..32], &good[32..], &longer, &flipped, &wrong, &good.to_lowercase()]
    {
        assert_refused(&server, &browser, |request, body| request.header("x-csrftoken", bad).json(body))
            .await;
    }
}

#[tokio::test]
async fn tokens_of_other_browsers_and_from_before_the_login_are_refused() {
    let server = with_user().await;
    let browser = server.client();
    let stale = token(&browser).await;
    login(&browser, NAME, PASSWORD).await;
    let foreign = token(&server.client()).await;
    let twin = token(&logged_in(&server, NAME).await).await;
    for bad in [stale, foreign, twin] {
        assert_refused(&server, &browser, |request, body| request.header("x-csrftoken", &bad).json(body))
            .await;
    }
}

#[tokio::test]
async fn a_token_without_its_cookie_is_refused() {
    let server = with_user().await;
    let good = token(&server.client()).await;
    for (path, body) in writing() {
        let request = || server.client().post(path).header("x-csrftoken", &good).json(&body);
        assert_eq!(told(&request().send().await), (403, NO_COOKIE), "{path}");
        assert_eq!(told(&request().header("cookie", "csrftoken=").send().await), (403, NO_COOKIE), "{path}");
    }
    assert_eq!(login(&server.client(), "zhang", PASSWORD).await.text, WRONG);
}

#[tokio::test]
async fn the_query_is_never_looked_at() {
    let (server, browser) = with_browser().await;
    let good = token(&browser).await;
    for (path, body) in writing() {
        let path = format!("{path}?csrfmiddlewaretoken={good}&X-CSRFToken={good}");
        assert_eq!(told(&browser.post(&path).json(&body).send().await), (403, BAD_TOKEN), "{path}");
    }
    assert_untouched(&server, &browser, &browser.cookie("sessionid").expect("a session")).await;
}

#[tokio::test]
async fn a_wrong_field_is_not_rescued_by_a_good_header_and_an_empty_one_is() {
    let (server, browser) = with_browser().await;
    let good = token(&browser).await;
    for wrong in [json!("x"), json!(" "), json!(true), json!(7), json!([good]), json!({"token": good})] {
        assert_refused(&server, &browser, |request, body| {
            let mut body = body.clone();
            body["csrfmiddlewaretoken"] = wrong.clone();
            request.header("x-csrftoken", &good).json(&body)
        })
        .await;
    }
    for empty in [json!(""), Value::Null] {
        let mut body = contact(EMAIL);
        body["csrfmiddlewaretoken"] = empty;
        let answer = browser.post(ACCOUNT).header("x-csrftoken", &good).json(&body).send().await;
        assert_eq!(answer.json()["code"], 1);
    }
    let fields = [("username", NAME), ("password", PASSWORD), ("csrfmiddlewaretoken", good.as_str())];
    let answer = browser.post(LOGIN).header("x-csrftoken", "x").form(&fields).send().await;
    assert_eq!(answer.text, LOGGED_IN, "the field goes first");
}

#[tokio::test]
async fn tokens_are_masked_anew_each_time_and_all_maskings_stay_good() {
    let (_server, browser) = with_browser().await;
    let mut tokens = BTreeSet::new();
    for _ in 0..10 {
        tokens.insert(token(&browser).await);
        tokens.insert(browser.cookie("csrftoken").expect("a token comes with its cookie"));
    }
    assert_eq!(tokens.len(), 20, "no masking comes twice");
    let secrets: BTreeSet<String> = tokens.iter().map(|token| unmasked(token)).collect();
    assert_eq!(secrets.len(), 1, "all hide one secret");
    for good in tokens.iter().chain(&secrets) {
        let request = browser.post(ACCOUNT).header("x-csrftoken", good);
        assert_eq!(request.json(&contact(EMAIL)).send().await.json()["code"], 1, "{good}");
    }
}

#[tokio::test]
async fn the_token_changes_at_login_logout_and_password_change() {
    let (server, browser) = with_browser().await;
    let of_session = token(&browser).await;
    browser.get(LOGOUT).send().await;
    let register = registration("zhang", "zhang@example.com");
    for path in [REGISTER, LOGIN] {
        let dead = browser.post(path).header("x-csrftoken", &of_session).json(&register).send().await;
        assert_eq!(told(&dead), (403, BAD_TOKEN), "{path}");
    }
    let after = browser.cookie("csrftoken").expect("a logout sets a new token");
    let answer = browser.post(REGISTER).header("x-csrftoken", &after).json(&register).send().await;
    assert_eq!(answer.json()["code"], 1, "the cookie of the logout is good for a stranger");
    let answer = login(&browser, NAME, PASSWORD).await;
    let fresh = answer.cookie("csrftoken").expect("a login sets a new token");
    let changes = passwords(PASSWORD, NEW_PASSWORD);
    let answer = browser.post(PASSWORDS).header("x-csrftoken", &fresh).json(&changes).send().await;
    let after = answer.cookie("csrftoken").expect("a password change sets a new token");
    let credentials = json!({"username": NAME, "password": NEW_PASSWORD});
    let dead = browser.post(LOGIN).header("x-csrftoken", &fresh).json(&credentials).send().await;
    assert_eq!(told(&dead), (403, BAD_TOKEN));
    let answer = browser.post(LOGIN).header("x-csrftoken", &after).json(&credentials).send().await;
    assert_eq!(answer.text, LOGGED_IN);
    assert!(is_in(&browser).await && !is_in(&server.client()).await);
}

#[tokio::test]
async fn a_pair_of_another_session_or_of_a_stranger_does_not_serve_a_session() {
    let (server, victim) = with_browser().await;
    let session = victim.cookie("sessionid").expect("a session");
    let twin = logged_in(&server, NAME).await;
    let stranger = server.client();
    for planter in [&twin, &stranger] {
        let planted = token(planter).await;
        victim.set_cookie("csrftoken", &planter.cookie("csrftoken").expect("a token's cookie"));
        for (path, body) in writing().into_iter().skip(1) {
            let answer = victim.post(path).header("x-csrftoken", &planted).json(&body).send().await;
            assert_eq!(told(&answer), (403, BAD_TOKEN), "{path}");
        }
        assert_untouched(&server, &victim, &session).await;
    }
    let planted = token(&twin).await;
    stranger.set_cookie("csrftoken", &twin.cookie("csrftoken").expect("a token's cookie"));
    for (path, body) in writing() {
        let answer = stranger.post(path).header("x-csrftoken", &planted).json(&body).send().await;
        assert_eq!(told(&answer), (403, BAD_TOKEN), "{path}");
    }
}

#[tokio::test]
async fn a_token_of_a_session_that_is_over_only_leads_to_being_told_so() {
    let (_server, browser) = with_browser().await;
    let good = token(&browser).await;
    let session = browser.cookie("sessionid").expect("a session");
    let cookies = format!("sessionid={session}; csrftoken={good}");
    browser.get(LOGOUT).send().await;
    for (path, body) in writing() {
        let request = browser.post(path).without_cookies().header("cookie", &cookies);
        let answer = request.header("x-csrftoken", &good).json(&body).send().await;
        let expected = if [ACCOUNT, PASSWORDS].contains(&path) { (401, STRANGER) } else { (403, BAD_TOKEN) };
        assert_eq!(told(&answer), expected, "{path}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_good_is_replaced() {
    let server = with_user().await;
    let genuine = token(&server.client()).await;
    let forged = format!("{}{}", &genuine[..63], if genuine.ends_with('a') { "b" } else { "a" });
    for bad in ["", "x", "\"\"", &"a".repeat(64), &"a".repeat(32), &forged] {
        let browser = server.client();
        browser.set_cookie("csrftoken", bad);
        let credentials = json!({"username": NAME, "password": PASSWORD});
        let answer = browser.post(LOGIN).header("x-csrftoken", bad).json(&credentials).send().await;
        assert_eq!(answer.code(), 403, "{bad:?}");
        let fresh = token(&browser).await;
        assert_ne!(unmasked(&fresh), "a".repeat(32), "{bad:?}");
        assert_eq!(post(&browser, LOGIN, &credentials).await.text, LOGGED_IN, "{bad:?}");
    }
}

#[tokio::test]
async fn what_a_browser_says_to_come_from_elsewhere_is_refused_whatever_the_token() {
    let (server, browser) = with_browser().await;
    let session = browser.cookie("sessionid").expect("a session");
    let (own, good) = (server.url(), token(&browser).await);
    let foreign = [
        ("origin", "https://evil.example".to_owned()),
        ("origin", "null".to_owned()),
        ("origin", String::new()),
        ("origin", format!("{own}.evil.example")),
        ("origin", format!("{own}0")),
        ("origin", own.replace("http:", "https:")),
        ("referer", format!("https://evil.example/?{own}/")),
        ("referer", format!("http://{}@evil.example/", own.trim_start_matches("http://"))),
        ("referer", String::new()),
        ("sec-fetch-site", "cross-site".to_owned()),
    ];
    for (path, body) in writing() {
        for (name, value) in &foreign {
            let request = browser.post(path).header("x-csrftoken", &good).header(name, value);
            assert_eq!(
                told(&request.json(&body).send().await),
                (403, OTHER_ORIGIN),
                "{path} {name}: {value}"
            );
        }
    }
    assert_untouched(&server, &browser, &session).await;
    let change = || browser.post(ACCOUNT).header("x-csrftoken", &good).json(&contact(EMAIL));
    for request in [
        change().header("origin", &own),
        change().header("referer", format!("{own}/page?a#b")),
        change().header("origin", &own).header("sec-fetch-site", "same-origin"),
        change().header("sec-fetch-site", "none"),
    ] {
        assert_eq!(request.send().await.json()["code"], 1);
    }
}

#[tokio::test]
async fn a_logout_from_elsewhere_or_fetched_ahead_has_no_effect() {
    let (server, browser) = with_browser().await;
    let session = browser.cookie("sessionid");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("referer", "https://evil.example/"),
    ] {
        let answer = browser.post(LOGOUT).header(name, value).send().await;
        assert_eq!(told(&answer), (403, OTHER_ORIGIN), "{name}: {value}");
        assert!(is_in(&browser).await, "{name}: {value}");
    }
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
    ] {
        let answer = browser.get(LOGOUT).header(name, value).send().await;
        assert_eq!(told(&answer), (200, super::LOGGED_OUT), "{name}: {value}");
        assert!(is_in(&browser).await && browser.cookie("sessionid") == session, "{name}: {value}");
    }
    for site in ["same-origin", "none"] {
        let browser = logged_in(&server, NAME).await;
        browser.get(LOGOUT).header("sec-fetch-site", site).send().await;
        assert!(!is_in(&browser).await, "{site}");
    }
}

#[tokio::test]
async fn a_stranger_costs_no_call_to_the_database_until_the_token_is_good() {
    let ground = Ground::start().await;
    let tap = Tap::before(&ground.aws_url(), Duration::ZERO).await;
    let app = ground.app().clone();
    let config = Config { aws_endpoint: Some(tap.url().to_owned()), ..app.config.clone() };
    let app = App::start(config, app.clock.clone(), app.entropy.clone()).await.expect("the secret is there");
    let router = ::accounts::router(app);
    drop(tap.take_calls());
    for cookie in ["", "csrftoken=x", "sessionid=x; csrftoken=", "sessionid=abcdefghijklmnopqrstuvwxyz012345"]
    {
        let request = http::Request::get(TOKEN).header("cookie", cookie);
        assert_eq!(send_into(router.clone(), request, "").await.code(), 200, "{cookie}");
        for (path, body) in writing() {
            let request = http::Request::post(path).header("cookie", cookie);
            let request = request.header("content-type", "application/json");
            let answer = send_into(router.clone(), request, &body.to_string()).await;
            assert_eq!(answer.code(), 403, "{path} {cookie}");
        }
        let calls = tap.take_calls();
        // What has the shape of a session is looked up, and nothing else.
        let most = if cookie.len() > 40 { 5 } else { 0 };
        assert!(
            calls.len() <= most && calls.iter().all(|call| call.operation == "GetItem"),
            "{cookie}: {calls:?}"
        );
    }
}
