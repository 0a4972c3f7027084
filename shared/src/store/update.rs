//! One conditional update of one item: the way all of them go.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::expression::Update;
use super::key::Key;
use super::{Item, Store, StoreError};

impl Store {
    /// Updates the item and hands out what `returning` asks for. The inner `Err` says that a condition
    /// failed, and holds the item that stood in the way, if there was one.
    pub(super) async fn update(
        &self,
        key: Key,
        update: Update,
        returning: ReturnValue,
    ) -> Result<Result<Item, Option<Item>>, StoreError> {
        let on_failure =
            update.condition_expression().is_some().then_some(ReturnValuesOnConditionCheckFailure::AllOld);
        let request = self
            .update_request(key, update)
            .return_values(returning)
            .set_return_values_on_condition_check_failure(on_failure);
        let error = match request.send().await {
            Ok(answer) => return Ok(Ok(answer.attributes.unwrap_or_default())),
            Err(error) => error,
        };
        if let Some(UpdateItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() {
            return Ok(Err(refusal.item().cloned()));
        }
        Err(error.into())
    }

    /// The bare request.
    pub(super) fn update_request(&self, key: Key, update: Update) -> UpdateItemFluentBuilder {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(update.update_expression())
            .set_condition_expression(update.condition_expression());
        let (names, values) = update.into_placeholders();
        request.set_expression_attribute_names(Some(names)).set_expression_attribute_values(values)
    }
}
