//! Every refusal of this group, with its status and its sentence, which are the document's own where
//! it has any ("you don't enough permissions" is its spelling).

use std::time::Duration;

use http::StatusCode;
use tally::domain::permission::Verdict;
use tally::http::answer::Answer;
use tally::http::body::BodyFault;
use tally::http::endpoint::Refusal;
use tally::services::administration::CommandRefusal;
use tally::services::passwords::NamedChangeRefusal;
use tally::services::profiles::RenameRefusal;
use tally::services::registration::RegistrationRefusal;
use tally::services::sessions::SignInRefusal;
use tally::store::StoreError;
use tally::telemetry::Outcome;

use crate::envelope::{Tail, refusal};

/// All that can go wrong in this group.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Around the endpoint.
    Refused(Refusal),
    /// The body could not be read.
    Body(BodyFault),
    /// The body's fields are not what the document asks for, or the password may not be set.
    BadRequest,
    /// The caller may not do that.
    NotPermitted(Tail),
    /// Nobody has the target's number, or the target is deleted.
    NoTarget(Tail),
    /// Wrong number or password.
    WrongCredentials,
    /// The password is right, but the account is frozen.
    Frozen,
    /// Too often; how long to wait.
    Throttled(Duration),
}

impl Failure {
    /// What a verdict refuses; nothing where it allows.
    pub(crate) fn of(verdict: Verdict, tail: Tail) -> Result<(), Self> {
        match verdict {
            Verdict::Allowed => Ok(()),
            Verdict::LoginAgain => Err(Self::Refused(Refusal::NotAuthenticated)),
            Verdict::NotPermitted => Err(Self::NotPermitted(tail)),
            Verdict::NoTarget => Err(Self::NoTarget(tail)),
        }
    }
}

/// What a failure is in the log.
pub(crate) fn outcome(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refusal.outcome(),
        Failure::Body(fault) => fault.outcome(),
        Failure::BadRequest => Outcome::Invalid,
        Failure::NotPermitted(_) => Outcome::NotPermitted,
        Failure::NoTarget(_) => Outcome::NoTarget,
        Failure::WrongCredentials => Outcome::WrongCredentials,
        Failure::Frozen => Outcome::Frozen,
        Failure::Throttled(_) => Outcome::Throttled,
    }
}

/// Says a failure.
pub(crate) fn say(failure: Failure) -> Answer {
    let bare = |status, sentence: &str| refusal(status, sentence, Tail::Bare);
    match failure {
        Failure::Refused(refusal) => say_refusal(&refusal),
        Failure::Body(fault) => say_body_fault(&fault),
        Failure::BadRequest => bare(StatusCode::BAD_REQUEST, BAD_REQUEST),
        Failure::NotPermitted(tail) => {
            refusal(StatusCode::UNAUTHORIZED, "you don't enough permissions", tail)
        }
        Failure::NoTarget(tail) => refusal(StatusCode::NOT_FOUND, "The target user does not exist", tail),
        Failure::WrongCredentials => bare(StatusCode::UNAUTHORIZED, "Incorrect username or password"),
        Failure::Frozen => bare(StatusCode::FORBIDDEN, "Account status is abnormal"),
        Failure::Throttled(wait) => {
            bare(StatusCode::TOO_MANY_REQUESTS, "Too many requests").with_retry_after(wait)
        }
    }
}

const BAD_REQUEST: &str = "Bad request";

fn say_refusal(refused: &Refusal) -> Answer {
    let sentence = match refused {
        Refusal::Foreign => "The request comes from an origin that is not trusted",
        Refusal::CodedBody => "Unsupported content encoding",
        Refusal::NotFound => "Not found",
        Refusal::NotAcceptable => "Not acceptable",
        Refusal::NotAuthenticated => "please login again",
        Refusal::MethodNotAllowed(_) => "Method not allowed",
        Refusal::BodyTooLarge => "Request body too large",
        Refusal::NoAddress | Refusal::BodyIncomplete => BAD_REQUEST,
        Refusal::Unavailable => "Service unavailable, please try again later",
        Refusal::Internal => "Internal server error",
    };
    refusal(refused.status(), sentence, Tail::Bare)
}

fn say_body_fault(fault: &BodyFault) -> Answer {
    let (status, sentence) = match fault {
        BodyFault::UnsupportedMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"),
        BodyFault::Json(_) | BodyFault::Form(_) | BodyFault::Multipart(_) => {
            (StatusCode::BAD_REQUEST, BAD_REQUEST)
        }
    };
    refusal(status, sentence, Tail::Bare)
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BodyFault> for Failure {
    fn from(fault: BodyFault) -> Self {
        Self::Body(fault)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<SignInRefusal> for Failure {
    fn from(refusal: SignInRefusal) -> Self {
        match refusal {
            SignInRefusal::WrongCredentials => Self::WrongCredentials,
            SignInRefusal::Frozen => Self::Frozen,
            SignInRefusal::Throttled(wait) => Self::Throttled(wait),
            SignInRefusal::Unavailable(error) => error.into(),
        }
    }
}

impl From<RegistrationRefusal> for Failure {
    fn from(refusal: RegistrationRefusal) -> Self {
        match refusal {
            // There is nothing to be taken or spent: whoever registers here brings neither identifier nor code.
            RegistrationRefusal::Taken(_) | RegistrationRefusal::CodeSpent => Self::BadRequest,
            RegistrationRefusal::Throttled(wait) => Self::Throttled(wait),
            RegistrationRefusal::Unavailable(error) => error.into(),
        }
    }
}

impl From<NamedChangeRefusal> for Failure {
    fn from(refusal: NamedChangeRefusal) -> Self {
        match refusal {
            NamedChangeRefusal::NotProven(refusal) => refusal.into(),
            NamedChangeRefusal::Password(_) => Self::BadRequest,
            NamedChangeRefusal::Unavailable(error) => error.into(),
        }
    }
}

impl From<RenameRefusal> for Failure {
    fn from(refusal: RenameRefusal) -> Self {
        match refusal {
            RenameRefusal::SignedOut => Self::Refused(Refusal::NotAuthenticated),
            RenameRefusal::Unavailable(error) => error.into(),
        }
    }
}

/// What an administrator's order, or a question about somebody, is refused with.
pub(crate) fn command_failure(refused: CommandRefusal, tail: Tail) -> Failure {
    match refused {
        CommandRefusal::NotPermitted => Failure::NotPermitted(tail),
        CommandRefusal::NoTarget => Failure::NoTarget(tail),
        CommandRefusal::LoginAgain => Failure::Refused(Refusal::NotAuthenticated),
        CommandRefusal::Unavailable(error) => error.into(),
    }
}
