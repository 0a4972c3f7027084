//! Every refusal of this group, with its status and its sentence, which are the document's own where
//! it has any ("you don't enough permissions" is its spelling).

use http::StatusCode;
use tally::domain::permission::Verdict;
use tally::http::answer::Answer;
use tally::http::body::BodyFault;
use tally::http::endpoint::Refusal;
use tally::services::administration::CommandRefusal;
use tally::services::obstacle::Declined;
use tally::services::passwords::NamedChangeRefusal;
use tally::services::registration::Taken;
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
    /// The body's fields are not what the document asks for, or the password does not meet the rules.
    BadRequest,
    /// The caller may not do that.
    NotPermitted(Tail),
    /// Nobody has the target's number, or the target is deleted.
    NoTarget(Tail),
    /// Nobody was logged in.
    SignIn(SignInRefusal),
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
fn outcome(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => refusal.outcome(),
        Failure::Body(fault) => fault.outcome(),
        Failure::BadRequest => Outcome::Invalid,
        Failure::NotPermitted(_) => Outcome::NotPermitted,
        Failure::NoTarget(_) => Outcome::NoTarget,
        Failure::SignIn(SignInRefusal::WrongCredentials) => Outcome::WrongCredentials,
        Failure::SignIn(SignInRefusal::Frozen) => Outcome::Frozen,
    }
}

/// Says a failure.
pub(crate) fn say(failure: Failure) -> Answer {
    let bare = |status, sentence: &str| refusal(status, sentence, Tail::Bare);
    match failure {
        Failure::Refused(refusal) => say_refusal(&refusal),
        Failure::Body(fault) => bare(fault.status(), body_sentence(&fault)),
        Failure::BadRequest => bare(StatusCode::BAD_REQUEST, BAD_REQUEST),
        Failure::NotPermitted(tail) => {
            refusal(StatusCode::UNAUTHORIZED, "you don't enough permissions", tail)
        }
        Failure::NoTarget(tail) => refusal(StatusCode::NOT_FOUND, "The target user does not exist", tail),
        Failure::SignIn(SignInRefusal::WrongCredentials) => {
            bare(StatusCode::UNAUTHORIZED, "Incorrect username or password")
        }
        Failure::SignIn(SignInRefusal::Frozen) => bare(StatusCode::FORBIDDEN, "Account status is abnormal"),
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
        Refusal::Throttled(_) => "Too many requests",
        Refusal::Unavailable | Refusal::Store(StoreError::Unavailable(_)) => {
            "Service unavailable, please try again later"
        }
        Refusal::Internal | Refusal::Store(StoreError::Unreadable(_)) => "Internal server error",
    };
    refused.headed(refusal(refused.status(), sentence, Tail::Bare))
}

const fn body_sentence(fault: &BodyFault) -> &'static str {
    match fault {
        BodyFault::UnsupportedMediaType(_) => "Unsupported media type",
        BodyFault::Json(_) | BodyFault::Form(_) | BodyFault::Multipart(_) => BAD_REQUEST,
    }
}

tally::fails_like_others!(Failure);

impl From<Taken> for Failure {
    /// People who register here bring no identifier that could be.
    fn from(_: Taken) -> Self {
        Self::BadRequest
    }
}

impl From<NamedChangeRefusal> for Failure {
    fn from(refusal: NamedChangeRefusal) -> Self {
        match refusal {
            NamedChangeRefusal::NotProven(refusal) => refusal.into(),
            NamedChangeRefusal::Password(_) => Self::BadRequest,
        }
    }
}

/// What an administrator's order, or a question about somebody, is refused with.
pub(crate) fn command_failure(refused: Declined<CommandRefusal>, tail: Tail) -> Failure {
    match refused {
        Declined::Because(CommandRefusal::NotPermitted) => Failure::NotPermitted(tail),
        Declined::Because(CommandRefusal::NoTarget) => Failure::NoTarget(tail),
        Declined::Obstacle(obstacle) => obstacle.into(),
    }
}
