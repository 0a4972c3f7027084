//! How AWS, or what stands in for it, is reached; and in plain words why it is not.

use std::error::Error;
use std::path::Path;

use aws_config::profile;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_types::os_shim_internal::{Env, Fs};

use crate::outcome::Failure;

/// What the settings lack.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// Nothing says in which region.
    #[error("No AWS region is set. Set AWS_REGION, or choose a profile that has one with AWS_PROFILE.")]
    NoRegion,
    /// A variable is there and holds nothing.
    #[error("{0} is empty. Give it a value, or unset it.")]
    Empty(&'static str),
    /// The profile that is named does not exist.
    #[error("There is no AWS profile {0:?}. Correct AWS_PROFILE, or make it: aws configure --profile {0}")]
    NoProfile(String),
    /// Nothing says who asks.
    #[error("The operator is not known to AWS: {NO_CREDENTIALS}")]
    NoCredentials,
}

/// The variables that say where AWS is.
const READ: [&str; 4] =
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_REGION"];

const NO_CREDENTIALS: &str = "no AWS credentials were found. Set AWS_PROFILE, run aws sso login, or set \
                              AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";

/// Parts of what the SDK says of an error, and what is to be done about it.
const REASONS: [(&[&str], &str); 6] = [
    (&["Missing Region"], "no AWS region is set. Set AWS_REGION, or choose a profile that has one."),
    (&["loading credentials", "no credentials found"], NO_CREDENTIALS),
    (
        &["endpoint must contain scheme", "failed to apply endpoint"],
        "AWS_ENDPOINT_URL is not a URL. Write it with its scheme, like http://localhost:8000.",
    ),
    (
        &["(Connect)", "dns error", "error trying to connect"],
        "nothing answers there. Check AWS_ENDPOINT_URL, AWS_REGION and the network.",
    ),
    (
        &["ExpiredToken", "UnrecognizedClient", "InvalidSignature", "InvalidClientTokenId"],
        "AWS does not accept the credentials. They may have expired: sign in again, or check AWS_PROFILE.",
    ),
    (&["timeout", "timed out"], "it did not answer in time. Try again, and check the network."),
];

/// Finds AWS as the SDK's usual variables and files say.
pub async fn find(ca_bundle: Option<&Path>) -> Result<SdkConfig, Failure> {
    let (files, env) = (Fs::real(), Env::real());
    // The SDK takes an empty variable for a wrong one, some of them for a reason to panic.
    if let Some(name) = READ.into_iter().find(|name| env.get(name).is_ok_and(|value| value.is_empty())) {
        return Err(Misconfigured::Empty(name).into());
    }
    // With keys in the variables, no profile is needed.
    if env.get("AWS_ACCESS_KEY_ID").is_err()
        && let Ok(profiles) = profile::load(&files, &env, &<_>::default(), None).await
        && let name = profiles.selected_profile()
        && name != "default"
        && profiles.get_profile(name).is_none()
    {
        return Err(Misconfigured::NoProfile(name.to_owned()).into());
    }
    let http = tally::aws::http_client(ca_bundle)?;
    let aws = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    if aws.region().is_none() { Err(Misconfigured::NoRegion.into()) } else { Ok(aws) }
}

/// Why AWS did not do something, as whoever has to mend it needs to hear it, in one or two sentences. `named_by` is
/// what names the thing that was asked for.
pub(crate) fn reason(error: &(dyn Error + 'static), named_by: &str) -> String {
    let all = tally::store::chain(error);
    if all.contains("ResourceNotFoundException") {
        return format!("it is not in this region and account. Name another one with {named_by}.");
    }
    if let Some((_, sentence)) = REASONS.iter().find(|(parts, _)| parts.iter().any(|part| all.contains(part)))
    {
        return (*sentence).to_owned();
    }
    let mut root = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    if all.contains("AccessDenied") {
        return format!("AWS does not allow it ({root}). Check the rights of your identity.");
    }
    format!("{}.", root.to_string().trim_end_matches('.'))
}
