//! What every group refuses alike, and how a group's own failures are made of it.

use std::time::Duration;

use http::{Method, StatusCode};

use super::answer::Answer;
use crate::services::obstacle::Obstacle;
use crate::store::StoreError;
use crate::telemetry::Outcome;

/// What can go wrong before and around every handler; each group says it in its own words.
#[derive(Debug)]
pub enum Refusal {
    /// A page of others has a browser send what would change something (trust rule 5).
    Foreign,
    /// The host does not tell where the request comes from, or the front in its place (trust rule 8).
    NoAddress,
    /// The body is compressed, or coded in another way.
    CodedBody,
    /// There is nothing at this path.
    NotFound,
    /// The client accepts no kind of answer the group has.
    NotAcceptable,
    /// The caller is not known, and has to be.
    NotAuthenticated,
    /// The endpoint does not know this method.
    MethodNotAllowed(Method),
    /// The body is over [`super::body::MAX_BYTES`].
    BodyTooLarge,
    /// The body arrived incomplete.
    BodyIncomplete,
    /// Too much of it came, or failed; how long to wait.
    Throttled(Duration),
    /// The table failed.
    Store(StoreError),
    /// Something else that it takes is away, such as Secrets Manager for too long.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Refusal {
    /// What it is in the log.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Foreign => Outcome::Csrf,
            Self::NoAddress => Outcome::Malformed,
            Self::CodedBody => Outcome::UnsupportedMediaType,
            Self::NotFound => Outcome::NotFound,
            Self::NotAcceptable => Outcome::NotAcceptable,
            Self::NotAuthenticated => Outcome::NotAuthenticated,
            Self::MethodNotAllowed(_) => Outcome::MethodNotAllowed,
            Self::BodyTooLarge => Outcome::BodyTooLarge,
            Self::BodyIncomplete => Outcome::BodyIncomplete,
            Self::Throttled(_) => Outcome::Throttled,
            Self::Unavailable | Self::Store(StoreError::Unavailable(_)) => Outcome::Unavailable,
            Self::Internal | Self::Store(StoreError::Unreadable(_)) => Outcome::Internal,
        }
    }

    /// The status that HTTP has for it.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::CodedBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::NotAuthenticated => StatusCode::UNAUTHORIZED,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoAddress | Self::BodyIncomplete => StatusCode::BAD_REQUEST,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::Store(StoreError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal | Self::Store(StoreError::Unreadable(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer that says it, with `Retry-After` where waiting helps.
    #[must_use]
    pub fn headed(&self, answer: Answer) -> Answer {
        if let Self::Throttled(wait) = self { answer.with_retry_after(*wait) } else { answer }
    }
}

impl From<Obstacle> for Refusal {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Throttled(wait) => Self::Throttled(wait),
            Obstacle::SignedOut => Self::NotAuthenticated,
            Obstacle::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A failure of a group.
pub trait Failing: From<Refusal> + Send + 'static {
    /// The refusal, if it is one.
    fn refusal(&self) -> Option<&Refusal>;

    /// What it is in the log.
    fn outcome(&self) -> Outcome;

    /// The answer in the group's words.
    fn say(self) -> Answer;
}

/// Makes a group's `Failure`, which has the variants `Refused(Refusal)`, `Body(BodyFault)` and
/// `SignIn(SignInRefusal)`, of what every group refuses alike, and of what an operation is declined for, where
/// the group has words for its reasons. Beside it are the functions `outcome` and `say` of the group.
#[macro_export]
macro_rules! fails_like_others {
    ($failure:ty) => {
        $crate::fails_like_others!($failure, Refused: $crate::http::refusal::Refusal);
        $crate::fails_like_others!($failure, Refused: $crate::services::obstacle::Obstacle);
        $crate::fails_like_others!($failure, Refused: $crate::store::StoreError);
        $crate::fails_like_others!($failure, Body: $crate::http::body::BodyFault);
        $crate::fails_like_others!($failure, SignIn: $crate::services::sessions::SignInRefusal);

        impl<R> From<$crate::services::obstacle::Declined<R>> for $failure
        where
            R: $crate::services::obstacle::Reason + Into<$failure>,
        {
            fn from(declined: $crate::services::obstacle::Declined<R>) -> Self {
                match declined {
                    $crate::services::obstacle::Declined::Because(reason) => reason.into(),
                    $crate::services::obstacle::Declined::Obstacle(obstacle) => obstacle.into(),
                }
            }
        }

        impl $crate::http::refusal::Failing for $failure {
            fn refusal(&self) -> Option<&$crate::http::refusal::Refusal> {
                if let Self::Refused(refusal) = self { Some(refusal) } else { None }
            }

            fn outcome(&self) -> $crate::telemetry::Outcome {
                outcome(self)
            }

            fn say(self) -> $crate::http::answer::Answer {
                say(self)
            }
        }
    };
    ($failure:ty, $variant:ident: $from:ty) => {
        impl From<$from> for $failure {
            fn from(from: $from) -> Self {
                Self::$variant(from.into())
            }
        }
    };
}
