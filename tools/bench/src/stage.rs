//! The stand-ins for AWS that the measured functions work with, in this process, with TLS in front.

use std::collections::BTreeMap;
use std::io;

use harness::runtime_api;
use local::aws::AwsEndpoint;
use local::inbox::Inbox;
use local::service::{self, ServiceError, ServiceOptions};
use tally::app::{App, Basics};
use tally::config::Config;
use tokio::net::TcpListener;

use crate::pool::{self, PoolError};
use crate::tls_front::{TlsError, TlsFront};

/// The stand-ins, gone when they are dropped.
#[derive(Debug)]
pub struct Stage {
    aws: AwsEndpoint,
    app: App,
    tls: TlsFront,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The stand-ins for AWS did not start.
    #[error("the stand-ins for AWS did not start")]
    Service(#[from] ServiceError),
    /// There is no TLS in front of them.
    #[error("there is no TLS")]
    Tls(#[from] TlsError),
    /// The table could not be filled.
    #[error("there is no pool of that many users")]
    Pool(#[from] PoolError),
    /// The system gave no socket.
    #[error("the system refuses a socket")]
    System(#[from] io::Error),
}

impl Stage {
    /// Starts the stand-ins, with so many users in the table, in memory.
    pub async fn with(users: usize) -> Result<Self, StageError> {
        let options = ServiceOptions::in_memory(Config::local());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (aws, app) = service::start_aws(listener, &options).await?;
        let database = aws.database();
        // Nothing else has to be done meanwhile.
        tokio::task::block_in_place(|| pool::fill(&database, users))?;
        let tls = TlsFront::before(address).await?;
        Ok(Self { aws, app, tls })
    }

    /// Where the stand-ins answer without TLS.
    #[must_use]
    pub fn plain_url(&self) -> String {
        self.aws.url()
    }

    /// The environment of a function that reaches the stand-ins by TLS, as it reaches AWS.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<&'static str, String> {
        let mut environment = runtime_api::environment(&self.tls.url());
        environment.insert("AWS_CA_BUNDLE", self.tls.bundle().display().to_string());
        environment
    }

    /// Everything that was sent by mail and text message.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        self.aws.inbox()
    }

    /// The way past the functions, for what only operators do.
    #[must_use]
    pub fn basics(&self) -> Basics {
        Basics::from(&self.app)
    }
}
