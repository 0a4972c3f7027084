//! Users of a Django host, as `manage.py dumpdata` writes them.
//!
//! The primary key is not kept: it counts up from 1, while numbers here are random, and would tell
//! how many users there are.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::Offset;
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::GroupName;
use tally::domain::credential::StoredCredential;
use tally::domain::email_address::EmailAddress;
use tally::domain::transfer::Arrival;
use tally::domain::username::Username;

use crate::fields::{Fields, Value};
use crate::reason::{Faults, Reason, Reasons};
use crate::values;

/// The models that are understood. A host may have a model of its own in the place of the first.
const USER: &str = "auth.user";
const GROUP: &str = "auth.group";

/// A dump, as far as it has been read.
#[derive(Debug, Default)]
pub(crate) struct Dump {
    /// Names of groups by primary key; `None` where a name cannot be used.
    groups: HashMap<u64, Option<GroupName>>,
    /// Whether no more groups will come.
    is_complete: bool,
    zone: Option<Offset>,
    /// The model of users, where the operator has named it.
    user_model: Option<String>,
}

/// What an entry is.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A user, and what is left behind of them.
    User(Box<Arrival>, Leftovers),
    /// A user in a group whose name may still come.
    Early,
    /// A group, which is remembered, and whether it had permissions.
    Group(bool),
    /// An entry of another model, with its name, and whether it looks like a user.
    Other(String, bool),
}

/// What does not come in with a user.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Leftovers {
    /// Whether they had permissions of their own.
    pub(crate) permissions: bool,
    /// The names of fields that nothing here knows.
    pub(crate) fields: Vec<String>,
}

impl Dump {
    /// One of which nothing has been read; times without a zone are of the given one. Of users whose model
    /// is named here, fields are passed over that are not Django's own, and may be absent that not every
    /// model has.
    pub(crate) fn new(zone: Option<Offset>, user_model: Option<String>) -> Self {
        Self { zone, user_model, ..Self::default() }
    }

    /// Whether an entry looks like one of a dump.
    pub(crate) fn fits(fields: &Fields) -> bool {
        fields.has("model")
    }

    /// Says that no more groups will come.
    pub(crate) fn complete(&mut self) {
        self.is_complete = true;
    }

    /// Reads an entry.
    pub(crate) fn read(&mut self, mut entry: Fields) -> Result<Entry, Reasons> {
        let model = entry.text("model")?.ok_or(Reason::NotDjango)?;
        if model == self.user_model.as_deref().unwrap_or(USER) {
            // The key may be of any kind, or absent from a dump with natural keys.
            entry.forget("pk");
            let fields = entry.object("fields", "")?.ok_or(Reason::Missing("fields"))?;
            let mut faults = Faults::default();
            entry.finish(&mut faults);
            return self.user(fields, faults);
        }
        if model == GROUP {
            return Ok(self.group(entry)?);
        }
        let fields = entry.object("fields", "").ok().flatten();
        Ok(Entry::Other(model, fields.is_some_and(|fields| is_like_user(&fields))))
    }

    fn group(&mut self, mut entry: Fields) -> Result<Entry, Reason> {
        let number = entry.number("pk")?;
        let (mut name, mut had_permissions) = (None, false);
        if let Some(mut fields) = entry.object("fields", "")? {
            name = fields.text("name")?.and_then(|name| GroupName::parse(&name).ok());
            had_permissions = !fields.list("permissions")?.is_empty();
        }
        if let Some(number) = number {
            self.groups.insert(number, name);
        }
        Ok(Entry::Group(had_permissions))
    }

    fn user(&self, mut fields: Fields, mut faults: Faults) -> Result<Entry, Reasons> {
        let keys = faults.note(fields.list("groups")).unwrap_or_default();
        if !self.is_complete && self.names_are_to_come(&keys) {
            return Ok(Entry::Early);
        }
        let groups = self.named_groups(&keys, &mut faults);
        let is_own_model = self.user_model.is_some();
        let (username, email) = names(&mut fields, is_own_model, &mut faults);
        let password = fields.text("password").and_then(|text| text.ok_or(Reason::Missing("password")));
        let credential = faults.note(password.and_then(|text| values::credential(&text)));
        let joined = values::time(&mut fields, "date_joined", self.zone);
        // Any time that is always the same tells a user again.
        let unknown = is_own_model.then_some(Timestamp::UNIX_EPOCH);
        let joined = joined.and_then(|time| time.or(unknown).ok_or(Reason::Missing("date_joined")));
        let joined = faults.note(joined).unwrap_or_default();
        let is_active = match fields.has("is_active") {
            true => fields.flag("is_active"),
            // What every user of Django's base class is.
            false if is_own_model => Ok(true),
            false => Err(Reason::Missing("is_active")),
        };
        let is_active = faults.note(is_active).unwrap_or_default();
        let account = Account {
            username,
            email,
            first_name: faults.note(values::name(&mut fields, "first_name")).unwrap_or_default(),
            last_name: faults.note(values::name(&mut fields, "last_name")).unwrap_or_default(),
            standing: if is_active { Standing::Active } else { Standing::Frozen },
            is_staff: faults.note(fields.flag("is_staff")).unwrap_or_default(),
            is_superuser: faults.note(fields.flag("is_superuser")).unwrap_or_default(),
            last_login: faults.note(values::time(&mut fields, "last_login", self.zone)).flatten(),
            // Its number is drawn when it comes in.
            ..Account::new(
                AccountNumber::new(0),
                credential.unwrap_or_else(StoredCredential::unusable),
                joined,
            )
        };
        let permissions = faults.note(fields.list("user_permissions")).is_some_and(|list| !list.is_empty());
        let mut left = Leftovers { permissions, fields: Vec::new() };
        if is_own_model {
            left.fields.extend(fields.names().map(str::to_owned));
        } else {
            fields.finish(&mut faults);
        }
        let arrival = Arrival { number: None, account, groups, company: None };
        faults.end(Entry::User(Box::new(arrival), left))
    }

    /// Whether a group is among them whose name has not been read.
    fn names_are_to_come(&self, keys: &[Value]) -> bool {
        keys.iter().any(|key| matches!(key, Value::Number(number) if !self.groups.contains_key(number)))
    }

    /// Groups by primary key or, in a dump with natural keys, by name.
    fn named_groups(&self, keys: &[Value], faults: &mut Faults) -> Vec<GroupName> {
        let mut groups: Vec<GroupName> = Vec::new();
        for key in keys {
            let group = match key {
                Value::Number(number) => match self.groups.get(number) {
                    None => Err(Reason::UnnamedGroup(*number)),
                    Some(None) => Err(Reason::BadGroup(*number)),
                    Some(Some(name)) => Ok(name.clone()),
                },
                Value::List(natural) => match natural.as_slice() {
                    [Value::Text(name)] => GroupName::parse(name).map_err(Reason::Group),
                    _ => Err(Reason::Kind("groups".to_owned(), "a list of keys")),
                },
                Value::Null | Value::Flag(_) | Value::OtherNumber(_) | Value::Text(_) | Value::Object(_) => {
                    Err(Reason::Kind("groups".to_owned(), "a list of keys"))
                }
            };
            groups.extend(faults.note(group).filter(|group| !groups.contains(group)));
        }
        groups
    }
}

/// What a user is called and has as an address. Where the address is empty and the name is one, it is the
/// address; in a model without names, the address is the name, as for a company's customers, if it has no
/// characters that names do not have.
fn names(
    fields: &mut Fields,
    is_own_model: bool,
    faults: &mut Faults,
) -> (Option<Username>, Option<EmailAddress>) {
    let name = faults.note(values::filled(fields, "username")).flatten();
    let given = faults.note(values::email(fields, "email"));
    let email = given.clone().flatten().or_else(|| values::address_of(name.as_deref()));
    let username = match &name {
        Some(name) => faults.note(values::username(Some(name), email.as_ref())).flatten(),
        None if is_own_model => {
            email.as_ref().and_then(|email| Username::parse(email.as_str(), Some(email)).ok())
        }
        None => faults.note(Err(Reason::Missing("username"))),
    };
    (username, email)
}

/// Whether the fields are those of a user: all of Django's have a password, and most a time of login.
fn is_like_user(fields: &Fields) -> bool {
    fields.has("password") && ["last_login", "username", "email"].iter().any(|name| fields.has(name))
}

#[cfg(test)]
mod tests {
    use tally::domain::credential::CredentialFault;
    use tally::domain::username::UsernameFault;

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

    fn read(dump: &mut Dump, text: &str) -> Result<Entry, Reasons> {
        Fields::parse(text.as_bytes()).map_err(Reasons::from).and_then(|fields| dump.read(fields))
    }

    /// What becomes of a user when all groups are known.
    fn user_of(dump: &mut Dump, text: &str) -> Result<(Arrival, Leftovers), Reasons> {
        dump.complete();
        match read(dump, text)? {
            Entry::User(arrival, left) => Ok((*arrival, left)),
            other @ (Entry::Early | Entry::Group(_) | Entry::Other(..)) => panic!("{other:?}"),
        }
    }

    fn user(fields: &str) -> Result<Arrival, Reasons> {
        user_of(&mut Dump::default(), &entry(fields)).map(|(arrival, _)| arrival)
    }

    fn named(text: &str) -> Result<(Arrival, Leftovers), Reasons> {
        user_of(&mut Dump::new(None, Some("staff.user".to_owned())), text)
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
            assert_eq!(user(fields).unwrap_err(), reason.into(), "{fields}");
        }
        let told = user(r#""username":"张三","email":"a@","is_staff":"yes","nickname":"x","groups":[3,4]"#);
        assert_eq!(
            told.unwrap_err().to_string(),
            "Its group 3 has no name here; dump the groups too. Its group 4 has no name here; dump the groups too. \
             email is not a valid e-mail address. \
             A username may contain only ASCII letters, digits and @ . + - _. is_staff is not true or false. \
             There is no field \"nickname\"."
        );
    }

    #[test]
    fn a_zone_may_be_told() {
        let mut dump = Dump::new(Some(Offset::constant(8)), None);
        let (arrival, _) = user_of(&mut dump, &entry(r#""date_joined":"2021-11-30T08:00:00""#)).unwrap();
        assert_eq!(arrival.account.joined.to_string(), "2021-11-30T00:00:00Z");
    }

    #[test]
    fn groups_have_names_by_key_or_by_nature() {
        let mut dump = Dump::default();
        let user = entry(r#""groups":[3,["finance"]],"user_permissions":[7]"#);
        assert!(matches!(read(&mut dump, &user), Ok(Entry::Early)), "the name may come");
        let group = r#"{"model":"auth.group","pk":3,"fields":{"name":" 运营 ","permissions":[1]}}"#;
        assert!(matches!(read(&mut dump, group), Ok(Entry::Group(true))));
        let (arrival, left) = user_of(&mut dump, &user).unwrap();
        let names: Vec<&str> = arrival.groups.iter().map(GroupName::as_str).collect();
        assert_eq!(names, ["运营", "finance"]);
        assert_eq!(left, Leftovers { permissions: true, fields: Vec::new() });
    }

    #[test]
    fn other_models_are_told_and_which_of_them_look_like_users() {
        for (text, is_like_user) in [
            (r#"{"model":"sessions.session","pk":"x","fields":{}}"#.to_owned(), false),
            (r#"{"model":"sessions.session"}"#.to_owned(), false),
            (r#"{"model":"app.safe","pk":1,"fields":{"password":"x"}}"#.to_owned(), false),
            (r#"{"model":"app.mail","pk":1,"fields":{"email":"x"}}"#.to_owned(), false),
            (r#"{"model":"my.user","pk":1,"fields":{"password":"x","email":"y"}}"#.to_owned(), true),
            (entry("").replace("auth.user", "staff.user"), true),
        ] {
            match read(&mut Dump::default(), &text) {
                Ok(Entry::Other(_, told)) => assert_eq!(told, is_like_user, "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_name_that_is_an_address_fills_an_empty_one_and_no_other() {
        for (email, became) in [("", "V@corp.com"), ("v@CORP.com", "v@CORP.com")] {
            let account = user(&format!(r#""username":"V@corp.com","email":"{email}""#)).unwrap().account;
            assert_eq!(account.username.unwrap().as_str(), "V@corp.com");
            assert_eq!(account.email.unwrap().as_str(), became);
        }
        for username in ["v@corp.com", "13900001111", "+8613900001111"] {
            let told = user(&format!(r#""username":"{username}","email":"w@corp.com""#)).unwrap_err();
            assert_eq!(told, Reason::Username(UsernameFault::AnothersIdentifier).into(), "{username}");
        }
        assert_eq!(user(r#""username":"v@corp","email":"""#).unwrap().account.email, None);
    }

    #[test]
    fn a_model_of_ones_own_has_more_fields_and_fewer() {
        let theirs = |text: String| text.replace("auth.user", "staff.user");
        let (arrival, left) = named(&theirs(entry(r#""phone":"13800138000","avatar":"""#))).unwrap();
        assert_eq!(arrival.account.username.unwrap().as_str(), "zhang");
        assert_eq!(left.fields, ["phone", "avatar"]);
        // As in Django's own example of a model that goes by the address.
        let sparse = |email: &str| {
            format!(
                r#"{{"model":"staff.user","pk":1,"fields":{{"password":"{HASH}","last_login":null,"email":"{email}","is_admin":true}}}}"#
            )
        };
        let (arrival, left) = named(&sparse("V@corp.com")).unwrap();
        let account = arrival.account;
        assert_eq!(account.username.unwrap().as_str(), "V@corp.com");
        assert_eq!(account.email.unwrap().as_str(), "V@corp.com");
        assert_eq!((account.standing, account.joined), (Standing::Active, Timestamp::UNIX_EPOCH));
        assert_eq!((account.is_superuser, left.fields), (false, vec!["is_admin".to_owned()]));
        // What no name can hold is the address alone.
        let (arrival, _) = named(&sparse("o'hara@corp.com")).unwrap();
        assert_eq!((arrival.account.username, arrival.account.email.is_some()), (None, true));
        let no_password = sparse("v@corp.com").replace("\"password\"", "\"secret\"");
        assert_eq!(named(&no_password).unwrap_err(), Reason::Missing("password").into());
        // Django's own is then one of the others.
        assert!(matches!(
            read(&mut Dump::new(None, Some("staff.user".to_owned())), &entry("")),
            Ok(Entry::Other(_, true))
        ));
    }
}
