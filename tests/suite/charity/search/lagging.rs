//! An index lags behind its table, and DynamoDB answers in parts: nobody is found who does not fit any
//! more, and nobody is lost.

use std::time::Duration;

use futures_util::future::join;
use tally::app::Basics;
use tally::domain::administration::Order;
use tally::services::administration as orders;
use tests::tap::{Action, Fault};
use tests::tapped::{Ask, Ground, Tapped};

use super::*;

async fn administrator(ground: &Ground, service: &Tapped) -> Person {
    let boss = welcomed(&service.send(&Ask::post(REGISTER, &registration("1", "Boss", "Nanto"))).await);
    order(ground, boss.number(), Order::Role(Role::Administrator)).await;
    let login = service.send(&Ask::post(LOGIN, &json!({"id": boss.id, "password": PASSWORD}))).await;
    let token = login.json()["data"]["token"].as_str().expect("a token").to_owned();
    Person { token, ..boss }
}

async fn order(ground: &Ground, number: AccountNumber, order: Order) {
    orders::obey(&Basics::from(ground.app()), number, order).await.expect("the order is carried out");
}

async fn found(service: &Tapped, by: &Person, body: &Value) -> (Vec<String>, Option<String>) {
    let answer = service.send(&Ask::post(SEARCH, body).token_header(&by.token)).await;
    assert_eq!(answer.code(), 200, "{answer:?}");
    let data = &answer.json()["data"];
    let ids = data["id_list"].as_array().expect("a list").iter();
    let ids = ids.map(|id| id.as_str().expect("ids are texts").to_owned()).collect();
    (ids, data.get("next").map(|next| next.as_str().expect("a text").to_owned()))
}

async fn put_many(ground: &Ground, count: u32) {
    for number in 0..count {
        put(&ground.app().store, 20_000_000 + number, ("Sara", "Li"), Role::Donor, Standing::Active).await;
    }
}

#[tokio::test]
async fn rows_that_are_no_longer_true_are_dropped_and_their_places_filled() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let boss = administrator(&ground, &service).await;
    let sara = Ask::post(REGISTER, &registration("1", "Sara", "Li"));
    let renamed = welcomed(&service.send(&sara).await);
    put_many(&ground, 6).await;
    let number = |index: u32| AccountNumber::new(20_000_000 + index);
    let donors = json!({"first_name": "sara", "role": "1"});
    let all = json!({"first_name": "sara"});

    service.tap.inject(Fault::every("Query", Action::Stale));
    for body in [&donors, &all] {
        assert_eq!(found(&service, &boss, body).await.0.len(), 7);
    }
    order(&ground, number(0), Order::Delete).await;
    order(&ground, number(1), Order::Role(Role::Volunteer)).await;
    order(&ground, number(2), Order::Freeze).await;
    let rename = Ask::post(CHANGE_INFORMATION, &json!({"first_name": "Zoë", "last_name": "Li"}));
    assert_eq!(service.send(&rename.token_header(&renamed.token)).await.brief(), DONE);

    let ids = |indexes: &[u32]| indexes.iter().map(|index| number(*index).to_string()).collect::<Vec<_>>();
    assert_eq!(found(&service, &boss, &donors).await, (ids(&[2, 3, 4, 5]), None));
    assert_eq!(found(&service, &boss, &all).await, (ids(&[1, 2, 3, 4, 5]), None));
    assert_eq!(service.tap.repair(), 4, "each of the four lists was an old one");
    // In time the index tells the same, but that who changed roles stands elsewhere.
    assert_eq!(found(&service, &boss, &donors).await, (ids(&[2, 3, 4, 5]), None));
    assert_eq!(found(&service, &boss, &all).await, (ids(&[2, 3, 4, 5, 1]), None));
}

#[tokio::test]
async fn a_page_is_full_although_some_of_its_rows_were_outdated() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let boss = administrator(&ground, &service).await;
    put_many(&ground, 8).await;
    let body = json!({"last_name": "li", "limit": 3});
    service.tap.inject(Fault::every("Query", Action::Stale));
    assert_eq!(found(&service, &boss, &body).await.0.len(), 3);
    for number in [20_000_000, 20_000_002] {
        order(&ground, AccountNumber::new(number), Order::Delete).await;
    }
    let (page, next) = found(&service, &boss, &body).await;
    assert_eq!(page, ["20000001", "20000003", "20000004"]);
    let next = json!({"last_name": "li", "limit": 3, "next": next.expect("there is more")});
    let rest = ["20000005", "20000006", "20000007"].map(str::to_owned).to_vec();
    assert_eq!(found(&service, &boss, &next).await, (rest, None));
}

#[tokio::test]
async fn whoever_is_deleted_between_the_index_and_the_account_is_not_named() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let boss = administrator(&ground, &service).await;
    put_many(&ground, 3).await;
    service.tap.inject(Fault::once("BatchGetItem", Action::Hold));
    let body = json!({"first_name": "Sara"});
    let meanwhile = async {
        service.tap.held().await;
        order(&ground, AccountNumber::new(20_000_001), Order::Delete).await;
        service.tap.release();
    };
    let (page, ()) = join(found(&service, &boss, &body), meanwhile).await;
    assert_eq!(service.tap.repair(), 1, "the accounts were read after the deletion");
    assert_eq!(page, (vec!["20000000".to_owned(), "20000002".to_owned()], None));
}

#[tokio::test]
async fn keys_that_were_left_unprocessed_are_read_in_the_end() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let boss = administrator(&ground, &service).await;
    put_many(&ground, 120).await;
    let body = json!({"last_name": "LI"});
    let all = found(&service, &boss, &body).await;
    assert_eq!(all.0.len(), 120);
    service.tap.inject(Fault::every("BatchGetItem", Action::Unprocessed(40)));
    drop(service.tap.take_calls());
    assert_eq!(found(&service, &boss, &body).await, all);
    let batches = service.tap.take_calls().iter().filter(|call| call.operation == "BatchGetItem").count();
    assert_eq!(batches, 3 + 1, "100 keys in three, 20 in one");
    assert!(service.tap.repair() > 0);
    // A table that goes on like that is away; nobody is left out in silence.
    service.tap.inject(Fault::every("BatchGetItem", Action::Unprocessed(0)));
    let asked = Ask::post(SEARCH, &json!({"last_name": "li", "limit": 2})).token_header(&boss.token);
    let answer = service.send(&asked).await;
    assert_eq!(answer.code(), 503, "{answer:?}");
}

#[tokio::test]
async fn an_index_that_answers_in_small_pages_is_read_to_the_end() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let boss = administrator(&ground, &service).await;
    put_many(&ground, 40).await;
    for body in [json!({"last_name": "Li"}), json!({"role": "1"}), json!({"role": "1", "limit": 17})] {
        let all = found(&service, &boss, &body).await;
        service.tap.inject(Fault::every("Query", Action::ShortPage(2)));
        assert_eq!(found(&service, &boss, &body).await, all, "{body}");
        assert!(service.tap.repair() > 8, "{body}");
    }
}
