//! How WeChat is asked who somebody is there.

use std::time::Duration;

use super::environment::Environment;
use super::is_address_of_service;

/// How ids are asked of WeChat.
#[derive(Clone, Debug)]
pub struct WeixinSettings {
    /// Where WeChat's interface answers, `scheme://host[:port]`.
    pub endpoint: String,
    /// Who we are there; nobody can bind an id while that is unset.
    pub app: Option<WeixinApp>,
    /// How long one exchange may take. Not a setting of the environment: only tests lower it.
    pub patience: Duration,
}

/// An application that is registered with WeChat.
#[derive(Clone, Debug)]
pub struct WeixinApp {
    /// Its id.
    pub id: String,
    /// The name or ARN of its secret in Secrets Manager, a plain text.
    pub secret_id: String,
}

/// How long an exchange with WeChat may take: well inside the 15 seconds a function may run.
const WEIXIN_PATIENCE: Duration = Duration::from_secs(4);

impl WeixinSettings {
    pub(super) fn read<L: Fn(&str) -> Option<String>>(environment: &mut Environment<L>) -> Self {
        let is_right = |endpoint: &str| {
            is_address_of_service(endpoint) && (endpoint.starts_with("https://") || is_near(endpoint))
        };
        let endpoint = environment.checked("TALLY_WEIXIN_ENDPOINT", is_right, "https://host[:port]");
        let id = environment.text("TALLY_WEIXIN_APP_ID");
        let app = id.map(|id| WeixinApp { id, secret_id: environment.required("TALLY_WEIXIN_SECRET_ID") });
        Self { endpoint: endpoint.unwrap_or_default(), app, patience: WEIXIN_PATIENCE }
    }
}

/// The application's secret travels in the URL; in clear only to a stand-in on the same computer.
fn is_near(endpoint: &str) -> bool {
    ["http://127.0.0.1:", "http://localhost:"].iter().any(|near| endpoint.starts_with(near))
}
