//! The settings of a deployment, read once from the environment.

use std::time::Duration;

use crate::domain::address_budget::AddressLimits;
use crate::domain::credential::Cost;

/// Everything an operator can set.
#[derive(Clone, Debug)]
pub struct Config {
    /// The DynamoDB table (`TALLY_TABLE`).
    pub table: String,
    /// The secret's name or ARN in Secrets Manager (`TALLY_SECRET_ID`).
    pub secret_id: String,
    /// Whether cookies carry `Secure` and the `__Host-` prefix (`TALLY_SECURE_COOKIES`, default true).
    pub secure_cookies: bool,
    /// Origins besides its own whose pages may use a session cookie (`TALLY_TRUSTED_ORIGINS`, comma list).
    pub trusted_origins: Vec<String>,
    /// How strict the limits per network address are (`TALLY_ADDRESS_LIMITS`: production or relaxed).
    pub address_limits: AddressLimits,
    /// How mail is sent, by functions that send any (`TALLY_MAIL_FROM`, `TALLY_MAIL_REPLY_TO`,
    /// `TALLY_MAIL_CONFIGURATION_SET`).
    pub mail: MailSettings,
    /// How long the answer to a request for a code takes at least, longer than SES usually does, so
    /// that it does not show whether a mail was sent. Not a setting of the environment.
    pub code_answer_time: Duration,
    /// What a password hash costs. Not a setting of the environment: only tests lower it.
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
    /// The address that answers go to, if it is another one.
    pub reply_to: Option<String>,
    /// The configuration set that SES applies, if there is one.
    pub configuration_set: Option<String>,
}

/// The answer time that hides whether a mail was sent.
pub const CODE_ANSWER_TIME: Duration = Duration::from_millis(600);

/// The sender where none is set: a name that is reserved never to exist (RFC 2606).
const NO_SENDER: &str = "tigertally@example.invalid";

/// What the operator's command has to know; where AWS is, the SDK reads from its usual variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorConfig {
    /// The DynamoDB table (`TALLY_TABLE`).
    pub table: String,
}

/// All that is wrong with the environment, at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment is not usable: {}", .0.join("; "))]
pub struct ConfigFaults(pub Vec<String>);

impl Config {
    /// Reads the settings of a deployed function.
    pub fn from_env() -> Result<Self, ConfigFaults> {
        #[expect(clippy::disallowed_methods, reason = "this is where the environment enters")]
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFaults> {
        let mut faults = Vec::new();
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut required = |name: &str| {
            set(name).unwrap_or_else(|| {
                faults.push(format!("{name} is missing"));
                String::new()
            })
        };
        let table = required("TALLY_TABLE");
        let secret_id = required("TALLY_SECRET_ID");
        let secure_cookies = match lookup("TALLY_SECURE_COOKIES").as_deref() {
            None | Some("" | "true") => true,
            Some("false") => false,
            Some(other) => {
                faults.push(format!("TALLY_SECURE_COOKIES is {other:?}, not true or false"));
                true
            }
        };
        let address_limits = match lookup("TALLY_ADDRESS_LIMITS").as_deref() {
            None | Some("" | "production") => AddressLimits::Production,
            Some("relaxed") => AddressLimits::Relaxed,
            Some(other) => {
                faults.push(format!("TALLY_ADDRESS_LIMITS is {other:?}, not production or relaxed"));
                AddressLimits::Production
            }
        };
        let trusted_origins = lookup("TALLY_TRUSTED_ORIGINS").unwrap_or_default();
        let trusted_origins: Vec<String> = trusted_origins
            .split(',')
            .map(|origin| origin.trim().to_ascii_lowercase())
            .filter(|origin| !origin.is_empty())
            .collect();
        for origin in &trusted_origins {
            if !is_origin(origin) {
                faults.push(format!("TALLY_TRUSTED_ORIGINS holds {origin:?}, not scheme://host[:port]"));
            }
        }
        if !faults.is_empty() {
            return Err(ConfigFaults(faults));
        }
        Ok(Self {
            table,
            secret_id,
            secure_cookies,
            trusted_origins,
            address_limits,
            mail: MailSettings {
                from: set("TALLY_MAIL_FROM").unwrap_or_else(|| NO_SENDER.to_owned()),
                reply_to: set("TALLY_MAIL_REPLY_TO"),
                configuration_set: set("TALLY_MAIL_CONFIGURATION_SET"),
            },
            code_answer_time: CODE_ANSWER_TIME,
            hash_cost: Cost::PRODUCTION,
            aws_endpoint: None,
        })
    }
}

impl OperatorConfig {
    /// Reads the settings; a table that was named otherwise counts before the environment's.
    pub fn from_env(table: Option<String>) -> Result<Self, ConfigFaults> {
        #[expect(clippy::disallowed_methods, reason = "this is where the environment enters")]
        Self::from_lookup(table, |name| std::env::var(name).ok())
    }

    fn from_lookup(
        table: Option<String>,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigFaults> {
        let table = table.or_else(|| lookup("TALLY_TABLE")).filter(|table| !table.is_empty());
        let table = table
            .ok_or_else(|| ConfigFaults(vec!["TALLY_TABLE is missing, and no table was named".to_owned()]))?;
        Ok(Self { table })
    }
}

/// Whether the text is an origin as browsers write it: `scheme://host`, with a port or without.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '@', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
        Config::from_lookup(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn safe_by_default() {
        let config = read(&[("TALLY_TABLE", "t"), ("TALLY_SECRET_ID", "s")]).unwrap();
        assert!(config.secure_cookies && config.trusted_origins.is_empty());
        assert_eq!(config.address_limits, AddressLimits::Production);
        assert_eq!(config.hash_cost, Cost::PRODUCTION);
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
        let faults = read(&[
            ("TALLY_SECURE_COOKIES", "yes"),
            ("TALLY_ADDRESS_LIMITS", "none"),
            ("TALLY_TRUSTED_ORIGINS", "https://a.example, *"),
        ]);
        assert_eq!(faults.err().map(|faults| faults.0.len()), Some(5));
    }
}
