//! Many at once.

use futures_util::future::join_all;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tests::server::Server;
use tests::table;

use super::{DONE, LOGIN_AGAIN, NO_TARGET_DATA, administrator, give_role, give_status, order, register};

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_on_one_target_are_both_answered_truly() {
    let server = Server::start().await;
    let (one, other) = (administrator(&server).await, administrator(&server).await);
    for _ in 0..5 {
        let donor = register(&server.client(), Role::Donor).await;
        let (left, right) = (server.client(), server.client());
        let (deleted, changed) = tokio::join!(
            give_status(&left, &one, &donor.id, "2"),
            give_role(&right, &other, &donor.id, "2"),
        );
        assert_eq!(deleted.brief(), DONE);
        assert!([DONE, NO_TARGET_DATA].contains(&changed.brief().as_str()), "{changed:?}");
        let item = table::account(&server, donor.number()).await;
        assert_eq!((table::text(&item, "standing"), item.contains_key("role")), ("deleted", false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_many_times_at_once_is_carried_out_once() {
    let server = Server::start().await;
    let boss = administrator(&server).await;
    let donor = register(&server.client(), Role::Donor).await;
    let clients: Vec<_> = (0..10).map(|_| server.client()).collect();
    let answers = clients.iter().map(|client| give_status(client, &boss, &donor.id, "1"));
    for answer in join_all(answers).await {
        assert_eq!(answer.brief(), DONE);
    }
    assert_eq!(table::number(&table::account(&server, donor.number()).await, "epoch"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_demoted_acts_before_that_or_not_at_all() {
    let server = Server::start().await;
    for _ in 0..5 {
        let boss = administrator(&server).await;
        let donor = register(&server.client(), Role::Donor).await;
        let client = server.client();
        let (answer, ()) = tokio::join!(
            give_status(&client, &boss, &donor.id, "1"),
            order(&server, boss.number(), Order::Role(Role::Donor)),
        );
        let item = table::account(&server, donor.number()).await;
        let expected = match answer.brief().as_str() {
            DONE => "frozen",
            LOGIN_AGAIN => "active",
            other => panic!("{other}"),
        };
        assert_eq!(table::text(&item, "standing"), expected);
        assert_eq!(give_status(&client, &boss, &donor.id, "1").await.brief(), LOGIN_AGAIN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_registrations_at_once_get_twenty_numbers() {
    let server = Server::builder().first_digits(1).start().await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let client = server.client();
            tokio::spawn(async move { register(&client, Role::Donor).await.id })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.expect("no registration panics"));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
    assert_eq!(table::items_of(&server, "ACCOUNT#").await.len(), 20);
}
