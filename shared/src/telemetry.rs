//! What the service tells its operator about each request: one log line, whose numbers are metrics too.
//!
//! While a request is served, whoever does something worth telling notes it ([`note`]), wherever that
//! is; when it is answered, [`tell`] writes the line. Nothing that a client typed belongs into it:
//! accounts are told by number, endpoints by their pattern, outcomes by a word of [`Outcome`].

/// An enum whose members have a word each.
macro_rules! worded {
    ($(#[$about:meta])* $name:ident, $word:ident { $($(#[$doc:meta])* $member:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $member,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$member),+];

            /// What it is called.
            #[must_use]
            pub const fn $word(self) -> &'static str {
                match self {
                    $(Self::$member => $text,)+
                }
            }
        }
    };
}

mod line;
mod metric;
mod outcome;
mod trace_id;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use line::JsonLines;
pub use metric::Metric;
pub use outcome::Outcome;
pub use trace_id::TraceId;

use crate::domain::account_number::AccountNumber;
use crate::domain::history::Act;

/// What was noted while a request was served.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notes {
    /// The caller's account, or the one that was shown to be theirs: by a password, by a code, by
    /// registering it.
    pub account: Option<AccountNumber>,
    /// What was done about an account, and which, where that is written down in its history.
    pub act: Option<(Act, AccountNumber)>,
    /// Sessions opened with a password.
    pub logins: u64,
    /// Codes by mail or text message that were not right.
    pub wrong_codes: u64,
    /// Accounts made.
    pub registrations: u64,
    /// Mails handed to the provider, which may have gone.
    pub mails_sent: u64,
    /// Text messages handed to the provider, which may have gone.
    pub texts_sent: u64,
    /// Messages that the provider did not say it has.
    pub message_failures: u64,
    /// Messages that were due and not sent, because a range's or the deployment's budget was used up.
    pub budget_refusals: u64,
    /// Ranges of numbers found to get suspiciously many messages.
    pub suspicious_ranges: u64,
    /// How long passwords were hashed, without the wait for a core.
    pub hashing: Duration,
    /// Read units that DynamoDB charged.
    pub read_units: f64,
    /// Write units that DynamoDB charged.
    pub write_units: f64,
}

/// A request that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// The group of endpoints.
    pub group: &'static str,
    /// The endpoint's pattern; `-` where there is none.
    pub endpoint: &'static str,
    /// The method, `other` if it is not one of the usual ones: a client may make one up.
    pub method: &'static str,
    /// The answer's status.
    pub status: u16,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took, from the last byte of the request's head to the answer's.
    pub took: Duration,
    /// Whether it is the first that this process answers.
    pub is_cold_start: bool,
    /// Where it stands in X-Ray, where the host knows.
    pub trace_id: Option<&'a TraceId>,
}

struct Record {
    request_id: String,
    notes: Mutex<Notes>,
}

tokio::task_local! {
    static RECORD: Arc<Record>;
}

/// Serves a request and hands out what was noted meanwhile, in the same task.
pub async fn observe<T>(request_id: &str, serving: impl Future<Output = T>) -> (T, Notes) {
    let record = Arc::new(Record { request_id: request_id.to_owned(), notes: Mutex::default() });
    let result = RECORD.scope(Arc::clone(&record), serving).await;
    let notes = record.notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (result, notes)
}

/// Notes something about the request that is being served; outside of one it is for nobody.
pub fn note(add: impl FnOnce(&mut Notes)) {
    // An error says that there is no request.
    _ = RECORD.try_with(|record| add(&mut record.notes.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// Writes the one line about a request.
pub fn tell(told: &Told<'_>, notes: &Notes) {
    let Told { request_id, group, endpoint, method, status, outcome, is_cold_start, .. } = *told;
    let trace_id = told.trace_id.map(TraceId::as_str);
    let account = notes.account.map(|account| account.to_string());
    let (act, target) = notes.act.map(|(act, target)| (act.word(), target.to_string())).unzip();
    // The names of numbers are those of `Metric`, by which CloudWatch finds them.
    tracing::info!(
        request_id,
        group,
        endpoint,
        method,
        status,
        outcome = outcome.word(),
        account,
        act,
        target_account = target,
        cold_start = is_cold_start,
        trace_id,
        DurationMilliseconds = milliseconds(told.took),
        Logins = some(notes.logins),
        LoginFailures = some(outcome.is_login_failure().into()),
        WrongCodes = some(notes.wrong_codes),
        Registrations = some(notes.registrations),
        MailsSent = some(notes.mails_sent),
        TextsSent = some(notes.texts_sent),
        MessageFailures = some(notes.message_failures),
        BudgetRefusals = some(notes.budget_refusals),
        SuspiciousRanges = some(notes.suspicious_ranges),
        Throttled = some((outcome == Outcome::Throttled).into()),
        ServerErrors = some(outcome.is_server_error().into()),
        HashMilliseconds = (!notes.hashing.is_zero()).then(|| milliseconds(notes.hashing)),
        ReadUnits = (notes.read_units > 0.0).then_some(notes.read_units),
        WriteUnits = (notes.write_units > 0.0).then_some(notes.write_units),
        "answered"
    );
}

/// Does something with the id of the request that is being served; without one, nothing.
fn with_current_request(work: impl FnOnce(&str)) {
    // An error says that there is no request.
    _ = RECORD.try_with(|record| work(&record.request_id));
}

/// A count, left out where it is nought: what is not told costs no metric.
fn some(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}

/// Milliseconds, to the hundredth.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn current_request() -> Option<String> {
        let mut current = None;
        with_current_request(|id| current = Some(id.to_owned()));
        current
    }

    #[test]
    fn what_is_noted_belongs_to_the_request_that_is_being_served() {
        note(|notes| notes.logins += 1);
        let serving = async {
            note(|notes| notes.logins += 1);
            let inner = observe("inner", async { note(|notes| notes.registrations += 1) });
            let ((), inner) = futures_util::FutureExt::now_or_never(inner).unwrap();
            note(|notes| notes.read_units += 0.5);
            (inner, current_request())
        };
        let outer = futures_util::FutureExt::now_or_never(observe("outer", serving)).unwrap();
        let ((inner, id), outer) = outer;
        assert_eq!((id.as_deref(), current_request()), (Some("outer"), None));
        assert_eq!(inner, Notes { registrations: 1, ..Notes::default() });
        assert_eq!(outer, Notes { logins: 1, read_units: 0.5, ..Notes::default() });
    }

    #[test]
    fn times_are_told_to_the_hundredth_of_a_millisecond() {
        assert_eq!(milliseconds(Duration::from_micros(123_456)).to_string(), "123.46");
        assert_eq!(milliseconds(Duration::from_secs(15)).to_string(), "15000");
    }
}
