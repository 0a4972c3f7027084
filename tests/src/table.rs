//! The table behind the service, read and changed as only an operator or a thief of it could.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use tally::domain::account_number::AccountNumber;
use tally::domain::email_address::EmailAddress;
use tally::domain::shared_key::PresentedKey;
use tally::store::key::{self, Identifier};

use crate::server::Server;

/// One item of the table.
pub type Item = HashMap<String, AttributeValue>;

/// Everything in the table.
pub async fn items(server: &Server) -> Vec<Item> {
    let store = &server.app().store;
    let mut items = Vec::new();
    let mut next = None;
    loop {
        let scan = store.client().scan().table_name(store.table()).consistent_read(true);
        let page = scan.set_exclusive_start_key(next).send().await.expect("the table can be read");
        items.extend(page.items.unwrap_or_default());
        next = page.last_evaluated_key;
        if next.is_none() {
            return items;
        }
    }
}

/// The items whose partition key begins like this.
pub async fn items_of(server: &Server, prefix: &str) -> Vec<Item> {
    let mut items = items(server).await;
    items.retain(|item| text(item, key::PARTITION).starts_with(prefix));
    items
}

/// The account to which a key belongs.
#[must_use]
pub fn owner(key: &str) -> AccountNumber {
    PresentedKey::parse(key).expect("the key is one of the service").number
}

/// An account's item.
pub async fn account(server: &Server, number: AccountNumber) -> Item {
    let store = &server.app().store;
    let get = store.client().get_item().table_name(store.table()).set_key(Some(key::account(number)));
    let answer = get.consistent_read(true).send().await.expect("the table can be read");
    answer.item.expect("the account is there")
}

/// Changes one attribute of an account.
pub async fn set(server: &Server, number: AccountNumber, attribute: &str, value: &str) {
    let store = &server.app().store;
    let update = store.client().update_item().table_name(store.table()).set_key(Some(key::account(number)));
    let update = update.update_expression("SET #a = :v").expression_attribute_names("#a", attribute);
    let value = AttributeValue::S(value.to_owned());
    update.expression_attribute_values(":v", value).send().await.expect("the table can be written");
}

/// Makes an account's address proven, on the account and on its claim.
pub async fn prove_email(server: &Server, number: AccountNumber, address: &EmailAddress) {
    let store = &server.app().store;
    let keys = [(key::account(number), "email_proven"), (key::guard(&Identifier::email(address)), "proven")];
    for (key, attribute) in keys {
        let update = store.client().update_item().table_name(store.table()).set_key(Some(key));
        let update = update.update_expression("SET #a = :v").expression_attribute_names("#a", attribute);
        let value = AttributeValue::Bool(true);
        update.expression_attribute_values(":v", value).send().await.expect("the table can be written");
    }
}

/// A text attribute; empty if there is none.
#[must_use]
pub fn text<'a>(item: &'a Item, attribute: &str) -> &'a str {
    item.get(attribute).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// A number attribute.
#[must_use]
pub fn number(item: &Item, attribute: &str) -> i64 {
    let value = item.get(attribute).and_then(|value| value.as_n().ok());
    value.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no number {attribute} in {item:?}"))
}
