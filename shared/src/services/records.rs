//! What is written down of an act.

use crate::app::{App, Basics};
use crate::domain::asker::Asker;
use crate::domain::history::{Act, Actor, Record};

/// The door by which operators come.
const OPERATORS_DOOR: &str = "tally-admin";

/// The record of what somebody does by a request, now.
pub(super) fn record(app: &App, asker: &Asker, by: Actor, act: Act) -> Record {
    Record { act, by, door: asker.door.to_owned(), at: app.clock.now() }
}

/// The record of what an operator does, now.
pub(super) fn operators_record(on: &Basics, act: Act) -> Record {
    let (by, door) = (Actor::Operator(on.operator.clone()), OPERATORS_DOOR.to_owned());
    Record { act, by, door, at: on.clock.now() }
}
