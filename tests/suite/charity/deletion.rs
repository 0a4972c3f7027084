//! What is left of somebody who was deleted: a number that stays taken.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::json;
use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::asker::Asker;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::person_name::PersonName;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tally::domain::role::Role;
use tally::domain::username::Username;
use tally::services::administration::{self, OrderRefusal};
use tally::services::obstacle::Declined;
use tally::services::registration::{self, Registration, Taken};
use tests::server::Server;
use tests::table;

use super::{DONE, PASSWORD, WRONG, administrator, give_status, log_in, order, register};

/// Registers somebody who has all that can be taken, or tells what is.
async fn whole_person(server: &Server) -> Result<AccountNumber, Declined<Taken>> {
    let name = |text: &str| PersonName::parse(text).expect("it is a name").into();
    let asker = Asker::new(IpAddr::V4(Ipv4Addr::LOCALHOST), "charity");
    let wanted = Registration {
        username: Username::parse("sara.hammer", None).ok(),
        email: EmailAddress::parse("sara@example.com").ok(),
        phone: PhoneNumber::parse("13800138000", &CallingCodes::default()).ok(),
        first_name: name("Sara"),
        last_name: name("Hammer"),
        role: Role::Volunteer,
        ..Registration::new(Password::new(PASSWORD).expect("it is short"), asker)
    };
    Ok(registration::register(server.app(), wanted).await?.account.number)
}

#[tokio::test]
async fn nothing_of_the_person_is_left_but_the_number() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let number = whole_person(&server).await.expect("everything is free");
    let details = json!({"company": "rinc", "tel": "1234567", "address": "asasasasa"});
    let key = server.client().login("sara.hammer", PASSWORD).await.key();
    let created = server.client().post("/api/create_users_info/").token(&key).json(&details).send().await;
    assert_eq!(created.code(), 201, "{created:?}");
    assert_eq!(table::items_of(&server, "GUARD#").await.len(), 3);

    assert_eq!(give_status(&client, &boss, &number.to_string(), "2").await.brief(), DONE);
    assert!(table::items_of(&server, "GUARD#").await.is_empty());
    let item = table::account(&server, number).await;
    let mut attributes: Vec<&str> = item.keys().map(String::as_str).collect();
    attributes.sort_unstable();
    assert_eq!(
        attributes,
        [
            "credential",
            "epoch",
            "joined",
            "key_devices",
            "key_fresh",
            "key_generation",
            "key_retired",
            "op",
            "pk",
            "power",
            "sessions",
            "sk",
            "standing",
        ]
    );
    assert_eq!((table::text(&item, "standing"), table::text(&item, "credential")), ("deleted", "!"));
    let dump = format!("{:?}", table::items(&server).await).to_lowercase();
    for trace in ["sara.hammer", "sara@example.com", "13800138000", "rinc"] {
        assert!(!dump.contains(trace), "{trace} is left");
    }
}

#[tokio::test]
async fn what_the_person_had_can_be_taken_at_once() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let first = whole_person(&server).await.expect("everything is free");
    assert!(whole_person(&server).await.is_err(), "it is taken");
    assert_eq!(give_status(&client, &boss, &first.to_string(), "2").await.brief(), DONE);
    let second = whole_person(&server).await.expect("everything is free again");
    assert_ne!(first, second);
    assert_eq!(log_in(&client, &first.to_string(), PASSWORD).await.brief(), WRONG);
    assert_eq!(server.client().login("sara.hammer", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn a_former_address_is_free_as_well() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let number = whole_person(&server).await.expect("everything is free");
    let browser = server.client();
    let csrf = async || browser.get("/api/accounts/get_token/").send().await.json()["data"].clone();
    let token = csrf().await;
    let fields = [
        ("csrfmiddlewaretoken", token.as_str().unwrap()),
        ("username", "sara.hammer"),
        ("password", PASSWORD),
    ];
    assert_eq!(browser.post("/api/accounts/login/").form(&fields).send().await.json()["code"], 1);
    let token = csrf().await;
    let change = [
        ("csrfmiddlewaretoken", token.as_str().unwrap()),
        ("email", "new@example.com"),
        ("alias", "Sara"),
        ("phone", "13900139000"),
        ("job_number", "7"),
        ("dept_id", "1"),
    ];
    let changed = browser.post("/api/accounts/account_change/").form(&change).send().await;
    assert_eq!(changed.json()["code"], 1, "{changed:?}");
    let register =
        async |name: &str, email: &str| server.client().register_with(name, email, PASSWORD).await.code();
    assert_eq!(register("one", "sara@example.com").await, 400, "kept for the owner for a week");
    assert_eq!(give_status(&client, &boss, &number.to_string(), "2").await.brief(), DONE);
    assert_eq!(register("one", "sara@example.com").await, 201);
    assert_eq!(register("two", "new@example.com").await, 201);
}

#[tokio::test]
async fn an_address_that_somebody_else_has_by_now_stays_theirs() {
    let server = Server::start().await;
    let boss = administrator(&server).await;
    let number = whole_person(&server).await.expect("everything is free");
    // The claim went to another account, as it does when its owner proves the address.
    let other = register(&server.client(), Role::Donor).await;
    let store = &server.app().store;
    let email = EmailAddress::parse("sara@example.com").unwrap();
    let guard = tally::store::key::guard(&tally::store::key::Identifier::email(&email));
    let update = store.client().update_item().table_name(store.table()).set_key(Some(guard));
    let update = update.update_expression("SET #a = :n").expression_attribute_names("#a", "account");
    let value = aws_sdk_dynamodb::types::AttributeValue::N(other.id.clone());
    update.expression_attribute_values(":n", value).send().await.expect("the table can be written");
    assert_eq!(give_status(&server.client(), &boss, &number.to_string(), "2").await.brief(), DONE);
    let guards = table::items_of(&server, "GUARD#").await;
    assert_eq!(guards.len(), 1);
    assert_eq!(table::number(&guards[0], "account"), i64::from(other.number().get()));
}

#[tokio::test]
async fn the_last_superuser_cannot_be_deleted_and_another_can() {
    let server = Server::start().await;
    let (one, other) =
        (register(&server.client(), Role::Donor).await, register(&server.client(), Role::Donor).await);
    order(&server, one.number(), Order::Superuser(true)).await;
    let on = Basics::from(server.app());
    let refused = administration::obey(&on, one.number(), Order::Delete).await;
    assert!(matches!(refused, Err(OrderRefusal::LastSuperuser)), "{refused:?}");
    order(&server, other.number(), Order::Superuser(true)).await;
    order(&server, one.number(), Order::Delete).await;
    let refused = administration::obey(&on, other.number(), Order::Superuser(false)).await;
    assert!(matches!(refused, Err(OrderRefusal::LastSuperuser)), "the deleted one does not count");
}
