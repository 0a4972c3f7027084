//! Each of the eight shapes of a search, held against a look through the whole pool.

use std::collections::BTreeSet;

use tally::entropy::Entropy;

use super::*;

/// Names by who bears the same one: any of a row finds all who bear one of it. The first row is for
/// those who have none.
const FIRST_NAMES: [&[&str]; 6] = [
    &[""],
    &["伟"],
    &["Zoë", "ZOË", "zoe\u{308}"],
    &["Straße", "STRASSE", "straẞe"],
    &["İpek", "IPEK", "ıpek"],
    &["a#b", "A#B"],
];
const LAST_NAMES: [&[&str]; 5] =
    [&[""], &["王"], &["Παππάς", "ΠΑΠΠΆΣ", "παππάσ"], &["O'Neill", "o'neill"], &["b", "B"]];

/// How many people there are.
const PEOPLE: u32 = 240;

/// Somebody, by what can be asked for; names by their rows.
#[derive(Debug)]
struct Somebody {
    number: u32,
    first: usize,
    last: usize,
    role: Role,
    is_deleted: bool,
}

/// Choices that are the same in every run.
#[derive(Debug)]
struct Dice(Entropy);

impl Dice {
    fn below(&self, count: usize) -> usize {
        usize::from(u16::from_be_bytes(self.0.bytes())) % count
    }

    fn of<'a, T>(&self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// Fills the pool and tells who is in it.
async fn populate(server: &Server, dice: &Dice) -> Vec<Somebody> {
    let mut people = Vec::new();
    for index in 0..PEOPLE {
        // Odd steps, so that numbers of different lengths and of every shard occur.
        let number = 9_000_000 + index * 2_500_007;
        let (first, last) = (dice.below(FIRST_NAMES.len()), dice.below(LAST_NAMES.len()));
        let role = *dice.of(&Role::ALL);
        let standing = *dice.of(&[Standing::Active, Standing::Active, Standing::Frozen, Standing::Deleted]);
        let names = (*dice.of(FIRST_NAMES[first]), *dice.of(LAST_NAMES[last]));
        put(&server.app().store, number, names, role, standing).await;
        people.push(Somebody { number, first, last, role, is_deleted: standing == Standing::Deleted });
    }
    people
}

/// Who has to be found, in order; row 0 does not limit.
fn expected(people: &[Somebody], boss: &str, first: usize, last: usize, role: Option<Role>) -> Vec<String> {
    let fits = |one: &&Somebody| {
        !one.is_deleted
            && (first == 0 || one.first == first)
            && (last == 0 || one.last == last)
            && role.is_none_or(|role| one.role == role)
    };
    let mut found: Vec<(&str, u32)> =
        people.iter().filter(fits).map(|one| (one.role.digit(), one.number)).collect();
    // The administrator who asks has names that nobody else has.
    if first == 0 && last == 0 && role.is_none_or(|role| role == Role::Administrator) {
        found.push((Role::Administrator.digit(), boss.parse().expect("a number")));
    }
    found.sort_unstable();
    found.into_iter().map(|(_, number)| number.to_string()).collect()
}

#[tokio::test]
async fn every_shape_finds_whom_a_look_through_the_pool_finds() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let dice = Dice(Entropy::seeded(20_211_130));
    let people = populate(&server, &dice).await;
    let mut shapes = BTreeSet::new();
    let mut searches = vec![(0, 0, None), (0, 0, Some(Role::Donor))];
    for first in 0..FIRST_NAMES.len() {
        for last in 0..LAST_NAMES.len() {
            searches.push((first, last, None));
            searches.push((first, last, Some(*dice.of(&Role::ALL))));
        }
    }
    for (first, last, role) in searches {
        let (first_name, last_name) = (*dice.of(FIRST_NAMES[first]), *dice.of(LAST_NAMES[last]));
        let mut body = json!({"first_name": first_name, "last_name": last_name});
        if let Some(role) = role {
            body["role"] = json!(role.digit());
        }
        let wanted = expected(&people, &boss.id, first, last, role);
        assert_eq!(find(&client, &boss, &body).await, (wanted.clone(), None), "{body}");
        shapes.insert((first > 0, last > 0, role.is_some(), wanted.is_empty()));
    }
    assert!(shapes.iter().filter(|(_, _, _, is_empty)| !is_empty).count() == 8, "{shapes:?}");
}

#[tokio::test]
async fn pages_to_the_end_name_everybody_once() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    let dice = Dice(Entropy::seeded(20_211_128));
    let people = populate(&server, &dice).await;
    let donor = Some(Role::Donor);
    let searches = [(0, 0, None, 37), (0, 0, donor, 16), (2, 0, None, 7), (0, 1, donor, 3), (2, 2, None, 1)];
    for (first, last, role, limit) in searches {
        let mut body = json!({"limit": limit, "first_name": FIRST_NAMES[first][0]});
        body["last_name"] = json!(LAST_NAMES[last][0]);
        body["role"] = json!(role.map(Role::digit));
        let wanted = expected(&people, &boss.id, first, last, role);
        let mut found = Vec::new();
        let mut pages = 0;
        loop {
            let (page, next) = find(&client, &boss, &body).await;
            pages += 1;
            found.extend(page.clone());
            let Some(next) = next else { break };
            assert_eq!(page.len(), limit, "a page with more behind it is full");
            body["next"] = json!(next);
        }
        assert_eq!(found, wanted, "{body}");
        assert_eq!(pages, wanted.len().div_ceil(limit), "{body}");
        assert!(pages > 2, "{body}: {pages} pages");
    }
}

#[tokio::test]
async fn a_position_reads_nothing_outside_the_search_it_is_given_to() {
    let server = Server::start().await;
    let client = server.client();
    let boss = administrator(&server).await;
    for number in 20_000_000..20_000_004 {
        let name = if number % 2 == 0 { "Sinope" } else { "Sara" };
        put_active(&server, number, (name, "Nanto"), Role::Donor).await;
    }
    let (page, next) = find(&client, &boss, &json!({"last_name": "Nanto", "limit": 1})).await;
    assert_eq!(page, ["20000000"]);
    // Given to another search, it is a place in that search's list, and no more.
    let other = json!({"first_name": "Sinope", "next": next});
    assert_eq!(find(&client, &boss, &other).await, (vec!["20000002".to_owned()], None));
    // Places before and behind all others, of people who need not exist.
    for (next, found) in [("3000000000", 4), ("31ffffffff", 0), ("32ffffffff", 0)] {
        let page = find(&client, &boss, &json!({"last_name": "Nanto", "next": next})).await;
        assert_eq!((page.0.len(), page.1), (found, None), "{next}");
    }
}
