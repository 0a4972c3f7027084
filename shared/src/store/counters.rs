//! Counters: what a network address has done, and what was taken out of a budget of messages.

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;

use super::expression::Update;
use super::{Item, Store, StoreError, key, number};
use crate::domain::address_budget::{Allowance, Deed};
use crate::domain::message_budget::{BudgetWindow, FREE_BOUNCES, MAILS_PER_BOUNCE, MessageBudget};

const COUNT: &str = "count";

/// What was taken in the whole day.
const DAY: &str = "day";

/// What bounces of a day have left: each message adds one, each bounce takes [`MAILS_PER_BOUNCE`] away.
/// So their rate is one number, and one condition of the write that takes a message. The bounces are
/// counted by the state machine `BounceCounter` of the template.
pub const CREDIT: &str = "credit";

/// How long a window's counter outlives its window.
const KEPT_SECONDS: i64 = 3600;

/// Where messages are counted.
#[derive(Clone, Debug)]
pub enum BudgetCounter {
    /// In an item of their own.
    Of {
        /// The item's scope.
        scope: String,
    },
    /// In the item that counts bounces too, under a name of their own; none are taken while too many bounce.
    Bouncing {
        /// The item's scope.
        scope: &'static str,
        /// The name there.
        name: &'static str,
    },
}

impl BudgetCounter {
    fn scope(&self) -> &str {
        match self {
            Self::Of { scope } => scope,
            Self::Bouncing { scope, .. } => scope,
        }
    }

    fn hour(&self, window: &BudgetWindow) -> String {
        match self {
            Self::Of { .. } => format!("hour{}", window.hour),
            Self::Bouncing { name, .. } => format!("{name}_hour{}", window.hour),
        }
    }

    fn day(&self) -> String {
        match self {
            Self::Of { .. } => DAY.to_owned(),
            Self::Bouncing { name, .. } => format!("{name}_{DAY}"),
        }
    }

    const fn minds_bounces(&self) -> bool {
        match self {
            Self::Of { .. } => false,
            Self::Bouncing { .. } => true,
        }
    }
}

/// Why there is no message to be had, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoneLeft {
    /// Until when.
    pub until: Timestamp,
    /// Whether it is because too many bounced.
    pub is_for_bounces: bool,
}

/// One message, taken out of a budget.
#[derive(Debug)]
#[must_use = "a message that is not sent has to be given back"]
pub struct TakenMessage {
    counter: BudgetCounter,
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

    /// Takes one message out of a budget, of its hour and its day at once, if there is any. An answer
    /// that is lost may cost a message of the budget, never bring one.
    pub async fn take_message(
        &self,
        counter: BudgetCounter,
        budget: MessageBudget,
        now: Timestamp,
    ) -> Result<Result<TakenMessage, NoneLeft>, StoreError> {
        let window = BudgetWindow::at(now);
        if budget.per_day == 0 || budget.per_hour == 0 {
            return Ok(Err(NoneLeft { until: window.day_ends, is_for_bounces: false }));
        }
        let (hour, day) = (counter.hour(&window), counter.day());
        let mut update = Update::default()
            .count_up(hour.as_str())
            .count_up(day.as_str())
            .set(key::TTL, number(window.day_ends.as_second() + KEPT_SECONDS))
            .if_absent_or_below(hour.as_str(), i64::from(budget.per_hour))
            .if_absent_or_below(day.as_str(), i64::from(budget.per_day));
        if counter.minds_bounces() {
            update = update.count_up(CREDIT).if_absent_or_above(CREDIT, LEAST_CREDIT);
        }
        let key = key::budget(counter.scope(), window.day);
        Ok(match self.update(key, update, ReturnValue::UpdatedNew).await? {
            Ok(item) => {
                let in_hour = read(&item, &hour).unwrap_or_default();
                Ok(TakenMessage { counter, window, in_hour })
            }
            Err(item) => {
                let credit: Option<i64> = item.as_ref().and_then(|item| read(item, CREDIT));
                let is_for_bounces =
                    counter.minds_bounces() && credit.is_some_and(|credit| credit <= LEAST_CREDIT);
                let in_day: Option<u32> = item.as_ref().and_then(|item| read(item, &day));
                let is_for_day = is_for_bounces || in_day.is_some_and(|in_day| in_day >= budget.per_day);
                let until = if is_for_day { window.day_ends } else { window.hour_ends };
                Err(NoneLeft { until, is_for_bounces })
            }
        })
    }

    /// Gives a message back that certainly was not sent. It is tried once: a repetition after a lost
    /// answer could give back two.
    pub async fn give_message_back(&self, taken: &TakenMessage) -> Result<(), StoreError> {
        let TakenMessage { counter, window, .. } = taken;
        let (hour, day) = (counter.hour(window), counter.day());
        let mut update = Update::default()
            .increase(hour.as_str(), -1)
            .increase(day.as_str(), -1)
            .if_above(hour.as_str(), 0);
        if counter.minds_bounces() {
            update = update.increase(CREDIT, -1);
        }
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let request = self.update_request(key::budget(counter.scope(), window.day), update);
        request.customize().config_override(once).send().await?;
        Ok(())
    }
}

/// Where no more may bounce.
const LEAST_CREDIT: i64 = -FREE_BOUNCES * MAILS_PER_BOUNCE;

fn read<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
