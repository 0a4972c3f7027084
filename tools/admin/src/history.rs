//! What was done about an account, for people and for machines.

use serde_json::json;
use tally::domain::account_number::AccountNumber;
use tally::domain::history::{Actor, Record};
use tally::domain::role::Role;

use crate::outcome::{Answer, without_nothing};
use crate::printing::harmless;

/// One line for each record, the oldest first, and one object without what does not apply.
pub(crate) fn answer(account: AccountNumber, records: &[Record]) -> Answer {
    let object = |record: &Record| {
        let (by, by_account, identity) = match &record.by {
            Actor::Oneself => ("oneself", None, None),
            Actor::CodeReader => ("code", None, None),
            Actor::Account(number) => ("account", Some(number.get()), None),
            Actor::Operator(identity) => ("operator", None, Some(identity)),
        };
        without_nothing(json!({
            "account": account.get(), "at": record.at.to_string(), "act": record.act.word(),
            "role": record.act.role().map(Role::word), "group": record.act.group(), "by": by,
            "by_account": by_account, "identity": identity, "door": record.door,
        }))
    };
    Answer::list(text(account, records), records.iter().map(object))
}

fn text(account: AccountNumber, records: &[Record]) -> String {
    if records.is_empty() {
        return format!("No history is recorded for account {account}.\n");
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
            answer(account, &records).json,
            "{\"account\":51923482,\"act\":\"role-given\",\"at\":\"2017-07-06T05:11:24.481Z\",\"by\":\"operator\",\
             \"door\":\"tally-admin\",\"identity\":\"arn:aws:iam::1:user/li\",\"role\":\"administrator\"}\n\
             {\"account\":51923482,\"act\":\"group-joined\",\"at\":\"2017-07-06T05:11:24.481Z\",\"by\":\"account\",\
             \"by_account\":22222222,\"door\":\"charity\",\"group\":3}\n\
             {\"account\":51923482,\"act\":\"password-changed\",\"at\":\"2017-07-06T05:11:24.481Z\",\
             \"by\":\"oneself\",\"door\":\"company\"}\n"
        );
        assert_eq!(text(account, &[]), "No history is recorded for account 51923482.\n");
    }
}
