//! How somebody becomes an administrator: by another one, by an operator, or by nobody's word where
//! the deployment says so.

use serde_json::json;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tests::server::Server;

use super::{
    DONE, LOGIN_AGAIN, NOT_PERMITTED, NOT_PERMITTED_DATA, PASSWORD, PERMISSION, Person, REGISTER, STATUS,
    administrator, ask, get_user, give_role, give_status, log_in, order, register, registration, token,
    welcomed,
};

#[tokio::test]
async fn an_administrator_registers_only_on_the_word_of_another() {
    let server = Server::start().await;
    let client = server.client();
    let wanted = registration("0", "Sinope", "Nanto");
    assert_eq!(client.post(REGISTER).json(&wanted).send().await.brief(), NOT_PERMITTED);
    let donor = register(&client, Role::Donor).await;
    let boss = administrator(&server).await;
    let frozen = administrator(&server).await;
    order(&server, frozen.number(), Order::Freeze).await;
    for token in [donor.token.as_str(), frozen.token.as_str(), "3a93c15d92e94fa788e666f0134a2961", ""] {
        assert_eq!(ask(&client, REGISTER, token, &wanted).await.brief(), NOT_PERMITTED, "{token}");
    }
    let made = ask(&client, REGISTER, &boss.token, &wanted).await;
    assert_eq!(
        made.brief(),
        r#"200 {"code":200,"msg":"","data":{"id":"[id]","token":"[token]","role":"administrator","first_name":"Sinope","last_name":"Nanto"}}"#
    );
    let made = welcomed(&made);
    assert_eq!(give_role(&client, &made, &donor.id, "2").await.brief(), DONE);
    let item = tests::table::account(&server, made.number()).await;
    assert!(!item.contains_key("is_staff"), "an administrator is not staff by that");
}

#[tokio::test]
async fn whoever_registers_as_anything_else_is_not_asked_who_they_are() {
    let server = Server::start().await;
    for token in ["3a93c15d92e94fa788e666f0134a2961", "nonsense", ""] {
        let answer = ask(&server.client(), REGISTER, token, &registration("1", "Sara", "Hammer")).await;
        assert_eq!(answer.code(), 200, "{answer:?}");
    }
}

#[tokio::test]
async fn a_closed_network_may_let_administrators_register_by_themselves() {
    let server = Server::builder().open_administrators().start().await;
    let client = server.client();
    let first = welcomed(&client.post(REGISTER).json(&registration("0", "Sinope", "Nanto")).send().await);
    let donor = register(&client, Role::Donor).await;
    assert_eq!(give_status(&client, &first, &donor.id, "1").await.brief(), DONE);
}

#[tokio::test]
async fn the_wrong_number_and_the_wrong_role_are_told_apart_only_by_administrators() {
    let server = Server::start().await;
    let client = server.client();
    let donor = register(&client, Role::Donor).await;
    for id in ["10000001", "nobody", "0", "-1"] {
        assert_eq!(give_role(&client, &donor, id, "1").await.brief(), NOT_PERMITTED_DATA);
        assert_eq!(give_status(&client, &donor, id, "1").await.brief(), NOT_PERMITTED_DATA);
    }
    // What they ask is not even read.
    let nonsense = json!({"id": 5, "role": [], "status": "9"});
    for path in [PERMISSION, STATUS] {
        assert_eq!(ask(&client, path, &donor.token, &nonsense).await.brief(), NOT_PERMITTED_DATA);
    }
}

#[tokio::test]
async fn a_change_ends_the_sessions_and_what_changes_nothing_ends_none() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let donor = register(&client, Role::Donor).await;
    for (role, status) in [(Some("1"), None), (None, Some("0"))] {
        if let Some(role) = role {
            assert_eq!(give_role(&client, &boss, &donor.id, role).await.brief(), DONE);
        }
        if let Some(status) = status {
            assert_eq!(give_status(&client, &boss, &donor.id, status).await.brief(), DONE);
        }
        assert_eq!(get_user(&client, &donor, &donor.id).await.code(), 200, "so it was already");
    }
    assert_eq!(give_role(&client, &boss, &donor.id, "2").await.brief(), DONE);
    assert_eq!(get_user(&client, &donor, &donor.id).await.brief(), LOGIN_AGAIN);
    let donor = Person { token: token(&client, &donor.id, PASSWORD).await, ..donor };
    assert_eq!(give_status(&client, &boss, &donor.id, "1").await.brief(), DONE);
    assert_eq!(get_user(&client, &donor, &donor.id).await.brief(), LOGIN_AGAIN);
    assert_eq!(give_status(&client, &boss, &donor.id, "0").await.brief(), DONE);
    assert_eq!(get_user(&client, &donor, &donor.id).await.brief(), LOGIN_AGAIN, "what ended stays ended");
    assert_eq!(log_in(&client, &donor.id, PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn superusers_are_beyond_the_reach_of_administrators() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let superuser = register(&client, Role::Donor).await;
    order(&server, superuser.number(), Order::Superuser(true)).await;
    order(&server, superuser.number(), Order::Superuser(true)).await;
    // Another one, so that taking the role from the first is the operator's to do.
    order(&server, boss.number(), Order::Superuser(true)).await;
    order(&server, superuser.number(), Order::Role(Role::Donor)).await;
    let boss = Person { token: token(&client, &boss.id, PASSWORD).await, ..boss };
    assert_eq!(get_user(&client, &boss, &superuser.id).await.json()["data"]["role"], "donor");
    for status in ["1", "2"] {
        assert_eq!(give_status(&client, &boss, &superuser.id, status).await.brief(), NOT_PERMITTED_DATA);
    }
    assert_eq!(give_role(&client, &boss, &superuser.id, "2").await.brief(), NOT_PERMITTED_DATA);
}
