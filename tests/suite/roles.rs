//! Each function's role permits what the function does with the table, and little else.

use std::collections::BTreeSet;

use serde_json::json;
use tests::role::{Role, fits};
use tests::server::Server;
use tests::{table, template};

use crate::telemetry::tour;

/// What a function needs, and is not asked of it here: claims of somebody who came by another group, which
/// end when an administrator deletes the account, or when a reset is the first proof of its address.
const RARE: [(&str, &str); 5] = [
    ("charity", "GUARD#username#*"),
    ("charity", "GUARD#email#*"),
    ("charity", "GUARD#phone#*"),
    ("charity", "GUARD#weixin#*"),
    ("manage", "GUARD#weixin#*"),
];

fn needs(action: &str, partition: &str) -> [(String, String); 1] {
    [(format!("dynamodb:{action}"), partition.to_owned())]
}

#[tokio::test]
async fn a_tour_through_every_endpoint_needs_what_the_roles_permit_and_no_more() {
    let server = Server::builder().real_clock().as_processes().start().await;
    Box::pin(tour::go(&server)).await;
    Box::pin(go_further(&server)).await;
    let mut faults = Vec::new();
    let rights = server.take_rights();
    for function in template::functions() {
        let (role, needed) = (Role::of(&function), &rights[&function.name]);
        assert!(needed.len() > 20, "{} was hardly asked", function.name);
        let forbidden: BTreeSet<_> =
            needed.iter().filter(|one| !role.permits(std::slice::from_ref(one))).collect();
        faults.extend(forbidden.iter().map(|one| format!("{} may not {one:?}", function.name)));
        let is_idle = |pattern: &&str| !needed.iter().any(|(_, partition)| fits(partition, pattern));
        let is_known = |pattern: &&str| RARE.contains(&(function.name.as_str(), *pattern));
        let idle = role.patterns().filter(is_idle).filter(|pattern| !is_known(pattern));
        faults.extend(idle.map(|pattern| format!("{} has no need of {pattern}", function.name)));
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// What the tour leaves out: logins of nobody, and a notice from the charity to somebody with an address.
async fn go_further(server: &Server) {
    let client = server.client();
    let (nobody, old, new) = ("nobody@example.com", "fswxxz1456", "nanjing-fog-26");
    let login = json!({"username": nobody, "password": old});
    client.post("/rest-auth/login/").json(&login).send().await;
    client.post("/v3_1/manage/login/").json(&login).send().await;
    client.post("/users/account_login/").json(&login).send().await;
    client.post("/user/login/").form(&[("id", "no number"), ("password", old)]).send().await;
    let token = client.get("/api/accounts/get_token/").send().await.json();
    let token = token["data"].as_str().expect("the answer is a token");
    let fields = [("username", nobody), ("password", old), ("csrfmiddlewaretoken", token)];
    client.post("/api/accounts/login/").form(&fields).send().await;
    let welcome = client.register_with("zhang", "zhang@example.com", old).await.json();
    let number = table::owner(welcome["key"].as_str().expect("a welcome has a key")).to_string();
    let change = [("id", number.as_str()), ("password", old), ("new_password", new)];
    let answer = client.post("/user/changepassword/").form(&change).send().await;
    assert_eq!(answer.json()["code"], 200, "{}", answer.text);
    assert!(server.inbox().messages().iter().any(|message| message.to.contains("zhang@example.com")));
}

#[test]
fn no_function_touches_the_rolls_of_operators_and_others_items_only_where_they_are_its_own() {
    let only = [
        ("REGISTRY#superusers", vec![]),
        ("REGISTRY#groups", vec![]),
        ("BOOKING#1#0", vec!["company"]),
        ("GUARD#phone#+8613800138000", vec!["company", "charity"]),
        ("GUARD#weixin#o", vec!["company", "manage", "charity"]),
        ("GUARD#username#zhang", vec!["rest-auth", "accounts", "company", "charity"]),
        ("", vec![]),
        ("WARM-UP#", vec![]),
    ];
    for (partition, owners) in only {
        for action in ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
        {
            let permitted = template::functions().into_iter();
            let permitted = permitted.filter(|one| Role::of(one).permits(&needs(action, partition)));
            let names: Vec<String> = permitted.map(|one| one.name).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
            let owners: BTreeSet<&str> = owners.iter().copied().collect();
            assert_eq!(
                names.iter().map(String::as_str).collect::<BTreeSet<_>>(),
                owners,
                "{action} {partition}"
            );
        }
    }
}

#[test]
fn no_function_looks_through_the_table_and_one_through_the_indexes() {
    for function in template::functions() {
        let role = Role::of(&function);
        for action in ["Scan", "Query", "BatchWriteItem", "PartiQLSelect", "DeleteTable", "UpdateTable"] {
            assert!(!role.permits(&needs(action, "ACCOUNT#1")), "{} {action}", function.name);
        }
        assert_eq!(role.permits(&needs("Query", ":everyone")), function.name == "charity");
        assert!(role.permits(&[needs("GetItem", "ACCOUNT#1"), needs("UpdateItem", "ACCOUNT#2")].concat()));
        // One that is not permitted spoils the others.
        assert!(
            !role.permits(&[needs("GetItem", "ACCOUNT#1"), needs("GetItem", "REGISTRY#groups")].concat())
        );
    }
}

#[test]
fn every_kind_of_item_is_some_functions_or_the_operators() {
    let keys = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/src/store/key.rs"));
    let keys = keys.expect("the keys can be read");
    // The table at its top, up to the one of the indexes.
    let rows =
        keys.lines().take_while(|line| !line.contains("| index |")).filter(|line| line.starts_with("//! |"));
    let listed = rows.filter_map(|row| row.split('`').nth(1)).filter(|name| name.contains('#'));
    let listed: Vec<&str> = listed.collect();
    assert!(listed.len() > 12, "these cannot be all: {listed:?}");
    let roles: Vec<Role> = template::functions().iter().map(Role::of).collect();
    for name in listed {
        let is_reached = roles.iter().any(|role| role.permits(&needs("GetItem", name)));
        assert_eq!(is_reached, !name.starts_with("REGISTRY#"), "{name}");
    }
}
