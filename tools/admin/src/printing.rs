//! What is printed.

use serde_json::{Value, json};
use tally::domain::account::{Account, Group, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::contact::FormerEmail;
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::role::Role;
use tally::domain::text;
use tally::domain::username::Username;
use tally::services::administration::{Found, FoundBy, Given, Obeyed};

use crate::outcome::Answer;

/// An account: everything but what opens it, one line for each thing worth knowing.
pub(crate) fn card(found: &Found, sessions: usize) -> Answer {
    let account = &found.account;
    let text = |text: &str| if text.is_empty() { "-".to_owned() } else { harmless(text) };
    let (username, email, phone) = (
        account.username.as_ref().map(Username::as_str),
        account.email.as_ref().map(EmailAddress::as_str),
        account.phone.as_ref().map(PhoneNumber::as_str),
    );
    // Nobody has a number but by a code that was sent to it.
    let (email_proof, phone_proof) =
        (email.map(|it| proof(it, account.email_proven)), phone.map(|it| proof(it, true)));
    let formers = &account.former_emails;
    let former =
        |one: &FormerEmail| format!("{}, until {}", proof(one.address.as_str(), one.is_proven), one.until);
    let groups = account.groups.iter().map(|Group { id, name }| format!("{name} ({id})")).collect::<Vec<_>>();
    let standing = match account.standing {
        Standing::Active => "active",
        Standing::Frozen => "frozen",
        Standing::Deleted => "deleted",
    };
    let (joined, last_login) = (account.joined.to_string(), account.last_login.map(|time| time.to_string()));
    let devices = account.shared_key.devices;
    let lines = [
        ("Account", account.number.to_string()),
        ("Found by", if found.by == FoundBy::Number { "account number" } else { word(found.by) }.to_owned()),
        ("Username", text(username.unwrap_or_default())),
        ("E-mail", text(&email_proof.unwrap_or_default())),
        ("E-mail before", text(&formers.iter().map(former).collect::<Vec<_>>().join("; "))),
        ("Mobile", text(&phone_proof.unwrap_or_default())),
        ("WeChat", if account.weixin.is_some() { "bound" } else { "-" }.to_owned()),
        ("First name", text(&account.first_name)),
        ("Last name", text(&account.last_name)),
        ("Staff", yes_or_no(account.is_staff)),
        ("Superuser", yes_or_no(account.is_superuser)),
        ("Role", account.role.word().to_owned()),
        ("Charity", yes_or_no(account.is_of_charity())),
        ("Standing", standing.to_owned()),
        ("Groups", text(&groups.join(", "))),
        ("Joined", joined.clone()),
        ("Last login", last_login.clone().unwrap_or_else(|| "never".to_owned())),
        ("Sessions", sessions.to_string()),
        ("Key devices", devices.to_string()),
    ];
    let former = |one: &FormerEmail| json!({"address": one.address.as_str(), "until": one.until.to_string(), "proven": one.is_proven});
    let facts = json!({
        "found_by": word(found.by), "number": account.number.get(), "username": username, "email": email,
        "email_proven": account.email_proven, "former_emails": formers.iter().map(former).collect::<Vec<_>>(),
        "phone": phone, "phone_proven": phone.is_some(), "weixin": account.weixin.is_some(),
        "first_name": account.first_name, "last_name": account.last_name, "is_staff": account.is_staff,
        "is_superuser": account.is_superuser, "role": account.role.word(), "charity": account.is_of_charity(),
        "standing": standing, "joined": joined, "last_login": last_login, "sessions": sessions,
        "key_devices": devices,
        "groups": account.groups.iter().map(|one| json!({"id": one.id, "name": one.name})).collect::<Vec<_>>(),
    });
    Answer::new(lines.map(|(name, value)| format!("{name:<15}{value}\n")).concat(), &facts)
}

fn word(by: FoundBy) -> &'static str {
    match by {
        FoundBy::Username => "username",
        FoundBy::Email => "email",
        FoundBy::Phone => "phone",
        FoundBy::Number => "number",
    }
}

/// Who it is, and how it was found.
pub(crate) fn person(found: &Found) -> String {
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

/// What came of a command about an account: who it is, and the facts.
fn about(found: &Found, text: String, facts: Value) -> Answer {
    let Account { number, username, email, .. } = &found.account;
    let mut who = json!({
        "account": number.get(), "username": username.as_ref().map(Username::as_str),
        "email": email.as_ref().map(EmailAddress::as_str), "found_by": word(found.by),
    });
    if let (Value::Object(who), Value::Object(facts)) = (&mut who, facts) {
        who.extend(facts);
    }
    Answer::new(text, &who)
}

/// A superuser was made.
pub(crate) fn created(account: &Account) -> Answer {
    let name = account.username.as_ref().map_or("", Username::as_str);
    let email = account.email.as_ref().map(EmailAddress::as_str);
    Answer::new(
        format!(
            "{name} (account {}) is a superuser, who counts as staff and as an administrator of the charity.\n",
            account.number
        ),
        &json!({"account": account.number.get(), "username": name, "email": email}),
    )
}

/// An order was carried out, or asked for what is so already.
pub(crate) fn obeyed(found: &Found, order: Order, obeyed: Obeyed, vouched: Option<&EmailAddress>) -> Answer {
    let (person, state, vouching) = (person(found), state(order), vouching(vouched));
    let (text, sessions) = match obeyed {
        Obeyed::Done { sessions } => {
            let (ended, rest) = (ended(sessions), remaining(&found.account, order));
            (format!("{person} {state} now; {ended}.{rest}{vouching}\n"), Some(sessions))
        }
        Obeyed::AlreadySo if vouched.is_some() => (format!("{person} {state} already.{vouching}\n"), None),
        Obeyed::AlreadySo => (format!("{person} {state} already; nothing was done.\n"), None),
    };
    let facts = json!({
        "changed": sessions.is_some(), "sessions_ended": sessions.unwrap_or_default(),
        "email_vouched": vouched.map(EmailAddress::as_str),
    });
    about(found, text, facts)
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
pub(crate) fn given(found: &Found, address: &EmailAddress, Given { sessions, loser }: Given) -> Answer {
    let loss = loser.map(|loser| format!(" Account {loser}, which never proved it, has lost it."));
    let facts = json!({
        "email_given": address.as_str(), "email_lost_by": loser.map(AccountNumber::get),
        "sessions_ended": sessions,
    });
    let (address, ended) = (harmless(address.as_str()), ended(sessions));
    let (person, loss) = (person(found), loss.unwrap_or_default());
    about(
        found,
        format!("{person} has the address {address} now, which counts as proven; {ended}.{loss}\n"),
        facts,
    )
}

/// A text leads to several accounts.
pub(crate) fn ambiguous(typed: &str, ways: &[(FoundBy, AccountNumber)]) -> String {
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

/// The account was named by an address that nobody has proven; and what to do about it.
pub(crate) fn doubt(found: &Found) -> (String, String) {
    let number = found.account.number;
    let why = format!(
        "{} was named by an address that nobody has proven: anybody may have registered it.",
        person(found)
    );
    let how = format!(
        "Look at it with show '#{number}'. If it is whom you mean, repeat the number: --confirm {number}"
    );
    (why, how)
}

/// Another number was repeated than the account's.
pub(crate) fn misconfirmed(found: &Found) -> String {
    let number = found.account.number;
    format!(
        "{} is not the account whose number was repeated; nothing was done. If it is whom you mean: \
         --confirm {number}",
        person(found)
    )
}

/// The counts of wrong passwords are cleared.
pub(crate) fn forgiven(found: &Found) -> Answer {
    let text = format!(
        "{} can try to sign in again at once; the counts of wrong passwords are cleared.\n",
        person(found)
    );
    about(found, text, json!({}))
}

/// A user would be deleted.
pub(crate) fn deletion(found: &Found) -> String {
    format!(
        "{} would be deleted for good: names, addresses and data go; only the number stays taken.",
        person(found)
    )
}

/// A user is in a group.
pub(crate) fn joined(
    found: &Found,
    group: &Group,
    was_outside: bool,
    vouched: Option<&EmailAddress>,
) -> Answer {
    let when = match (was_outside, vouched) {
        (true, _) => "now",
        (false, None) => "already; nothing was done",
        (false, Some(_)) => "already",
    };
    let (name, rest) = (harmless(&group.name), vouching(vouched));
    let text = format!("{} is in group {name} (number {}) {when}.{rest}\n", person(found), group.id);
    let facts = json!({
        "group": group.name, "group_id": group.id, "changed": was_outside,
        "email_vouched": vouched.map(EmailAddress::as_str),
    });
    about(found, text, facts)
}

/// A user is not in a group.
pub(crate) fn left(found: &Found, group: &str, was_inside: bool) -> Answer {
    let word = if was_inside { "is no longer in" } else { "is not in" };
    let rest = if was_inside { "" } else { "; nothing was done" };
    let text = format!("{} {word} group {}{rest}.\n", person(found), harmless(group));
    let facts = json!({"group": group, "group_id": null, "changed": was_inside, "email_vouched": null});
    about(found, text, facts)
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
        let text = card(&found, 2).text;
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
        let json: Value = serde_json::from_str(&card(&found, 2).json).unwrap();
        let same: Result<Value, _> = serde_json::from_str(
            "{\"found_by\":\"username\",\"number\":51923482,\"username\":\"zhang\",\
             \"email\":\"zhang@example.com\",\"email_proven\":false,\"former_emails\":[],\
             \"phone\":null,\"phone_proven\":false,\"weixin\":false,\"first_name\":\"\",\"last_name\":\"\",\"is_staff\":true,\"is_superuser\":false,\
             \"role\":\"donor\",\"charity\":false,\"standing\":\"active\",\"groups\":[{\"id\":3,\"name\":\"运营\"},{\"id\":5,\"name\":\"finance\"}],\
             \"joined\":\"2017-07-06T05:11:24Z\",\"last_login\":null,\"sessions\":2,\"key_devices\":0}",
        );
        assert_eq!(json, same.unwrap());
    }

    #[test]
    fn the_terminal_obeys_nothing_that_lies_in_the_table() {
        assert_eq!(harmless("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(harmless("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(harmless("张三 \"x\""), "张三 \"x\"");
    }
}
