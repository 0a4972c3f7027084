//! What happens when DynamoDB, or the way to it, fails at a bad moment: nothing is lost, nothing is
//! half done, and nobody is told something that is not so.

mod interleaved;
mod sweep;

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tally::store::key;
use tests::answer::Answer;
use tests::tap::{Action, Call, Fault, Which};
use tests::tapped::{Ask, Ground, Tapped};

const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "river stone 77";
const UNAVAILABLE: &str = r#"{"detail":"The service is temporarily unavailable, please try again."}"#;
const INTERNAL: &str = r#"{"detail":"A server error occurred."}"#;

const TRANSACTION: &str = "TransactWriteItems";
const UPDATE: &str = "UpdateItem";
const GET: &str = "GetItem";

/// What a password change writes: the account, and the record of it.
const ACCOUNT_AND_RECORD: &str = "ACCOUNT+ACCOUNT";

fn registration(username: &str) -> Ask {
    let email = format!("{username}@example.com");
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    Ask::post("/rest-auth/registration/", &body)
}

fn login(username: &str, password: &str) -> Ask {
    Ask::post("/rest-auth/login/", &json!({"username": username, "password": password}))
}

fn password_change() -> Ask {
    let (old, new) = (PASSWORD, NEW_PASSWORD);
    let body = json!({"old_password": old, "new_password1": new, "new_password2": new});
    Ask::post("/rest-auth/password/change/", &body)
}

fn details() -> Ask {
    let body = json!({"company": "rinc", "tel": "1234567", "address": "asasasasa"});
    Ask::post("/api/create_users_info/", &body)
}

fn profile() -> Ask {
    Ask::get("/api/users_display/")
}

fn logout() -> Ask {
    Ask::post("/rest-auth/logout/", &json!({}))
}

async fn start() -> (Ground, Tapped) {
    let ground = Ground::start().await;
    let service = ground.tapped(Duration::ZERO).await;
    (ground, service)
}

/// A service with one user, who has logged in once since registering.
async fn start_with_user() -> (Ground, Tapped, Answer) {
    let (ground, service) = start().await;
    assert_eq!(service.send(&registration("zhang")).await.code(), 201);
    let welcome = service.send(&login("zhang", PASSWORD)).await;
    assert_eq!(welcome.code(), 200);
    drop(service.tap.take_calls());
    (ground, service, welcome)
}

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!((answer.code(), answer.text.as_str()), (503, UNAVAILABLE));
}

fn count(calls: &[Call], what: &str) -> usize {
    calls.iter().filter(|call| call.what() == what).count()
}

#[tokio::test]
async fn a_registration_of_which_every_answer_is_lost_is_recognised_by_its_mark() {
    let (ground, service) = start().await;
    service.tap.inject(Fault::every(TRANSACTION, Action::DropAfter));
    let welcome = service.send(&registration("zhang")).await;
    assert_eq!(welcome.code(), 201, "{welcome:?}");
    assert!(service.tap.repair() > 1, "the SDK repeats what got no answer");
    assert_eq!((ground.accounts().await.len(), ground.contradictions().await), (1, vec![]));
    assert_eq!(service.send(&login("zhang", PASSWORD)).await.key(), welcome.key());
}

#[tokio::test]
async fn a_registration_nobody_can_tell_about_is_unavailable_and_then_taken() {
    let (ground, service) = start().await;
    service.tap.inject(Fault::every(TRANSACTION, Action::DropAfter));
    service.tap.inject(Fault::every(GET, Action::DropBefore));
    assert_unavailable(&service.send(&registration("zhang")).await);
    assert!(service.tap.repair() > 2);
    assert_eq!((ground.accounts().await.len(), ground.contradictions().await), (1, vec![]));
    let again = service.send(&registration("zhang")).await;
    assert_eq!(again.code(), 400, "{again:?}");
    assert_eq!(again.json()["username"], json!(["A user with that username already exists."]));
    assert_eq!(service.send(&login("zhang", PASSWORD)).await.code(), 200);
}

#[tokio::test]
async fn a_registration_that_never_arrives_writes_nothing_and_can_be_repeated() {
    let (ground, service) = start().await;
    service.tap.inject(Fault::every(TRANSACTION, Action::DropBefore));
    assert_unavailable(&service.send(&registration("zhang")).await);
    assert!(service.tap.repair() > 0);
    assert_eq!((ground.accounts().await.len(), ground.contradictions().await), (0, vec![]));
    assert_eq!(service.send(&registration("zhang")).await.code(), 201);
}

#[tokio::test]
async fn a_registration_that_meets_another_transaction_is_tried_again() {
    let (ground, service) = start().await;
    service.tap.inject(Fault::once(TRANSACTION, Action::Cancel(&["None", "TransactionConflict", "None"])));
    assert_eq!(service.send(&registration("zhang")).await.code(), 201);
    assert_eq!((service.tap.repair(), ground.accounts().await.len()), (1, 1));
    assert_eq!(count(&service.tap.take_calls(), "TransactWriteItems ACCOUNT+GUARD+GUARD"), 2);

    service.tap.inject(Fault::every(TRANSACTION, Action::Cancel(&["TransactionConflict", "None", "None"])));
    assert_unavailable(&service.send(&registration("li")).await);
    assert!((2..10).contains(&service.tap.repair()), "it gives up in the end");
    assert_eq!((ground.accounts().await.len(), ground.contradictions().await), (1, vec![]));
    assert_eq!(service.send(&registration("li")).await.code(), 201);
}

#[tokio::test]
async fn a_registration_that_is_throttled_or_in_progress_is_tried_again() {
    let (ground, service) = start().await;
    let in_progress = Action::ErrorBefore(400, "TransactionInProgressException");
    let throttled = Action::Cancel(&["ThrottlingError", "None", "None"]);
    for (name, action) in [("zhang", in_progress), ("li", throttled)] {
        service.tap.inject(Fault::once(TRANSACTION, action));
        assert_eq!(service.send(&registration(name)).await.code(), 201, "{action:?}");
        assert_eq!(service.tap.repair(), 1);
    }
    assert_eq!((ground.accounts().await.len(), ground.contradictions().await), (2, vec![]));
}

#[tokio::test]
async fn a_failed_condition_decides_even_beside_a_conflict_and_names_the_right_field() {
    let (ground, service) = start().await;
    let username = json!({"username": ["A user with that username already exists."]});
    let email = json!({"email": ["A user is already registered with this e-mail address."]});
    let cases: [(&'static [&'static str], Value); 3] = [
        (&["None", "ConditionalCheckFailed", "TransactionConflict"], username.clone()),
        (&["TransactionConflict", "ConditionalCheckFailed", "None"], username),
        (&["None", "TransactionConflict", "ConditionalCheckFailed"], email),
    ];
    for (reasons, said) in cases {
        service.tap.inject(Fault::every(TRANSACTION, Action::Cancel(reasons)));
        let refused = service.send(&registration("zhang")).await;
        assert_eq!((refused.code(), refused.json()), (400, said), "{reasons:?}");
        assert_eq!(service.tap.repair(), 1, "there is nothing to try again");
    }
    assert_eq!(ground.accounts().await.len(), 0);
}

#[tokio::test]
async fn an_account_number_that_somebody_has_is_drawn_again() {
    let (ground, service) = start().await;
    let taken = Action::Cancel(&["ConditionalCheckFailed", "None", "None"]);
    service.tap.inject(Fault::once(TRANSACTION, taken));
    assert_eq!(service.send(&registration("zhang")).await.code(), 201);
    let calls = service.tap.take_calls();
    let numbers: Vec<&Value> =
        calls.iter().filter(|call| call.operation == TRANSACTION).map(first_account).collect();
    assert_eq!((numbers.len(), ground.accounts().await.len()), (2, 1));
    assert_ne!(numbers[0], numbers[1]);
}

fn first_account(call: &Call) -> &Value {
    &call.request["TransactItems"][0]["Put"]["Item"][key::PARTITION]
}

#[tokio::test]
async fn a_login_whose_answers_are_all_lost_is_unavailable_and_can_be_repeated() {
    let (ground, service, welcome) = start_with_user().await;
    let before = ground.account_of(&welcome.key()).await;
    service.tap.inject(Fault::every(UPDATE, Action::DropAfter).on("ACCOUNT"));
    assert_unavailable(&service.send(&login("zhang", PASSWORD)).await);
    assert!(service.tap.repair() > 1);
    let after = ground.account_of(&welcome.key()).await;
    assert_eq!(after.sessions.len(), before.sessions.len() + 1, "three tries are one login");
    assert_eq!(after.shared_key.devices, before.shared_key.devices + 1);
    assert_eq!(service.send(&login("zhang", PASSWORD)).await.key(), welcome.key());
}

#[tokio::test]
async fn without_a_reserved_attempt_no_password_is_looked_at() {
    let (ground, service, welcome) = start_with_user().await;
    for password in [PASSWORD, "not the password"] {
        let before = ground.accounts().await;
        service.tap.inject(Fault::every(UPDATE, Action::ErrorBefore(400, "AccessDenied")).on("ATTEMPTS"));
        assert_unavailable(&service.send(&login("zhang", password)).await);
        assert_eq!(service.tap.repair(), 1);
        let calls = service.tap.take_calls();
        // What follows a comparison: the login's own write, or the count of a failure.
        assert_eq!(count(&calls, "UpdateItem ACCOUNT"), 0, "{calls:?}");
        assert!(calls.iter().all(|call| !call.items().starts_with("ADDRESS")), "{calls:?}");
        assert_eq!(ground.accounts().await, before);
    }
    service.tap.inject(Fault::every(UPDATE, Action::ErrorBefore(400, "AccessDenied")).on("ATTEMPTS"));
    assert_unavailable(&service.send(&password_change().key(&welcome.key())).await);
    assert_eq!(service.tap.repair(), 1);
    assert_eq!(service.send(&login("zhang", PASSWORD)).await.code(), 200);
}

#[tokio::test]
async fn without_a_count_of_the_address_nobody_registers_and_no_guess_is_judged() {
    let (ground, service, _) = start_with_user().await;
    service.tap.inject(Fault::every(UPDATE, Action::ErrorBefore(400, "AccessDenied")).on("ADDRESS"));
    assert_unavailable(&service.send(&registration("li")).await);
    assert_unavailable(&service.send(&login("zhang", "not the password")).await);
    assert_unavailable(&service.send(&login("nobody", "not the password")).await);
    assert!(service.tap.repair() > 2);
    assert_eq!(count(&service.tap.take_calls(), "TransactWriteItems ACCOUNT+GUARD+GUARD"), 0);
    assert_eq!(ground.accounts().await.len(), 1);
}

#[tokio::test]
async fn attempts_that_cannot_be_forgotten_keep_nobody_out() {
    let (_ground, service, _) = start_with_user().await;
    service.tap.inject(Fault {
        which: Which::Nth(1),
        ..Fault::every(UPDATE, Action::ErrorBefore(400, "AccessDenied")).on("ATTEMPTS")
    });
    assert_eq!(service.send(&login("zhang", PASSWORD)).await.code(), 200);
    assert_eq!(service.tap.repair(), 1);
}

#[tokio::test]
async fn a_password_change_whose_answers_are_all_lost_happened_wholly() {
    let (ground, service, welcome) = start_with_user().await;
    service.tap.inject(Fault::every(TRANSACTION, Action::DropAfter).on(ACCOUNT_AND_RECORD));
    // The account tells whose write it was.
    assert_eq!(service.send(&password_change().session(&welcome)).await.code(), 200);
    assert!(service.tap.repair() > 1);
    assert_eq!(ground.account_of(&welcome.key()).await.epoch, 1, "three tries are one change");
    assert_eq!(service.send(&profile().session(&welcome)).await.code(), 401);
    assert_eq!(service.send(&login("zhang", PASSWORD)).await.code(), 400);
    assert_eq!(service.send(&login("zhang", NEW_PASSWORD)).await.code(), 200);
}

#[tokio::test]
async fn a_password_change_that_never_arrives_changes_nothing() {
    let (ground, service, welcome) = start_with_user().await;
    let before = ground.accounts().await;
    service.tap.inject(Fault::every(TRANSACTION, Action::DropBefore).on(ACCOUNT_AND_RECORD));
    assert_unavailable(&service.send(&password_change().session(&welcome)).await);
    assert!(service.tap.repair() > 0);
    assert_eq!(ground.accounts().await, before);
    assert_eq!(service.send(&password_change().session(&welcome)).await.code(), 200);
}

#[tokio::test]
async fn details_whose_answers_are_all_lost_are_there() {
    let (_ground, service, welcome) = start_with_user().await;
    service.tap.inject(Fault::every(UPDATE, Action::DropAfter).on("ACCOUNT"));
    assert_unavailable(&service.send(&details().session(&welcome)).await);
    assert!(service.tap.repair() > 1);
    let again = service.send(&details().session(&welcome)).await;
    assert_eq!((again.code(), again.text.as_str()), (400, r#"["Detail Info has existed!"]"#));
    assert_eq!(service.send(&profile().session(&welcome)).await.json()["company"], "rinc");
}

#[tokio::test]
async fn a_logout_says_so_only_when_the_session_is_over() {
    let (ground, service, welcome) = start_with_user().await;
    let other = service.send(&login("zhang", PASSWORD)).await;
    for (operation, action) in [(GET, Action::DropBefore), (UPDATE, Action::INTERNAL_BEFORE)] {
        service.tap.inject(Fault::every(operation, action));
        assert_unavailable(&service.send(&logout().session(&welcome)).await);
        assert!(service.tap.repair() > 1);
        assert_eq!(service.send(&profile().session(&welcome)).await.code(), 404, "still in, without details");
    }
    let devices = ground.account_of(&welcome.key()).await.shared_key.devices;
    service.tap.inject(Fault::every(UPDATE, Action::DropAfter));
    assert_unavailable(&service.send(&logout().session(&welcome)).await);
    assert!(service.tap.repair() > 1);
    assert_eq!(service.send(&logout().session(&welcome)).await.code(), 200);
    assert_eq!(service.send(&profile().session(&welcome)).await.code(), 401);
    assert_eq!(ground.account_of(&welcome.key()).await.shared_key.devices, devices - 1);
    assert_eq!(service.send(&profile().session(&other)).await.code(), 404, "another device stays in");
}

#[tokio::test]
async fn a_table_that_is_away_is_said_in_the_groups_shape_by_every_endpoint() {
    let (ground, service, welcome) = start_with_user().await;
    service.tap.inject(Fault::always(Action::INTERNAL_BEFORE));
    let asks = every_ask(&welcome);
    for answer in join_all(asks.iter().map(|ask| service.send(ask))).await {
        assert_unavailable(&answer);
    }
    assert!(service.tap.repair() > asks.len());
    assert_eq!(ground.accounts().await.len(), 1);
}

#[tokio::test]
async fn what_dynamodb_refuses_us_is_not_for_the_clients_ears() {
    let (_ground, service, welcome) = start_with_user().await;
    let codes = [
        "ResourceNotFoundException",
        "AccessDeniedException",
        "ValidationException",
        "UnrecognizedClientException",
        "IdempotentParameterMismatchException",
    ];
    for code in codes {
        service.tap.inject(Fault::always(Action::ErrorBefore(400, code)));
        for ask in every_ask(&welcome) {
            let answer = service.send(&ask).await;
            assert!(answer.status.is_server_error(), "{code}: {answer:?}");
            assert!([UNAVAILABLE, INTERNAL].contains(&answer.text.as_str()), "{code}: {answer:?}");
            let headers = format!("{:?}", answer.headers);
            assert!(!headers.contains(code) && !headers.contains("amz"), "{code}: {headers}");
        }
        assert!(service.tap.repair() > 0);
    }
}

/// A request of every kind that needs the table.
fn every_ask(welcome: &Answer) -> Vec<Ask> {
    let key = welcome.key();
    vec![
        registration("li"),
        login("zhang", PASSWORD),
        login("nobody", PASSWORD),
        password_change().session(welcome),
        password_change().key(&key),
        details().session(welcome),
        profile().session(welcome),
        profile().key(&key),
        logout().session(welcome),
        logout().key(&key),
    ]
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_asked_for_again() {
    let (_ground, service, welcome) = start_with_user().await;
    service.tap.inject(Fault::once(GET, Action::Delay(Duration::from_secs(30))));
    assert_eq!(service.send(&profile().session(&welcome)).await.code(), 404);
    assert_eq!(service.tap.repair(), 1);
}

#[tokio::test]
async fn an_item_that_makes_no_sense_is_our_fault_and_said_without_detail() {
    let (ground, service, welcome) = start_with_user().await;
    let number = ground.account_of(&welcome.key()).await.number;
    let store = &ground.app().store;
    let nonsense = aws_sdk_dynamodb::types::AttributeValue::S("asleep".to_owned());
    let update = store.client().update_item().table_name(store.table()).set_key(Some(key::account(number)));
    let update = update.update_expression("SET standing = :s").expression_attribute_values(":s", nonsense);
    update.send().await.unwrap();
    for ask in [profile().session(&welcome), profile().key(&welcome.key()), login("zhang", PASSWORD)] {
        let answer = service.send(&ask).await;
        assert_eq!((answer.code(), answer.text.as_str()), (500, INTERNAL));
    }
}
