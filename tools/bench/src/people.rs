//! Made-up people, named as unevenly as real ones are, the same in every run.

use std::collections::HashSet;

use jiff::Timestamp;
use tally::domain::account::Account;
use tally::domain::account_number::{AccountNumber, FIRST_DIGITS};
use tally::domain::credential::StoredCredential;
use tally::domain::role::Role;
use tally::entropy::Entropy;

/// The given name that most people have here; more than anywhere, so that a small pool has many.
pub const COMMON_FIRST_NAME: &str = "伟";

/// The family name that most people have: one in fourteen, as in China.
pub const COMMON_LAST_NAME: &str = "王";

/// Family names, each with how many of a thousand people have it.
#[rustfmt::skip]
const LAST_NAMES: [(&str, u64); 32] = [
    (COMMON_LAST_NAME, 71), ("李", 70), ("张", 67), ("刘", 52), ("陈", 46), ("杨", 31), ("黄", 24), ("赵", 23),
    ("吴", 21), ("周", 21), ("徐", 17), ("孙", 16), ("马", 14), ("朱", 13), ("胡", 13), ("郭", 12),
    ("何", 12), ("高", 11), ("林", 11), ("罗", 10), ("欧阳", 9), ("司马", 4), ("Smith", 12), ("Garcia", 9),
    ("Müller", 8), ("Nanto", 6), ("Hammer", 6), ("Иванова", 6), ("Παππάς", 5), ("Yılmaz", 5), ("O'Neill", 4), ("", 15),
];

/// Given names, likewise.
#[rustfmt::skip]
const FIRST_NAMES: [(&str, u64); 24] = [
    (COMMON_FIRST_NAME, 60), ("芳", 35), ("娜", 30), ("敏", 30), ("静", 28), ("秀英", 25), ("丽", 25), ("强", 24),
    ("磊", 22), ("洋", 20), ("艳", 18), ("勇", 18), ("军", 17), ("杰", 16), ("娟", 15), ("涛", 15),
    ("超", 14), ("明", 14), ("Sinope", 10), ("Sara", 10), ("José", 8), ("Zoë", 5), ("İpek", 5), ("", 15),
];

/// Characters that rarer given names are made of, two each.
const SYLLABLES: [&str; 40] = [
    "子", "轩", "浩", "宇", "雨", "欣", "怡", "梓", "涵", "诗", "晨", "佳", "思", "嘉", "俊", "博", "文",
    "天", "一", "诺", "可", "馨", "萱", "泽", "宁", "乐", "安", "若", "曦", "琪", "瑶", "睿", "昊", "然",
    "月", "星", "云", "海", "山", "松",
];

/// A hash as the table keeps it; nobody logs in to these accounts.
const CREDENTIAL: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IGhlcmU$\
                          TsCNBmTtvVrfNBpGyrtuQ7Yh0FJ1uDXwmdNDjtyQEBk";

/// An endless line of people with a number each that nobody else has.
#[derive(Debug)]
pub struct People {
    entropy: Entropy,
    numbers: HashSet<AccountNumber>,
}

impl People {
    /// The same line for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { entropy: Entropy::seeded(seed), numbers: HashSet::new() }
    }

    /// Somebody named like the many, and a donor.
    pub fn common(&mut self) -> Account {
        self.account(COMMON_FIRST_NAME.to_owned(), COMMON_LAST_NAME.to_owned(), Role::Donor)
    }

    fn account(&mut self, first_name: String, last_name: String, role: Role) -> Account {
        let number = loop {
            let number = AccountNumber::draw(FIRST_DIGITS, 0, self.chance());
            if self.numbers.insert(number) {
                break number;
            }
        };
        let credential = StoredCredential::stored(CREDENTIAL.to_owned());
        let account = Account::new(number, credential, Timestamp::UNIX_EPOCH);
        Account { first_name, last_name, role, charity: true, ..account }
    }

    fn chance(&self) -> u64 {
        u64::from_be_bytes(self.entropy.bytes())
    }

    /// A name by its share of a thousand; nothing for the rest.
    fn pick(&self, names: &[(&'static str, u64)]) -> Option<&'static str> {
        let mut left = self.chance() % 1000;
        for (name, share) in names {
            if left < *share {
                return Some(name);
            }
            left -= share;
        }
        None
    }

    fn syllable(&self) -> &'static str {
        let count = u64::try_from(SYLLABLES.len()).unwrap_or(1);
        usize::try_from(self.chance() % count).map_or("", |index| SYLLABLES[index])
    }
}

impl Iterator for People {
    type Item = Account;

    fn next(&mut self) -> Option<Account> {
        let last_name = self.pick(&LAST_NAMES).map_or_else(|| self.syllable().to_owned(), str::to_owned);
        let first_name = self.pick(&FIRST_NAMES).map(str::to_owned);
        let first_name = first_name.unwrap_or_else(|| [self.syllable(), self.syllable()].concat());
        let role = match self.chance() % 1000 {
            0..2 => Role::Administrator,
            2..700 => Role::Donor,
            _ => Role::Volunteer,
        };
        Some(self.account(first_name, last_name, role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people_with_a_number_each() {
        let line =
            |seed| People::seeded(seed).take(500).map(|one| (one.number, one.first_name, one.last_name));
        let people: Vec<_> = line(1).collect();
        assert!(line(1).eq(people.iter().cloned()) && !line(2).eq(people.iter().cloned()));
        let numbers: HashSet<_> = people.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers.len(), people.len());
    }

    #[test]
    fn common_names_are_common() {
        let people: Vec<Account> = People::seeded(1).take(2000).collect();
        let named = people.iter().filter(|one| one.last_name == COMMON_LAST_NAME).count();
        assert!((80..220).contains(&named), "{named} of 2000");
    }
}
