//! What is decided over a person's head: who is staff, who may come in, who is in which group.

use super::account::{Account, Standing};
use super::history::Act;
use super::role::Role;
use super::text::{self, NameFault};

/// The most characters of a group's name, as in Django.
pub const MAX_GROUP_NAME: usize = 150;

/// Something to be done about an account. Each of them ends its sessions and its shared key.
///
/// Staff, superuser and role are three things: none of them gives or takes another (trust rule 4).
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
    /// Give it this role.
    Role(Role),
    /// Take everything from it except its number, permanently.
    Delete,
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
    /// Its role from now on.
    pub role: Role,
    /// Whether it is one of the charity's people from now on.
    pub charity: bool,
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

/// Decides what an order comes to for an account as it is.
#[must_use]
pub fn decide(account: &Account, order: Order) -> Decision {
    let &Account { is_staff, is_superuser, standing, role, charity, .. } = account;
    let now = Ruling { is_staff, is_superuser, standing, role, charity, roll: RollChange::Stays };
    let next = match order {
        Order::Staff(is_staff) => Ruling { is_staff, ..now },
        Order::Superuser(is_superuser) => Ruling { is_superuser, ..now },
        Order::Role(role) => Ruling { role, charity: true, ..now },
        Order::Delete => Ruling {
            is_staff: false,
            is_superuser: false,
            standing: Standing::Deleted,
            role: Role::default(),
            charity: false,
            ..now
        },
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

impl Order {
    /// What is written down of it once it is done.
    #[must_use]
    pub fn act(self) -> Act {
        match self {
            Self::Staff(true) => Act::StaffGiven,
            Self::Staff(false) => Act::StaffTaken,
            Self::Superuser(true) => Act::SuperuserGiven,
            Self::Superuser(false) => Act::SuperuserTaken,
            Self::Freeze => Act::Frozen,
            Self::Unfreeze => Act::Released,
            Self::EndSessions => Act::SessionsEnded,
            Self::Role(role) => Act::RoleGiven(role),
            Self::Delete => Act::Deleted,
        }
    }

    /// Whether it gives the account something to act with, so that whom it is given to matters most.
    #[must_use]
    pub fn gives_power(self) -> bool {
        match self {
            Self::Staff(given) | Self::Superuser(given) => given,
            Self::Role(_) => true,
            Self::Freeze | Self::Unfreeze | Self::EndSessions | Self::Delete => false,
        }
    }
}

/// Whether an account counts as one of the superusers that the pool has.
///
/// One that is frozen does not: freezing the only superuser takes that away too.
#[must_use]
pub fn is_on_roll(is_superuser: bool, standing: Standing) -> bool {
    is_superuser && standing == Standing::Active
}

impl GroupName {
    /// Reads a name.
    pub fn parse(typed: &str) -> Result<Self, NameFault> {
        text::name(typed, MAX_GROUP_NAME).map(Self)
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
            role: Role::Donor,
            charity: false,
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
        for order in [Order::Superuser(false), Order::Unfreeze, Order::EndSessions, Order::Delete] {
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
            (true, Standing::Active, Order::Delete, RollChange::Leaves),
            (true, Standing::Active, Order::Role(Role::Volunteer), RollChange::Stays),
        ];
        for (is_superuser, standing, order, expected) in table {
            let person = account(is_superuser, standing);
            assert_eq!(roll(&person, order), Some(expected), "{is_superuser} {standing:?} {order:?}");
        }
    }

    #[test]
    fn staff_superuser_and_role_are_given_and_taken_one_by_one_and_leave_what_was_there() {
        let after = |account: &Account, order| match decide(account, order) {
            Decision::Rule(ruling) => Some(Account {
                role: ruling.role,
                charity: ruling.charity,
                is_staff: ruling.is_staff,
                is_superuser: ruling.is_superuser,
                ..account.clone()
            }),
            Decision::AlreadySo | Decision::Deleted => None,
        };
        let power =
            |account: &Account| (account.is_staff, account.is_superuser, account.role, account.charity);
        let pairs = [
            (Order::Staff(true), Order::Staff(false)),
            (Order::Superuser(true), Order::Superuser(false)),
            (Order::Role(Role::Administrator), Order::Role(Role::Donor)),
        ];
        // Whatever somebody has, giving another thing and taking it away again changes nothing else.
        for had in 0..8_u8 {
            let has = |bit: u8| had & (1 << bit) != 0;
            let person = Account {
                is_staff: has(0),
                is_superuser: has(1),
                role: if has(2) { Role::Administrator } else { Role::Donor },
                charity: true,
                ..account(false, Standing::Active)
            };
            for (bit, (give, take)) in (0_u8..).zip(pairs) {
                let given = after(&person, give);
                assert_eq!(given.is_none(), has(bit), "{give:?}");
                let taken = after(given.as_ref().unwrap_or(&person), take).unwrap();
                if !has(bit) {
                    assert_eq!(power(&taken), power(&person), "{give:?}");
                }
            }
        }
        let donor = account(false, Standing::Active);
        assert_eq!(after(&donor, Order::Role(Role::Donor)).map(|one| one.charity), Some(true));
        let gone = after(&Account { is_staff: true, charity: true, ..donor }, Order::Delete).unwrap();
        assert_eq!(power(&gone), (false, false, Role::Donor, false));
    }

    #[test]
    fn group_names_are_trimmed_composed_and_bounded() {
        let name = |typed: &str| GroupName::parse(typed).map(|name| name.as_str().to_owned());
        assert_eq!(name(" 运营 team\t").as_deref(), Ok("运营 team"));
        assert_eq!(name("e\u{301}").as_deref(), Ok("\u{e9}"));
        assert_eq!(name(" \u{3000}"), Err(NameFault::Empty));
        assert_eq!(name("a\nb"), Err(NameFault::ControlCharacter));
        assert!(name(&"群".repeat(MAX_GROUP_NAME)).is_ok());
        assert_eq!(name(&"群".repeat(MAX_GROUP_NAME + 1)), Err(NameFault::TooLong));
    }
}
