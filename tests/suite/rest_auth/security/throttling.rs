//! Guessing a password: five tries are free, then each has to wait (security rule S4).

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use tests::server::Server;

use super::{CHANGE, DISPLAY, LOGIN, PASSWORD, WRONG};

const SECOND: Duration = Duration::from_secs(1);

/// Five wrong tries on a name, all of which are free.
async fn exhaust(server: &Server, name: &str) {
    for guess in 0..5 {
        let answer = server.client().login(name, &format!("wrong-guess-{guess}")).await;
        assert_eq!(answer.brief(), WRONG, "{name}, guess {guess}");
    }
}

#[tokio::test]
async fn after_five_wrong_tries_even_the_right_password_waits() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    exhaust(&server, "zhang").await;
    let refused = server.client().login("zhang", PASSWORD).await;
    assert_snapshot!(refused.golden(), @r#"
    POST /rest-auth/login/
    429 Too Many Requests
    allow: POST, OPTIONS
    vary: Accept, Cookie
    retry-after: 1
    {"detail":"Request was throttled. Expected available in 1 second."}
    "#);
    let wrong = server.client().login("zhang", "wrong-guess-5").await;
    assert_eq!(wrong.structure(), refused.structure(), "the wait does not tell whether a guess was right");
    server.clock().advance(Duration::from_millis(999));
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 429);
    server.clock().advance(Duration::from_millis(1));
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
    // From now on the network is known, and has twice as many.
    exhaust(&server, "zhang").await;
    exhaust(&server, "zhang").await;
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 429);
}

#[tokio::test]
async fn the_wait_doubles_with_every_failure_up_to_a_quarter_of_an_hour() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    exhaust(&server, "zhang").await;
    let mut waits = Vec::new();
    for _ in 0..12 {
        let refused = server.client().login("zhang", "wrong-guess-x").await;
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        waits.push(wait);
        server.clock().advance(Duration::from_secs(wait));
        assert_eq!(server.client().login("zhang", "wrong-guess-x").await.brief(), WRONG);
        if wait == 512 {
            break;
        }
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    let refused = server.client().login("zhang", PASSWORD).await;
    assert_eq!(refused.header("retry-after"), Some("900"), "never more");
    server.clock().advance(Duration::from_mins(15));
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn hammering_does_not_lengthen_the_wait() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    exhaust(&server, "zhang").await;
    for _ in 0..50 {
        assert_eq!(server.client().login("zhang", "wrong-guess-x").await.code(), 429);
    }
    server.clock().advance(SECOND);
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn a_quiet_quarter_of_an_hour_forgives_all_failures() {
    let server = Server::start().await;
    exhaust(&server, "nobody").await;
    server.clock().advance(Duration::from_mins(15));
    exhaust(&server, "nobody").await;
    assert_eq!(server.client().login("nobody", PASSWORD).await.code(), 429);
}

#[tokio::test]
async fn names_that_nobody_has_are_throttled_alike() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for step in 0..40 {
        let known = server.client().login("zhang", "wrong-guess-x").await;
        let unknown = server.client().login("nobody", "wrong-guess-x").await;
        assert_eq!(known.structure(), unknown.structure(), "step {step}");
        server.clock().advance(SECOND * (step / 4));
    }
}

#[tokio::test]
async fn every_spelling_of_a_name_shares_one_count() {
    for name in ["zhang", "nobody"] {
        let server = Server::start().await;
        server.client().register("zhang", PASSWORD).await;
        let upper = name.to_uppercase();
        for spelling in
            [name, &upper, &format!(" {name}"), &format!("{upper}\u{3000}"), &format!("\t{name}\n")]
        {
            assert_eq!(server.client().login(spelling, "wrong-guess-x").await.brief(), WRONG);
        }
        assert_eq!(server.client().login(name, PASSWORD).await.code(), 429, "{name}");
        let form = [("username", name), ("email", "a@b.co"), ("password", PASSWORD)];
        assert_eq!(server.client().post(LOGIN).form(&form).send().await.code(), 429, "{name}");
    }
}

#[tokio::test]
async fn the_old_password_of_a_change_is_counted_with_the_logins() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let change = |old: &str| {
        let body = json!({"old_password": old, "new_password1": "another-tiger-7", "new_password2": "another-tiger-7"});
        server.client().post(CHANGE).token(&key).json(&body).send()
    };
    for _ in 0..3 {
        assert_eq!(change("wrong-guess-x").await.brief(), r#"400 {"old_password":["Invalid password"]}"#);
    }
    for _ in 0..2 {
        assert_eq!(server.client().login("zhang", "wrong-guess-x").await.brief(), WRONG);
    }
    // Three of the five were not made by this name, so nothing shows under it; the right password is let
    // in no more than another.
    assert_eq!(server.client().login("zhang", PASSWORD).await.brief(), WRONG);
    assert_snapshot!(change(PASSWORD).await.brief(), @r#"429 {"detail":"Request was throttled. Expected available in 1 second."}"#);
    server.clock().advance(SECOND);
    assert_eq!(change(PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn guessing_at_one_account_disturbs_neither_its_sessions_nor_the_others() {
    let server = Server::start().await;
    let browser = server.client();
    let key = browser.register("zhang", PASSWORD).await.key();
    server.client().register("zhangxu", PASSWORD).await;
    exhaust(&server, "zhang").await;
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 429);
    assert_eq!(browser.get(DISPLAY).send().await.code(), 404);
    assert_eq!(server.client().get(DISPLAY).token(&key).send().await.code(), 404);
    assert_eq!(server.client().login("zhangxu", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn the_table_does_not_tell_whose_password_was_guessed() {
    let server = Server::start().await;
    exhaust(&server, "some-stranger-77").await;
    let dump = format!("{:?}", tests::table::items(&server).await);
    assert!(dump.contains("ATTEMPTS#"), "the tries are on record");
    assert!(
        !dump.contains("some-stranger-77") && !dump.contains("wrong-guess") && !dump.contains("127.0.0.1"),
        "{dump}"
    );
}
