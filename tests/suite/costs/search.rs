//! A page of a search costs by its own length: the same in a pool twenty times as large.

use bench::people::{COMMON_FIRST_NAME, COMMON_LAST_NAME};
use bench::pool;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tally::services::administration;
use tests::tap::round_trips;
use tests::tapped::{Ask, Ground};

use super::{LATENCY, PASSWORD, listed, reads, writes};

/// What one page costs: round trips, read units, and which calls.
type Price = (usize, u64, String);

/// Prices of all pages in a pool of so many; the units are doubled, since half ones occur.
async fn prices(users: usize) -> Vec<(Value, Price)> {
    let ground = Ground::start().await;
    tokio::task::spawn_blocking({
        let database = ground.database();
        move || pool::fill(&database, users).expect("the table takes them")
    })
    .await
    .expect("filling ends");
    let service = ground.tapped(LATENCY).await;
    let person = json!({"first_name": "Boss", "last_name": "Nanto", "role": "1", "password": PASSWORD});
    let boss = service.send(&Ask::post("/user/register/", &person)).await.json();
    let boss = boss["data"]["id"].as_str().expect("an id");
    let number = AccountNumber::parse(boss).expect("a number");
    let order = Order::Role(Role::Administrator);
    administration::obey(&Basics::from(ground.app()), number, order).await.expect("it is done");
    let login = Ask::post("/user/login/", &json!({"id": boss, "password": PASSWORD}));
    let token = service.send(&login).await.json()["data"]["token"].as_str().expect("a token").to_owned();
    drop(service.tap.take_calls());

    let mut prices = Vec::new();
    for body in pages() {
        let answer = service.send(&Ask::post("/user/search/", &body).token_header(&token)).await;
        let calls = service.tap.take_calls();
        let data = &answer.json()["data"];
        let found = data["id_list"].as_array().expect("a list").len();
        assert_eq!(json!(found), body["limit"], "the page is full: {body}, {users} users");
        assert!(data.get("next").is_some(), "there is more: {body}, {users} users");
        assert!(writes(&calls) < 0.5);
        let units = reads(&calls) * 2.0;
        let units = units.to_string().parse().expect("a whole number of halves");
        prices.push((body, (round_trips(&calls), units, listed(&calls))));
    }
    prices
}

/// The eight shapes, and a longer page of those that a pool of 100 can fill.
fn pages() -> Vec<Value> {
    let mut pages = Vec::new();
    for first_name in ["", COMMON_FIRST_NAME] {
        for last_name in ["", COMMON_LAST_NAME] {
            for role in ["", "1"] {
                let names = json!({"first_name": first_name, "last_name": last_name, "role": role});
                let has_many = first_name.is_empty() && last_name.is_empty();
                for limit in if has_many { &[5, 40][..] } else { &[5][..] } {
                    let mut page = names.clone();
                    page["limit"] = json!(limit);
                    pages.push(page);
                }
            }
        }
    }
    pages
}

#[tokio::test]
async fn a_page_of_a_search_costs_the_same_in_a_larger_pool() {
    let (small, large) = (prices(100).await, prices(2000).await);
    assert_eq!(small, large);
    assert_eq!(small.len(), 10);
    for (page, (trips, halves, calls)) in small {
        // The caller, the rows, the accounts.
        assert!(trips <= 3, "{page}: {trips} round trips: {calls}");
        let limit = page["limit"].as_u64().expect("a number");
        assert!(halves <= 2 * (1 + limit) + 8, "{page}: {halves} halves of a unit: {calls}");
    }
}
