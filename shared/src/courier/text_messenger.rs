//! What carries text messages to telephones.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use aws_types::SdkConfig;

use super::{Dispatch, TextMessage, cause, judge, one_try, timeouts};
use crate::config::TextSettings;
use crate::domain::phone_number::PhoneNumber;
use crate::telemetry;

/// Sends text messages, with one try each.
#[derive(Debug)]
pub struct TextMessenger {
    provider: Provider,
    settings: TextSettings,
}

/// Who delivers. This is the seam for the HTTP interfaces of mainland operators and their resellers,
/// through which most Chinese numbers are reached: a variant with its client, and its arm in
/// [`TextMessenger::text`]. Whatever is added makes one try, judges its failures as [`Dispatch`] says,
/// and logs neither number nor text.
#[derive(Debug)]
enum Provider {
    /// Amazon SNS, `Publish` to a telephone number.
    Sns(Client),
}

impl TextMessenger {
    /// Reaches SNS with those settings.
    #[must_use]
    pub fn new(aws: &SdkConfig, settings: TextSettings) -> Self {
        let config = aws_sdk_sns::config::Builder::from(aws)
            .timeout_config(timeouts())
            .retry_config(one_try())
            .build();
        Self { provider: Provider::Sns(Client::from_conf(config)), settings }
    }

    /// Sends a message to the number, and to no other.
    pub async fn text(&self, to: &PhoneNumber, message: &TextMessage<'_>) -> Dispatch {
        let dispatch = match &self.provider {
            Provider::Sns(client) => self.publish(client, to, message).await,
        };
        telemetry::note(|notes| dispatch.count(&mut notes.texts_sent, &mut notes.message_failures));
        dispatch
    }

    async fn publish(&self, client: &Client, to: &PhoneNumber, message: &TextMessage<'_>) -> Dispatch {
        let mut request = client.publish().phone_number(to.as_str()).message(message.render());
        for (name, kind, value) in self.attributes() {
            let attribute = MessageAttributeValue::builder().data_type(kind).string_value(value).build();
            request =
                request.message_attributes(name, attribute.expect("an attribute with its type is complete"));
        }
        match request.send().await {
            Ok(_) => Dispatch::Sent,
            Err(error) => {
                tracing::error!(error = %cause(&error), "a text message was not sent");
                judge(&error)
            }
        }
    }

    /// The attributes of every message, as SNS names them (SNS developer guide, "Sending SMS messages
    /// using the API"): their names, types and values.
    fn attributes(&self) -> impl Iterator<Item = (&'static str, &'static str, String)> {
        let TextSettings { sender_id, origination_number, max_price, .. } = &self.settings;
        let optional = [
            ("AWS.SNS.SMS.SenderID", sender_id.clone()),
            ("AWS.MM.SMS.OriginationNumber", origination_number.clone()),
        ];
        let optional =
            optional.into_iter().filter_map(|(name, value)| value.map(|value| (name, "String", value)));
        let always = [
            // Codes are waited for.
            ("AWS.SNS.SMS.SMSType", "String", "Transactional".to_owned()),
            ("AWS.SNS.SMS.MaxPrice", "Number", max_price.clone()),
        ];
        always.into_iter().chain(optional)
    }
}
