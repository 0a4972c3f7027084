//! Whether a command meets the right account, and what an operator vouches for by saying so.

use tally::domain::email_address::EmailAddress;
use tally::services::administration::Found;

use crate::commands::{Failure, refused};
use crate::printing;

/// The address that the operator vouches for by repeating the number of the account that it led to. An
/// account that was named by an address that nobody proved is refused without the number; with a wrong
/// one, any is (trust rule 4).
pub(crate) fn confirmed(found: &Found, number: Option<&str>) -> Result<Option<EmailAddress>, Failure> {
    match number {
        Some(number) if number != found.account.number.to_string() => {
            Err(refused(printing::misconfirmed(found)))
        }
        None if found.unproven.is_some() => Err(refused(printing::doubtful(found))),
        Some(_) | None => Ok(found.unproven.clone()),
    }
}
