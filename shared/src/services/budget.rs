//! What the whole deployment may send, whoever asks.

use std::time::Duration;

use crate::app::App;
use crate::domain::address_budget::Allowance;
use crate::store::StoreError;

/// The most mails in an hour (security rule 2.2).
const MAILS: Allowance = Allowance { most: 2000, window: Duration::from_hours(1) };

/// Counters the budget is spread over, so that none of them is hot. Each has its share, so the sum
/// is never overrun; chance may leave a share unused.
const SHARDS: u32 = 16;

/// Whose budget is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// Of letters that somebody may get.
    Sent,
    /// Of letters to addresses that nobody has, which are never sent.
    Imagined,
}

/// Takes one mail out of the budget; `false` if there is none left.
pub async fn take_mail(app: &App, letters: Letters) -> Result<bool, StoreError> {
    let channel = match letters {
        Letters::Sent => "mail",
        Letters::Imagined => "no-mail",
    };
    let [byte] = app.entropy.bytes::<1>();
    let shard = u32::from(byte) % SHARDS;
    let count = app.store.count_sending(channel, shard, &MAILS, app.clock.now()).await?;
    let is_within = count <= MAILS.most / SHARDS;
    if !is_within && letters == Letters::Sent {
        tracing::error!(budget = "mail", "the budget of the hour is used up");
    }
    Ok(is_within)
}
