//! The life of a session: where it may travel, how long it lasts, how many there are.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;
use tests::client::Client;
use tests::server::Server;

use super::{CREATE, DETAILS, DISPLAY, FORM, INVALID, JSON, LOGIN, PASSWORD, STRANGER};

const FORTNIGHT: Duration = Duration::from_hours(14 * 24);

async fn is_in(client: &Client) -> bool {
    client.get(DISPLAY).send().await.code() != 401
}

async fn logged_in(server: &Server) -> Client {
    let client = server.client();
    assert_eq!(client.login("zhang", PASSWORD).await.code(), 200);
    client
}

#[tokio::test]
async fn an_account_has_ten_sessions_and_the_oldest_gives_way() {
    let server = Server::start().await;
    let mut clients = vec![server.client()];
    clients[0].register("zhang", PASSWORD).await;
    for _ in 0..9 {
        server.clock().advance(Duration::from_secs(1));
        clients.push(logged_in(&server).await);
    }
    for client in &clients {
        assert!(is_in(client).await, "ten fit");
    }
    for late in 0..5 {
        server.clock().advance(Duration::from_secs(1));
        clients.push(logged_in(&server).await);
        let alive: Vec<bool> = futures_util::future::join_all(clients.iter().map(is_in)).await;
        let dead = late + 1;
        assert!(alive[..dead].iter().all(|is_in| !is_in), "{alive:?}");
        assert!(alive[dead..].iter().all(|is_in| *is_in), "{alive:?}");
    }
    let key = server.client().login("zhang", PASSWORD).await.key();
    let item = tests::table::account(&server, tests::table::owner(&key)).await;
    assert_eq!(item["sessions"].as_m().unwrap().len(), 10, "what is dead is not kept");
}

#[tokio::test]
async fn a_session_lasts_a_fortnight_whatever_happens_meanwhile() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let browser = logged_in(&server).await;
    for _ in 0..13 {
        server.clock().advance(Duration::from_hours(24));
        assert!(is_in(&browser).await);
    }
    // Expiry is kept in whole seconds.
    server.clock().advance(Duration::from_hours(24) - Duration::from_secs(1));
    assert!(is_in(&browser).await);
    server.clock().advance(Duration::from_secs(1));
    assert!(!is_in(&browser).await, "use does not prolong it");
}

#[tokio::test]
async fn expired_sessions_make_room_before_living_ones_do() {
    let server = Server::start().await;
    let old = server.client();
    let key = old.register("zhang", PASSWORD).await.key();
    server.clock().advance(FORTNIGHT);
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(logged_in(&server).await);
    }
    for client in &clients {
        assert!(is_in(client).await);
    }
    let item = tests::table::account(&server, tests::table::owner(&key)).await;
    assert_eq!(item["sessions"].as_m().unwrap().len(), 10);
}

#[tokio::test]
async fn a_session_id_that_was_set_beforehand_is_not_taken_over() {
    let server = Server::start().await;
    let attacker = server.client();
    attacker.register("eve", PASSWORD).await;
    server.client().register("zhang", PASSWORD).await;
    for planted in ["a".repeat(32), attacker.cookie("sessionid").unwrap()] {
        let victim = server.client();
        victim.set_cookie("sessionid", &planted);
        assert_eq!(victim.login("zhang", PASSWORD).await.code(), 200);
        assert_ne!(victim.cookie("sessionid").unwrap(), planted);
        let thief = server.client();
        thief.set_cookie("sessionid", &planted);
        assert!(!is_in(&thief).await, "what was planted opens nothing");
    }
}

#[tokio::test]
async fn logging_in_as_somebody_else_ends_the_first_ones_session() {
    let server = Server::start().await;
    server.client().register("zhangxu", PASSWORD).await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let before = browser.cookie("sessionid").unwrap();
    browser.login("zhangxu", PASSWORD).await;
    let created = browser.post(CREATE).body(JSON, DETAILS).send().await.json();
    assert_eq!(created[0]["user"]["username"], "zhangxu");
    let replay = server.client();
    replay.set_cookie("sessionid", &before);
    assert!(!is_in(&replay).await);
}

#[tokio::test]
async fn a_session_is_a_cookie_and_a_key_is_a_header_and_neither_is_the_other() {
    let server = Server::start().await;
    let browser = server.client();
    let key = browser.register("zhang", PASSWORD).await.key();
    let session = browser.cookie("sessionid").unwrap();
    assert_eq!(server.client().get(DISPLAY).token(&session).send().await.brief(), INVALID);
    let swapped = server.client();
    for name in ["sessionid", "key", "token", "Authorization"] {
        swapped.set_cookie(name, &key);
    }
    assert_eq!(swapped.get(DISPLAY).send().await.brief(), STRANGER);
    for path in [
        format!("{DISPLAY}?token={key}"),
        format!("{DISPLAY}?key={key}&auth_token={key}&access_token={key}"),
        format!("{DISPLAY}?sessionid={session}"),
        format!("{DISPLAY}?Authorization=Token%20{key}"),
    ] {
        assert_eq!(server.client().get(&path).send().await.brief(), STRANGER, "{path}");
    }
    let body = format!("token={key}&key={key}&sessionid={session}&access_token={key}");
    assert_eq!(server.client().post(CREATE).body(FORM, body).send().await.brief(), STRANGER);
    for header in ["sessionid", "x-session-id", "x-csrftoken"] {
        assert_eq!(server.client().get(DISPLAY).header(header, &session).send().await.brief(), STRANGER);
    }
}

#[tokio::test]
async fn no_two_sessions_are_alike_and_a_changed_one_is_none() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let mut seen = HashSet::new();
    let mut last = String::new();
    for _ in 0..30 {
        let client = logged_in(&server).await;
        last = client.cookie("sessionid").unwrap();
        assert!(last.len() == 32 && last.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9')), "{last}");
        assert!(seen.insert(last.clone()));
    }
    for at in 0..last.len() {
        let other = if &last[at..=at] == "a" { "b" } else { "a" };
        let thief = server.client();
        thief.set_cookie("sessionid", &format!("{}{other}{}", &last[..at], &last[at + 1..]));
        assert!(!is_in(&thief).await, "character {at}");
    }
    for changed in [last.to_uppercase(), format!("{last}a"), last[..31].to_owned(), format!("{last}%00")] {
        let thief = server.client();
        thief.set_cookie("sessionid", &changed);
        assert!(!is_in(&thief).await, "{changed}");
    }
}

#[tokio::test]
async fn what_was_captured_before_a_logout_is_worth_nothing_after_it() {
    let server = Server::start().await;
    let browser = server.client();
    let key = browser.register("zhang", PASSWORD).await.key();
    let session = browser.cookie("sessionid").unwrap();
    browser.logout().await;
    let replay = server.client();
    replay.set_cookie("sessionid", &session);
    assert_eq!(replay.post(CREATE).body(JSON, DETAILS).send().await.brief(), STRANGER);
    assert_eq!(server.client().post(CREATE).token(&key).body(JSON, DETAILS).send().await.brief(), INVALID);
}

#[tokio::test]
async fn a_password_change_ends_all_ten_sessions() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        // The oldest gives way, so it has to be older.
        server.clock().advance(Duration::from_secs(1));
        clients.push(logged_in(&server).await);
    }
    let body = json!({"old_password": PASSWORD, "new_password1": "another-tiger-7", "new_password2": "another-tiger-7"});
    assert_eq!(clients[4].post(super::CHANGE).json(&body).send().await.code(), 200);
    for client in &clients {
        assert!(!is_in(client).await);
    }
}

#[tokio::test]
async fn a_login_that_fails_opens_no_session() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for body in [
        json!({"username": "zhang", "password": "wrong-password-1"}),
        json!({"username": "zhang", "email": "abc", "password": PASSWORD}),
        json!({"username": "nobody", "password": PASSWORD}),
    ] {
        let client = server.client();
        let answer = client.post(LOGIN).json(&body).send().await;
        assert_eq!((answer.code(), answer.header("set-cookie")), (400, None), "{body}");
    }
}
