//! Account numbers: random, each given once, longer when the short ones run out (security rule S20).

use std::collections::BTreeSet;

use tally::domain::role::Role;
use tests::server::Server;

use super::{DONE, PASSWORD, administrator, give_status, log_in, register};

#[tokio::test]
async fn numbers_grow_when_the_short_ones_run_out() {
    let server = Server::builder().first_digits(1).start().await;
    let client = server.client();
    let mut ids = BTreeSet::new();
    for _ in 0..12 {
        ids.insert(register(&client, Role::Donor).await.id);
    }
    assert_eq!(ids.len(), 12, "{ids:?}");
    assert!(ids.iter().all(|id| !id.starts_with('0')), "{ids:?}");
    assert!(ids.iter().filter(|id| id.len() == 1).count() <= 9, "{ids:?}");
    let longer: Vec<&String> = ids.iter().filter(|id| id.len() > 1).collect();
    assert!(!longer.is_empty(), "{ids:?}");
    for id in &longer {
        assert_eq!(log_in(&client, id, PASSWORD).await.code(), 200, "{id}");
    }
}

#[tokio::test]
async fn the_number_of_somebody_deleted_is_never_given_again() {
    let server = Server::builder().first_digits(1).start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let mut gone = BTreeSet::new();
    for _ in 0..12 {
        let person = register(&client, Role::Donor).await;
        assert_eq!(give_status(&client, &boss, &person.id, "2").await.brief(), DONE);
        assert!(gone.insert(person.id), "a number was given twice");
    }
    assert!(!gone.contains(&boss.id));
}

#[tokio::test]
async fn numbers_are_not_guessable_from_one_another() {
    let server = Server::start().await;
    let mut ids: Vec<u32> = Vec::new();
    for _ in 0..10 {
        ids.push(register(&server.client(), Role::Donor).await.number().get());
    }
    assert!(ids.iter().all(|id| (10_000_000..100_000_000).contains(id)), "{ids:?}");
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[1] - pair[0] > 1), "{ids:?}");
}
