//! What was done about an account: who did it, what, when and by which door (trust rule 4).
//!
//! A record names accounts by number and tells no secret and no text that somebody typed.

use std::fmt;
use std::str::FromStr;
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
    /// An operator made the account, a superuser's.
    SuperuserMade,
    /// The account was made as an administrator's: on another one's word, or on nobody's where the
    /// deployment lets anybody.
    AdministratorMade,
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
    /// It was put into the group of the console with that number.
    GroupJoined(u32),
    /// It was taken out of that group.
    GroupLeft(u32),
    /// All of its sessions and its key were ended.
    SessionsEnded,
    /// Its counters of attempts were cleared.
    AttemptsForgiven,
    /// The password was changed by somebody who knew the previous one.
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
    /// Somebody who read a code or a link that was sent to a channel of the account.
    CodeReader,
    /// Another account: an administrator, or the one that proved an address that this one had claimed.
    Account(AccountNumber),
    /// An operator, by the identity that AWS knows.
    Operator(String),
}

impl Act {
    /// The word by which tables, logs and terminals name it. It says nothing of a role or a group.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SuperuserMade => "superuser-made",
            Self::AdministratorMade => "administrator-made",
            Self::MovedIn => "moved-in",
            Self::Frozen => "frozen",
            Self::Released => "released",
            Self::Deleted => "deleted",
            Self::StaffGiven => "staff-given",
            Self::StaffTaken => "staff-taken",
            Self::SuperuserGiven => "superuser-given",
            Self::SuperuserTaken => "superuser-taken",
            Self::RoleGiven(_) => "role-given",
            Self::GroupJoined(_) => "group-joined",
            Self::GroupLeft(_) => "group-left",
            Self::SessionsEnded => "sessions-ended",
            Self::AttemptsForgiven => "attempts-forgiven",
            Self::PasswordChanged => "password-changed",
            Self::PasswordReset => "password-reset",
            Self::EmailChanged => "email-changed",
            Self::EmailProven => "email-proven",
            Self::EmailVouched => "email-vouched",
            Self::EmailLost => "email-lost",
            Self::PhoneChanged => "phone-changed",
            Self::WeixinBound => "weixin-bound",
            Self::WeixinUnbound => "weixin-unbound",
        }
    }

    /// The act with that word, and with the role or the group that goes with it.
    #[must_use]
    pub fn with_word(word: &str, role: Option<Role>, group: Option<u32>) -> Option<Self> {
        let acts = [
            Self::SuperuserMade,
            Self::AdministratorMade,
            Self::MovedIn,
            Self::Frozen,
            Self::Released,
            Self::Deleted,
            Self::StaffGiven,
            Self::StaffTaken,
            Self::SuperuserGiven,
            Self::SuperuserTaken,
            Self::SessionsEnded,
            Self::AttemptsForgiven,
            Self::PasswordChanged,
            Self::PasswordReset,
            Self::EmailChanged,
            Self::EmailProven,
            Self::EmailVouched,
            Self::EmailLost,
            Self::PhoneChanged,
            Self::WeixinBound,
            Self::WeixinUnbound,
        ];
        let with_more = [role.map(Self::RoleGiven), group.map(Self::GroupJoined), group.map(Self::GroupLeft)];
        acts.into_iter().chain(with_more.into_iter().flatten()).find(|act| act.word() == word)
    }

    /// The role that was given.
    #[must_use]
    pub const fn role(self) -> Option<Role> {
        if let Self::RoleGiven(role) = self { Some(role) } else { None }
    }

    /// The number of the group that was joined or left.
    #[must_use]
    pub const fn group(self) -> Option<u32> {
        if let Self::GroupJoined(id) | Self::GroupLeft(id) = self { Some(id) } else { None }
    }
}

impl fmt::Display for Actor {
    /// A word, or a word and who it is behind a blank.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oneself => f.write_str("oneself"),
            Self::CodeReader => f.write_str("code"),
            Self::Account(number) => write!(f, "account {number}"),
            Self::Operator(identity) => write!(f, "operator {identity}"),
        }
    }
}

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, UnknownActor> {
        match text.split_once(' ') {
            None if text == "oneself" => Ok(Self::Oneself),
            None if text == "code" => Ok(Self::CodeReader),
            Some(("account", number)) => AccountNumber::parse(number).map(Self::Account).ok_or(UnknownActor),
            Some(("operator", identity)) => Ok(Self::Operator(identity.to_owned())),
            Some(_) | None => Err(UnknownActor),
        }
    }
}

/// The text does not name a known kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody who could have done something")]
pub struct UnknownActor;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_and_actors_read_back() {
        for act in [Act::Frozen, Act::RoleGiven(Role::Volunteer), Act::GroupJoined(3), Act::GroupLeft(3)] {
            assert_eq!(Act::with_word(act.word(), act.role(), act.group()), Some(act));
        }
        assert_eq!(Act::with_word("role-given", None, None), None);
        assert_eq!(Act::with_word("created", None, None), None);
        let number = AccountNumber::new(51_923_482);
        let operator = Actor::Operator("arn:aws:iam::1:user/a b".to_owned());
        for actor in [Actor::Oneself, Actor::CodeReader, Actor::Account(number), operator] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for text in ["", "account", "account x", "somebody", "code 1"] {
            assert_eq!(text.parse::<Actor>(), Err(UnknownActor), "{text}");
        }
    }
}
