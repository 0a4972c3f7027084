//! What is decided over a person's head: who is staff, who may come in, who is in which group.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::account::{Account, Standing};
use super::text;

/// The most characters of a group's name, as in Django.
pub const MAX_GROUP_NAME: usize = 150;

/// Something to be done about an account. Each of them ends its sessions and its shared key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Make it a member of staff, or one no longer.
    Staff(bool),
    /// Make it a superuser, or one no longer.
    Superuser(bool),
    /// Keep it from coming in.
    Freeze,
    /// Let it in again.
    Unfreeze,
    /// Only end its sessions and its shared key.
    EndSessions,
}

/// What an account becomes by an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Whether it is staff from now on.
    pub is_staff: bool,
    /// Whether it is a superuser from now on.
    pub is_superuser: bool,
    /// Its standing from now on.
    pub standing: Standing,
    /// What this does to the roll of superusers.
    pub roll: RollChange,
}

/// What happens to the roll of superusers, which names those who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollChange {
    /// Nothing.
    Stays,
    /// The account enters it.
    Enters,
    /// The account leaves it, which the last one on it cannot.
    Leaves,
}

/// What an order comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The account is to become this.
    Rule(Ruling),
    /// It is so already.
    AlreadySo,
    /// The account is gone.
    Deleted,
}

/// The name of a group: what people typed, without white space around it, normalised to NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName(String);

/// Why a text is no group's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupNameFault {
    /// Nothing is left of it.
    Empty,
    /// More than [`MAX_GROUP_NAME`] characters.
    TooLong,
    /// It holds a control character.
    ControlCharacter,
}

/// Decides what an order comes to for an account as it is.
#[must_use]
pub fn decide(account: &Account, order: Order) -> Decision {
    let &Account { is_staff, is_superuser, standing, .. } = account;
    let now = Ruling { is_staff, is_superuser, standing, roll: RollChange::Stays };
    let next = match order {
        Order::Staff(is_staff) => Ruling { is_staff, ..now },
        Order::Superuser(is_superuser) => Ruling { is_superuser, ..now },
        Order::Freeze => Ruling { standing: Standing::Frozen, ..now },
        Order::Unfreeze => Ruling { standing: Standing::Active, ..now },
        Order::EndSessions => now,
    };
    if standing == Standing::Deleted {
        return Decision::Deleted;
    }
    if next == now && order != Order::EndSessions {
        return Decision::AlreadySo;
    }
    let roll =
        match (is_on_roll(now.is_superuser, now.standing), is_on_roll(next.is_superuser, next.standing)) {
            (false, true) => RollChange::Enters,
            (true, false) => RollChange::Leaves,
            (false, false) | (true, true) => RollChange::Stays,
        };
    Decision::Rule(Ruling { roll, ..next })
}

/// Whether an account counts as one of the superusers that the pool has.
///
/// One that is frozen does not: whoever freezes the only superuser has taken it away as well.
#[must_use]
pub fn is_on_roll(is_superuser: bool, standing: Standing) -> bool {
    is_superuser && standing == Standing::Active
}

impl GroupName {
    /// Reads a name.
    pub fn parse(typed: &str) -> Result<Self, GroupNameFault> {
        let name = text::strip(typed);
        if name.is_empty() {
            return Err(GroupNameFault::Empty);
        }
        // Before normalising: the cost of NFC grows with the length.
        if name.chars().count() > MAX_GROUP_NAME {
            return Err(GroupNameFault::TooLong);
        }
        if text::has_control(name) {
            return Err(GroupNameFault::ControlCharacter);
        }
        Ok(Self(ComposingNormalizerBorrowed::new_nfc().normalize(name).into_owned()))
    }

    /// The name to show and to compare by; case matters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::account_number::AccountNumber;
    use super::super::credential::StoredCredential;
    use super::*;

    fn account(is_superuser: bool, standing: Standing) -> Account {
        let credential = StoredCredential::stored(String::new());
        let blank = Account::new(AccountNumber::new(51_923_482), credential, Timestamp::UNIX_EPOCH);
        Account { standing, is_superuser, ..blank }
    }

    fn roll(account: &Account, order: Order) -> Option<RollChange> {
        match decide(account, order) {
            Decision::Rule(ruling) => Some(ruling.roll),
            Decision::AlreadySo | Decision::Deleted => None,
        }
    }

    #[test]
    fn an_order_changes_one_thing() {
        let person = account(false, Standing::Active);
        let expected = Ruling {
            is_staff: true,
            is_superuser: false,
            standing: Standing::Active,
            roll: RollChange::Stays,
        };
        assert_eq!(decide(&person, Order::Staff(true)), Decision::Rule(expected));
        let expected = Ruling { is_staff: false, standing: Standing::Frozen, ..expected };
        assert_eq!(decide(&person, Order::Freeze), Decision::Rule(expected));
    }

    #[test]
    fn what_is_so_needs_no_order_but_sessions_end_again_and_again() {
        let person = account(false, Standing::Active);
        for order in [Order::Staff(false), Order::Superuser(false), Order::Unfreeze] {
            assert_eq!(decide(&person, order), Decision::AlreadySo, "{order:?}");
        }
        assert_eq!(roll(&person, Order::EndSessions), Some(RollChange::Stays));
    }

    #[test]
    fn the_gone_are_left_alone() {
        let gone = account(true, Standing::Deleted);
        for order in [Order::Superuser(false), Order::Unfreeze, Order::EndSessions] {
            assert_eq!(decide(&gone, order), Decision::Deleted, "{order:?}");
        }
    }

    #[test]
    fn the_roll_names_the_superusers_who_may_come_in() {
        let table = [
            (false, Standing::Active, Order::Superuser(true), RollChange::Enters),
            (true, Standing::Active, Order::Superuser(false), RollChange::Leaves),
            (true, Standing::Active, Order::Freeze, RollChange::Leaves),
            (true, Standing::Active, Order::Staff(true), RollChange::Stays),
            (true, Standing::Frozen, Order::Unfreeze, RollChange::Enters),
            (true, Standing::Frozen, Order::Superuser(false), RollChange::Stays),
            (false, Standing::Frozen, Order::Superuser(true), RollChange::Stays),
            (false, Standing::Active, Order::Freeze, RollChange::Stays),
        ];
        for (is_superuser, standing, order, expected) in table {
            let person = account(is_superuser, standing);
            assert_eq!(roll(&person, order), Some(expected), "{is_superuser} {standing:?} {order:?}");
        }
    }

    #[test]
    fn group_names_are_trimmed_composed_and_bounded() {
        let name = |typed: &str| GroupName::parse(typed).map(|name| name.as_str().to_owned());
        assert_eq!(name(" 运营 team\t").as_deref(), Ok("运营 team"));
        assert_eq!(name("e\u{301}").as_deref(), Ok("\u{e9}"));
        assert_eq!(name(" \u{3000}"), Err(GroupNameFault::Empty));
        assert_eq!(name("a\nb"), Err(GroupNameFault::ControlCharacter));
        assert!(name(&"群".repeat(MAX_GROUP_NAME)).is_ok());
        assert_eq!(name(&"群".repeat(MAX_GROUP_NAME + 1)), Err(GroupNameFault::TooLong));
    }
}
