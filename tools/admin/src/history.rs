//! What was done about an account, for people and for machines.

use serde::Serialize;
use tally::domain::account_number::AccountNumber;
use tally::domain::history::{Actor, Record};
use tally::domain::role::Role;

use crate::printing::harmless;

/// A record as one object.
#[derive(Serialize)]
struct Line<'a> {
    account: u32,
    at: String,
    act: &'static str,
    /// The role that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    /// The number of the group that was joined or left.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<u32>,
    /// `oneself`, `code`, `account` or `operator`.
    by: &'static str,
    /// Which account.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_account: Option<u32>,
    /// Which operator, to AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a str>,
    door: &'a str,
}

/// One object a line, the oldest first.
#[must_use]
pub(crate) fn json(account: AccountNumber, records: &[Record]) -> String {
    let line = |record: &Record| {
        let (by, by_account, identity) = match &record.by {
            Actor::Oneself => ("oneself", None, None),
            Actor::CodeReader => ("code", None, None),
            Actor::Account(number) => ("account", Some(number.get()), None),
            Actor::Operator(identity) => ("operator", None, Some(identity.as_str())),
        };
        let line = Line {
            account: account.get(),
            at: record.at.to_string(),
            act: record.act.word(),
            role: record.act.role().map(Role::word),
            group: record.act.group(),
            by,
            by_account,
            identity,
            door: &record.door,
        };
        serde_json::to_string(&line).expect("texts and numbers have a JSON form") + "\n"
    };
    records.iter().map(line).collect()
}

/// One line for each record, the oldest first.
#[must_use]
pub(crate) fn text(account: AccountNumber, records: &[Record]) -> String {
    if records.is_empty() {
        return format!("Nothing is written down about account {account}.\n");
    }
    let line = |record: &Record| {
        let what = match (record.act.role(), record.act.group()) {
            (Some(role), _) => format!("{} {}", record.act.word(), role.word()),
            (None, Some(group)) => format!("{} {group}", record.act.word()),
            (None, None) => record.act.word().to_owned(),
        };
        let (by, door) = (harmless(&record.by.to_string()), harmless(&record.door));
        format!("{:.0}  {what:<24}  by {by}  at {door}\n", record.at)
    };
    records.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tally::domain::history::Act;

    use super::*;

    #[test]
    fn people_and_machines_read_the_same() {
        let at = Timestamp::from_microsecond(1_499_317_884_481_000).unwrap();
        let record = |act, by: Actor, door: &str| Record { act, by, door: door.to_owned(), at };
        let operator = Actor::Operator("arn:aws:iam::1:user/li".to_owned());
        let records = [
            record(Act::RoleGiven(Role::Administrator), operator, "tally-admin"),
            record(Act::GroupJoined(3), Actor::Account(AccountNumber::new(22_222_222)), "charity"),
            record(Act::PasswordChanged, Actor::Oneself, "company"),
        ];
        let account = AccountNumber::new(51_923_482);
        assert_eq!(
            text(account, &records),
            "2017-07-06T05:11:24Z  role-given administrator  by operator arn:aws:iam::1:user/li  at tally-admin\n\
             2017-07-06T05:11:24Z  group-joined 3            by account 22222222  at charity\n\
             2017-07-06T05:11:24Z  password-changed          by oneself  at company\n"
        );
        assert_eq!(
            json(account, &records),
            "{\"account\":51923482,\"at\":\"2017-07-06T05:11:24.481Z\",\"act\":\"role-given\",\
             \"role\":\"administrator\",\"by\":\"operator\",\"identity\":\"arn:aws:iam::1:user/li\",\
             \"door\":\"tally-admin\"}\n\
             {\"account\":51923482,\"at\":\"2017-07-06T05:11:24.481Z\",\"act\":\"group-joined\",\"group\":3,\
             \"by\":\"account\",\"by_account\":22222222,\"door\":\"charity\"}\n\
             {\"account\":51923482,\"at\":\"2017-07-06T05:11:24.481Z\",\"act\":\"password-changed\",\
             \"by\":\"oneself\",\"door\":\"company\"}\n"
        );
        assert_eq!(text(account, &[]), "Nothing is written down about account 51923482.\n");
    }
}
