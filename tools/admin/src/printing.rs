//! What is printed.

use serde::Serialize;
use tally::domain::account::{Account, Group, Standing};
use tally::domain::administration::Order;
use tally::domain::email_address::EmailAddress;
use tally::domain::role::Role;
use tally::domain::text;
use tally::domain::username::Username;
use tally::services::administration::{Found, FoundBy};

/// An account as it is shown: everything but what opens it.
#[derive(Debug, Serialize)]
pub struct Card<'a> {
    found_by: &'static str,
    number: u32,
    username: Option<&'a str>,
    email: Option<&'a str>,
    first_name: &'a str,
    last_name: &'a str,
    is_staff: bool,
    is_superuser: bool,
    role: &'static str,
    standing: &'static str,
    groups: Vec<GroupCard<'a>>,
    joined: String,
    last_login: Option<String>,
    sessions: usize,
    key_devices: u32,
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
            first_name: &account.first_name,
            last_name: &account.last_name,
            is_staff: account.is_staff,
            is_superuser: account.is_superuser,
            role: account.role.word(),
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
        let lines = [
            ("Account", self.number.to_string()),
            ("Found by", if self.found_by == "number" { "account number" } else { self.found_by }.to_owned()),
            ("Username", self.username.unwrap_or_default().to_owned()),
            ("E-mail", self.email.unwrap_or_default().to_owned()),
            ("First name", self.first_name.to_owned()),
            ("Last name", self.last_name.to_owned()),
            ("Staff", yes_or_no(self.is_staff)),
            ("Superuser", yes_or_no(self.is_superuser)),
            ("Role", self.role.to_owned()),
            ("Standing", self.standing.to_owned()),
            ("Groups", groups.join(", ")),
            ("Joined", self.joined.clone()),
            ("Last login", self.last_login.clone().unwrap_or_else(|| "never".to_owned())),
            ("Sessions", self.sessions.to_string()),
            ("Key devices", self.key_devices.to_string()),
        ];
        let line = |(name, value): (&str, String)| {
            let value = if value.is_empty() { "-" } else { &harmless(&value) };
            format!("{name:<13}{value}\n")
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
    format!("{name} (account {}) is a superuser, staff and administrator.\n", account.number)
}

/// An order was carried out, and so many sessions ended with it.
#[must_use]
pub fn done(found: &Found, order: Order, sessions: usize) -> String {
    let ended = match sessions {
        0 => "no session was open".to_owned(),
        1 => "1 session ended".to_owned(),
        more => format!("{more} sessions ended"),
    };
    format!("{} {} now; {ended}.\n", person(found), state(order))
}

/// An order asked for what is so already.
#[must_use]
pub fn already_so(found: &Found, order: Order) -> String {
    format!("{} {} already; nothing was done.\n", person(found), state(order))
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
pub fn joined(found: &Found, group: &Group, was_outside: bool) -> String {
    let when = if was_outside { "now" } else { "already; nothing was done" };
    format!("{} is in group {} (number {}) {when}.\n", person(found), harmless(&group.name), group.id)
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

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// A text that a terminal shows and does not obey, whatever lies in the table.
fn harmless(text: &str) -> String {
    if text::has_control(text) { text.escape_debug().to_string() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tally::domain::account_number::AccountNumber;
    use tally::domain::credential::StoredCredential;

    use super::*;

    fn found() -> Found {
        let credential = StoredCredential::stored("$argon2id$secret".to_owned());
        let joined = Timestamp::from_second(1_499_317_884).unwrap();
        let blank = Account::new(AccountNumber::new(51_923_482), credential, joined);
        let username = Some(Username::stored("zhang".to_owned()));
        let groups =
            vec![Group { id: 3, name: "运营".to_owned() }, Group { id: 5, name: "finance".to_owned() }];
        Found { account: Account { username, groups, is_staff: true, ..blank }, by: FoundBy::Username }
    }

    #[test]
    fn a_card_is_aligned_and_tells_no_secret() {
        let found = found();
        let text = Card::of(&found, 2).text();
        assert_eq!(
            text,
            "Account      51923482\nFound by     username\nUsername     zhang\nE-mail       -\n\
             First name   -\nLast name    -\nStaff        yes\nSuperuser    no\nRole         donor\nStanding     active\n\
             Groups       运营 (3), finance (5)\nJoined       2017-07-06T05:11:24Z\nLast login   never\n\
             Sessions     2\nKey devices  0\n"
        );
    }

    #[test]
    fn a_machine_reads_the_same() {
        let found = found();
        assert_eq!(
            Card::of(&found, 2).json(),
            "{\"found_by\":\"username\",\"number\":51923482,\"username\":\"zhang\",\"email\":null,\
             \"first_name\":\"\",\"last_name\":\"\",\"is_staff\":true,\"is_superuser\":false,\
             \"role\":\"donor\",\"standing\":\"active\",\"groups\":[{\"id\":3,\"name\":\"运营\"},{\"id\":5,\"name\":\"finance\"}],\
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
