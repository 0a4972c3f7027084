//! Users of a Django host, as `manage.py dumpdata` writes them.
//!
//! The primary key is not kept: it counts up from 1, while numbers here are random, and would tell
//! how many users there are.

use std::collections::HashMap;

use jiff::tz::Offset;
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::GroupName;
use tally::domain::transfer::Arrival;

use crate::fields::{Fields, Value};
use crate::reason::Reason;
use crate::values;

/// The models that are understood.
const USER: &str = "auth.user";
const GROUP: &str = "auth.group";

/// A dump, as far as it has been read.
#[derive(Debug, Default)]
pub struct Dump {
    /// Names of groups by primary key; `None` where a name cannot be used.
    groups: HashMap<u64, Option<GroupName>>,
    zone: Option<Offset>,
}

/// What an entry is.
#[derive(Debug)]
pub enum Entry {
    /// A user, and whether permissions of their own are left behind.
    User(Box<Arrival>, bool),
    /// A group, which is remembered.
    Group,
    /// An entry of another model, with its name.
    Other(String),
}

impl Dump {
    /// One of which nothing has been read; times without a zone are of the given one.
    #[must_use]
    pub fn new(zone: Option<Offset>) -> Self {
        Self { groups: HashMap::new(), zone }
    }

    /// Whether an entry looks like one of a dump.
    #[must_use]
    pub fn fits(fields: &Fields) -> bool {
        fields.has("model")
    }

    /// Reads an entry.
    pub fn read(&mut self, mut entry: Fields) -> Result<Entry, Reason> {
        let model = entry.text("model")?.ok_or(Reason::NotDjango)?;
        match model.as_str() {
            USER => {
                // The key may be of any kind, or absent from a dump with natural keys.
                entry.forget("pk");
                let fields = entry.object("fields", "")?.ok_or(Reason::Missing("fields"))?;
                entry.finish()?;
                self.user(fields)
            }
            GROUP => {
                let number = entry.number("pk")?;
                let name = match entry.object("fields", "")? {
                    Some(mut fields) => fields.text("name")?,
                    None => None,
                };
                let name = name.and_then(|name| GroupName::parse(&name).ok());
                if let Some(number) = number {
                    self.groups.insert(number, name);
                }
                Ok(Entry::Group)
            }
            _ => Ok(Entry::Other(model)),
        }
    }

    fn user(&self, mut fields: Fields) -> Result<Entry, Reason> {
        let email = values::email(&mut fields, "email")?;
        let name = fields.text("username")?.ok_or(Reason::Missing("username"))?;
        let password = fields.text("password")?.ok_or(Reason::Missing("password"))?;
        let credential = values::credential(&password)?;
        let joined = values::time(&mut fields, "date_joined", self.zone)?;
        let joined = joined.ok_or(Reason::Missing("date_joined"))?;
        if !fields.has("is_active") {
            return Err(Reason::Missing("is_active"));
        }
        let groups = self.groups(&fields.list("groups")?)?;
        let account = Account {
            username: values::username(Some(&name), email.as_ref())?,
            email,
            first_name: values::name(&mut fields, "first_name")?,
            last_name: values::name(&mut fields, "last_name")?,
            standing: if fields.flag("is_active")? { Standing::Active } else { Standing::Frozen },
            is_staff: fields.flag("is_staff")?,
            is_superuser: fields.flag("is_superuser")?,
            last_login: values::time(&mut fields, "last_login", self.zone)?,
            // Its number is drawn when it comes in.
            ..Account::new(AccountNumber::new(0), credential, joined)
        };
        let had_permissions = !fields.list("user_permissions")?.is_empty();
        fields.finish()?;
        let arrival = Arrival { number: None, account, groups, company: None };
        Ok(Entry::User(Box::new(arrival), had_permissions))
    }

    /// Groups by primary key or, in a dump with natural keys, by name.
    fn groups(&self, keys: &[Value]) -> Result<Vec<GroupName>, Reason> {
        let mut groups: Vec<GroupName> = Vec::new();
        for key in keys {
            let group = match key {
                Value::Number(number) => {
                    let named = self.groups.get(number).ok_or(Reason::UnnamedGroup(*number))?;
                    named.clone().ok_or(Reason::BadGroup(*number))?
                }
                Value::List(natural) => match natural.as_slice() {
                    [Value::Text(name)] => GroupName::parse(name).map_err(Reason::Group)?,
                    _ => return Err(Reason::Kind("groups".to_owned(), "a list of keys")),
                },
                Value::Null | Value::Flag(_) | Value::OtherNumber | Value::Text(_) | Value::Object(_) => {
                    return Err(Reason::Kind("groups".to_owned(), "a list of keys"));
                }
            };
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use tally::domain::credential::CredentialFault;

    use super::*;

    const HASH: &str = "pbkdf2_sha256$36000$MO32aGo4yQuK$lQKGzSW5YkO6Q50NwvlqNEu9AX9Fw0fxUPf/A4WhbwI=";

    fn entry(fields: &str) -> String {
        let usual = [
            ("password", format!("\"{HASH}\"")),
            ("last_login", "null".to_owned()),
            ("is_superuser", "false".to_owned()),
            ("username", "\"zhang\"".to_owned()),
            ("first_name", "\"\"".to_owned()),
            ("last_name", "\"\"".to_owned()),
            ("email", "\"\"".to_owned()),
            ("is_staff", "false".to_owned()),
            ("is_active", "true".to_owned()),
            ("date_joined", "\"2021-11-30T08:00:00.123Z\"".to_owned()),
            ("groups", "[]".to_owned()),
            ("user_permissions", "[]".to_owned()),
        ];
        let names: Vec<String> = usual
            .iter()
            .filter(|(name, _)| !fields.contains(&format!("\"{name}\"")))
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        let comma = if fields.is_empty() { "" } else { "," };
        format!(r#"{{"model":"auth.user","pk":1,"fields":{{{}{comma}{fields}}}}}"#, names.join(","))
    }

    fn read(dump: &mut Dump, text: &str) -> Result<Entry, Reason> {
        Fields::parse(text.as_bytes()).and_then(|fields| dump.read(fields))
    }

    fn user(fields: &str) -> Result<Arrival, Reason> {
        match read(&mut Dump::default(), &entry(fields))? {
            Entry::User(arrival, _) => Ok(*arrival),
            other @ (Entry::Group | Entry::Other(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_user_keeps_everything_but_the_key() {
        let arrival = user("").unwrap();
        assert_eq!((arrival.number, arrival.account.email), (None, None));
        assert_eq!(arrival.account.credential.as_str(), HASH);
        assert_eq!(arrival.account.joined.to_string(), "2021-11-30T08:00:00.123Z");
        let arrival = user(r#""is_active":false,"date_joined":"2021-11-30T08:00:00+08:00""#).unwrap();
        assert_eq!(arrival.account.standing, Standing::Frozen);
        assert_eq!(arrival.account.joined.to_string(), "2021-11-30T00:00:00Z");
    }

    #[test]
    fn what_does_not_fit_has_a_reason() {
        for (fields, reason) in [
            (r#""password":"bcrypt_sha256$$2b$12$x""#, Reason::Credential(CredentialFault::Broken)),
            (r#""date_joined":"2021-11-30T08:00:00""#, Reason::Zone("date_joined")),
            (r#""groups":[3]"#, Reason::UnnamedGroup(3)),
            (r#""groups":["editors"]"#, Reason::Kind("groups".to_owned(), "a list of keys")),
            (r#""nickname":"x""#, Reason::UnknownField("\"nickname\"".to_owned())),
            (r#""email":"zhang@""#, Reason::Email("email")),
        ] {
            assert_eq!(user(fields).unwrap_err(), reason, "{fields}");
        }
        assert!(matches!(user(r#""username":"张三""#), Err(Reason::Username(_))));
    }

    #[test]
    fn a_zone_may_be_told() {
        let mut dump = Dump::new(Some(Offset::constant(8)));
        match read(&mut dump, &entry(r#""date_joined":"2021-11-30T08:00:00""#)).unwrap() {
            Entry::User(arrival, false) => {
                assert_eq!(arrival.account.joined.to_string(), "2021-11-30T00:00:00Z");
            }
            other @ (Entry::User(_, true) | Entry::Group | Entry::Other(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn groups_have_names_by_key_or_by_nature() {
        let mut dump = Dump::default();
        let group = r#"{"model":"auth.group","pk":3,"fields":{"name":" 运营 ","permissions":[1]}}"#;
        assert!(matches!(read(&mut dump, group), Ok(Entry::Group)));
        let fields = r#""groups":[3,["finance"]],"user_permissions":[7]"#;
        match read(&mut dump, &entry(fields)).unwrap() {
            Entry::User(arrival, true) => {
                let names: Vec<&str> = arrival.groups.iter().map(GroupName::as_str).collect();
                assert_eq!(names, ["运营", "finance"]);
            }
            other @ (Entry::User(_, false) | Entry::Group | Entry::Other(_)) => panic!("{other:?}"),
        }
        let other = read(&mut dump, r#"{"model":"sessions.session","pk":"x","fields":{}}"#);
        assert!(matches!(other, Ok(Entry::Other(model)) if model == "sessions.session"));
    }
}
