//! Every function in one process, on one port, in front of the stand-ins for AWS.

use std::convert::Infallible;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_request, map_response};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use tally::app::App;
use tally::clock::Clock;
use tally::config::{Config, LOCAL, WeixinApp};
use tally::entropy::Entropy;
use tally::http::request::ClientAddress;
use tally::store::{StoreError, TableError};
use tower::ServiceExt;

use crate::admission::{Names, admit_names, admit_own_pages};
use crate::aws::{self, AwsEndpoint, AwsOptions, Storage};
use crate::door::{Door, Peer, Serving};
use crate::foreign_pages::{self, ForeignPages};
use crate::{inbox_page, openapi_page, secret_file};

/// The name of the table.
pub const TABLE: &str = LOCAL[0].1;

/// How the service is to run.
#[derive(Clone, Debug)]
pub struct ServiceOptions {
    /// Where the database lives.
    pub storage: Storage,
    /// The server's secret, as Secrets Manager would keep it.
    pub secret: String,
    /// The settings of the functions. Where AWS and WeChat are is filled in, and where the APIs are reached if
    /// it is not said.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub entropy: Entropy,
}

impl ServiceOptions {
    /// In memory, with a secret of its own.
    #[must_use]
    pub fn in_memory(config: Config) -> Self {
        let entropy = Entropy::System;
        let secret = secret_file::fresh(&entropy);
        Self { storage: Storage::Memory, secret, config, clock: Clock::System, entropy }
    }
}

/// The running service.
#[derive(Debug)]
pub struct Service {
    url: String,
    aws: AwsEndpoint,
    app: App,
    server: Serving,
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The stand-ins for AWS did not.
    #[error("the AWS stand-ins did not start")]
    Aws(#[from] aws::StartError),
    /// The functions did not find what they need there.
    #[error("the functions did not start")]
    App(#[from] tally::app::StartError),
    /// The table could not be made.
    #[error("the table could not be made")]
    Table(#[source] StoreError),
    /// The database is there, but its accounts are in no index.
    #[error(
        "the database in {} is of an earlier version: its table has no index {index:?}; \
         delete the folder, or choose another one",
        folder.display()
    )]
    Outdated {
        /// Where the database is.
        folder: PathBuf,
        /// What its table lacks.
        index: &'static str,
    },
    /// The system gave no socket.
    #[error("the system refuses a socket")]
    System(#[from] std::io::Error),
}

/// Starts the stand-ins alone, with the table in them.
pub async fn start_aws(
    door: impl Into<Door>,
    options: &ServiceOptions,
) -> Result<(AwsEndpoint, App), ServiceError> {
    let mut config = options.config.clone();
    let aws = AwsOptions {
        storage: options.storage.clone(),
        secret_id: config.secret_id.clone(),
        secret_string: options.secret.clone(),
        clock: options.clock.clone(),
    };
    let aws = AwsEndpoint::start(door, aws).await?;
    config.weixin.endpoint = aws.url();
    config.weixin.app =
        Some(WeixinApp { id: aws::weixin::APP_ID.to_owned(), secret_id: aws::WEIXIN_SECRET_ID.to_owned() });
    config.aws_endpoint = Some(aws.url());
    let app = App::start(config, options.clock.clone(), options.entropy.clone()).await?;
    app.store.create_table_if_missing().await.map_err(|error| no_table(error, &options.storage))?;
    Ok((aws, app))
}

fn no_table(error: TableError, storage: &Storage) -> ServiceError {
    match (error, storage) {
        (TableError::Store(error), _) => ServiceError::Table(error),
        (TableError::Outdated { index }, Storage::Folder(folder)) => {
            ServiceError::Outdated { folder: folder.clone(), index }
        }
        (TableError::Outdated { .. }, Storage::Memory) => {
            ServiceError::Table(StoreError::Unreadable("a new table without its indexes".to_owned()))
        }
    }
}

impl Service {
    /// Starts everything.
    pub async fn start(
        door: impl Into<Door>,
        aws_door: impl Into<Door>,
        mut options: ServiceOptions,
    ) -> Result<Self, ServiceError> {
        let door = door.into();
        let (url, names) = (door.url()?, Names::of(&door.addresses()?));
        options.config.public_url.get_or_insert_with(|| url.clone());
        let (aws, app) = start_aws(aws_door, &options).await?;
        let trusted: Arc<[String]> = options.config.trusted_origins.into();
        let pages = ForeignPages::besides(Arc::clone(&trusted));
        let router = groups(&app).layer(from_fn_with_state(pages, foreign_pages::watch));
        let router = local_pages(&aws, trusted).fallback_service(router);
        let router = router.layer(map_request(tell_address)).layer(from_fn_with_state(names, admit_names));
        Ok(Self { url, aws, app, server: Serving::start(door, router) })
    }

    /// Where the APIs and the inbox page are.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The stand-ins for AWS.
    #[must_use]
    pub fn aws(&self) -> &AwsEndpoint {
        &self.aws
    }

    /// The parts that the functions share.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Ends the service once the requests under way are answered, or soon after.
    pub async fn stop(self) {
        self.server.stop().await;
        self.aws.stop().await;
    }
}

/// What only this host has: the inbox, the OpenAPI document, and a front door that leads to the inbox.
fn local_pages(aws: &AwsEndpoint, trusted: Arc<[String]>) -> Router {
    let pages = inbox_page::router(aws.inbox()).merge(openapi_page::router());
    let pages = pages.layer(from_fn_with_state(trusted, admit_own_pages)).layer(map_response(keep_private));
    pages.route("/", get(|| async { Redirect::temporary("/_local/") }))
}

/// The headers of pages that are nobody else's business.
async fn keep_private(mut response: Response<Body>) -> Response<Body> {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The functions, each behind its own prefixes, as the gateway's routes have it.
fn groups(app: &App) -> Router {
    let groups: Arc<[Group]> = Arc::new([
        (&accounts::PREFIXES, accounts::router(app.clone())),
        (&company::PREFIXES, company::router(app.clone())),
        (&rest_auth::PREFIXES, rest_auth::router(app.clone())),
        (&manage::PREFIXES, manage::router(app.clone())),
        (&charity::PREFIXES, charity::router(app.clone())),
    ]);
    Router::new().fallback(move |request: Request| dispatch(Arc::clone(&groups), request))
}

/// A function's prefixes and its router.
type Group = (&'static [&'static str], Router);

async fn dispatch(groups: Arc<[Group]>, request: Request) -> Response<Body> {
    let path = request.uri().path();
    let prefixes =
        groups.iter().flat_map(|(prefixes, router)| prefixes.iter().map(move |prefix| (prefix, router)));
    let matching = prefixes.filter(|(prefix, _)| path.starts_with(**prefix));
    match matching.max_by_key(|(prefix, _)| prefix.len()) {
        Some((_, router)) => answer(router.clone().oneshot(request)).await,
        // What API Gateway answers where it has no route.
        None => (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "application/json")],
            "{\"message\":\"Not Found\"}",
        )
            .into_response(),
    }
}

async fn answer(response: impl Future<Output = Result<Response<Body>, Infallible>>) -> Response<Body> {
    let Ok(response) = response.await;
    response
}

/// Tells the functions who sent the request, as the gateway does on AWS.
async fn tell_address(ConnectInfo(Peer(peer)): ConnectInfo<Peer>, mut request: Request) -> Request {
    request.extensions_mut().insert(ClientAddress(peer.ip()));
    request
}
