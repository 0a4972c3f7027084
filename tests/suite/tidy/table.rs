//! The table that is deployed is the table that the service makes for itself elsewhere.

use tally::store::key::{self, Index};
use tally::store::schema;

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
