//! What came of an import, counted and told.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tally::domain::account::Account;
use tally::domain::email_address::EmailAddress;
use tally::domain::username::Username;

use crate::cli::Import;
use crate::django::Leftovers;
use crate::printing::harmless;

/// How many of those who have power are named.
const MOST_NAMED: usize = 20;

/// What came of the entries so far.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    pub(super) created: u64,
    pub(super) there: u64,
    pub(super) rejected: u64,
    #[serde(rename = "dry_run")]
    is_rehearsal: bool,
    groups: u64,
    #[serde(rename = "groups_with_permissions")]
    powerful_groups: u64,
    #[serde(rename = "other_models")]
    others: BTreeMap<String, Others>,
    #[serde(rename = "users_with_permissions")]
    without_permissions: u64,
    #[serde(rename = "fields_passed_over")]
    passed_over: BTreeSet<String>,
    superusers: Vec<String>,
    staff: Vec<String>,
}

/// The entries of a model that is not read.
#[derive(Debug, Default, Serialize)]
struct Others {
    entries: u64,
    like_users: u64,
}

impl Summary {
    pub(super) fn new(is_rehearsal: bool) -> Self {
        Self { is_rehearsal, ..Self::default() }
    }

    /// Counts somebody who came in.
    pub(super) fn welcome(&mut self, account: &Account) {
        self.created += 1;
        let username = account.username.as_ref().map(Username::as_str);
        let name = username.or(account.email.as_ref().map(EmailAddress::as_str));
        let name = name.map_or_else(|| format!("#{}", account.number), harmless);
        if account.is_superuser {
            self.superusers.push(name);
        } else if account.is_staff {
            self.staff.push(name);
        }
    }

    /// Counts what is left behind of a user.
    pub(super) fn leave(&mut self, left: Leftovers) {
        self.without_permissions += u64::from(left.permissions);
        self.passed_over.extend(left.fields);
    }

    pub(super) fn group(&mut self, had_permissions: bool) {
        self.groups += 1;
        self.powerful_groups += u64::from(had_permissions);
    }

    pub(super) fn other(&mut self, model: String, is_like_user: bool) {
        let others = self.others.entry(model).or_default();
        others.entries += 1;
        others.like_users += u64::from(is_like_user);
    }

    /// Whether the import is a failure: somebody stayed outside, or nobody was there to come in.
    pub(super) fn is_failure(&self) -> bool {
        self.rejected > 0 || self.is_of_nobody()
    }

    /// Whether nothing has come of anything yet.
    pub(super) fn is_blank(&self) -> bool {
        self.is_of_nobody() && self.rejected == 0
    }

    fn is_of_nobody(&self) -> bool {
        self.created + self.there == 0
    }

    /// The counts alone, without a full stop.
    pub(super) fn so_far(&self) -> String {
        let Self { created, there, rejected, .. } = self;
        let created = count(*created, "user");
        if self.is_rehearsal {
            format!("{created} would be imported, {there} already exist, {rejected} would be rejected")
        } else {
            format!("{created} imported, {there} already existed, {rejected} rejected")
        }
    }

    /// All there is to tell.
    pub(super) fn text(&self, wanted: &Import) -> String {
        let mut lines = vec![format!("{}.", self.so_far())];
        let mut tell = |is_so: bool, line: String| lines.extend(Some(line).filter(|_| is_so));
        tell(self.is_rehearsal, "Nothing was written.".to_owned());
        let kept = match &wanted.rejects {
            Some(path) if !self.is_rehearsal => {
                format!("what could be kept of the rejected entries is in {}", path.display())
            }
            Some(_) | None => "--rejects FILE would keep the rejected entries".to_owned(),
        };
        tell(self.rejected > 0, format!("The reasons are given above; {kept}."));
        tell(!self.superusers.is_empty(), format!("Superusers among them: {}.", named(&self.superusers)));
        tell(!self.staff.is_empty(), format!("Staff of the console among them: {}.", named(&self.staff)));
        let users = count(self.without_permissions, "user");
        tell(
            self.without_permissions > 0,
            format!("{users} had permissions of their own, which have no counterpart here."),
        );
        tell(self.groups > 0, format!("Group names read: {}.", self.groups));
        let groups = count(self.powerful_groups, "group");
        tell(
            self.powerful_groups > 0,
            format!("{groups} had permissions, which have no counterpart here: a group is only a name."),
        );
        let fields: Vec<String> = self.passed_over.iter().map(|field| harmless(field)).collect();
        tell(!fields.is_empty(), format!("User fields ignored: {}.", fields.join(", ")));
        for (model, others) in &self.others {
            let model = harmless(model);
            tell(true, format!("{} of the model {model} ignored.", count(others.entries, "entry")));
            let like_users = count(others.like_users, "entry");
            tell(
                others.like_users > 0,
                format!("{like_users} of {model} may be users. To import them: --user-model {model}"),
            );
        }
        tell(self.is_blank(), self.nobody(wanted));
        lines.join("\n") + "\n"
    }

    /// Why there was nobody.
    fn nobody(&self, wanted: &Import) -> String {
        if self.others.is_empty() && self.groups == 0 {
            return "Nobody was imported: there is no user in the file.".to_owned();
        }
        let model = wanted.user_model.as_deref().unwrap_or("auth.user");
        format!("Nobody was imported: the file has no entry of the model {model}.")
    }
}

fn named(names: &[String]) -> String {
    let (first, more) = names.split_at(names.len().min(MOST_NAMED));
    let rest = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    first.join(", ") + &rest
}

pub(crate) fn count(number: u64, what: &str) -> String {
    match (number, what) {
        (1, what) => format!("1 {what}"),
        (many, "entry") => format!("{many} entries"),
        (many, what) => format!("{many} {what}s"),
    }
}
