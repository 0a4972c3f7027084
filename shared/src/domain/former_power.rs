//! Power as it was written down before staff, superuser and role were three things.
//!
//! Then an administrator of the charity was made staff by that, and a superuser both; and nothing told
//! who was one of the charity's people. What was written so is read by the rules in here, until
//! `tally-admin migrate-power` or the next change of power writes it anew. They are on the careful side:
//! whoever may have become staff by the way is not believed to be.

use super::role::Role;

/// What the former form says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerPower {
    /// Its role.
    pub role: Role,
    /// Whether it is called staff, by an operator or by the way.
    pub is_staff: bool,
    /// Whether it is a superuser.
    pub is_superuser: bool,
    /// Whether it has neither a username nor an e-mail address nor a mobile number, as only somebody
    /// who registered at the charity.
    pub is_nameless: bool,
}

impl FormerPower {
    /// Whether it is staff: an operator must have made it that, for nothing else could have.
    #[must_use]
    pub fn is_staff(self) -> bool {
        self.is_staff && !self.may_be_staff_by_the_way()
    }

    /// Whether an operator has to say if it is to be staff: it was called so, and is not any more.
    #[must_use]
    pub fn is_doubtful(self) -> bool {
        self.is_staff && self.may_be_staff_by_the_way()
    }

    /// Whether it is one of the charity's people: it was given a role, or registered there. Who only
    /// logged in there is one again by the next login.
    #[must_use]
    pub fn is_of_charity(self) -> bool {
        self.role != Role::default() || self.is_nameless
    }

    fn may_be_staff_by_the_way(self) -> bool {
        self.role == Role::Administrator || self.is_superuser
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_be_staff_by_the_way_is_not_and_the_others_are() {
        for role in Role::ALL {
            for is_superuser in [false, true] {
                let former = FormerPower { role, is_staff: true, is_superuser, is_nameless: false };
                let is_clear = role != Role::Administrator && !is_superuser;
                assert_eq!((former.is_staff(), former.is_doubtful()), (is_clear, !is_clear), "{former:?}");
                let former = FormerPower { is_staff: false, ..former };
                assert_eq!((former.is_staff(), former.is_doubtful()), (false, false), "{former:?}");
                assert_eq!(former.is_of_charity(), role != Role::Donor, "{former:?}");
                assert!(FormerPower { is_nameless: true, ..former }.is_of_charity());
            }
        }
    }
}
