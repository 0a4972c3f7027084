//! What a call to DynamoDB is about: the items it touches, and the rights it needs for them.

use serde_json::Value;

/// One DynamoDB call as it went through.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation, for example `GetItem`.
    pub operation: String,
    /// What the request said.
    pub request: Value,
    /// When it came, in steps of the tap's own count.
    pub started: usize,
    /// When its answer went, in the same steps; far away while it has not.
    pub ended: usize,
    /// Read units that DynamoDB charged.
    pub read_units: f64,
    /// Write units that DynamoDB charged.
    pub write_units: f64,
}

impl Call {
    /// The kinds of items it touches, for example `ACCOUNT+GUARD+GUARD`.
    #[must_use]
    pub fn items(&self) -> String {
        let kinds = self.keys().into_iter().map(|key| {
            let partition = key["pk"]["S"].as_str().unwrap_or("?");
            match key["sk"]["S"].as_str() {
                // They lie beside an account, or for themselves.
                Some("ATTEMPTS") => "ATTEMPTS".to_owned(),
                Some(_) | None => partition.split('#').next().unwrap_or_default().to_owned(),
            }
        });
        kinds.collect::<Vec<_>>().join("+")
    }

    /// Operation and items, for comparing and printing.
    #[must_use]
    pub fn what(&self) -> String {
        format!("{} {}", self.operation, self.items())
    }

    /// The right that it needs for each item, such as `dynamodb:PutItem`, with the item's partition; what
    /// reads an index needs it for the index's name, with a colon before it.
    #[must_use]
    pub fn rights(&self) -> Vec<(String, String)> {
        if let Some(index) = self.request["IndexName"].as_str() {
            return vec![(format!("dynamodb:{}", self.operation), format!(":{index}"))];
        }
        let partitions = self.keys().into_iter().map(|key| key["pk"]["S"].as_str().unwrap_or("?").to_owned());
        let of_parts =
            self.request["TransactItems"].as_array().into_iter().flatten().map(|part| {
                match part.as_object().and_then(|part| part.keys().next()).map_or("?", String::as_str) {
                    "ConditionCheck" => "ConditionCheckItem".to_owned(),
                    verb => format!("{verb}Item"),
                }
            });
        let operation = std::iter::repeat(self.operation.clone());
        let verbs = of_parts.chain(operation);
        verbs.zip(partitions).map(|(verb, partition)| (format!("dynamodb:{verb}"), partition)).collect()
    }

    fn keys(&self) -> Vec<&Value> {
        let one = |value: &'_ Value| value.is_object();
        match self.operation.as_str() {
            "BatchGetItem" => {
                let tables =
                    self.request["RequestItems"].as_object().into_iter().flat_map(|map| map.values());
                tables.filter_map(|table| table["Keys"].as_array()).flatten().collect()
            }
            "TransactWriteItems" => {
                let items = self.request["TransactItems"].as_array().into_iter().flatten();
                let actions = items.filter_map(|item| item.as_object()?.values().next());
                actions
                    .map(|action| if one(&action["Item"]) { &action["Item"] } else { &action["Key"] })
                    .collect()
            }
            "PutItem" => vec![&self.request["Item"]],
            _ => vec![&self.request["Key"]],
        }
    }
}
