//! An administrator is stopped while a request of theirs is under way: it does nothing.

use std::time::Duration;

use futures_util::future::join;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tally::services::administration;
use tests::tap::{Action, Fault};
use tests::tapped::{Ask, Ground, Tapped};

use super::{LOGIN, LOGIN_AGAIN, PASSWORD, PERMISSION, Person, REGISTER, STATUS, registration, welcomed};

const TRANSACTION: &str = "TransactWriteItems";

async fn order(ground: &Ground, number: AccountNumber, order: Order) {
    let on = Basics::from(ground.app());
    administration::obey(&on, number, order).await.expect("the order is carried out");
}

async fn account(ground: &Ground, person: &Person) -> Account {
    let account = ground.app().store.find_account(person.number()).await.expect("the table is there");
    account.expect("the account is there")
}

/// An administrator and a donor.
async fn people(ground: &Ground, service: &Tapped) -> (Person, Person) {
    let boss = welcomed(&service.send(&Ask::post(REGISTER, &registration("1", "Sinope", "Nanto"))).await);
    order(ground, boss.number(), Order::Role(Role::Administrator)).await;
    let login = Ask::post(LOGIN, &json!({"id": boss.id, "password": PASSWORD}));
    let token = service.send(&login).await.json()["data"]["token"].as_str().expect("a token").to_owned();
    let donor = welcomed(&service.send(&Ask::post(REGISTER, &registration("1", "Sara", "Hammer"))).await);
    (Person { token, ..boss }, donor)
}

/// Sends a request of the administrator's, and carries out the order while its write is on the way.
async fn overtaken(path: &str, body: impl Fn(&Person) -> Value, last: Order) -> (Ground, Person, String) {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let (boss, donor) = people(&ground, &service).await;
    service.tap.inject(Fault::once(TRANSACTION, Action::Hold));
    let asked = Ask::post(path, &body(&donor)).token_header(&boss.token);
    let meanwhile = async {
        service.tap.held().await;
        order(&ground, boss.number(), last).await;
        service.tap.release();
    };
    let (answer, ()) = join(service.send(&asked), meanwhile).await;
    assert_eq!(service.tap.repair(), 1, "the write was held");
    (ground, donor, answer.brief())
}

#[tokio::test]
async fn an_administrator_who_is_stopped_meanwhile_changes_nobody() {
    for last in [Order::Role(Role::Donor), Order::Freeze, Order::Delete, Order::EndSessions] {
        let role = |donor: &Person| json!({"id": donor.id, "role": "0"});
        let (ground, donor, answer) = overtaken(PERMISSION, role, last).await;
        assert_eq!(answer, LOGIN_AGAIN, "{last:?}");
        let donor = account(&ground, &donor).await;
        assert_eq!((donor.role, donor.is_staff, donor.epoch), (Role::Donor, false, 0), "{last:?}");
    }
}

#[tokio::test]
async fn an_administrator_who_is_stopped_meanwhile_deletes_nobody() {
    for (status, last) in [("2", Order::Freeze), ("1", Order::Role(Role::Volunteer))] {
        let body = |donor: &Person| json!({"id": donor.id, "status": status});
        let (ground, donor, answer) = overtaken(STATUS, body, last).await;
        assert_eq!(answer, LOGIN_AGAIN, "{last:?}");
        let donor = account(&ground, &donor).await;
        assert_eq!((donor.standing, donor.first_name.as_str()), (Standing::Active, "Sara"));
    }
}

#[tokio::test]
async fn an_administrator_who_is_stopped_meanwhile_vouches_for_nobody() {
    let ground_and_more = overtaken(REGISTER, |_| registration("0", "Eve", "Next"), Order::Freeze).await;
    let (ground, _, answer) = ground_and_more;
    assert_eq!(answer, LOGIN_AGAIN);
    assert_eq!(ground.accounts().await.len(), 2, "nobody was made");
}

#[tokio::test]
async fn whoever_is_frozen_meanwhile_keeps_the_old_name() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let (_, donor) = people(&ground, &service).await;
    service.tap.inject(Fault::once("UpdateItem", Action::Hold));
    let body = json!({"first_name": "Eve", "last_name": "Next"});
    let asked = Ask::post(super::CHANGE_INFORMATION, &body).token_header(&donor.token);
    let meanwhile = async {
        service.tap.held().await;
        order(&ground, donor.number(), Order::Freeze).await;
        service.tap.release();
    };
    let (answer, ()) = join(service.send(&asked), meanwhile).await;
    assert_eq!(service.tap.repair(), 1, "the write was held");
    assert_eq!(answer.brief(), LOGIN_AGAIN);
    assert_eq!(account(&ground, &donor).await.first_name, "Sara");
}

#[tokio::test]
async fn a_deletion_whose_answer_is_lost_is_recognised() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let (boss, donor) = people(&ground, &service).await;
    for action in [Action::DropAfter, Action::INTERNAL_AFTER] {
        let donor = if action == Action::DropAfter {
            donor.clone()
        } else {
            welcomed(&service.send(&Ask::post(REGISTER, &registration("1", "Sara", "Hammer"))).await)
        };
        service.tap.inject(Fault::once(TRANSACTION, action));
        let body = json!({"id": donor.id, "status": "2"});
        let answer = service.send(&Ask::post(STATUS, &body).token_header(&boss.token)).await;
        assert_eq!(answer.brief(), super::DONE);
        assert_eq!(service.tap.repair(), 1);
        assert_eq!(account(&ground, &donor).await.standing, Standing::Deleted);
    }
}

#[tokio::test]
async fn an_identifier_that_changes_hands_meanwhile_is_left_to_its_owner() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let (boss, donor) = people(&ground, &service).await;
    service.tap.inject(Fault::once(TRANSACTION, Action::Hold));
    let body = json!({"id": donor.id, "status": "2"});
    let asked = Ask::post(STATUS, &body).token_header(&boss.token);
    // Any other write of the account comes between reading its claims and freeing them.
    let meanwhile = async {
        service.tap.held().await;
        let login = Ask::post(LOGIN, &json!({"id": donor.id, "password": PASSWORD}));
        let answer = ground.tapped(Duration::ZERO).await.send(&login).await;
        service.tap.release();
        answer
    };
    let (answer, login) = join(service.send(&asked), meanwhile).await;
    assert_eq!((answer.code(), login.code()), (200, 200), "it is read again and deleted all the same");
    let donor = account(&ground, &donor).await;
    assert_eq!((donor.standing, donor.sessions.len()), (Standing::Deleted, 0));
    assert_eq!(ground.contradictions().await, Vec::<String>::new());
}
