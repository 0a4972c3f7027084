//! The list of bookings as CSV (RFC 4180, in UTF-8), for a spreadsheet.
//!
//! It begins with a byte order mark, without which Excel takes the text for one of the system's own encoding.

use serde_json::{Map, Value};
use tally::domain::account::Account;
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::username::Username;
use tally::services::bookings::Place;

use crate::outcome::Answer;

/// The names of the columns.
const COLUMNS: [&str; 9] = [
    "event",
    "event_name",
    "account",
    "username",
    "email",
    "phone",
    "realname",
    "company_name",
    "booked_at_utc",
];

/// From here on Unicode has the scripts of China, Japan and Korea.
const FIRST_OF_EAST_ASIA: char = '\u{2e80}';

/// The most digits that a spreadsheet shows as they are.
const MOST_DIGITS: usize = 11;

const MARK: char = '\u{feff}';

/// One line for each booking, after one with the names of the columns; and one object.
pub(crate) fn answer(places: &[Place]) -> Answer {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows: Vec<_> = places.iter().map(row).collect();
    for row in std::iter::once(COLUMNS.map(str::to_owned)).chain(rows.iter().map(for_a_spreadsheet)) {
        writer.write_record(row).expect("memory takes what is written, and all rows are equally long");
    }
    let bytes = writer.into_inner().expect("memory takes what is written");
    let text = format!("{MARK}{}", str::from_utf8(&bytes).expect("texts and commas are UTF-8"));
    let object = |(place, row): (&Place, &[String; COLUMNS.len()])| {
        let mut fields: Map<String, Value> =
            COLUMNS.iter().zip(row).map(|(name, text)| ((*name).to_owned(), text.as_str().into())).collect();
        fields.insert("account".to_owned(), place.booking.account.get().into());
        fields
    };
    Answer::list(text, places.iter().zip(&rows).map(object))
}

/// A row in which no text is a formula. A phone number is a plus sign and digits at most: nothing that could be
/// carried out.
fn for_a_spreadsheet(row: &[String; COLUMNS.len()]) -> [String; COLUMNS.len()] {
    std::array::from_fn(|at| if COLUMNS[at] == "phone" { row[at].clone() } else { inert(&row[at]) })
}

fn row(place: &Place) -> [String; COLUMNS.len()] {
    let account = place.account.as_ref();
    let of_account =
        |pick: fn(&Account) -> Option<&str>| account.and_then(pick).unwrap_or_default().to_owned();
    [
        place.event.number.to_owned(),
        place.event.name.to_owned(),
        place.booking.account.to_string(),
        of_account(|account| account.username.as_ref().map(Username::as_str)),
        of_account(|account| account.email.as_ref().map(EmailAddress::as_str)),
        of_account(|account| account.phone.as_ref().map(PhoneNumber::typed)),
        name(place),
        place.company.company_name.to_string(),
        format!("{:.0}", place.booking.at),
    ]
}

/// What the person is called: as they told the company's group or, where they did not, as their account
/// has it, the family name first where names are written so.
fn name(place: &Place) -> String {
    let told = &place.company.realname;
    let (first, last) = place
        .account
        .as_ref()
        .map_or(("", ""), |account| (account.first_name.as_str(), account.last_name.as_str()));
    if !told.is_empty() {
        told.to_string()
    } else if first.chars().chain(last.chars()).any(|c| c >= FIRST_OF_EAST_ASIA) {
        format!("{last}{first}")
    } else {
        format!("{first} {last}").trim().to_owned()
    }
}

/// A text that people typed, so that no spreadsheet takes it for a formula: behind an apostrophe, if
/// it begins like one (OWASP, CSV Injection), and none loses zeros or digits of a name that is a number.
fn inert(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_spoilt = is_number && (text.starts_with('0') || text.len() > MOST_DIGITS);
    if is_formula || is_spoilt { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_typed_is_a_formula() {
        for text in [
            "=1+1",
            "+86",
            "-1",
            "@SUM(A1)",
            " =1",
            "\t=1",
            "\r=1",
            "＝1",
            "\u{3000}＠x",
            "007",
            "123456789012",
        ] {
            assert_eq!(inert(text), format!("'{text}"));
        }
        for text in ["", "张三", "a=b", "1-2", "'=1", "90210384756", "0a"] {
            assert_eq!(inert(text), text);
        }
    }
}
