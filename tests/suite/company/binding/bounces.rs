//! Mail to addresses never proven stops for the day when too much of it bounces (trust rule 7).

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tally::domain::message_budget::{BudgetWindow, FREE_BOUNCES, MAILS_PER_BOUNCE};
use tally::services::budget::BOUNCING;
use tally::store::{CREDIT, key};
use tests::log::Log;
use tests::server::Server;

use super::{
    EMAIL, OTHER, PAUSE, RESEND, SEND_CODE, WEEK, bind_by_link, move_unproven, post, reset_goes_to, told,
    user, with_user,
};

/// What the deployment's state machine does about so many bounces.
async fn bounce(server: &Server, times: i64) {
    let store = &server.app().store;
    let day = BudgetWindow::at(server.app().clock.now()).day;
    let update = store.client().update_item().table_name(store.table());
    let update = update.set_key(Some(key::budget(BOUNCING, day))).update_expression("ADD #credit :bounced");
    let update = update.expression_attribute_names("#credit", CREDIT);
    let bounced = AttributeValue::N((-MAILS_PER_BOUNCE * times).to_string());
    update.expression_attribute_values(":bounced", bounced).send().await.expect("the table can be written");
}

#[tokio::test]
async fn bounces_stop_what_goes_to_addresses_never_proven_and_nothing_else() {
    let (server, proven) = with_user().await;
    bind_by_link(&server, &proven).await;
    let unproven = user(&server, "wang", Some(OTHER)).await;
    let sent = || server.inbox().messages().len();
    let before = sent();
    // The link that was mailed is one good mail.
    bounce(&server, FREE_BOUNCES + 1).await;
    let (log, _listening) = Log::listen();
    assert_eq!(reset_goes_to(&server, OTHER).await, None);
    assert_ne!(unproven.get(RESEND).send().await.json()["status"], "ok");
    let body = json!({"password": super::PASSWORD, "email": "li@example.com"});
    assert_eq!(
        told(&post(&unproven, SEND_CODE, &body).await),
        (200, super::CODE_SENT),
        "the answer tells nothing"
    );
    assert_eq!(sent(), before);
    let refusals: u64 = log.requests().iter().filter_map(|line| line["BudgetRefusals"].as_u64()).sum();
    assert_eq!(refusals, 3);
    let lines = log.text().lines().filter_map(|line| serde_json::from_str(line).ok()).collect::<Vec<Value>>();
    let told: Vec<_> = lines.iter().filter(|line| line["scope"] == "bounces").collect();
    assert_eq!(told.len(), 2, "once for each share: {told:?}");
    assert!(told.iter().all(|line| line["level"] == "ERROR" && line["budget"] == "mail"), "{told:?}");
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL), "a proven address gets its mail");
    // The next day begins anew.
    server.clock().advance(std::time::Duration::from_hours(24));
    assert_eq!(reset_goes_to(&server, OTHER).await.as_deref(), Some(OTHER));
}

#[tokio::test]
async fn a_few_bounces_are_nothing_and_many_mails_allow_for_more() {
    let (server, _) = with_user().await;
    bounce(&server, FREE_BOUNCES - 1).await;
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    bounce(&server, 1).await;
    server.clock().advance(PAUSE);
    assert_eq!(
        reset_goes_to(&server, EMAIL).await.as_deref(),
        Some(EMAIL),
        "one mail more than bounces allow for"
    );
    bounce(&server, 1).await;
    server.clock().advance(PAUSE);
    assert_eq!(reset_goes_to(&server, EMAIL).await, None);
}

#[tokio::test]
async fn a_notice_to_an_address_never_proven_stops_too() {
    let (server, browser) = with_user().await;
    bounce(&server, FREE_BOUNCES).await;
    move_unproven(&browser, OTHER).await;
    assert!(server.inbox().messages().is_empty());
    server.clock().advance(WEEK);
    move_unproven(&browser, "li@example.com").await;
    assert_eq!(server.inbox().messages().pop().map(|message| message.to).as_deref(), Some(OTHER));
}
