//! Mail and text messages, each sent at most once.

mod letter;
mod text_message;
mod text_messenger;

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_types::SdkConfig;

pub use letter::{Language, Letter, escape};
pub use text_message::TextMessage;
pub use text_messenger::TextMessenger;

use crate::aws;
use crate::config::MailSettings;
use crate::domain::email_address::EmailAddress;
use crate::store::chain;
use crate::telemetry;

/// How long SES or SNS may take. There is one try: neither mail nor text messages carry a mark by which a
/// repetition could be recognised, so a second try could be a second message.
const OPERATION: Duration = Duration::from_secs(4);

/// Sends letters by SES.
#[derive(Debug)]
pub struct Courier {
    client: Client,
    settings: MailSettings,
}

/// What became of a letter or a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// The provider has it.
    Sent,
    /// The provider refused it: nobody will get it.
    NotSent,
    /// The answer was lost: somebody may get it.
    Unknown,
}

impl Dispatch {
    /// Counts what may have gone, and what the provider did not say it has.
    fn count(self, sent: &mut u64, failures: &mut u64) {
        *sent += u64::from(self != Self::NotSent);
        *failures += u64::from(self != Self::Sent);
    }
}

impl Courier {
    /// Reaches SES with those settings.
    #[must_use]
    pub fn new(aws: &SdkConfig, settings: MailSettings) -> Self {
        let config = aws_sdk_sesv2::config::Builder::from(aws)
            .timeout_config(timeouts())
            .retry_config(one_try())
            .build();
        Self { client: Client::from_conf(config), settings }
    }

    /// Sends a letter to the address, at the ASCII spelling of its domain (trust rule 9), and to no other.
    pub async fn mail(&self, to: &EmailAddress, letter: &Letter<'_>, language: Language) -> Dispatch {
        let Some(mailbox) = to.mailbox() else {
            tracing::warn!("a letter was not sent: its address was stored earlier and is no longer accepted");
            return Dispatch::NotSent;
        };
        let text = letter.render(language);
        let content = |data: String| Content::builder().data(data).charset("UTF-8").build();
        let parts = (content(text.subject), content(text.plain), content(text.html));
        let (Ok(subject), Ok(plain), Ok(html)) = parts else {
            unreachable!("a content with its data is complete");
        };
        let message =
            Message::builder().subject(subject).body(Body::builder().text(plain).html(html).build());
        let request = self
            .client
            .send_email()
            .from_email_address(&self.settings.from)
            .set_reply_to_addresses(self.settings.reply_to.clone().map(|address| vec![address]))
            .set_configuration_set_name(self.settings.configuration_set.clone())
            .destination(Destination::builder().to_addresses(mailbox).build())
            .content(EmailContent::builder().simple(message.build()).build());
        let dispatch = match request.send().await {
            Ok(_) => Dispatch::Sent,
            Err(error) => {
                tracing::error!(error = %cause(&error), "a letter was not sent");
                judge(&error)
            }
        };
        telemetry::note(|notes| dispatch.count(&mut notes.mails_sent, &mut notes.message_failures));
        dispatch
    }
}

fn timeouts() -> TimeoutConfig {
    aws::timeouts(OPERATION, OPERATION)
}

fn one_try() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(1)
}

/// What went wrong, for the log: of a provider's refusal its code alone, such as `MessageRejected` or
/// `OptedOut`, because its sentence may repeat the address or the number.
fn cause<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            format!("{} {}", answer.raw().status().as_u16(), answer.err().code().unwrap_or("without a code"))
        }
        SdkError::ConstructionFailure(_)
        | SdkError::TimeoutError(_)
        | SdkError::DispatchFailure(_)
        | SdkError::ResponseError(_)
        | _ => chain(error),
    }
}

/// Only a refusal of the provider's own, or a request that was never made, says that nobody will get the letter.
/// A connection that failed may have failed after the letter went over it, and an answer that cannot
/// be read may have been a yes.
fn judge<E>(error: &SdkError<E, HttpResponse>) -> Dispatch {
    let was_refused = match error {
        SdkError::ServiceError(answer) => !answer.raw().status().is_success(),
        SdkError::ConstructionFailure(_) => true,
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) | _ => false,
    };
    if was_refused { Dispatch::NotSent } else { Dispatch::Unknown }
}
