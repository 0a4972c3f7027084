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
pub enum Reason {
    /// Longer than [`MOST_BYTES`].
    #[error("It is longer than {MOST_BYTES} bytes, and is not kept among the rejects.")]
    TooLong,
    /// Not UTF-8.
    #[error("It is not UTF-8 text.")]
    NotText,
    /// No JSON object; what the parser says.
    #[error("It is no JSON object: {0}.")]
    NotAnObject(String),
    /// A field stands in it twice.
    #[error("{0} stands in it twice.")]
    Twice(String),
    /// A field that nothing knows.
    #[error("There is no field {0}.")]
    UnknownField(String),
    /// A field has to be there.
    #[error("{0} is missing.")]
    Missing(&'static str),
    /// A field holds another kind of value.
    #[error("{0} is not {1}.")]
    Kind(String, &'static str),
    /// A text is too long.
    #[error("{0} is longer than {1} characters.")]
    LongText(&'static str, usize),
    /// A text holds a control character or a direction mark.
    #[error("{0} holds a control character.")]
    ControlCharacter(&'static str),
    /// The number has another length than those that are given out.
    #[error("The number does not have 8 or 9 digits.")]
    Number,
    /// The username breaks a rule.
    #[error("{}", username_words(*.0))]
    Username(UsernameFault),
    /// The address cannot be registered.
    #[error("{0} is no e-mail address that can be registered.")]
    Email(&'static str),
    /// An address that is not there cannot be proven.
    #[error("email_proven is true, but there is no email.")]
    ProvenNothing,
    /// The phone number is none.
    #[error("{}", phone_words(*.0))]
    Phone(PhoneFault),
    /// The password's hash is of no use here.
    #[error("{}", credential_words(*.0))]
    Credential(CredentialFault),
    /// The word is none of the known ones.
    #[error("{0} is none of {1}.")]
    Word(&'static str, &'static str),
    /// The time cannot be read.
    #[error("{0} is no time such as 2021-11-30T08:00:00.123Z.")]
    Time(&'static str),
    /// The time may mean several moments.
    #[error("{0} names no time zone; --utc-offset can say which one is meant.")]
    Zone(&'static str),
    /// The home page is none.
    #[error("{0} is no page on the web.")]
    HomePage(&'static str),
    /// The id at WeChat cannot be one.
    #[error("{0} is no id of WeChat's.")]
    OpenId(&'static str),
    /// A list is longer than it may be.
    #[error("{0} has more than {1} entries.")]
    LongList(&'static str, usize),
    /// A group's name breaks a rule.
    #[error("{}", group_name_words(*.0))]
    Group(NameFault),
    /// A group is named by a number whose name the file has not told.
    #[error("Its group {0} has no name here; dump the groups too.")]
    UnnamedGroup(u64),
    /// The name of a group cannot be used; a user's reason.
    #[error(
        "The name of its group {0} is empty, holds a control character or has more than {MAX_GROUP_NAME} characters."
    )]
    BadGroup(u64),
    /// Somebody who is deleted has a number and nothing else.
    #[error("It is deleted, so it has a number and nothing else.")]
    DeletedWithMore,
    /// Not the wanted format.
    #[error("It is no entry of a Django dump.")]
    NotDjango,
    /// No number and no identifier.
    #[error("It needs a number, a username, an email or a phone.")]
    Unrecognisable,
    /// The same, of an entry of Django's.
    #[error(
        "It needs a username or an email: where people log in by another field, give that the name of one of these."
    )]
    NamelessInDjango,
    /// Somebody else has the number.
    #[error("Somebody else has its number.")]
    NumberTaken,
    /// What is there under its number or its identifiers makes no sense.
    #[error("What is there in its place cannot be read.")]
    Unreadable,
    /// Others have identifiers of it.
    #[error("{}", taken_words(*.0))]
    Taken(Taken),
    /// The same account is there with other contents.
    #[error("It is there already{}, but differs in {}; nothing was changed.", account_words(*number), fields.join(", "))]
    Differs {
        /// The account; none where it would only be made by the same run.
        number: Option<u32>,
        /// The fields.
        fields: Vec<&'static str>,
    },
}

/// All that is known of why an entry did not come in. Its text is meant for the terminal and follows the
/// entry's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasons(Vec<Reason>);

impl From<Reason> for Reasons {
    fn from(reason: Reason) -> Self {
        Self(vec![reason])
    }
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, reason) in self.0.iter().enumerate() {
            write!(f, "{}{reason}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
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
        PhoneFault::NotANumber => "phone is no mobile number.",
        PhoneFault::Country => "phone is of a country that cannot be read.",
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
        "The password's hash {why}. With \"!\" in its place, the user can come in by resetting the password."
    )
}

fn taken_words(taken: Taken) -> String {
    let parts =
        [("username", taken.username), ("e-mail address", taken.email), ("phone number", taken.phone)];
    let parts: Vec<&str> = parts.into_iter().filter(|(_, taken)| *taken).map(|(name, _)| name).collect();
    // What is neither of them is the fourth kind of identifier.
    let parts = if parts.is_empty() { "id at WeChat".to_owned() } else { parts.join(" and its ") };
    format!("Somebody else has its {parts}.")
}
