//! The service that gets the load.

use std::io;

use harness::process::{self, Tigertally};
use tempfile::TempDir;

use crate::process_meter::ProcessMeter;

/// A service to send requests to.
#[derive(Debug)]
pub enum Host {
    /// One that runs already, at this URL.
    At(String),
    /// One of our own, optimised; gone when it is dropped.
    Own(Box<Tigertally>, Option<TempDir>),
}

impl Host {
    /// Has cargo build `tigertally` and starts it; where its memory is watched, with its database on the
    /// disk, since a database in memory grows by what is stored.
    pub async fn start(is_watched: bool) -> io::Result<Self> {
        let build = || process::build(&["--release", "--package", "local", "--bin", "tigertally"]);
        let binary = tokio::task::block_in_place(build);
        let folder = is_watched.then(tempfile::tempdir).transpose()?;
        let place = folder.as_ref().map(|folder| folder.path().display().to_string());
        let arguments = match &place {
            Some(place) => vec!["--data", place],
            None => vec!["--memory"],
        };
        let service = Tigertally::start_as(&binary, &arguments).await;
        Ok(Self::Own(Box::new(service), folder))
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::At(url) => url,
            Self::Own(service, _) => service.url(),
        }
    }

    /// Its meters, if it is our own.
    #[must_use]
    pub fn meter(&self) -> Option<ProcessMeter> {
        match self {
            Self::At(_) => None,
            Self::Own(service, _) => service.id().map(ProcessMeter::of),
        }
    }
}
