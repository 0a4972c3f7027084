//! One address that answers for every AWS service Tigertally calls.
//!
//! Whatever speaks AWS's protocols reaches it through `AWS_ENDPOINT_URL`: the functions in this process, functions
//! under another host, the command line of AWS. DynamoDB is an embedded database; mail and text messages go to the
//! [`Inbox`]; Secrets Manager knows two secrets. WeChat, which is not of AWS, answers here as well. Signatures are not
//! checked, which is why it listens on loopback only, or on Docker's bridge where that is asked for.

mod dynamodb;
mod secrets;
mod services;
mod ses;
mod sns;
mod sts;
pub mod weixin;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use tally::clock::Clock;

use crate::admission::Names;
use crate::door::{Door, PATIENCE, Serving};
use crate::inbox::Inbox;

/// Where the database lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Gone when the process ends.
    Memory,
    /// In `dynamodb.sqlite3` of this folder, which is created when missing.
    Folder(PathBuf),
}

/// What the stand-ins need to know.
#[derive(Clone)]
pub struct AwsOptions {
    /// Where the database lives.
    pub storage: Storage,
    /// The name of the server's secret.
    pub secret_id: String,
    /// The value of the server's secret.
    pub secret_string: String,
    /// Stamps the messages, dates the secret, and tells a database in memory what has expired.
    ///
    /// A database in a folder reads the system's clock instead, since the emulator has no other way to open one.
    pub clock: Clock,
}

/// The name of the secret of the application at WeChat, whose value is the stand-in's own.
pub const WEIXIN_SECRET_ID: &str = "tigertally/weixin-secret";

/// The running stand-ins. Dropping them ends them too, only without waiting for requests under way.
#[derive(Debug)]
pub struct AwsEndpoint {
    url: String,
    inbox: Inbox,
    engine: dynamodb::Engine,
    server: Serving,
}

/// Why the stand-ins did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Anybody on the network could have read and changed everything.
    #[error(
        "the AWS stand-ins check no signatures and listen on loopback and Docker's bridge only, not on {0}"
    )]
    Exposed(SocketAddr),
    /// The folder for the database is missing and could not be made.
    #[error("the folder {} cannot be used", .0.display())]
    Folder(PathBuf, #[source] io::Error),
    /// Two programs on one database would tear it.
    #[error(
        "another program uses the folder {}: stop it, or choose another folder with --data, or --memory",
        .0.display()
    )]
    FolderInUse(PathBuf),
    /// The emulator takes the name of its file as text.
    #[error("the name of the folder {} is not valid Unicode", .0.display())]
    FolderName(PathBuf),
    /// The file is not a database, is of a later version, or is locked.
    #[error("the database cannot be opened")]
    Database(#[source] dynoxide::DynoxideError),
    /// The system gave no socket or no thread.
    #[error("the system refuses a socket or a thread")]
    System(#[from] io::Error),
}

impl AwsEndpoint {
    /// Opens the database and answers at this door until [`Self::stop`].
    pub async fn start(door: impl Into<Door>, options: AwsOptions) -> Result<Self, StartError> {
        let door = door.into();
        if let Some(address) = door.exposed()? {
            return Err(StartError::Exposed(address));
        }
        let (url, names) = (door.url()?, Names::with_containers(&door.addresses()?));
        let inbox = Inbox::new(options.clock.clone());
        let now = options.clock.now();
        let folder = match &options.storage {
            Storage::Memory => None,
            Storage::Folder(folder) => Some(folder.clone()),
        };
        let server_secret =
            secrets::Secret::new(options.secret_id, options.secret_string, now).kept_in(folder);
        let weixin_secret =
            secrets::Secret::new(WEIXIN_SECRET_ID.to_owned(), weixin::APP_SECRET.to_owned(), now);
        let secrets = secrets::Secrets::new(options.clock.clone(), vec![server_secret, weixin_secret]);
        // Opening an old database may have to replay its log, which must not hold up the other tasks.
        let (storage, clock) = (options.storage, options.clock);
        let engine = tokio::task::spawn_blocking(move || dynamodb::Engine::start(storage, clock))
            .await
            .map_err(io::Error::other)??;
        let services = services::Services {
            dynamodb: engine.gateway(),
            inbox: inbox.clone(),
            secrets,
            weixin: weixin::Weixin::default(),
            names,
        };
        let server = Serving::start(door, services.into_router());
        Ok(Self { url, inbox, engine, server })
    }

    /// What `AWS_ENDPOINT_URL` has to be.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Where mail and text messages end up.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// The database behind the DynamoDB protocol, for what the protocol cannot ask: `sweep_ttl`, `vacuum_into`.
    ///
    /// Its methods block; call them from a blocking task.
    #[must_use]
    pub fn database(&self) -> dynoxide::Database {
        self.engine.database()
    }

    /// Ends the stand-ins once the requests under way are answered, or soon after: they are waited for twice, at
    /// the door and in the database.
    pub async fn stop(self) {
        self.server.stop().await;
        self.engine.stop(PATIENCE).await;
    }
}

impl fmt::Debug for AwsOptions {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsOptions")
            .field("storage", &self.storage)
            .field("secret_id", &self.secret_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use hyper_util::client::legacy::Client;
    use hyper_util::client::legacy::connect::HttpConnector;
    use hyper_util::rt::TokioExecutor;
    use jiff::Timestamp;
    use tokio::net::TcpListener;

    use super::*;

    fn options() -> AwsOptions {
        AwsOptions {
            storage: Storage::Memory,
            secret_id: "tally".to_owned(),
            secret_string: "do not print".to_owned(),
            clock: Clock::manual(Timestamp::UNIX_EPOCH),
        }
    }

    async fn list_tables(
        client: &Client<HttpConnector, Body>,
        url: &str,
        header: (&str, &str),
    ) -> (StatusCode, String) {
        let request = Request::post(url)
            .header("x-amz-target", "DynamoDB_20120810.ListTables")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f")
            .header(header.0, header.1)
            .body(Body::from("{}"))
            .unwrap();
        let response = client.request(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(Body::new(response), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_database_answers_until_the_stop_but_never_to_a_web_page() {
        let aws = AwsEndpoint::start(Door::for_programs(0).await.unwrap(), options()).await.unwrap();
        let url = aws.url();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let tables = (StatusCode::OK, "{\"TableNames\":[]}".to_owned());
        assert_eq!(list_tables(&client, &url, ("x-other", "")).await, tables);
        for (header, value) in [
            ("origin", "http://example.com"),
            ("origin", "http://localhost:3000"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("host", "example.com"),
            ("host", "127.0.0.1.example.com:8000"),
        ] {
            let (status, body) = list_tables(&client, &url, (header, value)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{header}: {value}");
            assert!(!body.contains("TableNames"), "{header}: {value}");
        }
        assert_eq!(list_tables(&client, &url, ("host", "host.docker.internal:8000")).await, tables);
        aws.stop().await;
        let address = url.trim_start_matches("http://");
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn a_public_address_is_refused() {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let refused = AwsEndpoint::start(listener, options()).await;
        assert!(matches!(refused, Err(StartError::Exposed(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_folder_belongs_to_one_program_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let start = async || {
            let options = AwsOptions { storage: Storage::Folder(folder.path().into()), ..options() };
            AwsEndpoint::start(Door::for_programs(0).await.unwrap(), options).await
        };
        let first = start().await.unwrap();
        let refused = start().await.unwrap_err();
        assert!(matches!(refused, StartError::FolderInUse(_)), "{refused:?}");
        first.stop().await;
        start().await.unwrap().stop().await;
    }

    #[test]
    fn options_do_not_print_the_secret() {
        assert!(!format!("{:?}", options()).contains("do not print"));
    }
}
