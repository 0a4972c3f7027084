//! Contact data that people type in and nobody proves (contract 000), and addresses that were left.

use std::time::Duration;

use jiff::Timestamp;

use super::email_address::EmailAddress;

/// How long an address that was left may still recover the account (trust rule 2).
pub const FORMER_EMAIL_COUNTS: Duration = Duration::from_hours(7 * 24);

/// The end of what has none: a proven address that was left without a proof of the new one.
pub const WITHOUT_END: Timestamp = Timestamp::constant(253_402_207_200, 0);

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

/// An address that was left, and until when it still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerEmail {
    /// The address.
    pub address: EmailAddress,
    /// When it stops counting.
    pub until: Timestamp,
    /// Whether its owner had proven it.
    pub is_proven: bool,
}
