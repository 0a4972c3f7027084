//! Tables of before: items that were written when administrators were staff by that, and everybody was
//! everybody's business.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use tally::domain::account_number::AccountNumber;
use tally::domain::history::Act;
use tests::server::Server;
use tests::table;

use super::{PASSWORD, charity_token, donor, everything, number, order, records, register, show};

/// Writes an account's item as it was written before: without the marks of today, listed whoever it is,
/// and with the flags that came by the way.
async fn write_formerly(server: &Server, account: AccountNumber, flags: &[&str], role: &str) {
    let store = &server.app().store;
    let mut item = table::account(server, account).await;
    for mark in ["power", "charity", "role", "is_staff", "is_superuser"] {
        item.remove(mark);
    }
    let digit = u8::from(role != "administrator");
    let text = |value: String| AttributeValue::S(value);
    item.insert("listed_in".to_owned(), text((account.get() % 8).to_string()));
    item.insert("place".to_owned(), text(format!("{digit}#{:010}", account.get())));
    for flag in flags {
        item.insert((*flag).to_owned(), AttributeValue::Bool(true));
    }
    if role != "donor" {
        item.insert("role".to_owned(), text(role.to_owned()));
    }
    let put = store.client().put_item().table_name(store.table()).set_item(Some(item));
    put.send().await.expect("the table can be written");
}

/// Name, flags and role in the table; whether it is believed to be staff, and one of the charity's.
const PEOPLE: [(&str, &[&str], &str, bool, bool); 5] = [
    ("boss", &["is_staff"], "administrator", false, true),
    ("root", &["is_staff", "is_superuser"], "administrator", false, true),
    ("demoted", &["is_staff", "is_superuser"], "donor", false, true),
    ("keeper", &["is_staff"], "donor", true, false),
    ("customer", &[], "donor", false, false),
];

async fn with_a_table_of_before() -> (Server, AccountNumber) {
    let server = Server::start().await;
    for (name, flags, role, ..) in PEOPLE {
        register(&server.client(), name, &format!("{name}@example.com")).await;
        let account = number(&server, name).await;
        if flags.contains(&"is_superuser") {
            // So that the roll of superusers has it.
            order(&server, &format!("superuser {name} on")).await;
        }
        write_formerly(&server, account, flags, role).await;
    }
    let (id, _) = donor(&server.client()).await;
    let id = AccountNumber::parse(&id).expect("an id is a number");
    write_formerly(&server, id, &[], "donor").await;
    (server, id)
}

/// What is read of everybody: the same before and after the table is written anew.
async fn check(server: &Server, donor: AccountNumber) {
    let client = server.client();
    for (name, _, role, is_staff, is_of_charity) in PEOPLE {
        let card = show(server, name).await;
        let read = (&card["is_staff"], &card["role"], &card["charity"]);
        assert_eq!(read, (&json!(is_staff), &json!(role), &json!(is_of_charity)), "{name}");
        let login = json!({"username": format!("{name}@example.com"), "password": PASSWORD});
        let login = client.post("/v3_1/manage/login/").json(&login).send().await;
        let may = is_staff || card["is_superuser"] == true;
        assert_eq!(login.code() == 200 && login.json()["meta"]["code"] == 0, may, "{name}: {login:?}");
    }
    assert_eq!(show(server, &format!("#{donor}")).await["charity"], true);
    let boss = number(server, "boss").await.to_string();
    let token = charity_token(&client, &boss).await;
    let found = client.post("/user/search/").header("token", &token).json(&json!({})).send().await.json();
    let mut found: Vec<u32> = serde_json::from_value::<Vec<String>>(found["data"]["id_list"].clone())
        .expect("a list")
        .iter()
        .map(|id| id.parse().expect("a number"))
        .collect();
    found.sort_unstable();
    let mut expected = vec![donor.get()];
    for name in ["boss", "root", "demoted"] {
        expected.push(number(server, name).await.get());
    }
    expected.sort_unstable();
    assert_eq!(found, expected);
    for name in ["keeper", "customer"] {
        let id = number(server, name).await.to_string();
        let body = json!({"id": id, "status": "1"});
        let answer = client.post("/user/status/").header("token", &token).json(&body).send().await;
        assert_eq!(answer.code(), 404, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn a_table_of_before_is_read_with_care_and_written_anew_once() {
    let (server, donor) = with_a_table_of_before().await;
    check(&server, donor).await;
    let before = everything(&server).await;
    let told = order(&server, "migrate-power --dry-run").await;
    assert!(everything(&server).await == before, "nothing was written");
    assert!(told.ends_with("\n6 accounts would be rewritten.\n"), "{told}");
    let done = order(&server, "migrate-power").await;
    for name in ["boss", "root", "demoted"] {
        let account = number(&server, name).await;
        assert!(
            told.contains(&format!("Account {account} ")) && done.contains(&format!("Account {account} "))
        );
        let acts: Vec<Act> = records(&server, account).await.into_iter().map(|one| one.act).collect();
        assert_eq!(acts.last(), Some(&Act::StaffTaken), "{name}");
    }
    assert_eq!(done.lines().count(), 4, "{done}");
    check(&server, donor).await;
    let customer = table::account(&server, number(&server, "customer").await).await;
    assert!(!customer.contains_key("listed_in") && customer.contains_key("power"), "{customer:?}");
    let after = everything(&server).await;
    assert_eq!(order(&server, "migrate-power").await, "0 accounts are rewritten.\n");
    assert!(everything(&server).await == after, "once is enough");
}

#[tokio::test]
async fn whoever_changes_power_writes_it_anew() {
    let (server, _) = with_a_table_of_before().await;
    order(&server, "freeze boss").await;
    order(&server, "unfreeze boss").await;
    let boss = table::account(&server, number(&server, "boss").await).await;
    assert!(boss.contains_key("power") && boss.contains_key("charity") && !boss.contains_key("is_staff"));
    order(&server, "staff boss on").await;
    let told = order(&server, "migrate-power").await;
    assert!(told.ends_with("\n5 accounts are rewritten.\n"), "{told}");
    assert_eq!(show(&server, "boss").await["is_staff"], true, "an operator has said so");
    // What a superuser of before had only by that is gone with it.
    order(&server, "superuser demoted off").await;
    let card = show(&server, "demoted").await;
    assert_eq!(
        (&card["is_staff"], &card["role"], &card["is_superuser"]),
        (&json!(false), &json!("donor"), &json!(false))
    );
}
