//! The money firewall: what may be sent, no matter who asks.
//!
//! Asking for a message is free and anonymous, sending one costs. So a message is taken out of every
//! budget by a conditional write before it is sent, never counted afterwards: however many requests
//! run in however many processes, no budget is overrun. What was not sent for certain is given back.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::app::App;
use crate::domain::address_budget::network;
use crate::domain::asker::Asker;
use crate::domain::message_budget::{MessageBudget, Proof, SUSPICIOUS_IN_RANGE, Share, TEXTS_TO_RANGE};
use crate::domain::phone_number::PhoneNumber;
use crate::secret::Purpose;
use crate::store::{BudgetCounter, NoneLeft, StoreError, TakenMessage, chain};
use crate::telemetry;

/// Counters a part of the deployment's budgets is spread over, so that none of them is hot. Each has its
/// share; a full one leads to the next, so that the whole can be used up and is never overrun.
const SHARDS: u32 = 16;

/// Whose budget is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Messages {
    /// Of messages that somebody may get.
    Sent,
    /// Of messages that nobody is due, which are never sent: the same calls, other counters.
    Imagined,
}

/// Whose budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedUp {
    /// The network address's.
    Network,
    /// The one of the range of numbers, or the deployment's.
    Others,
}

/// What was taken out of the budgets, or which stood in the way.
pub type Taking = Result<Result<Vec<TakenMessage>, UsedUp>, StoreError>;

/// A part of the deployment's budgets that no other can use up (trust rule 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Mail(Messages, Share, Proof),
    Text(Messages, Share),
}

impl Part {
    const fn channel(self) -> &'static str {
        match self {
            Self::Mail(Messages::Sent, _, _) => "mail",
            Self::Mail(Messages::Imagined, _, _) => "no-mail",
            Self::Text(Messages::Sent, _) => "text",
            Self::Text(Messages::Imagined, _) => "no-text",
        }
    }

    const fn share(self) -> Share {
        match self {
            Self::Mail(_, share, _) | Self::Text(_, share) => share,
        }
    }

    fn budget(self, app: &App) -> MessageBudget {
        match self {
            Self::Mail(_, share, proof) => share.of_mails(proof),
            Self::Text(_, share) => share.of_texts(app.config.texts.budget),
        }
    }

    /// Mail that may bounce is counted in one place: it is little, and its bounces stop all of it.
    const fn shards(self) -> u32 {
        match self {
            Self::Mail(_, _, Proof::Unproven) => 1,
            Self::Mail(_, _, Proof::Proven) | Self::Text(_, _) => SHARDS,
        }
    }

    fn counter(self, shard: u32) -> BudgetCounter {
        let (channel, name) = (self.channel(), self.share().name());
        match self {
            Self::Mail(messages, _, Proof::Unproven) => {
                let scope = match messages {
                    Messages::Sent => BOUNCING,
                    Messages::Imagined => "no-mail-unproven",
                };
                BudgetCounter::Bouncing { scope, name }
            }
            Self::Mail(_, _, Proof::Proven) | Self::Text(_, _) => {
                BudgetCounter::Of { scope: format!("{channel}-{name}#{shard}") }
            }
        }
    }
}

/// The scope of mail to addresses never proven, in whose item its bounces are counted.
pub const BOUNCING: &str = "mail-unproven";

/// The counters that this process knows to be used up, and until when.
#[derive(Debug, Default)]
pub struct BudgetGate {
    full: Mutex<HashMap<(Part, u32), Timestamp>>,
}

impl BudgetGate {
    fn is_full(&self, part: Part, shard: u32, now: Timestamp) -> bool {
        let full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        full.get(&(part, shard)).is_some_and(|until| now < *until)
    }

    fn is_used_up(&self, part: Part, now: Timestamp) -> bool {
        (0..part.shards()).all(|shard| self.is_full(part, shard, now))
    }

    fn note(&self, part: Part, shard: u32, until: Timestamp) {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        full.insert((part, shard), until);
    }
}

/// Takes one mail out of the deployment's budget: out of the part that is for such mail, to addresses
/// of which that is known.
pub async fn take_mail(app: &App, messages: Messages, share: Share, proof: Proof) -> Taking {
    let taken = take_part(app, Part::Mail(messages, share, proof)).await?;
    note_refusal(messages, taken.is_none());
    Ok(taken.map(|taken| vec![taken]).ok_or(UsedUp::Others))
}

/// Takes one text message out of all budgets it counts against: the deployment's part for such
/// messages, the range's of the number, and the network address's that asks for it, where somebody does.
///
/// The address's budget is the same for messages that nobody is due, and stays taken where one of the
/// others is used up: else what is left of it would tell what became of the messages before.
pub async fn take_text(
    app: &App,
    messages: Messages,
    share: Share,
    to: &PhoneNumber,
    from: Option<&Asker>,
) -> Taking {
    let part = Part::Text(messages, share);
    let of_network = async {
        match from {
            None => Ok(Some(None)),
            Some(from) => Ok(take_from_network(app, from).await?.map(Some)),
        }
    };
    let is_known_used_up = app.budgets.is_used_up(part, app.clock.now());
    let of_range = async {
        // No need to take what would have to be given back.
        if is_known_used_up { Ok(None) } else { take_to_range(app, part.channel(), to).await }
    };
    let of_all = take_part(app, part);
    match Box::pin(futures_util::future::join3(of_network, of_range, of_all)).await {
        (Ok(Some(network)), Ok(Some(range)), Ok(Some(all))) => {
            Ok(Ok(network.into_iter().chain([range, all]).collect()))
        }
        (network, range, all) => {
            note_refusal(messages, matches!(&range, Ok(None)) || matches!(&all, Ok(None)));
            let used_up = if matches!(network, Ok(None)) { UsedUp::Network } else { UsedUp::Others };
            let (mut taken, mut lost) = (Vec::new(), network.err());
            for outcome in [range, all] {
                match outcome {
                    Ok(message) => taken.extend(message),
                    Err(error) => lost = Some(error),
                }
            }
            give_back(app, taken).await;
            lost.map_or(Ok(Err(used_up)), Err)
        }
    }
}

/// Gives back what certainly was not sent. Where that fails, the budget is smaller by it.
pub async fn give_back(app: &App, taken: Vec<TakenMessage>) {
    let given = taken.iter().map(|message| app.store.give_message_back(message));
    for error in futures_util::future::join_all(given).await.into_iter().filter_map(Result::err) {
        tracing::warn!(error = %chain(&error), "a message that was not sent was not credited back");
    }
}

async fn take_from_network(app: &App, from: &Asker) -> Result<Option<TakenMessage>, StoreError> {
    let budget = MessageBudget::texts_from_network(app.config.address_limits);
    let scope = scope(app, "text-from", &network(from.address).to_string());
    let counter = BudgetCounter::Of { scope };
    let taken = app.store.take_message(counter, budget, app.clock.now()).await?.ok();
    if taken.is_none() {
        tracing::error!(budget = "text", scope = "network", "a network address has used up its messages");
    }
    Ok(taken)
}

async fn take_to_range(
    app: &App,
    channel: &'static str,
    to: &PhoneNumber,
) -> Result<Option<TakenMessage>, StoreError> {
    let scope = scope(app, &format!("{channel}-to"), to.range());
    let counter = BudgetCounter::Of { scope };
    let taken = app.store.take_message(counter, TEXTS_TO_RANGE, app.clock.now()).await?.ok();
    match &taken {
        None => tracing::error!(budget = "text", scope = "range", "a range has used up its messages"),
        Some(taken) if taken.in_hour == SUSPICIOUS_IN_RANGE => {
            tracing::error!(budget = "text", scope = "suspicion", "a range receives many messages");
            telemetry::note(|notes| notes.suspicious_ranges += 1);
        }
        Some(_) => {}
    }
    Ok(taken)
}

/// Takes one message out of the first counter of a part that has any, beginning anywhere.
async fn take_part(app: &App, part: Part) -> Result<Option<TakenMessage>, StoreError> {
    let ([byte], of) = (app.entropy.bytes::<1>(), part.shards());
    let (mut has_asked, mut is_for_bounces) = (false, false);
    for step in 0..of {
        let (shard, now) = ((u32::from(byte) + step) % of, app.clock.now());
        if app.budgets.is_full(part, shard, now) {
            continue;
        }
        has_asked = true;
        let budget = part.budget(app).share(shard, of);
        match app.store.take_message(part.counter(shard), budget, now).await? {
            Ok(taken) => return Ok(Some(taken)),
            Err(NoneLeft { until, is_for_bounces: bounced }) => {
                is_for_bounces |= bounced;
                app.budgets.note(part, shard, until);
            }
        }
    }
    // Told when it is found out, not with every request from then on.
    let (budget, share) = (part.channel(), part.share().name());
    if is_for_bounces {
        tracing::error!(budget, share, scope = "bounces", "too many mails to unproven addresses bounce");
    } else if has_asked {
        tracing::error!(
            budget,
            share,
            scope = "deployment",
            "a share of the deployment's messages is used up"
        );
    }
    Ok(None)
}

/// Tells the operator of a message that was due and is not sent. One network address over its own
/// budget is everyday life and left out.
fn note_refusal(messages: Messages, is_refused: bool) {
    if is_refused && messages == Messages::Sent {
        telemetry::note(|notes| notes.budget_refusals += 1);
    }
}

fn scope(app: &App, name: &str, of: &str) -> String {
    let fingerprint = app.secret.fingerprint(Purpose::MessageBudget, format!("{name} {of}").as_bytes());
    format!("{name}#{fingerprint}")
}
