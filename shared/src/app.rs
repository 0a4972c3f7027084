//! What every request needs, made once per process.

use std::sync::{Arc, OnceLock};

use aws_types::SdkConfig;

use crate::aws::{self, TrustError};
use crate::clock::Clock;
use crate::config::{AwsSettings, Config, ConfigFaults, OperatorConfig};
use crate::courier::{Courier, TextMessenger};
use crate::entropy::Entropy;
use crate::secret::{InvalidSecret, ServerSecret};
use crate::services::address_gate::AddressGate;
use crate::services::budget::BudgetGate;
use crate::services::hashing::Hasher;
use crate::store::Store;
use crate::weixin::Weixin;

/// The service's parts; cloning shares them.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// The parts themselves.
#[derive(Debug)]
pub struct Parts {
    /// The deployment's settings.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub entropy: Entropy,
    /// The secret everything keyed derives from.
    pub secret: ServerSecret,
    /// The table.
    pub store: Store,
    /// The AWS settings, for what not every function needs.
    aws: SdkConfig,
    /// Mail, once a function has sent some.
    courier: OnceLock<Courier>,
    /// WeChat, once a function has asked it.
    weixin: OnceLock<Weixin>,
    /// Text messages, once a function has sent some.
    text_messenger: OnceLock<TextMessenger>,
    /// Password hashing.
    pub hasher: Hasher,
    /// What network addresses may do.
    pub addresses: AddressGate,
    /// Which budgets of messages are used up.
    pub budgets: BudgetGate,
}

/// The parts that derive nothing from the server's secret: enough to administer accounts, and all
/// that the operator's command starts with.
#[derive(Clone, Debug)]
pub struct Basics {
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub entropy: Entropy,
    /// The table.
    pub store: Store,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Secrets Manager gave no secret.
    #[error("the secret {id:?} cannot be read from Secrets Manager")]
    SecretUnavailable {
        /// The name or ARN that was asked for.
        id: String,
        /// What the SDK says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is one, but it is not usable.
    #[error(transparent)]
    SecretInvalid(#[from] InvalidSecret),
    /// AWS's own variables are not usable.
    #[error(transparent)]
    Environment(#[from] ConfigFaults),
    /// The certificates that were named are not usable.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Parts {
    /// What sends mail. Made at the first use, so that functions which never send any do not carry
    /// the client for it.
    pub fn courier(&self) -> &Courier {
        self.courier.get_or_init(|| Courier::new(&self.aws, self.config.mail.clone()))
    }

    /// What asks WeChat. Made at the first use, like the courier.
    pub fn weixin(&self) -> &Weixin {
        self.weixin.get_or_init(|| Weixin::new(&self.aws, self.config.weixin.clone()))
    }

    /// What sends text messages, made at the first use as well.
    pub fn text_messenger(&self) -> &TextMessenger {
        self.text_messenger.get_or_init(|| TextMessenger::new(&self.aws, self.config.texts.clone()))
    }
}

impl App {
    /// Connects to AWS, or to what stands in for it, and does everything that needs doing only once:
    /// reads the secret, opens the connection to DynamoDB, takes and touches the hash arena.
    ///
    /// DynamoDB may be away: the first request will try again. The secret may not, since nothing
    /// could be verified without it and there is no fallback.
    pub async fn start(config: Config, clock: Clock, entropy: Entropy) -> Result<Self, StartError> {
        let aws = match &config.aws_endpoint {
            None => aws::deployed(AwsSettings::from_env()?)?,
            Some(endpoint) => aws::stand_in(endpoint),
        };
        let store = Store::new(&aws, config.table.clone());
        let (secret, ()) = futures_util::future::join(read_secret(&aws, &config), store.warm_up()).await;
        let hasher = Hasher::new(config.hash_cost);
        let addresses = AddressGate::new(config.address_limits);
        let secret = secret?;
        Ok(Self(Arc::new(Parts {
            config,
            clock,
            entropy,
            secret,
            store,
            aws,
            courier: OnceLock::new(),
            weixin: OnceLock::new(),
            text_messenger: OnceLock::new(),
            hasher,
            addresses,
            budgets: BudgetGate::default(),
        })))
    }
}

impl Basics {
    /// Nothing is asked of AWS yet.
    #[must_use]
    pub fn new(config: OperatorConfig, aws: &SdkConfig, clock: Clock, entropy: Entropy) -> Self {
        Self { clock, entropy, store: Store::new(aws, config.table) }
    }
}

impl From<&App> for Basics {
    fn from(app: &App) -> Self {
        Self { clock: app.clock.clone(), entropy: app.entropy.clone(), store: app.store.clone() }
    }
}

async fn read_secret(aws: &SdkConfig, config: &Config) -> Result<ServerSecret, StartError> {
    let unavailable = |source| StartError::SecretUnavailable { id: config.secret_id.clone(), source };
    let client = aws_sdk_secretsmanager::Client::new(aws);
    let answer = client.get_secret_value().secret_id(&config.secret_id).send().await;
    let answer = answer.map_err(|error| unavailable(error.into()))?;
    let text = answer.secret_string().ok_or_else(|| unavailable("the secret is not a text".into()))?;
    Ok(ServerSecret::parse(text)?)
}
