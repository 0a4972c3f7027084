//! Contact data that people type in and nobody proves (docs/contracts/accounts.md), and addresses that were
//! left.

use std::time::Duration;

use jiff::Timestamp;

use super::email_address::EmailAddress;
use super::phone_number::{CallingCodes, PhoneNumber};
use super::text::{self, Text};

/// How long an address that was left may still recover the account (trust rule 2).
pub const FORMER_EMAIL_COUNTS: Duration = Duration::from_hours(7 * 24);

/// The end of what has none: a proven address that was left without a proof of the new one.
pub const WITHOUT_END: Timestamp = Timestamp::constant(253_402_207_200, 0);

/// A name to be called by.
pub type Alias = Text<100>;
/// A phone number, as [`telephone`] keeps it.
pub type Phone = Text<30>;
/// A number in the company's books.
pub type JobNumber = Text<50>;
/// A department's id, as the company numbers them.
pub type DeptId = Text<50>;

/// What a member of staff tells about themselves. The phone is contact data: unproven, not unique and
/// never a login name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The name to be called by.
    pub alias: Alias,
    /// Phone number, as [`telephone`] keeps it.
    pub phone: Phone,
    /// Number in the company's books.
    pub job_number: JobNumber,
    /// The department's id, as the company numbers them.
    pub dept_id: DeptId,
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

/// A telephone number that is only told: a mobile one in the spelling its owner would type, so that one
/// number is always the same text; any other as it was typed, without marks that nobody sees.
#[must_use]
pub fn telephone(typed: &str) -> String {
    match PhoneNumber::parse(typed, &CallingCodes::every()) {
        Ok(number) => number.typed().to_owned(),
        Err(_) => text::visible(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_one_text_and_any_other_telephone_is_as_typed() {
        for (typed, kept) in [
            ("13800138000", "13800138000"),
            ("\u{202d}+86 138 0013 8000\u{202c}\n", "13800138000"),
            ("tel:0086-138-0013-8000", "13800138000"),
            ("１３８００１３８０００", "13800138000"),
            ("+852 5123 4567", "+85251234567"),
            ("010-8888", "010-8888"),
            (" \u{200e}010-8888 转 3 \r\n", "010-8888 转 3"),
            ("139", "139"),
            ("\u{200b}", ""),
        ] {
            assert_eq!(telephone(typed), kept, "{typed:?}");
        }
    }
}
