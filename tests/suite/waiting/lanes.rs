//! Two lanes: what strangers do to their own, and that it is nobody else's.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tests::table;

use super::{
    AWAY, CHANGE, EVIL, HOME, NEW_PASSWORD, PASSWORD, WRONG, at, guess, guess_to_the_end, reset, wait,
    with_owner, with_user,
};

#[tokio::test]
async fn an_owner_at_home_is_never_made_to_wait_by_strangers() {
    let (server, _) = with_owner().await;
    for round in 0..3 {
        let refused = guess(&server, "zhang").await;
        assert_eq!(wait(&refused), Duration::from_secs(1));
        assert_eq!(at(&server, EVIL).login("zhang", PASSWORD).await.code(), 429, "round {round}");
        assert_eq!(at(&server, "127.0.1.200").login("zhang", PASSWORD).await.code(), 200, "round {round}");
    }
}

#[tokio::test]
async fn an_owner_is_let_in_at_home_by_every_group() {
    let (server, browser) = with_owner().await;
    let items = table::items_of(&server, "ACCOUNT#").await;
    let account = items.iter().find(|item| table::text(item, "sk") == "ACCOUNT").unwrap();
    let number = table::text(account, "pk").trim_start_matches("ACCOUNT#").to_owned();
    guess(&server, "zhang").await;
    let charity = json!({"id": number, "password": PASSWORD});
    assert_eq!(at(&server, HOME).post("/user/login/").json(&charity).send().await.code(), 200);
    guess(&server, "zhang").await;
    let company = json!({"username": "zhang", "password": PASSWORD});
    let answer = at(&server, HOME).post("/users/account_login/").json(&company).send().await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    guess(&server, "zhang").await;
    let body =
        json!({"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD});
    assert_eq!(browser.post(CHANGE).json(&body).send().await.code(), 200);
}

#[tokio::test]
async fn after_a_hundred_tries_of_strangers_there_are_no_more() {
    let (server, _) = with_owner().await;
    assert_eq!(guess_to_the_end(&server, "zhang").await, 100);
    server.clock().advance(Duration::from_hours(50 * 24));
    for password in [PASSWORD, "wrong-guess-x"] {
        let answer = at(&server, EVIL).login("zhang", password).await;
        assert_eq!((answer.code(), answer.header("retry-after")), (429, Some("900")));
    }
    assert_eq!(at(&server, HOME).login("zhang", PASSWORD).await.code(), 200, "the owner at home");
    assert_eq!(at(&server, EVIL).login("zhang", "wrong-guess-x").await.brief(), WRONG, "a new hundred");
}

#[tokio::test]
async fn an_identifier_that_nobody_has_ends_like_one_that_somebody_has() {
    let server = with_user().await;
    assert_eq!(guess_to_the_end(&server, "nobody").await, 100);
    server.clock().advance(Duration::from_hours(24));
    let answer = at(&server, EVIL).login("nobody", "wrong-guess-x").await;
    assert_eq!((answer.code(), answer.header("retry-after")), (429, Some("900")));
}

#[tokio::test]
async fn a_reset_lifts_the_stop_and_its_network_is_known_from_then_on() {
    let server = with_user().await;
    guess_to_the_end(&server, "zhang").await;
    assert_eq!(at(&server, AWAY).login("zhang", PASSWORD).await.code(), 429);
    let owner = at(&server, AWAY);
    assert_eq!(reset(&owner, &server).await.json()["meta"]["code"], 0);
    assert_eq!(guess_to_the_end(&server, "zhang").await, 100);
    assert_eq!(at(&server, AWAY).login("zhang", NEW_PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn a_known_place_has_ten_tries_an_hour() {
    let (server, _) = with_owner().await;
    for _ in 0..10 {
        assert_eq!(at(&server, HOME).login("zhang", "wrong-guess-x").await.brief(), WRONG);
    }
    let refused = at(&server, HOME).login("zhang", PASSWORD).await;
    assert_eq!((refused.code(), refused.header("retry-after")), (429, Some("3600")));
    for _ in 0..5 {
        assert_eq!(at(&server, EVIL).login("zhang", "wrong-guess-x").await.brief(), WRONG, "a stranger");
    }
    server.clock().advance(Duration::from_hours(1));
    assert_eq!(at(&server, HOME).login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_lane_is_overrun_by_many_at_once() {
    let (server, browser) = with_owner().await;
    let everywhere = (0..60).map(|n| {
        let (client, free) = if n % 2 == 0 { (at(&server, EVIL), 0) } else { (browser.clone(), 1) };
        tokio::spawn(async move { (free, client.login("zhang", "wrong-guess-x").await.code()) })
    });
    let answers: Vec<(usize, u16)> =
        join_all(everywhere).await.into_iter().map(|answer| answer.expect("no request panics")).collect();
    let compared = |lane| answers.iter().filter(|(of, code)| *of == lane && *code == 400).count();
    assert_eq!((compared(0), compared(1)), (5, 10), "{answers:?}");
    assert!(answers.iter().all(|(_, code)| [400, 429].contains(code)), "{answers:?}");
}

#[tokio::test]
async fn a_right_password_among_strangers_begins_a_new_count() {
    let server = with_user().await;
    for _ in 0..30 {
        for _ in 0..4 {
            assert_eq!(at(&server, EVIL).login("zhang", "wrong-guess-x").await.brief(), WRONG);
        }
        assert_eq!(at(&server, AWAY).login("zhang", PASSWORD).await.code(), 200);
    }
}

#[tokio::test]
async fn an_operator_forgives_what_strangers_did_and_leaves_known_places() {
    let (server, _) = with_owner().await;
    guess_to_the_end(&server, "zhang").await;
    let on = tally::app::Basics::from(server.app());
    let found = tally::services::administration::find(&on, "zhang").await.expect("the user is there");
    tally::services::attempts::forgive(&on, &found.account).await.expect("it is forgiven");
    assert_eq!(guess_to_the_end(&server, "zhang").await, 100, "all of them anew");
    assert_eq!(at(&server, HOME).login("zhang", PASSWORD).await.code(), 200, "home is known still");
}
