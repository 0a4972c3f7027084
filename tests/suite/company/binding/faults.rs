//! Binding while the way to DynamoDB breaks: all of it happens or nothing, and the code stays good.

use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::services::administration;
use tests::answer::Answer;
use tests::code;
use tests::tap::{Action, Fault};
use tests::tapped::{Ask, Ground, Tapped};

use super::{CHANGE, EMAIL_CHANGED, PASSWORD, SEND_CODE};

const TRANSACTION: &str = "TransactWriteItems";
const ADDRESS: &str = "zhang@example.com";

async fn register(service: &Tapped, username: &str, email: &str) -> Answer {
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    let answer = service.send(&Ask::post("/rest-auth/registration/", &body)).await;
    assert_eq!(answer.code(), 201, "{answer:?}");
    answer
}

/// Zhang, who claimed the address, Wang, who has a code for it, and the request that binds it to Wang.
async fn with_two() -> (Ground, Tapped, Ask) {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    register(&service, "zhang", ADDRESS).await;
    let wang = register(&service, "wang", "").await;
    let body: Value = json!({"password": PASSWORD, "email": ADDRESS});
    let asked = service.send(&Ask::post(SEND_CODE, &body).session(&wang)).await;
    assert_eq!(asked.json()["status"], "ok", "{asked:?}");
    let code = code::latest(&ground.inbox(), Channel::Mail);
    let body = json!({"password": PASSWORD, "code": code, "email": ADDRESS});
    let change = Ask::post(CHANGE, &body).session(&wang);
    drop(service.tap.take_calls());
    (ground, service, change)
}

/// Who has the address now, and whether it is proven.
async fn owner(ground: &Ground) -> (String, bool) {
    let found = administration::find(&Basics::from(ground.app()), ADDRESS).await.expect("somebody has it");
    let name = found.account.username.map(|name| name.as_str().to_owned()).unwrap_or_default();
    (name, found.account.email_proven)
}

#[tokio::test]
async fn one_accident_on_the_way_is_not_noticed() {
    for action in [
        Action::DropBefore,
        Action::DropAfter,
        Action::INTERNAL_BEFORE,
        Action::INTERNAL_AFTER,
        Action::THROTTLE,
        Action::Cancel(&["TransactionConflict", "None", "None", "None"]),
    ] {
        let (ground, service, change) = with_two().await;
        service.tap.inject(Fault::once(TRANSACTION, action));
        assert_eq!(service.send(&change).await.text, EMAIL_CHANGED, "{action:?}");
        assert_eq!(service.tap.repair(), 1, "{action:?}");
        assert_eq!(owner(&ground).await, ("wang".to_owned(), true), "{action:?}");
        assert_eq!(ground.contradictions().await, Vec::<String>::new(), "{action:?}");
    }
}

#[tokio::test]
async fn while_nothing_gets_through_nothing_happens_and_the_code_stays_good() {
    for action in [Action::DropBefore, Action::INTERNAL_BEFORE, Action::Cancel(&["TransactionConflict"])] {
        let (ground, service, change) = with_two().await;
        service.tap.inject(Fault::every(TRANSACTION, action));
        let answer = service.send(&change).await;
        assert_eq!((answer.code(), &answer.json()["status"]), (503, &json!("error")), "{action:?}");
        assert_eq!(owner(&ground).await, ("zhang".to_owned(), false), "{action:?}");
        assert!(service.tap.repair() > 0);
        assert_eq!(service.send(&change).await.text, EMAIL_CHANGED, "{action:?}");
        assert_eq!(owner(&ground).await, ("wang".to_owned(), true), "{action:?}");
        assert_eq!(ground.contradictions().await, Vec::<String>::new(), "{action:?}");
    }
}

#[tokio::test]
async fn what_was_done_is_told_even_if_every_answer_is_lost() {
    let (ground, service, change) = with_two().await;
    service.tap.inject(Fault::every(TRANSACTION, Action::DropAfter));
    assert_eq!(service.send(&change).await.text, EMAIL_CHANGED, "its own mark tells");
    assert_eq!(owner(&ground).await, ("wang".to_owned(), true));
}

#[tokio::test]
async fn without_the_claim_nothing_is_decided() {
    let (ground, service, change) = with_two().await;
    service.tap.inject(Fault::every("GetItem", Action::INTERNAL_BEFORE).on("GUARD"));
    assert_eq!(service.send(&change).await.code(), 503);
    assert_eq!(owner(&ground).await, ("zhang".to_owned(), false));
}

#[tokio::test]
async fn a_booking_counts_once_whatever_is_lost() {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    let zhang = register(&service, "zhang", ADDRESS).await;
    let book = |event: &str| {
        Ask::post("/users/new_industry_bookin/", &json!({"bookin_type": event})).session(&zhang)
    };
    service.tap.inject(Fault::every(TRANSACTION, Action::DropAfter));
    assert_eq!(service.send(&book("1")).await.json()["status"], "ok", "its own mark tells");
    assert!(service.tap.repair() > 0, "a fault was injected");
    assert_eq!(service.send(&book("1")).await.json()["status"], "error");
    service.tap.inject(Fault::every(TRANSACTION, Action::DropBefore));
    assert_eq!(service.send(&book("2")).await.code(), 503);
    assert!(service.tap.repair() > 0, "a fault was injected");
    assert_eq!(service.send(&book("2")).await.json()["status"], "ok");
}
