//! The person whom the examples show, and what people tell in them.

use jiff::Timestamp;

use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::credential::StoredCredential;
use crate::domain::email_address::EmailAddress;
use crate::domain::text::Text;
use crate::domain::username::Username;

/// An account as somebody has it who registered with a username and an e-mail address.
///
/// # Panics
/// Never: number, name, address and times are written here.
#[must_use]
pub fn person() -> Account {
    let time = |text: &str| text.parse::<Timestamp>().expect("the time is one");
    let number = AccountNumber::new(51_923_482);
    let blank = Account::new(number, StoredCredential::unusable(), time("2017-07-06T05:11:24.481Z"));
    Account {
        username: Some(Username::stored("zhang".to_owned())),
        email: Some(EmailAddress::parse("zhang@example.com").expect("the address is one")),
        last_login: Some(time("2017-07-06T05:11:24.945Z")),
        ..blank
    }
}

/// A text that an example shows.
///
/// # Panics
/// If no such text could be kept.
#[must_use]
pub fn text<const MOST: usize>(example: &str) -> Text<MOST> {
    Text::parse(example).expect("the example may be kept")
}
