//! Why an entry of a file did not come in, in words that name fields and never what stands in them.

use std::fmt;

use tally::domain::administration::MAX_GROUP_NAME;
use tally::domain::credential::CredentialFault;
use tally::domain::phone_number::PhoneFault;
use tally::domain::text::NameFault;
use tally::domain::username::UsernameFault;
use tally::services::registration::Taken;

use crate::commands::{group_name_words, username_words};
use crate::entries::MOST_BYTES;

/// Why an entry did not come in. Its text is meant for the terminal and follows the entry's number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error("It is longer than {MOST_BYTES} bytes, and is not kept among the rejects.")]
    TooLong,
    #[error("It is not UTF-8 text.")]
    NotText,
    #[error("It is not a JSON object: {0}.")]
    NotAnObject(String),
    #[error("{0} is given twice.")]
    Twice(String),
    #[error("There is no field {0}.")]
    UnknownField(String),
    #[error("{0} is missing.")]
    Missing(&'static str),
    #[error("{0} is not {1}.")]
    Kind(String, &'static str),
    #[error("{0} is longer than {1} characters.")]
    LongText(&'static str, usize),
    #[error("{0} contains a control character.")]
    ControlCharacter(&'static str),
    #[error("The number does not have 8 or 9 digits.")]
    Number,
    #[error("{}", username_words(*.0))]
    Username(UsernameFault),
    #[error("{0} is not a valid e-mail address.")]
    Email(&'static str),
    #[error("email_proven is true, but there is no email.")]
    ProvenNothing,
    #[error("{}", phone_words(*.0))]
    Phone(PhoneFault),
    #[error("{}", credential_words(*.0))]
    Credential(CredentialFault),
    #[error("{0} is not one of {1}.")]
    Word(&'static str, &'static str),
    #[error("{0} is not a time such as 2021-11-30T08:00:00.123Z.")]
    Time(&'static str),
    #[error("{0} names no time zone; --utc-offset can say which one is meant.")]
    Zone(&'static str),
    #[error("{0} is not a web address.")]
    HomePage(&'static str),
    #[error("{0} is not a WeChat id.")]
    OpenId(&'static str),
    #[error("{0} has more than {1} entries.")]
    LongList(&'static str, usize),
    #[error("{}", group_name_words(*.0))]
    Group(NameFault),
    #[error("Its group {0} has no name here; dump the groups too.")]
    UnnamedGroup(u64),
    #[error(
        "The name of its group {0} is empty, contains a control character or has more than {MAX_GROUP_NAME} characters."
    )]
    BadGroup(u64),
    #[error("It is deleted, so it has a number and nothing else.")]
    DeletedWithMore,
    #[error("It is not an entry of a Django dump.")]
    NotDjango,
    #[error("It needs a number, a username, an email or a phone.")]
    Unrecognisable,
    #[error(
        "It needs a username or an email: where people log in by another field, give that the name of one of these."
    )]
    NamelessInDjango,
    #[error("Another account has its number.")]
    NumberTaken,
    #[error("The account that is there in its place cannot be read.")]
    Unreadable,
    #[error("{}", taken_words(*.0))]
    Taken(Taken),
    #[error("It already exists{}, but differs in {}; nothing was changed.", account_words(*number), fields.join(", "))]
    Differs {
        /// The account; none where it would only be made by the same run.
        number: Option<u32>,
        fields: Vec<&'static str>,
    },
}

/// All that is known of why an entry did not come in. Its text is meant for the terminal and follows the
/// entry's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reasons(Vec<Reason>);

impl From<Reason> for Reasons {
    fn from(reason: Reason) -> Self {
        Self(vec![reason])
    }
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(Reason::to_string).collect::<Vec<_>>().join(" "))
    }
}

/// Collects what is wrong with an entry, so that all of it is told at once.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Reason>);

impl Faults {
    /// The value, or nothing and a reason more.
    pub(crate) fn note<T>(&mut self, value: Result<T, Reason>) -> Option<T> {
        value.map_err(|reason| self.add(reason)).ok()
    }

    /// One more, unless it is known.
    pub(crate) fn add(&mut self, reason: Reason) {
        if !self.0.contains(&reason) {
            self.0.push(reason);
        }
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, if nothing is wrong.
    pub(crate) fn end<T>(self, value: T) -> Result<T, Reasons> {
        if self.0.is_empty() { Ok(value) } else { Err(Reasons(self.0)) }
    }
}

fn account_words(number: Option<u32>) -> String {
    number.map_or_else(String::new, |number| format!(" as account {number}"))
}

fn phone_words(fault: PhoneFault) -> &'static str {
    match fault {
        PhoneFault::NotANumber => "phone is not a mobile number.",
        PhoneFault::Country => "phone belongs to a country that is not supported.",
    }
}

fn credential_words(fault: CredentialFault) -> String {
    let why = match fault {
        CredentialFault::UnknownKind => "is neither argon2, bcrypt, scrypt nor pbkdf2 as Django writes them",
        CredentialFault::Feeble => "is of a kind that is too weak to be kept, such as MD5 or SHA-1",
        CredentialFault::Broken => "is broken",
        CredentialFault::TooDear => "costs more than is allowed",
    };
    format!(
        "The password's hash {why}. With \"!\" in its place, the user can sign in after resetting the password."
    )
}

fn taken_words(taken: Taken) -> String {
    let parts =
        [("username", taken.username), ("e-mail address", taken.email), ("phone number", taken.phone)];
    let parts: Vec<&str> = parts.into_iter().filter(|(_, taken)| *taken).map(|(name, _)| name).collect();
    // What is neither of them is the fourth kind of identifier.
    let parts = if parts.is_empty() { "WeChat id".to_owned() } else { parts.join(" and its ") };
    format!("Another account has its {parts}.")
}
