//! How text messages are sent, and how many.

use super::environment::Environment;
use crate::domain::message_budget::MessageBudget;
use crate::domain::phone_number::CallingCodes;

/// How text messages are sent.
#[derive(Clone, Debug)]
pub struct TextSettings {
    /// The calling codes of the countries whose numbers may register and get messages.
    pub countries: CallingCodes,
    /// The name they come from, in countries that show one.
    pub sender_id: Option<String>,
    /// The number they come from, if the account has one.
    pub origination_number: Option<String>,
    /// The most that one message may cost, in US dollars; a more expensive one is not sent.
    pub max_price: String,
    /// What the whole deployment may send.
    pub budget: MessageBudget,
}

impl Default for TextSettings {
    /// What counts where nothing is set: to mainland China alone; 500 an hour (security rule S2), and 2,000 a
    /// day, which at the highest price are 200 dollars.
    fn default() -> Self {
        Self::read(&mut Environment::new(|_: &str| None))
    }
}

impl TextSettings {
    pub(super) fn read<L: Fn(&str) -> Option<String>>(environment: &mut Environment<L>) -> Self {
        let is_list = |list: &str| CallingCodes::parse(list).is_some();
        let countries = environment.checked("TALLY_SMS_COUNTRIES", is_list, "a comma list of calling codes");
        // SNS: 1 to 11 letters and digits, hyphens between them, one letter at least.
        let what = "1 to 11 letters, digits and hyphens";
        let sender_id = environment.checked("TALLY_SMS_SENDER_ID", is_sender_id, what);
        let what = "4 to 15 digits, with + or without";
        let origination_number =
            environment.checked("TALLY_SMS_ORIGINATION_NUMBER", is_origination_number, what);
        let max_price =
            environment.checked("TALLY_SMS_MAX_PRICE", is_price, "a price in dollars such as 0.10");
        let budget = MessageBudget {
            per_hour: environment.number("TALLY_SMS_PER_HOUR"),
            per_day: environment.number("TALLY_SMS_PER_DAY"),
        };
        Self {
            countries: countries.and_then(|list| CallingCodes::parse(&list)).unwrap_or_default(),
            sender_id,
            origination_number,
            max_price: max_price.unwrap_or_default(),
            budget,
        }
    }
}

fn is_sender_id(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=11).contains(&text.len())
        && text.bytes().all(is_inner)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_origination_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (4..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_price(text: &str) -> bool {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits =
        |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(cents) && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_settings_are_careful() {
        let texts = TextSettings::default();
        assert_eq!(texts.countries, CallingCodes::parse("86").unwrap());
        assert_eq!(texts.budget, MessageBudget { per_hour: 500, per_day: 2000 });
        assert_eq!(texts.max_price, "0.10");
    }

    #[test]
    fn text_messages_are_set_or_refused_but_never_guessed() {
        let with = |name: &'static str, value: &'static str| {
            let mut environment = Environment::new(|asked: &str| (asked == name).then(|| value.to_owned()));
            let texts = TextSettings::read(&mut environment);
            if environment.faults.is_empty() { Ok(texts) } else { Err(environment.faults) }
        };
        assert_eq!(with("TALLY_SMS_PER_HOUR", "0").unwrap().budget.per_hour, 0);
        assert_eq!(with("TALLY_SMS_PER_DAY", "40").unwrap().budget.per_day, 40);
        assert_eq!(with("TALLY_SMS_MAX_PRICE", "0.05").unwrap().max_price, "0.05");
        assert_eq!(
            with("TALLY_SMS_COUNTRIES", "86,852").unwrap().countries,
            CallingCodes::parse("86,852").unwrap()
        );
        assert_eq!(with("TALLY_SMS_SENDER_ID", "Tally-1").unwrap().sender_id.as_deref(), Some("Tally-1"));
        let number = with("TALLY_SMS_ORIGINATION_NUMBER", "+12065550100").unwrap().origination_number;
        assert_eq!(number.as_deref(), Some("+12065550100"));
        for (name, value) in [
            ("TALLY_SMS_PER_HOUR", "-1"),
            ("TALLY_SMS_PER_DAY", "many"),
            ("TALLY_SMS_MAX_PRICE", "0.00"),
            ("TALLY_SMS_MAX_PRICE", "1e3"),
            ("TALLY_SMS_MAX_PRICE", "."),
            ("TALLY_SMS_COUNTRIES", "all"),
            ("TALLY_SMS_SENDER_ID", "123"),
            ("TALLY_SMS_SENDER_ID", "twelve-signs"),
            ("TALLY_SMS_ORIGINATION_NUMBER", "12-34"),
        ] {
            assert!(with(name, value).is_err_and(|faults| faults.len() == 1), "{name}={value}");
        }
    }
}
