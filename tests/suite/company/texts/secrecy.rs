//! Whether anybody has a number shows nowhere, and neither number nor code lies in the table in clear.

use tally::clock::Clock;
use tests::server::Server;
use tests::table;

use super::{MOBILE, ask, ask_calmly, customer, latest_code, texts};

#[tokio::test]
async fn eligible_or_not_the_answer_is_the_same_and_only_the_eligible_get_a_message() {
    let server = Server::start().await;
    let _browser = customer(&server, "liming@example.com", MOBILE).await;
    let mut sent = texts(&server.inbox()).len();
    for (action, eligible, other) in [
        ("AccountReg", "13900139001", MOBILE),
        ("ChangeMobile", "13900139002", MOBILE),
        ("ChangePwd", MOBILE, "13900139003"),
    ] {
        server.clock().advance(super::HOUR);
        let (one, two) =
            (ask(&server.client(), action, eligible).await, ask(&server.client(), action, other).await);
        assert_eq!(one.structure(), two.structure(), "{action}");
        sent += 1;
        assert_eq!(texts(&server.inbox()).len(), sent, "{action}");
    }
}

#[tokio::test]
async fn the_answer_takes_a_fixed_time_whether_or_not_a_message_goes_out() {
    let time = super::Duration::from_millis(300);
    let server = Server::builder().code_answer_time(time).start().await;
    for action in ["AccountReg", "ChangePwd", "AccountReg"] {
        let started = Clock::System.now();
        ask_calmly(&server.client(), action, MOBILE).await;
        assert!(Clock::System.now().duration_since(started).unsigned_abs() >= time, "{action}");
    }
}

#[tokio::test]
async fn neither_code_nor_number_lies_in_the_table() {
    let server = Server::start().await;
    for action in ["AccountReg", "ChangeMobile", "ChangePwd"] {
        ask_calmly(&server.client(), action, MOBILE).await;
    }
    let dump = format!("{:?}", table::items(&server).await);
    assert!(dump.contains("CODE#") && dump.contains("BUDGET#text-to#"));
    for secret in [latest_code(&server.inbox()).as_str(), "3800138", "8613800"] {
        assert!(!dump.contains(secret), "the table tells {secret}");
    }
}

#[tokio::test]
async fn the_item_of_a_busy_number_stays_below_one_write_unit() {
    let server = Server::start().await;
    for _ in 0..30 {
        for action in ["AccountReg", "ChangeMobile", "ChangePwd"] {
            ask_calmly(&server.client(), action, MOBILE).await;
        }
        server.clock().advance(super::Duration::from_mins(20));
    }
    let items = table::items_of(&server, "CODE#").await;
    assert_eq!(items.len(), 1);
    let messages = items[0]["sent"].as_m().expect("the history is a map");
    assert_eq!(messages.len(), 10, "a full day's history");
    let size = size(&items[0]);
    assert!(size <= 1024, "{size} bytes");
}

/// Bytes as DynamoDB counts them: names, texts, numbers by their digits, three for each map and one
/// for each of its entries (DynamoDB developer guide, "Item sizes and formats").
fn size(item: &table::Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &aws_sdk_dynamodb::types::AttributeValue) -> usize {
    if let Ok(text) = value.as_s() {
        return text.len();
    }
    if let Ok(number) = value.as_n() {
        return number.len().div_ceil(2) + 1;
    }
    let map = value.as_m().expect("a code's item holds texts, numbers and maps");
    3 + map.len() + size(map)
}
