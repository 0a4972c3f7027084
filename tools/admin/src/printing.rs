//! What is printed.

use serde::Serialize;
use tally::domain::account::{Account, Group, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::contact::FormerEmail;
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::role::Role;
use tally::domain::text;
use tally::domain::username::Username;
use tally::services::administration::{Found, FoundBy, Given};

/// An account as it is shown: everything but what opens it.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Card<'a> {
    found_by: &'static str,
    number: u32,
    username: Option<&'a str>,
    email: Option<&'a str>,
    email_proven: bool,
    former_emails: Vec<FormerCard<'a>>,
    phone: Option<&'a str>,
    phone_proven: bool,
    weixin: bool,
    first_name: &'a str,
    last_name: &'a str,
    is_staff: bool,
    is_superuser: bool,
    role: &'static str,
    charity: bool,
    standing: &'static str,
    groups: Vec<GroupCard<'a>>,
    joined: String,
    last_login: Option<String>,
    sessions: usize,
    key_devices: u32,
}

/// The address before, which still counts.
#[derive(Debug, Serialize)]
struct FormerCard<'a> {
    address: &'a str,
    until: String,
    proven: bool,
}

impl<'a> From<&'a FormerEmail> for FormerCard<'a> {
    fn from(FormerEmail { address, until, is_proven }: &'a FormerEmail) -> Self {
        Self { address: address.as_str(), until: until.to_string(), proven: *is_proven }
    }
}

#[derive(Debug, Serialize)]
struct GroupCard<'a> {
    id: u32,
    name: &'a str,
}

impl<'a> Card<'a> {
    /// Takes from an account what may be shown.
    #[must_use]
    pub fn of(found: &'a Found, sessions: usize) -> Self {
        let account = &found.account;
        Self {
            found_by: match found.by {
                FoundBy::Username => "username",
                FoundBy::Email => "email",
                FoundBy::Phone => "phone",
                FoundBy::Number => "number",
            },
            number: account.number.get(),
            username: account.username.as_ref().map(Username::as_str),
            email: account.email.as_ref().map(EmailAddress::as_str),
            email_proven: account.email_proven,
            former_emails: account.former_emails.iter().map(FormerCard::from).collect(),
            phone: account.phone.as_ref().map(PhoneNumber::as_str),
            // Nobody has a number but by a code that was sent to it.
            phone_proven: account.phone.is_some(),
            weixin: account.weixin.is_some(),
            first_name: &account.first_name,
            last_name: &account.last_name,
            is_staff: account.is_staff,
            is_superuser: account.is_superuser,
            role: account.role.word(),
            charity: account.is_of_charity(),
            standing: match account.standing {
                Standing::Active => "active",
                Standing::Frozen => "frozen",
                Standing::Deleted => "deleted",
            },
            groups: account.groups.iter().map(|Group { id, name }| GroupCard { id: *id, name }).collect(),
            joined: account.joined.to_string(),
            last_login: account.last_login.map(|time| time.to_string()),
            sessions,
            key_devices: account.shared_key.devices,
        }
    }

    /// One line of JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and lists have a JSON form") + "\n"
    }

    /// One line for each thing worth knowing.
    #[must_use]
    pub fn text(&self) -> String {
        let groups: Vec<String> =
            self.groups.iter().map(|group| format!("{} ({})", group.name, group.id)).collect();
        let former =
            |one: &FormerCard<'_>| format!("{}, until {}", proof(one.address, one.proven), one.until);
        let formers = self.former_emails.iter().map(former).collect::<Vec<_>>().join("; ");
        let lines = [
            ("Account", self.number.to_string()),
            ("Found by", if self.found_by == "number" { "account number" } else { self.found_by }.to_owned()),
            ("Username", self.username.unwrap_or_default().to_owned()),
            ("E-mail", self.email.map_or_else(String::new, |email| proof(email, self.email_proven))),
            ("E-mail before", formers),
            ("Mobile", self.phone.map_or_else(String::new, |phone| proof(phone, self.phone_proven))),
            ("WeChat", if self.weixin { "bound" } else { "" }.to_owned()),
            ("First name", self.first_name.to_owned()),
            ("Last name", self.last_name.to_owned()),
            ("Staff", yes_or_no(self.is_staff)),
            ("Superuser", yes_or_no(self.is_superuser)),
            ("Role", self.role.to_owned()),
            ("Charity", yes_or_no(self.charity)),
            ("Standing", self.standing.to_owned()),
            ("Groups", groups.join(", ")),
            ("Joined", self.joined.clone()),
            ("Last login", self.last_login.clone().unwrap_or_else(|| "never".to_owned())),
            ("Sessions", self.sessions.to_string()),
            ("Key devices", self.key_devices.to_string()),
        ];
        let line = |(name, value): (&str, String)| {
            let value = if value.is_empty() { "-" } else { &harmless(&value) };
            format!("{name:<15}{value}\n")
        };
        lines.map(line).concat()
    }
}

/// Who it is, and how it was found.
#[must_use]
pub fn person(found: &Found) -> String {
    let by = match found.by {
        FoundBy::Username => "username",
        FoundBy::Email => "e-mail address",
        FoundBy::Phone => "mobile number",
        FoundBy::Number => "account number",
    };
    let Account { number, username, email, .. } = &found.account;
    let name = username.as_ref().map(Username::as_str);
    match name.or(email.as_ref().map(EmailAddress::as_str)) {
        Some(name) => format!("{} (account {number}, found by {by})", harmless(name)),
        None => format!("Account {number} (found by {by})"),
    }
}

/// A superuser was made.
#[must_use]
pub fn created(account: &Account) -> String {
    let name = account.username.as_ref().map_or("", Username::as_str);
    format!(
        "{name} (account {}) is a superuser, who counts as staff and as an administrator of the charity.\n",
        account.number
    )
}

/// An order was carried out, and so many sessions ended with it.
#[must_use]
pub fn done(found: &Found, order: Order, sessions: usize, vouched: Option<&EmailAddress>) -> String {
    let (ended, rest) = (ended(sessions), remaining(&found.account, order));
    format!("{} {} now; {ended}.{rest}{}\n", person(found), state(order), vouching(vouched))
}

fn ended(sessions: usize) -> String {
    match sessions {
        0 => "no session was open".to_owned(),
        1 => "1 session ended".to_owned(),
        more => format!("{more} sessions ended"),
    }
}

/// What somebody still is who is a superuser no longer.
fn remaining(account: &Account, order: Order) -> &'static str {
    let is_administrator = account.role == Role::Administrator;
    match (order, account.is_staff, is_administrator) {
        (Order::Superuser(false), true, true) => " It stays staff and an administrator of the charity.",
        (Order::Superuser(false), true, false) => " It stays staff.",
        (Order::Superuser(false), false, true) => " It stays an administrator of the charity.",
        (
            Order::Superuser(_)
            | Order::Staff(_)
            | Order::Role(_)
            | Order::Freeze
            | Order::Unfreeze
            | Order::EndSessions
            | Order::Delete,
            _,
            _,
        ) => "",
    }
}

/// What is said of an address that an operator has vouched for.
fn vouching(vouched: Option<&EmailAddress>) -> String {
    vouched.map_or_else(String::new, |email| format!(" {} counts as proven.", harmless(email.as_str())))
}

/// A user has got an address.
#[must_use]
pub fn given(found: &Found, address: &EmailAddress, Given { sessions, loser }: Given) -> String {
    let loss = loser.map(|loser| format!(" Account {loser}, which never proved it, has lost it."));
    let (address, ended) = (harmless(address.as_str()), ended(sessions));
    format!(
        "{} has the address {address} now, which counts as proven; {ended}.{}\n",
        person(found),
        loss.unwrap_or_default()
    )
}

/// A text leads to several accounts.
#[must_use]
pub fn ambiguous(typed: &str, ways: &[(FoundBy, AccountNumber)]) -> String {
    let kinds = ways.iter().map(|(by, number)| match by {
        FoundBy::Username => format!("the username of account {number}"),
        FoundBy::Email => format!("the e-mail address of account {number}"),
        FoundBy::Phone => format!("the mobile number of account {number}"),
        FoundBy::Number => format!("the number of account {number}"),
    });
    let kinds: Vec<String> = kinds.collect();
    let mut numbers: Vec<String> = ways.iter().map(|(_, number)| format!("#{number}")).collect();
    numbers.dedup();
    format!("{typed:?} is {}. Write {}.", kinds.join(" and "), numbers.join(" or "))
}

/// The account was named by an address that nobody has proven.
#[must_use]
pub fn doubtful(found: &Found) -> String {
    let number = found.account.number;
    format!(
        "{} was named by an address that nobody has proven: anybody may have registered it. Look at it with \
         show '#{number}'. If it is whom you mean, repeat the number: --confirm {number}",
        person(found)
    )
}

/// Another number was repeated than the account's.
#[must_use]
pub fn misconfirmed(found: &Found) -> String {
    let number = found.account.number;
    format!(
        "{} is not the account whose number was repeated; nothing was done. If it is whom you mean: \
         --confirm {number}",
        person(found)
    )
}

/// An order asked for what is so already.
#[must_use]
pub fn already_so(found: &Found, order: Order, vouched: Option<&EmailAddress>) -> String {
    let rest = match vouched {
        None => "; nothing was done.".to_owned(),
        Some(_) => format!(".{}", vouching(vouched)),
    };
    format!("{} {} already{rest}\n", person(found), state(order))
}

/// The counts of wrong passwords are cleared.
#[must_use]
pub fn forgiven(found: &Found) -> String {
    format!("{} may be tried again at once; the counts of wrong passwords are cleared.\n", person(found))
}

/// A user would be deleted.
#[must_use]
pub fn unconfirmed(found: &Found) -> String {
    let number = found.account.number;
    format!(
        "{} would be deleted for ever: names, addresses and data go, only the number stays taken. \
         To do it, repeat the number: --confirm {number}",
        person(found)
    )
}

/// A user is in a group.
#[must_use]
pub fn joined(found: &Found, group: &Group, was_outside: bool, vouched: Option<&EmailAddress>) -> String {
    let when = match (was_outside, vouched) {
        (true, _) => "now",
        (false, None) => "already; nothing was done",
        (false, Some(_)) => "already",
    };
    let (name, rest) = (harmless(&group.name), vouching(vouched));
    format!("{} is in group {name} (number {}) {when}.{rest}\n", person(found), group.id)
}

/// A user is not in a group.
#[must_use]
pub fn left(found: &Found, group: &str, was_inside: bool) -> String {
    let word = if was_inside { "is no longer in" } else { "is not in" };
    let rest = if was_inside { "" } else { "; nothing was done" };
    format!("{} {word} group {}{rest}.\n", person(found), harmless(group))
}

fn state(order: Order) -> &'static str {
    match order {
        Order::Staff(true) => "is staff",
        Order::Staff(false) => "is not staff",
        Order::Superuser(true) => "is a superuser",
        Order::Superuser(false) => "is not a superuser",
        Order::Freeze => "is frozen",
        Order::Unfreeze => "is active",
        Order::EndSessions => "is signed out everywhere",
        Order::Role(Role::Administrator) => "is an administrator",
        Order::Role(Role::Donor) => "is a donor",
        Order::Role(Role::Volunteer) => "is a volunteer",
        Order::Delete => "is deleted",
    }
}

/// An identifier, and whether it is proven.
fn proof(identifier: &str, is_proven: bool) -> String {
    format!("{identifier} ({})", if is_proven { "proven" } else { "unproven" })
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// A text that a terminal shows and does not obey, whatever lies in the table.
pub(crate) fn harmless(text: &str) -> String {
    if text::has_control(text) { text.escape_debug().to_string() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tally::domain::credential::StoredCredential;

    use super::*;

    fn found() -> Found {
        let credential = StoredCredential::stored("$argon2id$secret".to_owned());
        let joined = Timestamp::from_second(1_499_317_884).unwrap();
        let blank = Account::new(AccountNumber::new(51_923_482), credential, joined);
        let username = Some(Username::stored("zhang".to_owned()));
        let groups =
            vec![Group { id: 3, name: "运营".to_owned() }, Group { id: 5, name: "finance".to_owned() }];
        let email = EmailAddress::parse("zhang@example.com").ok();
        let account = Account { username, email, groups, is_staff: true, ..blank };
        Found { account, by: FoundBy::Username, unproven: None }
    }

    #[test]
    fn a_card_is_aligned_and_tells_no_secret() {
        let found = found();
        let text = Card::of(&found, 2).text();
        assert_eq!(
            text,
            "Account        51923482\nFound by       username\nUsername       zhang\n\
             E-mail         zhang@example.com (unproven)\nE-mail before  -\nMobile         -\n\
             WeChat         -\nFirst name     -\nLast name      -\nStaff          yes\n\
             Superuser      no\nRole           donor\nCharity        no\nStanding       active\n\
             Groups         运营 (3), finance (5)\nJoined         2017-07-06T05:11:24Z\n\
             Last login     never\nSessions       2\nKey devices    0\n"
        );
    }

    #[test]
    fn a_machine_reads_the_same() {
        let found = found();
        assert_eq!(
            Card::of(&found, 2).json(),
            "{\"found_by\":\"username\",\"number\":51923482,\"username\":\"zhang\",\
             \"email\":\"zhang@example.com\",\"email_proven\":false,\"former_emails\":[],\
             \"phone\":null,\"phone_proven\":false,\"weixin\":false,\"first_name\":\"\",\"last_name\":\"\",\"is_staff\":true,\"is_superuser\":false,\
             \"role\":\"donor\",\"charity\":false,\"standing\":\"active\",\"groups\":[{\"id\":3,\"name\":\"运营\"},{\"id\":5,\"name\":\"finance\"}],\
             \"joined\":\"2017-07-06T05:11:24Z\",\"last_login\":null,\"sessions\":2,\"key_devices\":0}\n"
        );
    }

    #[test]
    fn the_terminal_obeys_nothing_that_lies_in_the_table() {
        assert_eq!(harmless("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(harmless("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(harmless("张三 \"x\""), "张三 \"x\"");
    }
}
