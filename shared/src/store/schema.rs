//! The table as `template.yaml` declares it, for hosts that have to make their own.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};

use super::key::Index;
use super::{Store, StoreError, key};

/// Why there is no table to work with.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It could not be made.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is there, made by an earlier version, and its accounts are in no index.
    #[error("the table was made by an earlier version: it has no index {index:?}")]
    Outdated {
        /// The first index that it lacks.
        index: &'static str,
    },
}

impl Store {
    /// Makes the table unless it is there. One that is there has to have every index.
    pub async fn create_table_if_missing(&self) -> Result<(), TableError> {
        let created = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(key_attributes().map(attribute).collect()))
            .set_key_schema(Some(key_schema(key::PARTITION, key::SORT)))
            .set_global_secondary_indexes(Some(Index::ALL.map(index).to_vec()))
            .send()
            .await;
        match created {
            Ok(_) => Ok(self.sweep_expired().await?),
            Err(error)
                if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) =>
            {
                self.require_indexes().await
            }
            Err(error) => Err(StoreError::from(error).into()),
        }
    }

    /// A table from before the indexes would start well and stumble over every search.
    async fn require_indexes(&self) -> Result<(), TableError> {
        let answer = self.client.describe_table().table_name(&self.table).send().await;
        let table = answer.map_err(StoreError::from)?.table;
        let indexes = table.and_then(|table| table.global_secondary_indexes).unwrap_or_default();
        let has = |wanted: &Index| indexes.iter().any(|index| index.index_name() == Some(wanted.name()));
        match Index::ALL.iter().find(|index| !has(index)) {
            None => Ok(()),
            Some(missing) => Err(TableError::Outdated { index: missing.name() }),
        }
    }

    async fn sweep_expired(&self) -> Result<(), StoreError> {
        let specification = TimeToLiveSpecification::builder()
            .attribute_name(key::TTL)
            .enabled(true)
            .build()
            .expect("a specification with an attribute is complete");
        let request = self.client.update_time_to_live().table_name(&self.table);
        request.time_to_live_specification(specification).send().await?;
        Ok(())
    }
}

/// The attributes that are part of a key, all of them text: the table's, and those of the indexes.
pub fn key_attributes() -> impl Iterator<Item = &'static str> {
    [key::PARTITION, key::SORT, key::PLACE].into_iter().chain(Index::ALL.map(Index::partition))
}

fn attribute(name: &str) -> AttributeDefinition {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S)
        .build()
        .expect("an attribute with a name and a type is complete")
}

fn key_schema(partition: &str, sort: &str) -> Vec<KeySchemaElement> {
    let part = |name: &str, role: KeyType| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(role)
            .build()
            .expect("a key part with a name and a role is complete")
    };
    vec![part(partition, KeyType::Hash), part(sort, KeyType::Range)]
}

/// Keys only: a row is found by what it is sorted by, and the account is read anyway.
fn index(index: Index) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(index.name())
        .set_key_schema(Some(key_schema(index.partition(), key::PLACE)))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .expect("an index with a name, a key and a projection is complete")
}
