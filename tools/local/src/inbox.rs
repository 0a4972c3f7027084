//! The messages that would have left for a mailbox or a telephone, kept for a developer to read.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tally::clock::Clock;

/// How many messages an [`Inbox`] keeps; older ones are forgotten, so that a long session cannot fill the memory.
pub const CAPACITY: usize = 1_000;

/// Captured messages, shared by everything that sends and everything that shows.
///
/// It lives in memory only, also when the database has a folder: a message holds codes in the clear, which the
/// database never does.
#[derive(Clone)]
pub struct Inbox {
    clock: Clock,
    kept: Arc<Mutex<Kept>>,
}

/// One captured message, in the shape in which the inbox page and the tests read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Unlike that of any other message, also of an earlier run; it is what the sender was told as its message id.
    pub id: String,
    /// Whether it is mail or a text message.
    pub channel: Channel,
    /// The address or telephone number; several addresses are joined by a comma.
    pub to: String,
    /// The subject line; a text message has none.
    pub subject: Option<String>,
    /// The plain text; empty when a mail came as HTML only.
    pub text: String,
    /// The HTML part, if the mail has one.
    pub html: Option<String>,
    /// What a text message was sent with, by SNS's names: its type, its highest price, its sender.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// When it was captured: RFC 3339 in UTC, to the millisecond.
    pub at: String,
}

/// The way a message travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// E-mail, through SES.
    #[default]
    Mail,
    /// A text message, through SNS.
    Sms,
}

#[derive(Default)]
struct Kept {
    messages: VecDeque<Message>,
    captured: u64,
    refusals: u32,
    lost_answers: u32,
}

impl Inbox {
    /// An empty inbox that stamps its messages with this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, kept: Arc::default() }
    }

    /// Everything still kept, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.lock().messages.iter().cloned().collect()
    }

    /// Forgets all messages.
    pub fn clear(&self) {
        self.lock().messages.clear();
    }

    /// Has SES or SNS refuse the next message, as a sandbox or a quota would.
    pub fn refuse_next(&self) {
        self.lock().refusals += 1;
    }

    /// Has SES or SNS take the next message and answer what nobody can read, as when a line breaks.
    pub fn lose_next_answer(&self) {
        self.lock().lost_answers += 1;
    }

    /// Whether the answer to the message that was just taken is to be lost.
    pub(crate) fn loses_answer(&self) -> bool {
        let mut kept = self.lock();
        let loses = kept.lost_answers > 0;
        kept.lost_answers = kept.lost_answers.saturating_sub(1);
        loses
    }

    /// Whether the message at hand is one to refuse.
    pub(crate) fn refuses(&self) -> bool {
        let mut kept = self.lock();
        let refuses = kept.refusals > 0;
        kept.refusals = kept.refusals.saturating_sub(1);
        refuses
    }

    /// Keeps a message, stamps it with its id and its time, and returns the id.
    ///
    /// The id joins the time and a running number: the first differs between runs, the second within one.
    #[must_use]
    pub fn capture(&self, message: Message) -> String {
        let mut kept = self.lock();
        let now = self.clock.now();
        kept.captured += 1;
        let id = format!("{:016x}-{:06}", now.as_microsecond(), kept.captured);
        if kept.messages.len() == CAPACITY {
            kept.messages.pop_front();
        }
        kept.messages.push_back(Message { id: id.clone(), at: format!("{now:.3}"), ..message });
        id
    }

    /// A panic elsewhere leaves the list whole, since every change to it is a single call; so it stays readable.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("messages", &self.lock().messages.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::Timestamp;

    use super::*;

    fn inbox() -> Inbox {
        Inbox::new(Clock::manual(Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn keeps_the_newest_thousand_oldest_first() {
        let inbox = inbox();
        for number in 0..CAPACITY + 3 {
            _ = inbox.capture(Message { text: number.to_string(), ..Message::default() });
        }
        let messages = inbox.messages();
        assert_eq!(messages.len(), CAPACITY);
        assert_eq!(messages[0].text, "3");
        assert_eq!(messages[CAPACITY - 1].text, "1002");
    }

    #[test]
    fn ids_differ_while_the_clock_stands_still() {
        let inbox = inbox();
        let told: HashSet<String> = (0..50).map(|_| inbox.capture(Message::default())).collect();
        let kept: HashSet<String> = inbox.messages().into_iter().map(|message| message.id).collect();
        assert_eq!(told.len(), 50);
        assert_eq!(told, kept);
    }

    #[test]
    fn a_text_message_has_null_for_what_only_mail_has() {
        let inbox = inbox();
        let attributes = BTreeMap::from([("AWS.SNS.SMS.MaxPrice".to_owned(), "0.10".to_owned())]);
        let (to, text) = ("+8613800000000".to_owned(), "验证码 123456".to_owned());
        let id = inbox.capture(Message { channel: Channel::Sms, to, text, attributes, ..Message::default() });
        assert_eq!(
            serde_json::to_value(inbox.messages()).unwrap(),
            serde_json::json!([{
                "id": id, "channel": "sms", "to": "+8613800000000", "subject": null,
                "text": "验证码 123456", "html": null, "attributes": {"AWS.SNS.SMS.MaxPrice": "0.10"}, "at": "1970-01-01T00:00:00.000Z",
            }])
        );
    }
}
