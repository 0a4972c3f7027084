//! Values of the domain, read from the fields of an entry by the rules that hold for everybody.

use icu_normalizer::ComposingNormalizerBorrowed;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use tally::domain::administration::GroupName;
use tally::domain::credential::StoredCredential;
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tally::domain::text::{Text, TextFault};
use tally::domain::transfer::MAX_NAME;
use tally::domain::username::Username;

use crate::fields::Fields;
use crate::reason::Reason;

/// Every calling code begins with one of these: which countries may register is a setting of the
/// deployment, and whoever is in the pool elsewhere was let in by that one's.
const ALL_COUNTRIES: &str = "1,2,3,4,5,6,7,8,9";

/// A first or last name, normalised to NFC; empty if it is absent.
pub(crate) fn name(fields: &mut Fields, field: &'static str) -> Result<String, Reason> {
    let name = text::<MAX_NAME>(fields, field)?;
    Ok(ComposingNormalizerBorrowed::new_nfc().normalize(&name).into_owned())
}

/// A text that is kept, of as many characters as its type takes; empty if it is absent.
pub(crate) fn text<const MOST: usize>(
    fields: &mut Fields,
    field: &'static str,
) -> Result<Text<MOST>, Reason> {
    kept(field, fields.text(field)?.unwrap_or_default())
}

/// The text that the field holds, if it may be kept.
pub(crate) fn kept<const MOST: usize>(field: &'static str, typed: String) -> Result<Text<MOST>, Reason> {
    Text::parse(typed).map_err(|fault| match fault {
        TextFault::TooLong { most, .. } => Reason::LongText(field, most),
        TextFault::ControlCharacter => Reason::ControlCharacter(field),
    })
}

/// A text that is absent where it is empty.
pub(crate) fn filled(fields: &mut Fields, field: &'static str) -> Result<Option<String>, Reason> {
    Ok(fields.text(field)?.filter(|value| !value.is_empty()))
}

/// An e-mail address.
pub(crate) fn email(fields: &mut Fields, field: &'static str) -> Result<Option<EmailAddress>, Reason> {
    let typed = filled(fields, field)?;
    typed.map(|typed| EmailAddress::parse(&typed)).transpose().map_err(|_| Reason::Email(field))
}

/// The address that a username is.
pub(crate) fn address_of(name: Option<&str>) -> Option<EmailAddress> {
    name.and_then(|name| EmailAddress::parse(name).ok())
}

/// A username; `own` is the address that it may be as well.
pub(crate) fn username(name: Option<&str>, own: Option<&EmailAddress>) -> Result<Option<Username>, Reason> {
    name.map(|name| Username::parse(name, own)).transpose().map_err(Reason::Username)
}

/// A phone number.
pub(crate) fn phone(fields: &mut Fields) -> Result<Option<PhoneNumber>, Reason> {
    let countries = CallingCodes::parse(ALL_COUNTRIES).expect("these are calling codes");
    let typed = filled(fields, "phone")?;
    typed.map(|typed| PhoneNumber::parse(&typed, &countries)).transpose().map_err(Reason::Phone)
}

/// A password's hash.
pub(crate) fn credential(text: &str) -> Result<StoredCredential, Reason> {
    StoredCredential::take_over(text).map_err(Reason::Credential)
}

/// The names of groups, each once.
pub(crate) fn groups(names: &[String]) -> Result<Vec<GroupName>, Reason> {
    let mut groups: Vec<GroupName> = Vec::new();
    for name in names {
        let group = GroupName::parse(name).map_err(Reason::Group)?;
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Ok(groups)
}

/// A time in whole microseconds, as the table keeps it. One that names no zone is of `zone`.
pub(crate) fn time(
    fields: &mut Fields,
    field: &'static str,
    zone: Option<Offset>,
) -> Result<Option<Timestamp>, Reason> {
    let Some(typed) = fields.text(field)? else {
        return Ok(None);
    };
    let time = match (typed.parse::<Timestamp>(), typed.parse::<DateTime>(), zone) {
        (Ok(time), _, _) => time,
        (Err(_), Ok(time), Some(zone)) => zone.to_timestamp(time).map_err(|_| Reason::Time(field))?,
        (Err(_), Ok(_), None) => return Err(Reason::Zone(field)),
        (Err(_), Err(_), _) => return Err(Reason::Time(field)),
    };
    Timestamp::from_microsecond(time.as_microsecond()).map(Some).map_err(|_| Reason::Time(field))
}
