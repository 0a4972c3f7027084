//! The codes of six digits that messages carry.

use local::inbox::{Channel, Inbox};

/// The code in a text, if it has one.
#[must_use]
pub fn find(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6)
}

/// The code in the latest message of that kind.
///
/// # Panics
/// Where no such message was sent, or it has no code.
#[must_use]
pub fn latest(inbox: &Inbox, channel: Channel) -> String {
    let messages = inbox.messages();
    let text = messages.iter().rfind(|message| message.channel == channel).map(|message| &message.text);
    let text = text.expect("a message was sent");
    find(text).unwrap_or_else(|| panic!("a code in {text:?}")).to_owned()
}

/// A code that is certainly another one.
#[must_use]
pub fn wrong(code: &str) -> String {
    let digit = if code.starts_with('0') { "1" } else { "0" };
    format!("{digit}{}", &code[1..])
}
