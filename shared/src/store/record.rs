//! The account item: how an [`Account`] lies in the table.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Item, StoreError, key, lists};
use crate::domain::account::{Account, Group, Standing, administers_charity};
use crate::domain::account_number::AccountNumber;
use crate::domain::contact::{Contact, FormerEmail};
use crate::domain::credential::StoredCredential;
use crate::domain::details::Details;
use crate::domain::directory::Entry;
use crate::domain::email_address::EmailAddress;
use crate::domain::former_power::FormerPower;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::role::Role;
use crate::domain::session::{Session, SessionDigest};
use crate::domain::shared_key::SharedKey;
use crate::domain::text::Text;
use crate::domain::username::Username;
use crate::domain::weixin::OpenId;

/// The form in which staff, superuser, role and who is of the charity are written since they are things
/// of their own.
pub(super) const POWER_FORM: u8 = 1;

/// The attributes of an account item, next to its key.
///
/// Absent means empty or false, so that a common account stays below 1 KiB, one write unit.
#[derive(Debug, Deserialize, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of the item")]
pub(super) struct AccountRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    email_proven: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former_emails: Vec<FormerEmailRecord>,
    /// The one former address, as it was written before there were several. Nobody noted whether it was
    /// proven, so it counts as one that was not.
    #[serde(default, skip_serializing)]
    former_email: Option<FormerEmailRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    codes_since: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weixin: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    first_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    last_name: String,
    pub(super) credential: String,
    standing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_staff: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_superuser: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    charity: bool,
    /// The form in which the five before are written; absent is the former one.
    power: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<GroupRecord>,
    epoch: u32,
    key_generation: u32,
    key_devices: u32,
    #[serde(default)]
    key_fresh: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_retired: Option<u32>,
    joined: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<DetailsRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactRecord>,
    sessions: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_none_yet")]
    logins: u32,
    /// Who wrote last: lets a writer whose answer was lost recognise its own write.
    pub(super) op: String,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct FormerEmailRecord {
    address: String,
    until: i64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    proven: bool,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct GroupRecord {
    id: u32,
    name: String,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct ContactRecord {
    alias: String,
    phone: String,
    job_number: String,
    dept_id: String,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct DetailsRecord {
    company: String,
    tel: String,
    address: String,
    /// Who submitted them.
    #[serde(default)]
    op: String,
}

/// The attributes of an account item that a search looks at.
#[derive(Debug, Deserialize)]
pub(super) struct EntryRecord {
    standing: String,
    role: Option<String>,
    #[serde(default)]
    is_superuser: bool,
    #[serde(default)]
    charity: bool,
    power: Option<u8>,
    username: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

impl EntryRecord {
    /// Their names, for a projection.
    pub(super) const ATTRIBUTES: [&str; 10] = [
        "standing",
        "role",
        "is_superuser",
        "charity",
        "power",
        "username",
        "email",
        "phone",
        "first_name",
        "last_name",
    ];

    /// What they hold.
    pub(super) fn read(number: AccountNumber, item: Item) -> Result<Entry, StoreError> {
        let unreadable = |what: &str| StoreError::Unreadable(format!("account {number}: {what}"));
        let record: Self = serde_dynamo::from_item(item).map_err(|error| unreadable(&error.to_string()))?;
        let role = read_role(record.role.as_deref()).ok_or_else(|| unreadable("role"))?;
        let former = FormerPower {
            role,
            is_staff: false,
            is_superuser: record.is_superuser,
            is_nameless: record.username.is_none() && record.email.is_none() && record.phone.is_none(),
        };
        let is_one_by_form = record.power.is_none() && former.is_of_charity();
        Ok(Entry {
            is_of_charity: record.charity || is_one_by_form || administers_charity(role, record.is_superuser),
            standing: read_standing(&record.standing).ok_or_else(|| unreadable("standing"))?,
            role,
            first_name: record.first_name,
            last_name: record.last_name,
        })
    }
}

impl DetailsRecord {
    /// The details, with the mark of who submits them.
    pub(super) fn of(Details { company, tel, address }: &Details, op: &str) -> Self {
        Self {
            company: company.to_string(),
            tel: tel.to_string(),
            address: address.to_string(),
            op: op.to_owned(),
        }
    }
}

impl From<&Contact> for ContactRecord {
    fn from(Contact { alias, phone, job_number, dept_id }: &Contact) -> Self {
        Self {
            alias: alias.to_string(),
            phone: phone.to_string(),
            job_number: job_number.to_string(),
            dept_id: dept_id.to_string(),
        }
    }
}

impl From<&FormerEmail> for FormerEmailRecord {
    fn from(FormerEmail { address, until, is_proven }: &FormerEmail) -> Self {
        let (address, until) = (address.as_str().to_owned(), until.as_microsecond());
        Self { address, until, proven: *is_proven }
    }
}

impl From<&Group> for GroupRecord {
    fn from(Group { id, name }: &Group) -> Self {
        Self { id: *id, name: name.clone() }
    }
}

impl AccountRecord {
    /// The whole item: key, attributes, and those by which the account is listed.
    pub(super) fn item(account: &Account, op: &str) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(Self::of(account, op))?;
        item.extend(key::account(account.number));
        item.extend(lists::listing(account));
        Ok(item)
    }

    /// The item's attributes, without its key.
    fn of(account: &Account, op: &str) -> Self {
        let SharedKey { generation, devices, fresh, retired } = account.shared_key;
        Self {
            username: account.username.as_ref().map(|name| name.as_str().to_owned()),
            email: account.email.as_ref().map(|address| address.as_str().to_owned()),
            email_proven: account.email_proven,
            former_emails: account.former_emails.iter().map(FormerEmailRecord::from).collect(),
            former_email: None,
            codes_since: account.codes_since.map(Timestamp::as_microsecond),
            phone: account.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            weixin: account.weixin.as_ref().map(|id| id.as_str().to_owned()),
            first_name: account.first_name.clone(),
            last_name: account.last_name.clone(),
            credential: account.credential.as_str().to_owned(),
            standing: standing_word(account.standing).to_owned(),
            role: role_word(account.role),
            is_staff: account.is_staff,
            is_superuser: account.is_superuser,
            charity: account.charity,
            power: Some(POWER_FORM),
            groups: account.groups.iter().map(GroupRecord::from).collect(),
            epoch: account.epoch,
            key_generation: generation,
            key_devices: devices,
            key_fresh: fresh,
            key_retired: retired,
            joined: account.joined.as_microsecond(),
            last_login: account.last_login.map(Timestamp::as_microsecond),
            details: account.details.as_ref().map(|details| DetailsRecord::of(details, op)),
            contact: account.contact.as_ref().map(ContactRecord::from),
            sessions: account
                .sessions
                .iter()
                .map(|s| (s.digest.as_str().to_owned(), s.to_string()))
                .collect(),
            logins: account.logins,
            op: op.to_owned(),
        }
    }

    /// Reads an item.
    pub(super) fn read(item: HashMap<String, AttributeValue>) -> Result<Self, StoreError> {
        Ok(serde_dynamo::from_item(item)?)
    }

    /// What it says of power, if in the former form.
    pub(super) fn former_power(&self, role: Role) -> Option<FormerPower> {
        self.power.is_none().then_some(FormerPower {
            role,
            is_staff: self.is_staff,
            is_superuser: self.is_superuser,
            is_nameless: self.username.is_none() && self.email.is_none() && self.phone.is_none(),
        })
    }

    /// The account it holds.
    #[expect(clippy::too_many_lines, reason = "a line for each attribute")]
    pub(super) fn into_account(self, number: AccountNumber) -> Result<Account, StoreError> {
        let unreadable = |what: &str| StoreError::Unreadable(format!("account {number}: {what}"));
        let time = |microseconds| Timestamp::from_microsecond(microseconds).map_err(|_| unreadable("time"));
        let address = EmailAddress::stored;
        let former = |former: FormerEmailRecord| -> Result<FormerEmail, StoreError> {
            let FormerEmailRecord { address: text, until, proven } = former;
            Ok(FormerEmail { address: address(text), until: time(until)?, is_proven: proven })
        };
        let standing = read_standing(&self.standing).ok_or_else(|| unreadable("standing"))?;
        let role = read_role(self.role.as_deref()).ok_or_else(|| unreadable("role"))?;
        let form = self.former_power(role);
        Ok(Account {
            number,
            username: self.username.map(Username::stored),
            email: self.email.map(address),
            email_proven: self.email_proven,
            former_emails: self
                .former_emails
                .into_iter()
                .chain(self.former_email)
                .map(former)
                .collect::<Result<_, _>>()?,
            codes_since: self.codes_since.map(time).transpose()?,
            phone: self.phone.map(PhoneNumber::stored),
            weixin: self.weixin.map(OpenId::stored),
            first_name: self.first_name,
            last_name: self.last_name,
            credential: StoredCredential::stored(self.credential),
            standing,
            role,
            charity: self.charity
                || form.is_some_and(|former| standing != Standing::Deleted && former.is_of_charity()),
            is_staff: form.map_or(self.is_staff, FormerPower::is_staff),
            is_superuser: self.is_superuser,
            groups: self.groups.into_iter().map(|GroupRecord { id, name }| Group { id, name }).collect(),
            epoch: self.epoch,
            shared_key: SharedKey {
                generation: self.key_generation,
                devices: self.key_devices,
                fresh: self.key_fresh,
                retired: self.key_retired,
            },
            joined: time(self.joined)?,
            last_login: self.last_login.map(time).transpose()?,
            details: self.details.map(|DetailsRecord { company, tel, address, .. }| Details {
                company: Text::stored(company),
                tel: Text::stored(tel),
                address: Text::stored(address),
            }),
            contact: self.contact.map(|ContactRecord { alias, phone, job_number, dept_id }| Contact {
                alias: Text::stored(alias),
                phone: Text::stored(phone),
                job_number: Text::stored(job_number),
                dept_id: Text::stored(dept_id),
            }),
            // A session that cannot be read opens nothing; it must not lock its owner out.
            sessions: self
                .sessions
                .into_iter()
                .filter_map(|(digest, text)| read_session(digest, &text))
                .collect(),
            logins: self.logins,
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
const fn is_none_yet(count: &u32) -> bool {
    *count == 0
}

fn read_session(digest: String, text: &str) -> Option<Session> {
    let session: Session = text.parse().ok()?;
    Some(Session { digest: SessionDigest::stored(digest), ..session })
}

/// The standing's word in the table.
pub(super) const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Frozen => "frozen",
        Standing::Deleted => "deleted",
    }
}

/// The role's word in the table; the usual one has none.
pub(super) fn role_word(role: Role) -> Option<String> {
    (role != Role::default()).then(|| role.word().to_owned())
}

fn read_role(word: Option<&str>) -> Option<Role> {
    word.map_or(Some(Role::default()), Role::with_word)
}

fn read_standing(word: &str) -> Option<Standing> {
    [Standing::Active, Standing::Frozen, Standing::Deleted].into_iter().find(|s| standing_word(*s) == word)
}
