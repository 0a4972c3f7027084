//! What DynamoDB charges: every call asks for it, and what it answers is noted for the log.
//!
//! A call that fails does not tell, though a refused condition costs its write units as well. So the
//! sum is what successful calls cost.

use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::scan::{ScanInput, ScanOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

use crate::telemetry;

/// Asks with every call what it costs, and notes the answer.
#[derive(Debug)]
pub(super) struct Capacity;

/// Sets the field in whichever of the inputs it is.
macro_rules! ask {
    ($input:expr, $($kind:ty),+) => {
        $(if let Some(input) = $input.downcast_mut::<$kind>() {
            input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
        })+
    };
}

/// The units that whichever of the outputs it is tells of.
macro_rules! told {
    ($output:expr, $($kind:ty),+) => {
        0.0 $(+ $output
            .downcast_ref::<$kind>()
            .and_then(|output| output.consumed_capacity.as_ref())
            .map_or(0.0, Told::units))+
    };
}

impl Intercept for Capacity {
    fn name(&self) -> &'static str {
        "Capacity"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input_mut();
        ask!(input, GetItemInput, BatchGetItemInput, QueryInput, ScanInput);
        ask!(input, PutItemInput, UpdateItemInput, DeleteItemInput, TransactWriteItemsInput);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Ok(output) = context.output_or_error() {
            let read = told!(output, GetItemOutput, BatchGetItemOutput, QueryOutput, ScanOutput);
            let written =
                told!(output, PutItemOutput, UpdateItemOutput, DeleteItemOutput, TransactWriteItemsOutput);
            telemetry::note(|notes| {
                notes.read_units += read;
                notes.write_units += written;
            });
        }
        Ok(())
    }
}

/// What an answer tells about cost: one thing, or one for each table.
trait Told {
    fn units(&self) -> f64;
}

impl Told for ConsumedCapacity {
    fn units(&self) -> f64 {
        self.capacity_units.unwrap_or_default()
    }
}

impl Told for Vec<ConsumedCapacity> {
    fn units(&self) -> f64 {
        self.iter().map(Told::units).sum()
    }
}
