//! What one network address may do with the limits of a deployment (security rules S5 and S21).

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use tests::server::Server;

use super::{CHANGE, DISPLAY, PASSWORD, REGISTRATION, WRONG};

/// A server with the limits of a deployment and the user `zhang` on it.
async fn strict() -> Server {
    let server = Server::builder().production_limits().start().await;
    assert_eq!(server.client().register("zhang", PASSWORD).await.code(), 201);
    server
}

/// One password over so many names; the statuses.
async fn spray(server: &Server, names: usize) -> Vec<u16> {
    let client = server.client();
    let mut codes = Vec::new();
    for at in 0..names {
        codes.push(client.login(&format!("name-{at}"), "one-password-7").await.code());
    }
    codes
}

#[tokio::test]
async fn spraying_one_password_over_many_names_stops_after_sixty() {
    let server = strict().await;
    let codes = spray(&server, 200).await;
    assert!(codes[..60].iter().all(|code| *code == 400), "{codes:?}");
    assert!(codes[60..].iter().all(|code| *code == 429), "{codes:?}");
    let right = server.client().login("zhang", PASSWORD).await;
    assert_snapshot!(right.golden(), @r#"
    POST /rest-auth/login/
    429 Too Many Requests
    allow: POST, OPTIONS
    vary: Accept, Cookie
    retry-after: 516
    {"detail":"Request was throttled. Expected available in 516 seconds."}
    "#);
    server.clock().advance(Duration::from_secs(515));
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 429);
    server.clock().advance(Duration::from_secs(1));
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}

#[cfg(target_os = "linux")] // where every address of 127/8 is this computer
#[tokio::test]
async fn a_blocked_address_still_reads_with_its_session_but_proves_no_password() {
    let server = strict().await;
    let home = tests::client::Client::from_address(&server.url(), "127.1.0.7".parse().unwrap());
    home.login("zhang", PASSWORD).await;
    let copy = server.client();
    copy.set_cookie("sessionid", &home.cookie("sessionid").unwrap());
    spray(&server, 60).await;
    assert_eq!(copy.get(DISPLAY).send().await.code(), 404);
    let body = json!({"old_password": PASSWORD, "new_password1": "another-tiger-7", "new_password2": "another-tiger-7"});
    assert_eq!(copy.post(CHANGE).json(&body).send().await.code(), 429);
    assert_eq!(copy.logout().await.code(), 200);
}

#[tokio::test]
async fn whoever_an_account_knows_there_does_not_wait_for_what_others_of_the_network_did() {
    let server = strict().await;
    server.client().register("li", PASSWORD).await;
    let browser = server.client();
    browser.login("zhang", PASSWORD).await;
    spray(&server, 61).await;
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
    assert_eq!(server.client().login("li", PASSWORD).await.code(), 429, "it was never there before");
    let body = json!({"old_password": PASSWORD, "new_password1": "another-tiger-7", "new_password2": "another-tiger-7"});
    assert_eq!(browser.post(CHANGE).json(&body).send().await.code(), 200);
    // The exemption is for its own tries, of which there are ten an hour.
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(server.client().login("zhang", "one-password-7").await.code());
    }
    assert!(codes.contains(&429), "{codes:?}");
}

#[tokio::test]
async fn people_behind_a_front_are_told_apart_by_its_word_alone() {
    const FRONT: &str = "front-secret-0123456789";
    let setting = format!("x-forwarded-for,x-front={FRONT}");
    let server = Server::builder().production_limits().told_addresses_by(&setting).start().await;
    server.client().register("zhang", PASSWORD).await;
    let login = async |viewer: &str, secret: &str, name: &str, password: &str| {
        let body = json!({"username": name, "password": password});
        let request = server.client().post(super::LOGIN).header("x-forwarded-for", viewer);
        request.header("x-front", secret).json(&body).send().await.code()
    };
    for at in 0..61 {
        login("198.51.100.66", FRONT, &format!("name-{at}"), "one-password-7").await;
    }
    assert_eq!(login("198.51.100.66", FRONT, "zhang", PASSWORD).await, 429);
    assert_eq!(login("1.1.1.1, 198.51.100.66", FRONT, "zhang", PASSWORD).await, 429, "whatever it claims");
    assert_eq!(login("203.0.113.9", FRONT, "zhang", PASSWORD).await, 200);
    assert_eq!(login("unknown", FRONT, "zhang", PASSWORD).await, 400, "nobody is put into one pot");
    for at in 0..61 {
        login(&format!("198.51.100.{at}"), "guessed", &format!("name-{at}"), "one-password-7").await;
    }
    assert_eq!(login("198.51.100.200", "guessed", "li", PASSWORD).await, 429, "made-up headers win nothing");
}

#[tokio::test]
async fn three_hundred_failures_are_a_days_worth() {
    let server = strict().await;
    for round in 0..5 {
        let codes = spray(&server, 60).await;
        assert!(codes.iter().all(|code| *code == 400), "round {round}: {codes:?}");
        server.clock().advance(Duration::from_mins(20));
    }
    assert_eq!(spray(&server, 1).await, [429], "the next quarter of an hour does not help");
    server.clock().advance(Duration::from_hours(24));
    assert_eq!(spray(&server, 1).await, [400]);
}

#[tokio::test]
async fn headers_that_claim_another_address_change_nothing() {
    let server = strict().await;
    let mut refused = 0;
    for at in 0..80_u8 {
        let claimed = format!("203.0.113.{at}");
        let body = json!({"username": format!("name-{at}"), "password": "one-password-7"});
        let mut request = server.client().post(super::LOGIN).json(&body);
        for name in [
            "x-forwarded-for",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "x-client-ip",
            "fastly-client-ip",
            "x-cluster-client-ip",
            "x-originating-ip",
        ] {
            request = request.header(name, &claimed);
        }
        let answer = request.header("forwarded", format!("for={claimed}")).send().await;
        refused += u32::from(answer.code() == 429);
    }
    assert_eq!(refused, 20);
}

#[cfg(target_os = "linux")] // where every address of 127/8 is this computer
#[tokio::test]
async fn another_address_has_a_budget_of_its_own() {
    let server = strict().await;
    spray(&server, 61).await;
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 429);
    let elsewhere = tests::client::Client::from_address(&server.url(), "127.0.0.2".parse().unwrap());
    assert_eq!(elsewhere.login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn right_passwords_cost_an_address_nothing() {
    let server = strict().await;
    for _ in 0..70 {
        assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
    }
    assert_eq!(server.client().login("nobody", PASSWORD).await.brief(), WRONG);
}

#[tokio::test]
async fn an_address_learns_of_thirty_taken_names_in_an_hour() {
    let server = strict().await;
    let body = |name: &str, password2: &str| json!({"username": name, "password1": PASSWORD, "password2": password2});
    for at in 0..30 {
        // Every other form is wrong anyway: asking in passing counts as well.
        let password2 = if at % 2 == 0 { PASSWORD } else { "mismatch" };
        let answer = server.client().post(REGISTRATION).json(&body("ZHANG", password2)).send().await;
        assert_eq!(
            answer.brief(),
            r#"400 {"username":["A user with that username already exists."]}"#,
            "{at}"
        );
    }
    for password2 in [PASSWORD, "mismatch"] {
        for name in ["zhang", "free-name"] {
            let answer = server.client().post(REGISTRATION).json(&body(name, password2)).send().await;
            assert_eq!(answer.code(), 429, "{name}: {}", answer.brief());
        }
    }
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200, "logging in is another matter");
    server.clock().advance(Duration::from_hours(1));
    assert_eq!(server.client().register("free-name", PASSWORD).await.code(), 201);
}

#[tokio::test]
async fn an_address_makes_three_hundred_accounts_a_day() {
    let server = Server::builder().production_limits().start().await;
    let client = server.client();
    for at in 0..300 {
        let body = json!({"username": format!("name-{at}"), "password1": PASSWORD, "password2": PASSWORD});
        let answer = client.post(REGISTRATION).without_cookies().json(&body).send().await;
        assert_eq!(answer.code(), 201, "{at}");
    }
    assert_eq!(server.client().register("one-more", PASSWORD).await.code(), 429);
    assert_eq!(tests::table::items_of(&server, "ACCOUNT#").await.len(), 300);
    server.clock().advance(Duration::from_hours(24));
    assert_eq!(server.client().register("one-more", PASSWORD).await.code(), 201);
}
