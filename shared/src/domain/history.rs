//! What was done about an account: who did it, what, when and by which door (trust rule 4).
//!
//! A record names accounts by number and tells no secret and no text that somebody typed.

use std::time::Duration;

use jiff::Timestamp;

use super::account_number::AccountNumber;
use super::role::Role;

/// How long records are kept (trust rule 4).
pub const KEPT: Duration = Duration::from_hours(400 * 24);

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What.
    pub act: Act,
    /// Who did it.
    pub by: Actor,
    /// The endpoint group, or `tally-admin`, through which it was done.
    pub door: String,
    /// When.
    pub at: Timestamp,
}

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// An administrator or an operator made the account.
    Created,
    /// The account was moved in from elsewhere.
    MovedIn,
    /// It may not come in any more.
    Frozen,
    /// It may come in again.
    Released,
    /// It was deleted.
    Deleted,
    /// It was made staff of the console.
    StaffGiven,
    /// It is staff no longer.
    StaffTaken,
    /// It was made a superuser.
    SuperuserGiven,
    /// It is a superuser no longer.
    SuperuserTaken,
    /// It got this role.
    RoleGiven(Role),
    /// It was put into a group of the console.
    GroupJoined,
    /// It was taken out of a group of the console.
    GroupLeft,
    /// All of its sessions and its key were ended.
    SessionsEnded,
    /// Its counters of attempts were cleared.
    AttemptsForgiven,
    /// The password was changed by whoever knew the one before.
    PasswordChanged,
    /// The password was set by a code.
    PasswordReset,
    /// The e-mail address was changed, without a proof.
    EmailChanged,
    /// The e-mail address was proven, or changed to one that was.
    EmailProven,
    /// Somebody vouched for the e-mail address.
    EmailVouched,
    /// The e-mail address was lost to an account that proved it.
    EmailLost,
    /// The mobile number was changed.
    PhoneChanged,
    /// A WeChat was bound.
    WeixinBound,
    /// The WeChat was unbound.
    WeixinUnbound,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The account itself, signed in or by its password.
    Oneself,
    /// Whoever read a code or a link that was sent to a channel of the account.
    CodeReader,
    /// Another account: an administrator, or whoever proved an address that this one had claimed.
    Account(AccountNumber),
    /// An operator, by the identity that AWS knows.
    Operator(String),
}
