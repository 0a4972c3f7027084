//! What became of a request of this group, for the log.

use tally::telemetry::Outcome;

use crate::words::Failure;

/// What a failure is in the log.
pub(crate) fn of(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refusal.outcome(),
        Failure::Body(fault) => fault.outcome(),
        Failure::NotAnObject | Failure::Form(_) | Failure::Input(_) => Outcome::Invalid,
        Failure::Taken(_) | Failure::PhoneTaken => Outcome::Taken,
        Failure::WrongCredentials => Outcome::WrongCredentials,
        Failure::Frozen => Outcome::Frozen,
        Failure::WrongPassword => Outcome::WrongPassword,
        Failure::WrongFormCode | Failure::WrongCode => Outcome::WrongCode,
        Failure::Documented(_, outcome) => *outcome,
        Failure::DeadLink | Failure::DeadLinkOnPage(_) => Outcome::DeadLink,
        Failure::Prefetch => Outcome::Prefetch,
    }
}
