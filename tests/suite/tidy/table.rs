//! The table that is deployed is the table that the service makes for itself elsewhere.

use serde_json::{Value, json};
use tally::domain::message_budget::MAILS_PER_BOUNCE;
use tally::services::budget::BOUNCING;
use tally::store::key::{self, Index};
use tally::store::{CREDIT, schema};

use super::read;

/// The part of the template between two of its lines, both named by how they begin.
fn part<'a>(template: &'a str, from: &str, to: &str) -> &'a str {
    let start = template.find(from).unwrap_or_else(|| panic!("the template has no {from}"));
    let rest = &template[start..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("the template has no {to} behind {from}"))]
}

/// What follows a name on the lines that have it, up to a comma or a brace.
fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let after = text.lines().filter_map(|line| line.split_once(name));
    after.map(|(_, rest)| rest.split([',', '}']).next().unwrap_or_default().trim()).collect()
}

#[test]
fn the_template_makes_the_same_keys_and_indexes() {
    let template = read("template.yaml");
    let table = part(&template, "  AccountsTable:", "  ServerSecret:");
    let defined = part(table, "AttributeDefinitions:", "KeySchema:");
    assert_eq!(values(defined, "AttributeName:"), schema::key_attributes().collect::<Vec<_>>());
    assert!(values(defined, "AttributeType:").iter().all(|kind| *kind == "S"));
    let own = part(table, "KeySchema:", "GlobalSecondaryIndexes:");
    assert_eq!(values(own, "AttributeName:"), [key::PARTITION, key::SORT]);
    let indexes = part(table, "GlobalSecondaryIndexes:", "TimeToLiveSpecification:");
    assert_eq!(values(indexes, "IndexName:"), Index::ALL.map(Index::name));
    let keys = Index::ALL.map(|index| [index.partition(), key::PLACE]).concat();
    assert_eq!(values(indexes, "AttributeName:"), keys);
    assert_eq!(values(indexes, "KeyType:"), Index::ALL.map(|_| ["HASH", "RANGE"]).concat());
    assert_eq!(values(indexes, "ProjectionType:"), Index::ALL.map(|_| "KEYS_ONLY"));
    assert!(part(table, "TimeToLiveSpecification:", "Enabled: true").contains(key::TTL));
    assert_eq!(values(table, "BillingMode:"), ["PAY_PER_REQUEST"]);
}

#[test]
fn only_the_function_that_searches_may_read_the_indexes() {
    let template = read("template.yaml");
    let role = part(&template, "  CharityRole:", "  CharityLogs:");
    for word in ["dynamodb:Query", "/index/"] {
        assert_eq!((role.matches(word).count(), template.matches(word).count()), (1, 1), "{word}");
    }
}

#[test]
fn bounces_are_counted_where_the_functions_look() {
    let template = read("template.yaml");
    let counter = part(&template, "  BounceCounter:", "  BounceCounterRole:");
    let definition = part(counter, "            {", "          - Table:").replace("${", "$");
    let definition: Value = serde_json::from_str(&definition).expect("the definition is JSON");
    let write = &definition["States"]["Count"]["Arguments"];
    // The item of a day whose number the state machine finds out, as the functions name it.
    let day = 20_785;
    let item = key::budget(BOUNCING, day);
    let name = item[key::PARTITION].as_s().expect("a key is a text");
    let prefix = name.strip_suffix(&day.to_string()).expect("the day comes last");
    let of_day = "$floor($toMillis($states.input.time) / 86400000)";
    let named = format!("{{% '{prefix}' & $string({of_day}) %}}");
    assert_eq!(write["Key"][key::PARTITION], json!({"S": named}));
    assert_eq!(write["Key"][key::SORT]["S"].as_str(), item[key::SORT].as_s().ok().map(String::as_str));
    assert_eq!(write["Key"].as_object().map(serde_json::Map::len), Some(item.len()));
    assert_eq!(write["ExpressionAttributeNames"], json!({"#ttl": key::TTL, "#credit": CREDIT}));
    let bounced = json!({"N": (-MAILS_PER_BOUNCE).to_string()});
    assert_eq!(write["ExpressionAttributeValues"][":bounced"], bounced);
    // An hour after the day, as the functions have it.
    let ttl = json!({"N": format!("{{% $string({of_day} * 86400 + 90000) %}}")});
    assert_eq!(write["ExpressionAttributeValues"][":ttl"], ttl);
    let role = part(&template, "  BounceCounterRole:", "  Api:");
    assert!(role.contains(&format!("dynamodb:LeadingKeys: [\"{prefix}*\"]")), "it may write nothing else");
}
