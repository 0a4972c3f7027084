//! Every way of asking for a way back × every state of proof (trust rule 2): while there is a proven
//! channel, only proven channels recover the account; with nothing proven, the one address that does.

use std::time::Duration;

use serde_json::json;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tests::server::Server;

use super::{EMAIL, NEW_PASSWORD, PASSWORD, SECOND, World};

const MOVED: &str = "moved@example.com";
const BOUND: &str = "bound@example.com";
const WEEK: Duration = Duration::from_hours(7 * 24);

/// What is proven, and how the account came there.
#[derive(Clone, Copy, Debug)]
enum State {
    NothingProven,
    NothingProvenMoved,
    NothingProvenMovedAWeekAgo,
    NothingProvenMovedBack,
    NothingProvenButPower(Order),
    Proven,
    ProvenMoved,
    ProvenMovedMonthsAgo,
    ProvenMovedTwice,
    ProvenMovedAndBack,
    ProvenAndBound,
    ProvenAndBoundAWeekAgo,
    ProvenWithPower,
    PhoneProven,
    PhoneProvenMoved,
    PhoneAndEmailProven,
}

/// Each state, and of the addresses `EMAIL`, `MOVED` and `BOUND` those that recover the account.
fn table() -> Vec<(State, &'static [&'static str])> {
    vec![
        (State::NothingProven, &[EMAIL]),
        (State::NothingProvenMoved, &[EMAIL]),
        (State::NothingProvenMovedAWeekAgo, &[MOVED]),
        (State::NothingProvenMovedBack, &[EMAIL]),
        (State::NothingProvenButPower(Order::Staff(true)), &[]),
        (State::NothingProvenButPower(Order::Superuser(true)), &[]),
        (State::NothingProvenButPower(Order::Role(Role::Administrator)), &[]),
        (State::Proven, &[EMAIL]),
        (State::ProvenMoved, &[EMAIL]),
        (State::ProvenMovedMonthsAgo, &[EMAIL]),
        (State::ProvenMovedTwice, &[EMAIL]),
        (State::ProvenMovedAndBack, &[EMAIL]),
        (State::ProvenAndBound, &[EMAIL, BOUND]),
        (State::ProvenAndBoundAWeekAgo, &[BOUND]),
        (State::ProvenWithPower, &[EMAIL]),
        (State::PhoneProven, &[]),
        (State::PhoneProvenMoved, &[]),
        (State::PhoneAndEmailProven, &[EMAIL]),
    ]
}

impl State {
    const fn has_phone(self) -> bool {
        matches!(self, Self::PhoneProven | Self::PhoneProvenMoved | Self::PhoneAndEmailProven)
    }

    async fn reach(self) -> World {
        let world = if self.has_phone() { World::new().await } else { without_phone().await };
        match self {
            Self::NothingProven | Self::PhoneProven => {}
            Self::NothingProvenMoved | Self::PhoneProvenMoved => world.move_by_hand(MOVED).await,
            Self::NothingProvenMovedAWeekAgo => {
                world.move_by_hand(MOVED).await;
                world.server.clock().advance(WEEK + SECOND);
            }
            Self::NothingProvenMovedBack => {
                world.move_by_hand(MOVED).await;
                world.move_by_hand(EMAIL).await;
            }
            Self::NothingProvenButPower(order) => world.order(order).await,
            Self::Proven | Self::PhoneAndEmailProven => world.prove(EMAIL).await,
            Self::ProvenMoved => {
                world.prove(EMAIL).await;
                world.move_by_hand(MOVED).await;
            }
            Self::ProvenMovedMonthsAgo => {
                world.prove(EMAIL).await;
                world.move_by_hand(MOVED).await;
                world.server.clock().advance(WEEK * 20);
            }
            Self::ProvenMovedTwice => {
                world.prove(EMAIL).await;
                world.move_by_hand(BOUND).await;
                world.move_by_hand(MOVED).await;
            }
            Self::ProvenMovedAndBack => {
                world.prove(EMAIL).await;
                world.move_by_hand(MOVED).await;
                world.move_by_hand(EMAIL).await;
            }
            Self::ProvenAndBound => {
                world.prove(EMAIL).await;
                world.prove(BOUND).await;
            }
            Self::ProvenAndBoundAWeekAgo => {
                world.prove(EMAIL).await;
                world.prove(BOUND).await;
                world.server.clock().advance(WEEK + SECOND);
            }
            Self::ProvenWithPower => {
                world.prove(EMAIL).await;
                world.order(Order::Staff(true)).await;
            }
        }
        // The pauses between messages are no matter of proof.
        world.server.clock().advance(Duration::from_hours(1));
        world
    }
}

/// A user of the pool who has an address and no number.
async fn without_phone() -> World {
    let server = Server::start().await;
    let browser = server.client();
    assert_eq!(browser.register_with("liming", EMAIL, PASSWORD).await.code(), 201);
    let on = tally::app::Basics::from(server.app());
    let found = tally::services::administration::find(&on, "liming").await.expect("the user is there");
    World { number: found.account.number, server, browser }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_channels_that_recover_an_account_are_those_of_the_table_and_all_asking_looks_alike() {
    let mut pairs = 0;
    for (state, recovering) in table() {
        for address in [EMAIL, MOVED, BOUND] {
            let world = state.reach().await;
            let before = world.server.inbox().messages().len();
            world.ask_reset(address).await;
            let expected: Vec<&str> = recovering.iter().copied().filter(|one| *one == address).collect();
            assert_eq!(world.sent_since(before), expected, "{address} in {state:?}");
            let opened = !expected.is_empty() && world.reset(address, &world.code()).await;
            assert_eq!(opened, !expected.is_empty(), "{address} in {state:?}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 18 * 3);
}

#[tokio::test]
async fn the_first_proof_by_a_code_clears_what_was_attached_without_one() {
    for moved in [false, true] {
        let world = without_phone().await;
        let bound = world.browser.post("/users/weixin_bind/").json(&json!({"code": "wx-squatter-1"}));
        assert!(super::is_ok(&bound.send().await.json()));
        if moved {
            world.move_by_hand(MOVED).await;
        }
        let key = world.server.client().login("liming", PASSWORD).await.key();
        world.server.clock().advance(SECOND);
        world.ask_reset(EMAIL).await;
        assert!(world.reset(EMAIL, &world.code()).await);
        let account = world.account().await;
        assert_eq!(
            account.email.as_ref().map(tally::domain::email_address::EmailAddress::as_str),
            Some(EMAIL)
        );
        assert!(account.email_proven && account.former_emails.is_empty(), "{account:?}");
        assert!(account.weixin.is_none() && account.sessions.is_empty(), "{account:?}");
        assert_eq!(world.server.client().get("/api/users_display/").token(&key).send().await.code(), 401);
        // What was given up is anybody's.
        let other = world.server.client();
        assert_eq!(other.register_with("other", MOVED, PASSWORD).await.code(), 201);
        let bound = other.post("/users/weixin_bind/").json(&json!({"code": "wx-squatter-2"})).send().await;
        assert!(super::is_ok(&bound.json()), "{bound:?}");
    }
}

#[tokio::test]
async fn a_proof_by_somebody_who_is_signed_in_leaves_the_rest() {
    let world = World::new().await;
    let bound = world.browser.post("/users/weixin_bind/").json(&json!({"code": "wx-li-1"})).send().await;
    assert!(super::is_ok(&bound.json()));
    let elsewhere = world.server.client().login(EMAIL, PASSWORD).await.key();
    world.server.clock().advance(SECOND);
    world.prove(EMAIL).await;
    let account = world.account().await;
    assert!(account.email_proven && account.weixin.is_some() && account.phone.is_some());
    let user = world.server.client().get("/api/users_display/").token(&elsewhere).send().await;
    assert_eq!(user.code(), 404, "the same address is no change of a channel, and nobody is signed out");
    world.prove(BOUND).await;
    let user = world.server.client().get("/api/users_display/").token(&elsewhere).send().await;
    assert_eq!(user.code(), 401, "another one is, and ends the other sessions");
    assert_eq!(world.browser.get("/users/my_info/").send().await.code(), 200, "but not one's own");
}

#[tokio::test]
async fn a_reset_of_a_proven_account_keeps_what_is_attached() {
    let world = World::new().await;
    world.prove(EMAIL).await;
    let bound = world.browser.post("/users/weixin_bind/").json(&json!({"code": "wx-li-1"})).send().await;
    assert!(super::is_ok(&bound.json()));
    world.server.clock().advance(Duration::from_mins(10));
    world.ask_reset(EMAIL).await;
    assert!(world.reset(EMAIL, &world.code()).await);
    let account = world.account().await;
    assert!(account.weixin.is_some() && account.phone.is_some() && account.sessions.is_empty());
    let login = json!({"username": super::PHONE, "password": NEW_PASSWORD});
    let opened = world.server.client().post("/users/account_login/").json(&login).send().await;
    assert!(super::is_ok(&opened.json()));
}
