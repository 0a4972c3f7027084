//! What AWS's own variables tell a function. Lambda sets them; the SDK's loader would read the same ones,
//! and look for profiles and metadata services besides, which are not there.

use std::path::PathBuf;

use super::ConfigFaults;
use super::environment::Environment;

/// Where AWS is, and as whom a function calls it.
#[derive(Clone)]
pub struct AwsSettings {
    /// The region (`AWS_REGION`, else `AWS_DEFAULT_REGION`).
    pub region: String,
    /// The role's key (`AWS_ACCESS_KEY_ID`).
    pub access_key_id: String,
    /// Its secret (`AWS_SECRET_ACCESS_KEY`).
    pub secret_access_key: String,
    /// What goes with a key that ends (`AWS_SESSION_TOKEN`).
    pub session_token: Option<String>,
    /// Where the services answer, when it is not AWS.
    pub endpoints: AwsEndpoints,
    /// Endpoints that are validated by FIPS 140 (`AWS_USE_FIPS_ENDPOINT`).
    pub use_fips: bool,
    /// Endpoints that answer by IPv6 as well (`AWS_USE_DUALSTACK_ENDPOINT`).
    pub use_dual_stack: bool,
    /// The certificate authorities to trust instead of those that AWS's own endpoints chain to.
    pub ca_bundle: Option<PathBuf>,
}

/// Where the services answer, when it is not AWS: `AWS_ENDPOINT_URL`, and for one service alone
/// `AWS_ENDPOINT_URL_` with its name.
#[derive(Clone, Debug, Default)]
pub struct AwsEndpoints {
    everywhere: Option<String>,
    /// The service's id in the SDK, and its own endpoint.
    of_services: Vec<(&'static str, String)>,
}

/// The services a function calls, by their ids in the SDK.
const SERVICES: [&str; 4] = ["DynamoDB", "Secrets Manager", "SESv2", "SNS"];

impl AwsSettings {
    /// Reads them.
    pub fn from_env() -> Result<Self, ConfigFaults> {
        Self::from_lookup(super::variable)
    }

    pub(super) fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFaults> {
        let mut environment = Environment::new(lookup);
        let region = environment.text("AWS_REGION").or_else(|| environment.text("AWS_DEFAULT_REGION"));
        let settings = Self {
            region: region.unwrap_or_else(|| environment.required("AWS_REGION")),
            access_key_id: environment.required("AWS_ACCESS_KEY_ID"),
            secret_access_key: environment.required("AWS_SECRET_ACCESS_KEY"),
            session_token: environment.text("AWS_SESSION_TOKEN"),
            endpoints: AwsEndpoints::read(&environment),
            use_fips: environment.switch("AWS_USE_FIPS_ENDPOINT"),
            use_dual_stack: environment.switch("AWS_USE_DUALSTACK_ENDPOINT"),
            ca_bundle: ca_bundle(&environment),
        };
        if environment.faults.is_empty() { Ok(settings) } else { Err(ConfigFaults(environment.faults)) }
    }
}

impl AwsEndpoints {
    fn read<L: Fn(&str) -> Option<String>>(environment: &Environment<L>) -> Self {
        let of_service = |id: &'static str| {
            let name = format!("AWS_ENDPOINT_URL_{}", id.to_ascii_uppercase().replace(' ', "_"));
            environment.text(&name).map(|url| (id, url))
        };
        Self {
            everywhere: environment.text("AWS_ENDPOINT_URL"),
            of_services: SERVICES.into_iter().filter_map(of_service).collect(),
        }
    }

    /// Where that service answers, by its id in the SDK; nothing for AWS itself.
    #[must_use]
    pub fn of(&self, service: &str) -> Option<&str> {
        let own = self.of_services.iter().find(|(id, _)| *id == service).map(|(_, url)| url);
        own.or(self.everywhere.as_ref()).map(String::as_str)
    }
}

/// The file of certificates in PEM that are trusted instead of those that AWS's own endpoints chain to
/// (`AWS_CA_BUNDLE`, as AWS's command line knows it).
pub(super) fn ca_bundle<L: Fn(&str) -> Option<String>>(environment: &Environment<L>) -> Option<PathBuf> {
    environment.text("AWS_CA_BUNDLE").map(PathBuf::from)
}

impl std::fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AwsSettings").field("region", &self.region).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON_LAMBDA: [(&str, &str); 4] = [
        ("AWS_REGION", "cn-north-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "sesame"),
        ("AWS_SESSION_TOKEN", "for a while"),
    ];

    fn read(pairs: &[(&str, &str)]) -> Result<AwsSettings, ConfigFaults> {
        AwsSettings::from_lookup(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_lambda_sets_is_enough() {
        let settings = read(&ON_LAMBDA).unwrap();
        assert_eq!(settings.region, "cn-north-1");
        assert_eq!(settings.session_token.as_deref(), Some("for a while"));
        assert!(settings.endpoints.of("DynamoDB").is_none() && settings.ca_bundle.is_none());
        assert!(!settings.use_fips && !settings.use_dual_stack);
    }

    #[test]
    fn a_services_own_endpoint_counts_before_everybodys() {
        let everywhere = ("AWS_ENDPOINT_URL", "http://127.0.0.1:8000");
        let own = [
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8001"),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:8002"),
        ];
        let settings = read(&[&ON_LAMBDA[..], &[everywhere], &own].concat()).unwrap();
        assert_eq!(settings.endpoints.of("DynamoDB"), Some("http://127.0.0.1:8001"));
        assert_eq!(settings.endpoints.of("Secrets Manager"), Some("http://127.0.0.1:8002"));
        assert_eq!(settings.endpoints.of("SNS"), Some("http://127.0.0.1:8000"));
    }

    #[test]
    fn tells_all_that_is_missing() {
        let faults = read(&[("AWS_USE_FIPS_ENDPOINT", "1")]).err().unwrap();
        assert_eq!(faults.0.len(), 4, "{faults}");
        let region = read(&[("AWS_DEFAULT_REGION", "eu-west-3")]).err().unwrap();
        assert!(!region.to_string().contains("AWS_REGION"), "{region}");
    }

    #[test]
    fn the_key_is_not_printed() {
        let printed = format!("{:?}", read(&ON_LAMBDA).unwrap());
        assert!(!printed.contains("sesame") && !printed.contains("for a while"), "{printed}");
    }
}
