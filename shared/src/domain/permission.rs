//! Who may do what through the API of charity's contract: one table, and nothing else decides.
//!
//! The order is always the same: who calls, what they are, and only then whom it is about (security rule
//! S16). So the table is asked twice: [`foregone`] before the target is looked up, where every target would
//! get the same answer, and [`judge`] once it is known.

use super::account::{Account, Standing};
use super::account_number::AccountNumber;

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Register an administrator. It is about nobody yet.
    RegisterAdministrator,
    /// Give somebody another role.
    ChangeRole,
    /// Freeze, release or delete somebody.
    ChangeStanding,
    /// Change a name; always one's own.
    Rename,
    /// Look for people. It is about nobody in particular.
    Search,
    /// See somebody's name, role and standing.
    Show,
}

/// What the caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standpoint {
    /// Nobody known: no token, a wrong or expired one, or that of a frozen or deleted account,
    /// whose tokens are over as well.
    Stranger,
    /// A donor or a volunteer.
    Ordinary,
    /// An administrator, by role or as a superuser.
    Administrator,
}

/// What the target is to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nobody: the number was never given, its account is deleted, or it is none of the charity's
    /// people, who alone exist for the charity's administrators (trust rule 4).
    Nobody,
    /// The caller.
    Oneself,
    /// Another administrator, frozen or not. A superuser counts as one, whatever the role.
    Administrator,
    /// Another donor or volunteer, frozen or not.
    Ordinary,
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be done.
    Allowed,
    /// The caller is not known.
    LoginAgain,
    /// The caller has no right to it.
    NotPermitted,
    /// There is nobody to do it to.
    NoTarget,
}

use Verdict::{Allowed, LoginAgain, NoTarget, NotPermitted};

/// What each standpoint gets for a deed, by target: nobody, oneself, an administrator, others.
/// A deed that is about nobody in particular has the same answer in every column.
type Row = (Deed, Standpoint, [Verdict; 4]);

/// The table (docs/contracts/charity.md#who-may-do-what).
#[rustfmt::skip]
const TABLE: [Row; 18] = [
    //                                                          nobody        oneself       administrator others
    (Deed::RegisterAdministrator, Standpoint::Stranger,      [NotPermitted, NotPermitted, NotPermitted, NotPermitted]),
    (Deed::RegisterAdministrator, Standpoint::Ordinary,      [NotPermitted, NotPermitted, NotPermitted, NotPermitted]),
    (Deed::RegisterAdministrator, Standpoint::Administrator, [Allowed,      Allowed,      Allowed,      Allowed]),
    (Deed::ChangeRole,            Standpoint::Stranger,      [LoginAgain,   LoginAgain,   LoginAgain,   LoginAgain]),
    (Deed::ChangeRole,            Standpoint::Ordinary,      [NotPermitted, NotPermitted, NotPermitted, NotPermitted]),
    (Deed::ChangeRole,            Standpoint::Administrator, [NoTarget,     NotPermitted, NotPermitted, Allowed]),
    (Deed::ChangeStanding,        Standpoint::Stranger,      [LoginAgain,   LoginAgain,   LoginAgain,   LoginAgain]),
    (Deed::ChangeStanding,        Standpoint::Ordinary,      [NotPermitted, NotPermitted, NotPermitted, NotPermitted]),
    (Deed::ChangeStanding,        Standpoint::Administrator, [NoTarget,     NotPermitted, NotPermitted, Allowed]),
    (Deed::Rename,                Standpoint::Stranger,      [LoginAgain,   LoginAgain,   LoginAgain,   LoginAgain]),
    (Deed::Rename,                Standpoint::Ordinary,      [Allowed,      Allowed,      Allowed,      Allowed]),
    (Deed::Rename,                Standpoint::Administrator, [Allowed,      Allowed,      Allowed,      Allowed]),
    (Deed::Search,                Standpoint::Stranger,      [LoginAgain,   LoginAgain,   LoginAgain,   LoginAgain]),
    (Deed::Search,                Standpoint::Ordinary,      [NotPermitted, NotPermitted, NotPermitted, NotPermitted]),
    (Deed::Search,                Standpoint::Administrator, [Allowed,      Allowed,      Allowed,      Allowed]),
    (Deed::Show,                  Standpoint::Stranger,      [LoginAgain,   LoginAgain,   LoginAgain,   LoginAgain]),
    (Deed::Show,                  Standpoint::Ordinary,      [NotPermitted, Allowed,      NotPermitted, NotPermitted]),
    (Deed::Show,                  Standpoint::Administrator, [NoTarget,     Allowed,      Allowed,      Allowed]),
];

/// What the table says for that target.
#[must_use]
pub fn judge(deed: Deed, standpoint: Standpoint, target: Target) -> Verdict {
    let [nobody, oneself, administrator, ordinary] = row(deed, standpoint);
    match target {
        Target::Nobody => nobody,
        Target::Oneself => oneself,
        Target::Administrator => administrator,
        Target::Ordinary => ordinary,
    }
}

/// What the table says whoever else the target is; `None` where that makes a difference, so that it
/// has to be looked up. Nobody is told about others what does not depend on them.
#[must_use]
pub fn foregone(deed: Deed, standpoint: Standpoint) -> Option<Verdict> {
    let [nobody, _, administrator, ordinary] = row(deed, standpoint);
    (nobody == administrator && nobody == ordinary).then_some(nobody)
}

fn row(deed: Deed, standpoint: Standpoint) -> [Verdict; 4] {
    let row = TABLE.iter().find(|row| (row.0, row.1) == (deed, standpoint));
    row.expect("the table has a row for every deed and standpoint").2
}

impl Standpoint {
    /// The standpoint of the recognised caller.
    #[must_use]
    pub fn of(caller: Option<&Account>) -> Self {
        match caller.filter(|caller| caller.standing == Standing::Active) {
            None => Self::Stranger,
            Some(caller) if caller.administers_charity() => Self::Administrator,
            Some(_) => Self::Ordinary,
        }
    }
}

impl Target {
    /// What the account that was found under the wanted number is to the caller.
    #[must_use]
    pub fn of(found: Option<&Account>, caller: AccountNumber) -> Self {
        let Some(account) = found.filter(|account| account.standing != Standing::Deleted) else {
            return Self::Nobody;
        };
        if account.number == caller {
            return Self::Oneself;
        }
        if account.administers_charity() {
            Self::Administrator
        } else if account.is_of_charity() {
            Self::Ordinary
        } else {
            Self::Nobody
        }
    }
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::RegisterAdministrator,
        Self::ChangeRole,
        Self::ChangeStanding,
        Self::Rename,
        Self::Search,
        Self::Show,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::StoredCredential;
    use crate::domain::role::Role;

    const STANDPOINTS: [Standpoint; 3] =
        [Standpoint::Stranger, Standpoint::Ordinary, Standpoint::Administrator];

    fn account(number: u32, role: Role, standing: Standing) -> Account {
        let credential = StoredCredential::stored(String::new());
        let new = Account::new(AccountNumber::new(number), credential, jiff::Timestamp::UNIX_EPOCH);
        Account { standing, role, charity: true, ..new }
    }

    #[test]
    fn the_table_has_one_row_for_every_deed_and_standpoint() {
        for deed in Deed::ALL {
            for standpoint in STANDPOINTS {
                let rows = TABLE.iter().filter(|row| (row.0, row.1) == (deed, standpoint)).count();
                assert_eq!(rows, 1, "{deed:?} by {standpoint:?}");
            }
        }
    }

    #[test]
    fn strangers_may_do_nothing_and_only_administrators_act_on_others() {
        for (deed, standpoint, verdicts) in TABLE {
            let may = |target: usize| verdicts[target] == Allowed;
            match standpoint {
                Standpoint::Stranger => assert!(!(0..4).any(may), "{deed:?}"),
                Standpoint::Ordinary => assert!(deed == Deed::Rename || !(may(2) || may(3)), "{deed:?}"),
                Standpoint::Administrator => {}
            }
        }
    }

    #[test]
    fn targets_are_looked_up_only_for_administrators() {
        assert_eq!(foregone(Deed::ChangeRole, Standpoint::Administrator), None);
        assert_eq!(foregone(Deed::Show, Standpoint::Administrator), None);
        assert_eq!(foregone(Deed::Show, Standpoint::Ordinary), Some(NotPermitted));
        for deed in Deed::ALL {
            for standpoint in [Standpoint::Stranger, Standpoint::Ordinary] {
                assert!(foregone(deed, standpoint).is_some(), "{deed:?} by {standpoint:?}");
            }
        }
    }

    #[test]
    fn who_is_frozen_or_deleted_is_a_stranger() {
        for standing in [Standing::Frozen, Standing::Deleted] {
            let caller = account(1, Role::Administrator, standing);
            assert_eq!(Standpoint::of(Some(&caller)), Standpoint::Stranger);
        }
        let active = |role| Standpoint::of(Some(&account(1, role, Standing::Active)));
        assert_eq!(active(Role::Administrator), Standpoint::Administrator);
        assert_eq!(
            (active(Role::Donor), active(Role::Volunteer)),
            (Standpoint::Ordinary, Standpoint::Ordinary)
        );
    }

    #[test]
    fn targets_are_told_apart() {
        let caller = AccountNumber::new(1);
        let target = |account: &Account| Target::of(Some(account), caller);
        assert_eq!(Target::of(None, caller), Target::Nobody);
        assert_eq!(target(&account(2, Role::Donor, Standing::Deleted)), Target::Nobody);
        assert_eq!(target(&account(1, Role::Administrator, Standing::Active)), Target::Oneself);
        assert_eq!(target(&account(2, Role::Administrator, Standing::Frozen)), Target::Administrator);
        assert_eq!(target(&account(2, Role::Volunteer, Standing::Frozen)), Target::Ordinary);
        let superuser = Account { is_superuser: true, ..account(2, Role::Donor, Standing::Active) };
        assert_eq!(target(&superuser), Target::Administrator);
        // The console's staff and the company's customers, for instance.
        let elsewhere =
            Account { charity: false, is_staff: true, ..account(2, Role::Donor, Standing::Active) };
        assert_eq!(target(&elsewhere), Target::Nobody);
        let superuser = Account { is_superuser: true, ..elsewhere };
        assert_eq!(target(&superuser), Target::Administrator);
        assert_eq!(Standpoint::of(Some(&superuser)), Standpoint::Administrator);
        let oneself = Account { charity: false, ..account(1, Role::Donor, Standing::Active) };
        assert_eq!(target(&oneself), Target::Oneself);
    }
}
