//! What can stand in the way of any operation, and why one is declined that has reasons of its own.

use std::error::Error;
use std::time::Duration;

use crate::store::{Changed, StoreError};

/// What stands in the way, whatever was wanted.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// Too much came from one network address, or too much of it failed; how long to wait.
    #[error("too many requests")]
    Throttled(Duration),
    /// The caller was signed out, or stopped, while the request was under way.
    #[error("the caller is no longer signed in")]
    SignedOut,
    /// The table failed; whether the operation was carried out is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Changed> for Obstacle {
    /// For those who act on their own account: nothing else changes what they were judged by.
    fn from(Changed: Changed) -> Self {
        Self::SignedOut
    }
}

/// A reason of an operation's own.
pub trait Reason: Error + 'static {}

/// Why an operation is declined: for a reason of its own, or because of an obstacle.
#[derive(Debug, thiserror::Error)]
pub enum Declined<R: Reason> {
    /// For that reason.
    #[error(transparent)]
    Because(R),
    /// Something stands in the way.
    #[error(transparent)]
    Obstacle(Obstacle),
}

impl<R: Reason> Declined<R> {
    /// The same for an operation that has this reason among others.
    pub fn widen<W: Reason + From<R>>(self) -> Declined<W> {
        match self {
            Self::Because(reason) => Declined::Because(reason.into()),
            Self::Obstacle(obstacle) => Declined::Obstacle(obstacle),
        }
    }
}

impl<R: Reason> From<R> for Declined<R> {
    fn from(reason: R) -> Self {
        Self::Because(reason)
    }
}

impl<R: Reason> From<Obstacle> for Declined<R> {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(obstacle)
    }
}

impl<R: Reason> From<StoreError> for Declined<R> {
    fn from(error: StoreError) -> Self {
        Self::Obstacle(error.into())
    }
}
