//! Contact data that people type in and nobody proves (contract 000).

use std::time::Duration;

use jiff::Timestamp;

use super::email_address::EmailAddress;

/// How long a changed e-mail address still gets the codes that reset the password
/// (contracts/README.md, accounts).
pub const FORMER_EMAIL_COUNTS: Duration = Duration::from_hours(7 * 24);

/// What a member of staff tells about themselves. The phone is contact data: unproven, not unique and
/// never a login name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The name to be called by.
    pub alias: String,
    /// Phone number as typed.
    pub phone: String,
    /// Number in the company's books.
    pub job_number: String,
    /// The department's id, as the company numbers them.
    pub dept_id: String,
}

/// An address that was changed, and until when it still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerEmail {
    /// The address.
    pub address: EmailAddress,
    /// When it stops counting.
    pub until: Timestamp,
}
