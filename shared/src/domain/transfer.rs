//! Accounts that come from elsewhere, and whether one of them is here already.

use jiff::Timestamp;

use super::account::{Account, Standing};
use super::account_number::AccountNumber;
use super::administration::GroupName;
use super::customer::Customer;

/// The most characters of a first or a last name, as in Django's table of users.
pub const MAX_NAME: usize = 150;

/// An account from elsewhere; each part is valid by itself.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The number it had, if it is to keep one; otherwise it gets a fresh one.
    pub number: Option<AccountNumber>,
    /// The account itself, but for its number and its groups.
    pub account: Account,
    /// The groups it is in, which have numbers of their own here.
    pub groups: Vec<GroupName>,
    /// What lies beside the account for group company, where there is something.
    pub company: Option<Customer>,
}

/// What an account that is here is to one that arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// The same person, and nothing differs.
    Same,
    /// The same person, but these fields differ.
    Differs(Vec<&'static str>),
    /// Somebody else.
    Stranger,
}

impl Arrival {
    /// Whether anybody could tell it from others when it arrives a second time.
    #[must_use]
    pub fn is_recognisable(&self) -> bool {
        let Account { username, email, phone, .. } = &self.account;
        self.number.is_some() || username.is_some() || email.is_some() || phone.is_some()
    }

    /// Compares it with an account that has its number or, where it brings none, its identifiers.
    ///
    /// The same person is who registered at the same moment. Of somebody who has logged in here since,
    /// the password may have been hashed anew or changed, so it says nothing any more. Whether the
    /// address is proven, whether somebody is of the charity, and what lies beside the account are not
    /// compared.
    #[must_use]
    pub fn likeness(&self, resident: &Account, now: Timestamp) -> Likeness {
        let gone = [self.account.standing, resident.standing].map(|standing| standing == Standing::Deleted);
        match gone {
            [true, true] => return Likeness::Same,
            [true, false] | [false, true] => return Likeness::Stranger,
            [false, false] => {}
        }
        if self.account.joined != resident.joined {
            return Likeness::Stranger;
        }
        let differing = self.differing(resident, now);
        if differing.is_empty() { Likeness::Same } else { Likeness::Differs(differing) }
    }

    fn differing(&self, resident: &Account, now: Timestamp) -> Vec<&'static str> {
        let own = &self.account;
        let was_used_since = resident.last_login > own.last_login;
        let sorted = |mut names: Vec<String>| {
            names.sort_unstable();
            names.dedup();
            names
        };
        let groups = sorted(self.groups.iter().map(|name| name.as_str().to_owned()).collect());
        let resident_groups = sorted(resident.groups.iter().map(|group| group.name.clone()).collect());
        let differences = [
            ("username", own.username != resident.username),
            ("email", own.email != resident.email),
            ("former_emails", formers(own, now) != formers(resident, now)),
            ("phone", own.phone != resident.phone),
            ("weixin", own.weixin != resident.weixin),
            ("first_name", own.first_name != resident.first_name),
            ("last_name", own.last_name != resident.last_name),
            ("role", own.role != resident.role),
            ("is_staff", own.is_staff != resident.is_staff),
            ("is_superuser", own.is_superuser != resident.is_superuser),
            ("groups", groups != resident_groups),
            ("standing", own.standing != resident.standing),
            ("password", own.credential != resident.credential && !was_used_since),
            ("last_login", own.last_login != resident.last_login && !was_used_since),
            ("details", own.details != resident.details),
            ("contact", own.contact != resident.contact),
        ];
        differences.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
    }
}

/// The former addresses that count; by whole seconds, as their claims have them.
fn formers(account: &Account, now: Timestamp) -> Vec<(&str, i64, bool)> {
    let formers = account.counting_formers(now);
    formers.map(|former| (former.address.as_str(), former.until.as_second(), former.is_proven)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::account::Group;
    use super::super::credential::StoredCredential;
    use super::super::username::Username;
    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn account() -> Account {
        let hash = StoredCredential::stored("pbkdf2_sha256$1$a$b".to_owned());
        let blank = Account::new(AccountNumber::new(51_923_482), hash, time(1_000));
        Account { username: Some(Username::stored("zhang".to_owned())), ..blank }
    }

    fn arrival(account: Account, groups: &[&str]) -> Arrival {
        let groups = groups.iter().map(|name| GroupName::parse(name).unwrap()).collect();
        Arrival { number: None, account, groups, company: None }
    }

    #[test]
    fn who_registered_at_the_same_moment_is_the_same_person() {
        let group = |id, name: &str| Group { id, name: name.to_owned() };
        let resident = Account { groups: vec![group(7, "b"), group(3, "a")], ..account() };
        assert_eq!(arrival(account(), &["a", "b"]).likeness(&resident, time(5)), Likeness::Same);
        let other = Account { joined: time(1_001), ..account() };
        assert_eq!(arrival(other, &["a", "b"]).likeness(&resident, time(5)), Likeness::Stranger);
        let renamed = Account { first_name: "San".to_owned(), is_staff: true, ..account() };
        let differs = Likeness::Differs(vec!["first_name", "is_staff", "groups"]);
        assert_eq!(arrival(renamed, &[]).likeness(&resident, time(5)), differs);
    }

    #[test]
    fn a_login_since_may_have_changed_the_hash_and_nothing_else() {
        let hash = StoredCredential::stored("$argon2id$new".to_owned());
        let rehashed = Account { credential: hash, ..account() };
        let differs = Likeness::Differs(vec!["password"]);
        assert_eq!(arrival(account(), &[]).likeness(&rehashed, time(5)), differs);
        let used = Account { last_login: Some(time(2_000)), ..rehashed };
        assert_eq!(arrival(account(), &[]).likeness(&used, time(5)), Likeness::Same);
        let frozen = Account { standing: Standing::Frozen, ..used };
        let differs = Likeness::Differs(vec!["standing"]);
        assert_eq!(arrival(account(), &[]).likeness(&frozen, time(5)), differs);
    }

    #[test]
    fn the_deleted_are_alike_and_like_nobody_else() {
        let gone = || Account { standing: Standing::Deleted, joined: time(9), ..account() };
        let deleted = Account { standing: Standing::Deleted, ..account() };
        assert_eq!(arrival(gone(), &[]).likeness(&deleted, time(5)), Likeness::Same);
        assert_eq!(arrival(gone(), &[]).likeness(&account(), time(5)), Likeness::Stranger);
        assert_eq!(arrival(account(), &[]).likeness(&gone(), time(5)), Likeness::Stranger);
    }
}
