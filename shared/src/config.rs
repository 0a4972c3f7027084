//! The settings of a deployment, read once from the environment.

mod aws;
mod environment;
mod front;
mod log;
mod metrics;
mod origins;
mod settings;
mod texts;
mod weixin;

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::account_number::FIRST_DIGITS;
use crate::domain::address_budget::AddressLimits;
use crate::domain::credential::Cost;

pub use aws::{AwsEndpoints, AwsSettings};
use environment::Environment;
pub use front::Front;
pub use log::log_filter;
pub use metrics::MetricSettings;
pub use origins::{ORIGIN_FORMS, origin, trusted_origin};
pub use settings::{LOCAL, SETTINGS, Setting};
pub use texts::TextSettings;
pub use weixin::{WeixinApp, WeixinSettings};

/// Everything that can be set; what an operator sets is in [`SETTINGS`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The DynamoDB table (`TALLY_TABLE`).
    pub table: String,
    /// The secret's name or ARN in Secrets Manager (`TALLY_SECRET_ID`).
    pub secret_id: String,
    /// Whether cookies carry `Secure` and the `__Host-` prefix (`TALLY_SECURE_COOKIES`).
    pub secure_cookies: bool,
    /// Origins besides its own whose pages may use the service, as browsers write them
    /// (`TALLY_TRUSTED_ORIGINS`).
    pub trusted_origins: Vec<String>,
    /// What stands in front of the gateway and tells whose request it is (`TALLY_CLIENT_ADDRESS`).
    pub front: Option<Front>,
    /// How strict the limits per network address are (`TALLY_ADDRESS_LIMITS`).
    pub address_limits: AddressLimits,
    /// How mail is sent, by functions that send any (`TALLY_MAIL_…`).
    pub mail: MailSettings,
    /// Where company customers' pages go after registering, logging in or binding an address
    /// (`TALLY_COMPANY_REDIRECT_URL`): never anything that a request says.
    pub company_redirect_url: String,
    /// Where the service is reached from outside, `http(s)://host[:port]`, for links in mail and as an origin
    /// of its own (`TALLY_PUBLIC_URL`). Behind the gateway it may be unset: see `http::request::GatewayDomain`.
    pub public_url: Option<String>,
    /// How ids are asked of WeChat (`TALLY_WEIXIN_…`).
    pub weixin: WeixinSettings,
    /// How text messages are sent, by functions that send any (`TALLY_SMS_…`).
    pub texts: TextSettings,
    /// Where metrics belong, if CloudWatch is to read any out of the log (`TALLY_METRICS_…`).
    pub metrics: Option<MetricSettings>,
    /// How long the answer to a request for a code takes at least, longer than SES and SNS usually do,
    /// so that it does not show whether a message was sent. Only tests lower it.
    pub code_answer_time: Duration,
    /// Whether administrators of the charity register without another one's word, for closed networks
    /// (`TALLY_OPEN_ADMINISTRATORS`).
    pub open_administrators: bool,
    /// How many digits a fresh account number has while the space is not crowded. Only tests lower it.
    pub first_digits: u32,
    /// What a password hash costs. Only tests lower it.
    pub hash_cost: Cost,
    /// Where the AWS services answer, when it is not AWS. The SDK also honours `AWS_ENDPOINT_URL`;
    /// this one is for hosts in the same process, and brings stand-in credentials with it.
    pub aws_endpoint: Option<String>,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The address it comes from.
    pub from: String,
    /// The address that answers go to, if it is a different one.
    pub reply_to: Option<String>,
    /// The configuration set that SES applies, if there is one.
    pub configuration_set: Option<String>,
}

/// The answer time that hides whether a message was sent.
const CODE_ANSWER_TIME: Duration = Duration::from_millis(600);

/// What the operator's command has to know; where AWS is, the SDK reads from its usual variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorConfig {
    /// The DynamoDB table (`TALLY_TABLE`).
    pub table: String,
    /// The certificate authorities to trust instead of those that AWS's own endpoints chain to
    /// (`AWS_CA_BUNDLE`).
    pub ca_bundle: Option<PathBuf>,
}

/// What the operator's command has to know about the server's secret, when that is what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretConfig {
    /// The secret's name or ARN in Secrets Manager (`TALLY_SECRET_ID`).
    pub secret_id: String,
    /// The certificate authorities to trust, as in [`OperatorConfig`].
    pub ca_bundle: Option<PathBuf>,
}

/// All that is wrong with the environment, at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment is not usable: {}", .0.join("; "))]
pub struct ConfigFaults(pub Vec<String>);

impl Config {
    /// Reads the settings of a deployed function.
    pub fn from_env() -> Result<Self, ConfigFaults> {
        Self::from_lookup(variable)
    }

    /// The settings while developing, those of [`LOCAL`].
    #[must_use]
    pub fn local() -> Self {
        Self::local_but(|_| None)
    }

    /// The same, but for what is said otherwise, by the name of its variable.
    #[must_use]
    pub fn local_but(differs: impl Fn(&str) -> Option<String>) -> Self {
        let usual =
            |name: &str| LOCAL.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Self::from_lookup(|name| differs(name).or_else(|| usual(name))).expect("these settings are right")
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFaults> {
        let mut environment = Environment::new(lookup);
        let limits = [("production", AddressLimits::Production), ("relaxed", AddressLimits::Relaxed)];
        let (page, address) = ("/path or http(s)://host[/path]", "http(s)://host[:port]");
        let is_address = |url: &str| is_address_of_service(url.trim_end_matches('/'));
        let redirect = environment.checked("TALLY_COMPANY_REDIRECT_URL", is_redirect, page);
        let public_url = environment.checked("TALLY_PUBLIC_URL", is_address, address);
        let config = Self {
            table: environment.required("TALLY_TABLE"),
            secret_id: environment.required("TALLY_SECRET_ID"),
            secure_cookies: environment.switch("TALLY_SECURE_COOKIES"),
            trusted_origins: origins::trusted_origins(&mut environment),
            front: Front::read(&mut environment),
            address_limits: environment.choice("TALLY_ADDRESS_LIMITS", limits),
            mail: MailSettings {
                from: environment.required("TALLY_MAIL_FROM"),
                reply_to: environment.text("TALLY_MAIL_REPLY_TO"),
                configuration_set: environment.text("TALLY_MAIL_CONFIGURATION_SET"),
            },
            company_redirect_url: redirect.unwrap_or_default(),
            public_url: public_url.and_then(|url| origin(url.trim_end_matches('/'))),
            weixin: WeixinSettings::read(&mut environment),
            texts: TextSettings::read(&mut environment),
            metrics: MetricSettings::read(&mut environment),
            code_answer_time: CODE_ANSWER_TIME,
            open_administrators: environment.switch("TALLY_OPEN_ADMINISTRATORS"),
            first_digits: FIRST_DIGITS,
            hash_cost: Cost::PRODUCTION,
            aws_endpoint: None,
        };
        if environment.faults.is_empty() { Ok(config) } else { Err(ConfigFaults(environment.faults)) }
    }
}

impl OperatorConfig {
    /// Reads the settings; a table that was named otherwise counts before the environment's.
    pub fn from_env(table: Option<String>) -> Result<Self, ConfigFaults> {
        Self::from_lookup(table, variable)
    }

    fn from_lookup(
        table: Option<String>,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigFaults> {
        let table = named(table, "TALLY_TABLE", "table", &lookup)?;
        Ok(Self { table, ca_bundle: aws::ca_bundle(&Environment::new(lookup)) })
    }
}

impl SecretConfig {
    /// Reads the settings; a secret that was named otherwise counts before the environment's.
    pub fn from_env(secret: Option<String>) -> Result<Self, ConfigFaults> {
        let secret_id = named(secret, "TALLY_SECRET_ID", "secret", variable)?;
        Ok(Self { secret_id, ca_bundle: aws::ca_bundle(&Environment::new(variable)) })
    }
}

/// A variable of the process.
fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is where the environment enters")]
    std::env::var(name).ok()
}

/// What was named, or else what the variable names.
fn named(
    named: Option<String>,
    variable: &str,
    kind: &str,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<String, ConfigFaults> {
    let name = named.or_else(|| lookup(variable)).filter(|name| !name.is_empty());
    name.ok_or_else(|| ConfigFaults(vec![format!("{variable} is missing, and no {kind} was named")]))
}

/// Whether the text is where something is served: `http(s)://host[:port]`.
fn is_address_of_service(text: &str) -> bool {
    origin(text).is_some_and(|origin| origin.starts_with("http"))
}

/// Whether a browser can be sent there: a path of this service, or a page elsewhere. It goes into a
/// header as it is, so it is printable ASCII.
fn is_redirect(text: &str) -> bool {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let is_page = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_page = is_page.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    (is_path || is_page) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
        Config::from_lookup(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_table_has_all_that_is_read_and_nothing_else() {
        let asked = RefCell::new(BTreeSet::from(["RUST_LOG".to_owned()]));
        let lookup = |name: &str| {
            asked.borrow_mut().insert(name.to_owned());
            // The secret is asked for only beside an application.
            (name == "TALLY_WEIXIN_APP_ID").then(|| "wx1".to_owned())
        };
        assert!(Config::from_lookup(lookup).is_err() && AwsSettings::from_lookup(lookup).is_err());
        let known: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.variable.to_owned()).collect();
        assert_eq!(*asked.borrow(), known);
    }

    #[test]
    fn what_has_to_be_set_is_missed_and_every_default_is_right() {
        let faults = of(&[]).err().unwrap().0;
        assert_eq!(faults, ["TALLY_TABLE is missing", "TALLY_SECRET_ID is missing"]);
    }

    #[test]
    fn safe_by_default() {
        let config = of(&[("TALLY_TABLE", "t"), ("TALLY_SECRET_ID", "s")]).unwrap();
        assert!(config.secure_cookies && config.trusted_origins.is_empty());
        assert_eq!(config.address_limits, AddressLimits::Production);
        assert_eq!(config.hash_cost, Cost::PRODUCTION);
        assert!(!config.open_administrators && config.front.is_none());
        assert_eq!(config.first_digits, 8);
        assert_eq!(config.weixin.endpoint, "https://api.weixin.qq.com");
        assert!(config.public_url.is_none() && config.weixin.app.is_none() && config.metrics.is_none());
    }

    #[test]
    fn a_laptop_is_told_so() {
        let config =
            Config::local_but(|name| (name == "TALLY_PUBLIC_URL").then(|| "http://a.example".into()));
        assert_eq!((config.table.as_str(), config.secure_cookies), ("tigertally", false));
        assert_eq!(config.address_limits, AddressLimits::Relaxed);
        assert_eq!(config.public_url.as_deref(), Some("http://a.example"));
    }

    #[test]
    fn the_operator_needs_a_table_and_no_secret() {
        let read = |named: Option<&str>, set: Option<&str>| {
            let lookup = |_: &str| set.map(str::to_owned);
            OperatorConfig::from_lookup(named.map(str::to_owned), lookup).map(|config| config.table).ok()
        };
        assert_eq!(read(None, Some("t")).as_deref(), Some("t"));
        assert_eq!(read(Some("named"), Some("t")).as_deref(), Some("named"));
        assert_eq!((read(None, None), read(None, Some("")), read(Some(""), None)), (None, None, None));
    }

    #[test]
    fn tells_all_faults_at_once() {
        let faults = of(&[
            ("TALLY_SECURE_COOKIES", "yes"),
            ("TALLY_OPEN_ADMINISTRATORS", "1"),
            ("TALLY_ADDRESS_LIMITS", "none"),
            ("TALLY_CLIENT_ADDRESS", "x-forwarded-for"),
            ("TALLY_TRUSTED_ORIGINS", "https://a.example, *"),
            ("TALLY_COMPANY_REDIRECT_URL", "javascript:alert(1)"),
            ("TALLY_PUBLIC_URL", "api.example.com"),
            ("TALLY_WEIXIN_ENDPOINT", "http://api.weixin.qq.com"),
            ("TALLY_WEIXIN_APP_ID", "wx1"),
            ("TALLY_METRICS_NAMESPACE", "a namespace"),
        ]);
        assert_eq!(faults.err().map(|faults| faults.0.len()), Some(12));
    }

    #[test]
    fn browsers_are_sent_to_pages_only() {
        for url in ["/", "/company/home", "https://www.example.com", "http://localhost:8080/in?x=1"] {
            assert!(is_redirect(url), "{url}");
        }
        for url in ["", "home", "//evil.example", "/\\evil.example", "https://", "data:,x", "/a b", "/页"] {
            assert!(!is_redirect(url), "{url}");
        }
    }
}
