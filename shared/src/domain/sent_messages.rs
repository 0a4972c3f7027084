//! How many messages a mailbox or a phone gets, and who may cause them (trust rule 7).
//!
//! What counts is what really went there, whatever it was for, notices too. Whoever causes messages
//! pays for them: strangers share one allowance, every account has one, and none of them reaches the
//! whole, so that what its owner is due still goes.

use std::time::Duration;

use jiff::Timestamp;

use super::account_number::AccountNumber;

/// The pause after the first message of a purpose from one cause; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_mins(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(8);

/// So many messages in an hour and in a day.
#[derive(Clone, Copy, Debug)]
struct Most {
    per_hour: usize,
    per_day: usize,
}

/// What a destination gets at most.
const ALL: Most = Most { per_hour: 5, per_day: 10 };

/// Of these, what others than its owner may cause together.
const OTHERS: Most = Most { per_hour: 4, per_day: 8 };

/// And of these, what strangers may cause, or one account that has not proven the destination.
const ONE_OF_OTHERS: Most = Most { per_hour: 3, per_day: 5 };

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// Who causes a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody who is not signed in.
    Stranger,
    /// An account that has not proven the destination.
    Account(AccountNumber),
    /// The account whose proven channel it is, signed in or from a place that it is known from.
    Owner,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes out.
    Sent,
    /// It was due, but the destination has had all it may get: nobody is told.
    NoRoom,
    /// Nobody was due it. It looks like one that was.
    Undue,
}

/// A message that went to a destination, or is about to, or would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// What it was for, by the name of its purpose.
    pub purpose: String,
    /// When.
    pub at: Timestamp,
    /// Who caused it.
    pub cause: Cause,
    /// What became of it.
    pub fate: Fate,
    /// The mark of who sent it.
    pub mark: String,
}

/// Another message that somebody wants to go to a destination.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What it is for.
    pub purpose: &'a str,
    /// Who causes it.
    pub cause: Cause,
    /// Whether it is due.
    pub is_due: bool,
    /// Whether messages of the purpose keep a pause: notices do not.
    pub pauses: bool,
}

/// What becomes of another message to a destination that got these, or how long whoever causes it has
/// to wait first.
///
/// Waits come from what the same cause did before, and a message that nobody is due is judged by others
/// of its kind, so that what can be noticed tells neither what others did nor whether there is anybody.
/// Whether the destination has room for it shows nowhere.
pub fn judge(sent: &[SentMessage], wanted: Wanted<'_>, now: Timestamp) -> Result<Fate, Duration> {
    let since =
        |message: &SentMessage| now.duration_since(message.at).max(jiff::SignedDuration::ZERO).unsigned_abs();
    let is_of_kind = |message: &&SentMessage| {
        let was_due = message.fate != Fate::Undue;
        since(message) < DAY && was_due == wanted.is_due
    };
    let of_kind = || sent.iter().filter(is_of_kind);
    let alike = || of_kind().filter(|message| message.cause == wanted.cause);
    // Whoever turns out to be the owner asks again for what a stranger may just have asked for.
    let counts = |message: &&SentMessage| {
        let may_be_owner = wanted.cause == Cause::Owner && message.cause == Cause::Stranger;
        message.purpose == wanted.purpose && (message.cause == wanted.cause || may_be_owner)
    };
    let same = of_kind().filter(counts).map(since);
    let same: Vec<Duration> = same.filter(|_| wanted.pauses).collect();
    let pause = same.iter().min().map_or(Duration::ZERO, |latest| {
        let doublings = u32::try_from(same.len() - 1).unwrap_or(u32::MAX);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE).saturating_sub(*latest)
    });
    let own = match wanted.cause {
        Cause::Stranger | Cause::Account(_) => ONE_OF_OTHERS,
        Cause::Owner => ALL,
    };
    let wait = pause.max(over(alike().map(since), own));
    if !wait.is_zero() {
        return Err(wait);
    }
    if !wanted.is_due {
        return Ok(Fate::Undue);
    }
    let went = || sent.iter().filter(|message| message.fate == Fate::Sent);
    let by_others = || went().filter(|message| message.cause != Cause::Owner);
    let is_full = !over(went().map(since), ALL).is_zero()
        || wanted.cause != Cause::Owner && !over(by_others().map(since), OTHERS).is_zero();
    Ok(if is_full { Fate::NoRoom } else { Fate::Sent })
}

/// The messages worth remembering: those of the last day.
#[must_use]
pub fn remember(sent: Vec<SentMessage>, now: Timestamp) -> Vec<SentMessage> {
    sent.into_iter().filter(|message| now.duration_since(message.at).unsigned_abs() < DAY).collect()
}

/// How long until there is room again beside messages of these ages.
fn over(ages: impl Iterator<Item = Duration>, most: Most) -> Duration {
    let mut ages: Vec<Duration> = ages.collect();
    ages.sort_unstable();
    let until_room = |most: usize, window: Duration| {
        // Room comes when the oldest of the latest `most` leaves the window.
        ages.get(most - 1).map_or(Duration::ZERO, |oldest| window.saturating_sub(*oldest))
    };
    until_room(most.per_hour, HOUR).max(until_room(most.per_day, DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn went(cause: Cause, second: i64) -> SentMessage {
        sent("x", cause, Fate::Sent, second)
    }

    fn sent(purpose: &str, cause: Cause, fate: Fate, second: i64) -> SentMessage {
        SentMessage { purpose: purpose.to_owned(), at: at(second), cause, fate, mark: String::new() }
    }

    fn wanted(purpose: &str, cause: Cause) -> Wanted<'_> {
        Wanted { purpose, cause, is_due: true, pauses: true }
    }

    fn account(number: u32) -> Cause {
        Cause::Account(AccountNumber::new(number))
    }

    #[test]
    fn the_pause_doubles_up_to_eight_minutes() {
        let after = |times: &[i64], now| {
            let sent: Vec<_> = times.iter().map(|time| went(Cause::Owner, *time)).collect();
            judge(&sent, wanted("x", Cause::Owner), at(now))
        };
        let wait = |seconds| Err(Duration::from_secs(seconds));
        assert_eq!(after(&[], 0), Ok(Fate::Sent));
        assert_eq!(after(&[0], 59), wait(1));
        assert_eq!(after(&[0], 60), Ok(Fate::Sent));
        assert_eq!(after(&[0, 60], 179), wait(1));
        assert_eq!(after(&[0, 60, 180, 420], 420 + 479), wait(1));
    }

    #[test]
    fn pauses_are_of_one_purpose_and_one_cause_and_notices_keep_none() {
        let sent = [went(Cause::Stranger, 0)];
        assert_eq!(judge(&sent, wanted("y", Cause::Stranger), at(3)), Ok(Fate::Sent));
        assert_eq!(judge(&sent, wanted("x", account(7)), at(3)), Ok(Fate::Sent));
        for cause in [Cause::Stranger, Cause::Owner] {
            assert_eq!(judge(&sent, wanted("x", cause), at(3)), Err(Duration::from_secs(57)), "{cause:?}");
        }
        let notice = Wanted { pauses: false, ..wanted("x", Cause::Stranger) };
        assert_eq!(judge(&sent, notice, at(3)), Ok(Fate::Sent));
    }

    #[test]
    fn strangers_use_up_their_own_share_and_no_more() {
        let strangers: Vec<_> = (0..3).map(|n| went(Cause::Stranger, n * 600)).collect();
        let now = at(1800);
        let wait = Err(Duration::from_mins(30));
        assert_eq!(judge(&strangers, wanted("y", Cause::Stranger), now), wait);
        assert_eq!(judge(&strangers, wanted("y", account(7)), now), Ok(Fate::Sent));
        assert_eq!(judge(&strangers, wanted("y", Cause::Owner), now), Ok(Fate::Sent));
    }

    #[test]
    fn no_number_of_accounts_fills_a_mailbox_against_its_owner() {
        let many: Vec<_> = (0..4_u32).map(|number| went(account(number), i64::from(number) * 60)).collect();
        assert_eq!(judge(&many, wanted("x", account(9)), at(300)), Ok(Fate::NoRoom));
        assert_eq!(judge(&many, wanted("x", Cause::Owner), at(300)), Ok(Fate::Sent));
        let full: Vec<_> = many.into_iter().chain([went(Cause::Owner, 300)]).collect();
        assert_eq!(judge(&full, wanted("y", Cause::Owner), at(301)), Ok(Fate::NoRoom));
        assert_eq!(judge(&full, wanted("y", Cause::Owner), at(3600)), Ok(Fate::Sent));
    }

    #[test]
    fn what_never_went_takes_no_room_from_what_is_due() {
        let undue: Vec<_> = (0..3).map(|n| sent("x", Cause::Stranger, Fate::Undue, n * 600)).collect();
        assert_eq!(judge(&undue, wanted("x", Cause::Stranger), at(1260)), Ok(Fate::Sent));
        let another = Wanted { is_due: false, ..wanted("x", Cause::Stranger) };
        assert_eq!(judge(&undue, another, at(1260)), Err(Duration::from_mins(39)));
    }

    proptest::proptest! {
        #[test]
        fn nobody_gets_more_than_ten_a_day_and_five_an_hour_whoever_asks(
            steps in proptest::collection::vec((1_i64..2000, 0_usize..3, 0_u32..5, proptest::bool::ANY), 1..200)
        ) {
            let (mut all, mut now) = (Vec::new(), 0);
            for (step, purpose, cause, is_due) in steps {
                now += step;
                let purpose = ["a", "b", "c"][purpose];
                let cause = match cause { 0 => Cause::Stranger, 1 => Cause::Owner, other => account(other) };
                let wanted = Wanted { is_due, ..wanted(purpose, cause) };
                if let Ok(fate) = judge(&all, wanted, at(now)) {
                    all.push(sent(purpose, cause, fate, now));
                }
            }
            all.retain(|message| message.fate == Fate::Sent);
            for (most, window) in [(ALL.per_hour, 3600), (ALL.per_day, 24 * 3600)] {
                for run in all.windows(most + 1) {
                    let span = run[most].at.duration_since(run[0].at).as_secs();
                    proptest::prop_assert!(span >= window, "{span} s for {} messages", run.len());
                }
            }
        }

        #[test]
        fn what_is_undue_looks_like_what_is_due(
            steps in proptest::collection::vec((1_i64..2000, 0_usize..2), 1..60)
        ) {
            let (mut known, mut unknown, mut now) = (Vec::new(), Vec::new(), 0);
            for (step, purpose) in steps {
                now += step;
                let purpose = ["a", "b"][purpose];
                let due = wanted(purpose, Cause::Stranger);
                let undue = Wanted { is_due: false, ..due };
                let (one, other) = (judge(&known, due, at(now)), judge(&unknown, undue, at(now)));
                proptest::prop_assert_eq!(one.err(), other.err());
                if let (Ok(one), Ok(other)) = (one, other) {
                    known.push(sent(purpose, Cause::Stranger, one, now));
                    unknown.push(sent(purpose, Cause::Stranger, other, now));
                }
            }
        }
    }
}
