//! A test's options as the environment of deployed functions.

use std::collections::BTreeMap;
use std::time::Duration;

use local::service::{self, Service, ServiceOptions};
use tally::domain::account_number::FIRST_DIGITS;
use tally::domain::address_budget::AddressLimits;
use tally::domain::credential::Cost;
use tally::entropy::Entropy;

use crate::runtime_api::environment;
use crate::server::CHEAP;

/// The variables that say in a deployment what the options say here.
///
/// # Panics
///
/// If something is to be otherwise that no variable can change. A test of such a thing belongs among those
/// that `.ci/run` skips.
#[must_use]
pub fn settings(
    options: &ServiceOptions,
    deployed: Option<&[String]>,
    service: &Service,
) -> BTreeMap<&'static str, String> {
    let fixed = [
        // Cheap hashes are wished by default; what a deployment makes will do.
        ("hash_cost", [CHEAP, Cost::PRODUCTION].contains(&options.hash_cost)),
        ("first_digits", options.first_digits == FIRST_DIGITS),
        ("code_answer_time", options.code_answer_time == Duration::ZERO),
        ("front", options.front.is_none()),
        ("entropy", matches!(options.entropy, Entropy::System)),
    ];
    for (option, is_usual) in fixed {
        assert!(is_usual, "no setting of a deployment changes {option}: NOT_ON_LAMBDA in .ci/run");
    }
    let limits = match options.address_limits {
        AddressLimits::Production => "production",
        AddressLimits::Relaxed => "relaxed",
    };
    let (mail, texts) = (&options.mail, &options.texts);
    let weixin = service::weixin(service.aws());
    let mut settings = environment(&service.aws().url());
    settings.extend([
        ("TALLY_SECURE_COOKIES", deployed.is_some().to_string()),
        ("TALLY_TRUSTED_ORIGINS", deployed.unwrap_or(&options.trusted_origins).join(",")),
        ("TALLY_ADDRESS_LIMITS", limits.to_owned()),
        ("TALLY_MAIL_FROM", mail.from.clone()),
        ("TALLY_COMPANY_REDIRECT_URL", options.company_redirect_url.clone()),
        ("TALLY_OPEN_ADMINISTRATORS", options.open_administrators.to_string()),
        ("TALLY_SMS_COUNTRIES", texts.countries.to_string()),
        ("TALLY_SMS_MAX_PRICE", texts.max_price.clone()),
        ("TALLY_SMS_PER_HOUR", texts.budget.per_hour.to_string()),
        ("TALLY_SMS_PER_DAY", texts.budget.per_day.to_string()),
        ("TALLY_WEIXIN_ENDPOINT", weixin.endpoint),
    ]);
    let perhaps = [
        ("TALLY_PUBLIC_URL", &options.public_url),
        ("TALLY_MAIL_REPLY_TO", &mail.reply_to),
        ("TALLY_MAIL_CONFIGURATION_SET", &mail.configuration_set),
        ("TALLY_SMS_SENDER_ID", &texts.sender_id),
        ("TALLY_SMS_ORIGINATION_NUMBER", &texts.origination_number),
    ];
    settings.extend(perhaps.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    if let Some(app) = weixin.app {
        settings.extend([("TALLY_WEIXIN_APP_ID", app.id), ("TALLY_WEIXIN_SECRET_ID", app.secret_id)]);
    }
    settings
}
