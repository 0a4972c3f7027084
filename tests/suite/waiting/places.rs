//! How a place becomes known, for how long, and what is told of it.

use std::time::Duration;

use insta::assert_snapshot;
use tests::server::Server;
use tests::table::{self, Item};

use super::{AWAY, EVIL, HOME, PASSWORD, at, guess, with_owner, with_user};

async fn attempts(server: &Server) -> Item {
    let mut items = table::items_of(server, "ACCOUNT#").await;
    items.retain(|item| table::text(item, "sk") == "ATTEMPTS");
    items.pop().expect("there are attempts on record")
}

fn places(item: &Item) -> usize {
    item.keys().filter(|name| name.starts_with("at-")).count()
}

#[tokio::test]
async fn a_browser_that_was_in_is_known_wherever_it_is() {
    let (server, browser) = with_owner().await;
    guess(&server, "zhang").await;
    let elsewhere = at(&server, AWAY);
    elsewhere.set_cookie("dev", &browser.cookie("dev").unwrap());
    assert_eq!(elsewhere.login("zhang", PASSWORD).await.code(), 200);
    assert_eq!(elsewhere.cookie("dev"), browser.cookie("dev"), "it keeps its mark");
}

#[tokio::test]
async fn a_login_marks_a_browser_that_has_no_mark_and_a_logout_leaves_it() {
    let server = with_user().await;
    let browser = at(&server, HOME);
    let answer = browser.login("zhang", PASSWORD).await;
    let cookie =
        tests::answer::set_cookies(&answer.headers).find(|cookie| cookie.starts_with("dev=")).unwrap();
    let (mark, attributes) = cookie.split_once(';').unwrap();
    assert_eq!(mark.len(), "dev=".len() + 32);
    assert_snapshot!(attributes, @" expires=Fri, 10-Aug-2018 05:11:24 GMT; Max-Age=34560000; HttpOnly; Path=/; SameSite=Lax");
    let mark = browser.cookie("dev");
    browser.logout().await;
    assert_eq!(browser.cookie("dev"), mark);
    assert_eq!(browser.login("zhang", PASSWORD).await.cookie("dev"), None, "one mark is enough");
    browser.set_cookie("dev", "nothing-of-ours");
    assert!(browser.login("zhang", PASSWORD).await.cookie("dev").is_some());
    assert_eq!(at(&server, EVIL).login("zhang", "wrong-guess-x").await.cookie("dev"), None);
}

#[tokio::test]
async fn a_mark_that_was_made_up_or_belongs_to_another_account_is_no_place() {
    let (server, browser) = with_owner().await;
    at(&server, EVIL).register("eve", PASSWORD).await;
    let eve = at(&server, EVIL);
    assert_eq!(eve.login("eve", PASSWORD).await.code(), 200);
    guess(&server, "zhang").await;
    for mark in [eve.cookie("dev").unwrap(), "0".repeat(32)] {
        let stranger = at(&server, EVIL);
        stranger.set_cookie("dev", &mark);
        assert_eq!(stranger.login("zhang", PASSWORD).await.code(), 429);
    }
    assert_eq!(browser.login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn a_place_is_known_for_sixty_days_after_the_last_success() {
    let (server, _) = with_owner().await;
    server.clock().advance(Duration::from_hours(60 * 24) - Duration::from_secs(1));
    guess(&server, "zhang").await;
    assert_eq!(at(&server, HOME).login("zhang", PASSWORD).await.code(), 200);
    server.clock().advance(Duration::from_hours(60 * 24));
    guess(&server, "zhang").await;
    assert_eq!(at(&server, HOME).login("zhang", PASSWORD).await.code(), 429);
}

#[tokio::test]
async fn ten_places_are_kept_and_the_oldest_gives_way() {
    let server = with_user().await;
    // A charity's login knows networks only.
    for network in 0..14 {
        let client = at(&server, &format!("127.0.{network}.1"));
        client.set_cookie("dev", &"a".repeat(32));
        assert_eq!(client.login("zhang", PASSWORD).await.code(), 200);
        server.clock().advance(Duration::from_secs(1));
    }
    assert_eq!(places(&attempts(&server).await), 10);
    guess(&server, "zhang").await;
    let from = async |network: usize| {
        at(&server, &format!("127.0.{network}.2")).login("zhang", "wrong-guess-x").await.code()
    };
    // The mark is the tenth.
    assert_eq!((from(4).await, from(5).await, from(13).await), (429, 400, 400));
}

#[tokio::test]
async fn the_table_tells_neither_network_nor_mark() {
    let (server, browser) = with_owner().await;
    guess(&server, "zhang").await;
    let dump = format!("{:?}", table::items(&server).await);
    let mark = browser.cookie("dev").unwrap();
    for secret in [mark.as_str(), "127.0", "wrong-guess", PASSWORD] {
        assert!(!dump.contains(secret), "{secret}");
    }
    assert_eq!(places(&attempts(&server).await), 2);
}

#[tokio::test]
async fn what_an_account_and_a_stranger_leave_is_swept_at_the_same_time() {
    let server = with_user().await;
    guess(&server, "zhang").await;
    guess(&server, "nobody").await;
    let strangers = table::items_of(&server, "ATTEMPTS#").await;
    let kept = table::number(&attempts(&server).await, "ttl") - server.clock().now().as_second();
    assert_eq!(table::number(&strangers[0], "ttl") - server.clock().now().as_second(), kept);
    assert_eq!(kept, 60 * 24 * 3600);
}

#[tokio::test]
async fn a_known_owner_under_attack_still_writes_one_unit() {
    let (server, _) = with_owner().await;
    for network in 10..20 {
        let client = at(&server, &format!("127.0.{network}.1"));
        assert_eq!(client.login("zhang", PASSWORD).await.code(), 200);
    }
    for _ in 0..40 {
        let _ = at(&server, EVIL).login("zhang", "wrong-guess-x").await;
        server.clock().advance(Duration::from_mins(1));
    }
    let bytes: usize = attempts(&server).await.iter().map(|(name, value)| name.len() + size(value)).sum();
    assert!(bytes < 1024, "{bytes} bytes");
}

fn size(value: &aws_sdk_dynamodb::types::AttributeValue) -> usize {
    // DynamoDB counts a number as half its digits and one byte; its text is never less.
    format!("{value:?}").len()
}
