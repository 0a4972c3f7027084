//! A copy of the table under another name, as a restored backup is one: the service runs on it, and
//! what has ended since the copy was made can be ended again.

use std::time::Duration;

use admin::secret::{self, SecretCommand};
use admin::terminal::Terminal;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use serde_json::{Value, json};
use tally::app::{App, Basics, SecretAccess};
use tally::store::Store;
use tests::answer::Answer;
use tests::operator;
use tests::tapped::{Ask, Ground, Tapped};

const RESTORED: &str = "restored";
const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "nanjing-fog-26";

/// The most items of one batch.
const BATCH: usize = 25;

/// Copies the table, item by item, into a new one with the same keys and indexes.
async fn restore(ground: &Ground) {
    let original = &ground.app().store;
    let copy = store_of(ground, RESTORED).await;
    copy.create_table_if_missing().await.expect("the table can be made");
    let items = ground.dump().await;
    assert!(!items.is_empty());
    for some in items.chunks(BATCH) {
        let put = |item: &tests::tapped::Item| {
            let put =
                PutRequest::builder().set_item(Some(item.clone())).build().expect("an item is all it needs");
            WriteRequest::builder().put_request(put).build()
        };
        let batch = original.client().batch_write_item();
        let written = batch.request_items(RESTORED, some.iter().map(put).collect()).send().await;
        let left = written.expect("the copy can be written").unprocessed_items.unwrap_or_default();
        assert!(left.is_empty(), "{left:?}");
    }
}

async fn store_of(ground: &Ground, table: &str) -> Store {
    ground.tapped_on(table, Duration::ZERO).await.app().store.clone()
}

async fn tell(app: &App, line: &str) -> Result<String, String> {
    operator::tell(&Basics::from(app), line, None).await
}

async fn login(process: &Tapped, name: &str, password: &str) -> Answer {
    process.send(&Ask::post("/rest-auth/login/", &json!({"username": name, "password": password}))).await
}

async fn register(process: &Tapped, name: &str) -> Answer {
    let body = json!({"username": name, "password1": PASSWORD, "password2": PASSWORD});
    process.send(&Ask::post("/rest-auth/registration/", &body)).await
}

async fn is_in(process: &Tapped, ask: Ask) -> bool {
    process.send(&ask).await.code() != 401
}

fn details() -> Ask {
    Ask::get("/api/users_display/")
}

fn number_of(answer: &Answer) -> Value {
    answer.json()["data"]["id"].clone()
}

#[tokio::test]
async fn the_service_runs_on_a_restored_table_and_nothing_that_had_ended_stays_open() {
    let ground = Ground::start().await;
    let before = ground.tapped(Duration::ZERO).await;
    let welcome = register(&before, "zhang").await;
    let key = welcome.key();
    for number in 0..30 {
        assert_eq!(register(&before, &format!("user{number}")).await.code(), 201);
    }
    let donor = json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": PASSWORD});
    let donor = before.send(&Ask::post("/user/register/", &donor)).await;
    let token = donor.json()["data"]["token"].as_str().expect("a donor has a token").to_owned();

    restore(&ground).await;
    // Afterwards the key is revoked, in a time that the restored table does not know.
    let change =
        json!({"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD});
    let changed = before.send(&Ask::post("/rest-auth/password/change/", &change).key(&key)).await;
    assert_eq!(changed.code(), 200);
    let lost = login(&before, "zhang", NEW_PASSWORD).await;
    assert!(!is_in(&before, details().key(&key)).await);

    let after = ground.tapped_on(RESTORED, Duration::ZERO).await;
    assert_eq!(login(&after, "zhang", NEW_PASSWORD).await.code(), 400);
    for name in ["zhang", "user0", "user29"] {
        assert_eq!(login(&after, name, PASSWORD).await.code(), 200, "{name}");
    }
    assert_eq!(register(&after, "user7").await.code(), 400, "claims are there too");
    assert!(is_in(&after, details().key(&key)).await, "what was revoked lives again");

    let refused = tell(after.app(), "end-sessions --everyone").await.unwrap_err();
    assert!(refused.contains("--confirm restored"), "{refused}");
    assert!(is_in(&after, details().key(&key)).await, "nobody is signed out without the name");
    let ended = tell(after.app(), "end-sessions --everyone --confirm restored").await.unwrap();
    assert!(ended.starts_with("32 accounts are signed out everywhere; "), "{ended}");
    let user = Ask::post("/user/getuser/", &json!({"id": number_of(&donor)})).token_header(&token);
    assert_eq!(after.send(&user).await.json()["code"], 401);
    assert!(!is_in(&after, details().key(&key)).await);
    assert!(!is_in(&after, details().session(&welcome)).await);
    // A key that was handed out in the lost time is of the generation that counts now.
    assert_eq!(login(&after, "zhang", PASSWORD).await.key(), lost.key());
    let replace = SecretCommand::Rotate { at_once: true };
    secret::carry_out(&SecretAccess::from(ground.app()), replace, &Terminal::nobody(None))
        .await
        .expect("the secret is replaced");
    let fresh = ground.tapped_on(RESTORED, Duration::ZERO).await;
    assert!(!is_in(&fresh, details().key(&lost.key())).await);
    let again = login(&fresh, "zhang", PASSWORD).await;
    assert!(is_in(&fresh, details().key(&again.key())).await);
}
