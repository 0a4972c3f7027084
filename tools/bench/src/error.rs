//! Why something could not be measured. It is only told on the terminal, so one kind is enough for all benchmarks.

use std::io;
use std::path::PathBuf;

use local::service::ServiceError;
use tally::store::StoreError;

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Another answer was expected.
    #[error("{request} was answered with {answer}")]
    Unexpected {
        /// Method and path.
        request: String,
        /// The answer.
        answer: String,
    },
    /// A function is not built.
    #[error("there is no {0} in {folder}", folder = .1.display())]
    Missing(String, PathBuf),
    /// No function is for it.
    #[error("no function answers {0}")]
    Nobody(String),
    /// The service that gets the load is not there.
    #[error("the service does not answer: the line broke: {0}")]
    Silent(String),
    /// The stand-ins for AWS did not start.
    #[error("the stand-ins for AWS did not start")]
    Service(#[from] ServiceError),
    /// An account could not be written down, or a search failed.
    #[error("the table cannot be used")]
    Store(#[from] StoreError),
    /// The items did not go in.
    #[error("the table could not be filled")]
    Import(#[from] dynoxide::DynoxideError),
    /// No certificate could be made.
    #[error("the certificate could not be made")]
    Certificate(#[from] rcgen::Error),
    /// The certificate cannot be served with.
    #[error("the certificate cannot be used")]
    Tls(#[from] rustls::Error),
    /// The system gave no socket, no file or no meter: those of processes need Linux.
    #[error("the system does not let it be measured")]
    System(#[from] io::Error),
}
