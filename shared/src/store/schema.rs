//! The table as `template.yaml` declares it, for hosts that have to make their own.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};

use super::{Store, StoreError, key};

impl Store {
    /// Makes the table unless it is there.
    pub async fn create_table_if_missing(&self) -> Result<(), StoreError> {
        let attribute = |name: &str| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .expect("an attribute with a name and a type is complete")
        };
        let key_part = |name: &str, role: KeyType| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(role)
                .build()
                .expect("a key part with a name and a role is complete")
        };
        let created = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute(key::PARTITION))
            .attribute_definitions(attribute(key::SORT))
            .key_schema(key_part(key::PARTITION, KeyType::Hash))
            .key_schema(key_part(key::SORT, KeyType::Range))
            .send()
            .await;
        match created {
            Ok(_) => self.sweep_expired().await,
            Err(error)
                if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
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
