//! The stand-ins for AWS that the measured functions work with, in this process, with TLS in front.

use std::collections::BTreeMap;

use harness::runtime_api;
use local::aws::AwsEndpoint;
use local::service::{self, ServiceOptions};
use tally::app::App;
use tally::config::Config;
use tally::store::Store;
use tokio::net::TcpListener;

use crate::error::BenchError;
use crate::pool;
use crate::tls_front::TlsFront;

/// The stand-ins, gone when they are dropped.
#[derive(Debug)]
pub struct Stage {
    aws: AwsEndpoint,
    app: App,
    tls: TlsFront,
}

impl Stage {
    /// Starts the stand-ins, with so many users in the table, in memory.
    pub async fn with(users: usize) -> Result<Self, BenchError> {
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

    /// The table, without TLS.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.app.store
    }
}
