//! Counters: what a network address has done, and what was taken out of a budget of messages.

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;

use super::expression::Update;
use super::{Item, Store, StoreError, key, number};
use crate::domain::address_budget::{Allowance, Deed};
use crate::domain::message_budget::{BudgetWindow, MessageBudget};

const COUNT: &str = "count";

/// What was taken in the whole day.
const DAY: &str = "day";

/// How long a window's counter outlives its window.
const KEPT_SECONDS: i64 = 3600;

/// One message, taken out of a budget.
#[derive(Debug)]
#[must_use = "a message that is not sent has to be given back"]
pub struct TakenMessage {
    scope: String,
    window: BudgetWindow,
    /// How many were taken in this hour, this one included.
    pub in_hour: u32,
}

impl Store {
    /// Counts one deed of the address, a keyed fingerprint, and tells how many that makes.
    pub async fn count_deed(
        &self,
        address: &str,
        deed: Deed,
        allowance: &Allowance,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let expires = allowance.end_of_window(now).as_second() + KEPT_SECONDS;
        let update = Update::default().count_up(COUNT).set(key::TTL, number(expires));
        let key = key::address(address, deed, allowance, allowance.window_at(now));
        let counted = self.update(key, update, ReturnValue::UpdatedNew).await?;
        let count = counted.ok().and_then(|item| read(&item, COUNT));
        count.ok_or_else(|| StoreError::Unreadable("a counter without a count".to_owned()))
    }

    /// Takes one message out of a scope's budget, of its hour and its day at once; `Err` tells until
    /// when there is none to be had. An answer that is lost may cost a message of the budget, never
    /// bring one.
    pub async fn take_message(
        &self,
        scope: &str,
        budget: MessageBudget,
        now: Timestamp,
    ) -> Result<Result<TakenMessage, Timestamp>, StoreError> {
        let window = BudgetWindow::at(now);
        if budget.per_day == 0 || budget.per_hour == 0 {
            return Ok(Err(window.day_ends));
        }
        let hour = hour(&window);
        let update = Update::default()
            .count_up(hour.as_str())
            .count_up(DAY)
            .set(key::TTL, number(window.day_ends.as_second() + KEPT_SECONDS))
            .if_absent_or_below(hour.as_str(), i64::from(budget.per_hour))
            .if_absent_or_below(DAY, i64::from(budget.per_day));
        let written = self.update(key::budget(scope, window.day), update, ReturnValue::UpdatedNew).await?;
        Ok(match written {
            Ok(item) => {
                let in_hour = read(&item, &hour).unwrap_or_default();
                Ok(TakenMessage { scope: scope.to_owned(), window, in_hour })
            }
            Err(item) => {
                let in_day = item.as_ref().and_then(|item| read(item, DAY)).unwrap_or_default();
                Err(if in_day >= budget.per_day { window.day_ends } else { window.hour_ends })
            }
        })
    }

    /// Gives a message back that certainly was not sent. It is tried once: a repetition after a lost
    /// answer could give back two.
    pub async fn give_message_back(&self, taken: &TakenMessage) -> Result<(), StoreError> {
        let hour = hour(&taken.window);
        let update =
            Update::default().increase(hour.as_str(), -1).increase(DAY, -1).if_above(hour.as_str(), 0);
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::budget(&taken.scope, taken.window.day)))
            .update_expression(update.update_expression())
            .set_condition_expression(update.condition_expression());
        let (names, values) = update.into_placeholders();
        let request = request.set_expression_attribute_names(Some(names));
        request.set_expression_attribute_values(values).customize().config_override(once).send().await?;
        Ok(())
    }
}

fn hour(window: &BudgetWindow) -> String {
    format!("hour{}", window.hour)
}

fn read(item: &Item, name: &str) -> Option<u32> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
