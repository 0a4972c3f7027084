//! One conditional update of one item: the way all of them go.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
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
        let condition = update.condition_expression();
        let on_failure = condition.is_some().then_some(ReturnValuesOnConditionCheckFailure::AllOld);
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(update.update_expression())
            .set_condition_expression(condition)
            .return_values(returning)
            .set_return_values_on_condition_check_failure(on_failure);
        let (names, values) = update.into_placeholders();
        let request = request.set_expression_attribute_names(Some(names));
        let error = match request.set_expression_attribute_values(values).send().await {
            Ok(answer) => return Ok(Ok(answer.attributes.unwrap_or_default())),
            Err(error) => error,
        };
        if let Some(UpdateItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() {
            return Ok(Err(refusal.item().cloned()));
        }
        Err(error.into())
    }
}
