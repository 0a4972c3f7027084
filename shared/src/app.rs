//! What every request needs, made once per process.

use std::sync::{Arc, OnceLock};

use aws_types::SdkConfig;

use crate::aws::{self, TrustError};
use crate::clock::Clock;
use crate::config::{AwsSettings, Config, ConfigFaults, OperatorConfig, SecretConfig};
use crate::courier::{Courier, TextMessenger};
use crate::entropy::Entropy;
use crate::secret::{HeldSecret, InvalidSecret, ServerSecret, Vault, VaultError};
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
    pub secret: HeldSecret,
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
    /// Who an operator is to AWS, for what is written down of their acts; nobody's where none acts.
    pub operator: String,
}

/// What the operator's command needs to rotate the server's secret, and no table.
#[derive(Clone, Debug)]
pub struct SecretAccess {
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub entropy: Entropy,
    /// The secret in Secrets Manager.
    pub vault: Vault,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Secrets Manager gave no secret.
    #[error(transparent)]
    SecretUnavailable(#[from] VaultError),
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

    /// What sends text messages, also made at the first use.
    pub fn text_messenger(&self) -> &TextMessenger {
        self.text_messenger.get_or_init(|| TextMessenger::new(&self.aws, self.config.texts.clone()))
    }
}

impl App {
    /// Connects to AWS, or to what stands in for it, and does everything that needs doing only once:
    /// reads the secret, opens the connection to DynamoDB.
    ///
    /// DynamoDB may be away: the first request will try again. The secret may not, since nothing
    /// could be verified without it and there is no fallback.
    pub async fn start(config: Config, clock: Clock, entropy: Entropy) -> Result<Self, StartError> {
        let aws = match &config.aws_endpoint {
            None => aws::deployed(AwsSettings::from_env()?)?,
            Some(endpoint) => aws::stand_in(endpoint),
        };
        let store = Store::new(&aws, config.table.clone());
        let vault = Vault::new(&aws, config.secret_id.clone());
        let (secret, ()) = futures_util::future::join(read_secret(&vault), store.warm_up()).await;
        let hasher = Hasher::new(config.hash_cost);
        let addresses = AddressGate::new(config.address_limits);
        let secret = HeldSecret::new(clock.clone(), vault, secret?);
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
        Self { clock, entropy, store: Store::new(aws, config.table), operator: "unknown".to_owned() }
    }

    /// The same for an operator with that identity.
    #[must_use]
    pub fn acting_as(self, operator: String) -> Self {
        Self { operator, ..self }
    }
}

impl SecretAccess {
    /// Nothing is asked of AWS yet.
    #[must_use]
    pub fn new(config: SecretConfig, aws: &SdkConfig, clock: Clock, entropy: Entropy) -> Self {
        Self { clock, entropy, vault: Vault::new(aws, config.secret_id) }
    }
}

impl From<&App> for SecretAccess {
    fn from(app: &App) -> Self {
        let vault = Vault::new(&app.aws, app.config.secret_id.clone());
        Self { clock: app.clock.clone(), entropy: app.entropy.clone(), vault }
    }
}

impl From<&App> for Basics {
    fn from(app: &App) -> Self {
        let (clock, entropy, store) = (app.clock.clone(), app.entropy.clone(), app.store.clone());
        Self { clock, entropy, store, operator: "the service".to_owned() }
    }
}

async fn read_secret(vault: &Vault) -> Result<ServerSecret, StartError> {
    let kept = vault.read().await?;
    Ok(ServerSecret::parse(&kept.text)?)
}
