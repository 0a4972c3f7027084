//! Load: how many requests per second the one-process host answers, how long they take, and whether
//! those that only read have to wait while others hash.
//!
//! The load is closed: each worker sends its next request when the last one is answered, so no more are
//! under way than there are workers, and a slow service is asked more slowly.

pub mod crowd;
pub mod host;
pub mod line;
pub mod soak;

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use crate::arguments::{positive, seconds, time, url};
use crate::table::markdown;

use crowd::{Crowd, Outcome};
use host::Host;
use soak::Soaked;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Options {
    /// Ask a service that runs already
    #[arg(long, value_parser = url)]
    pub url: Option<String>,
    /// Requests under way at once
    #[arg(long, value_name = "N", default_value = "8", value_parser = positive)]
    pub workers: usize,
    /// How long each kind of request is sent
    #[arg(long = "seconds", value_name = "N", default_value = "10", value_parser = seconds)]
    pub duration: Duration,
    /// What is sent
    #[arg(long = "only", value_name = "KIND", value_delimiter = ',')]
    #[arg(default_value = "login,read,register,code,mixed")]
    pub kinds: Vec<Kind>,
    /// Send the mixture so long (90s, 10m, 1h), and watch whether the host's memory grows
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with_all = ["url", "duration", "kinds"])]
    pub soak: Option<Duration>,
}

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A login by username, each worker as somebody else.
    Login,
    /// An authenticated read of the own profile.
    Read,
    /// A registration of somebody new.
    Register,
    /// A request for a code to an address that nobody has. Its answer is held back for a fixed time.
    Code,
    /// Of fifty, one registers, one asks for a code, ten log in and the others read.
    Mixed,
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// What became of each kind of request, by what it is called.
    pub outcomes: Vec<(String, Outcome)>,
    /// What became of the memory.
    pub soaked: Option<Soaked>,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The service does not do what it should with a request that prepares the others.
    #[error("{request} was answered with {status}: {body}")]
    Unexpected {
        /// Method and path.
        request: String,
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// Nobody is there.
    #[error("the service does not answer")]
    Silent(#[from] line::Broken),
    /// The system refuses something.
    #[error("the system does not allow measuring it")]
    System(#[from] io::Error),
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Read => "read",
            Self::Register => "register",
            Self::Code => "code",
            Self::Mixed => "mixed",
        }
    }
}

/// Sends the load.
pub async fn run(options: &Options) -> Result<Loaded, LoadError> {
    let host = match &options.url {
        Some(url) => Host::At(url.clone()),
        None => Host::start(options.soak.is_some()).await?,
    };
    let crowd = Crowd::gather(host.url(), options.workers).await?;
    if let Some(duration) = options.soak {
        let soaked = soak::run(&host, &crowd, duration).await?;
        return Ok(Loaded { outcomes: Vec::new(), soaked: Some(soaked) });
    }
    let mut outcomes = Vec::new();
    for kind in &options.kinds {
        outcomes.push((kind.word().to_owned(), crowd.send(*kind, options.duration).await));
    }
    if options.kinds.contains(&Kind::Read) && options.kinds.contains(&Kind::Login) {
        let (reads, logins) = crowd.halves();
        outcomes.push((ALONE.to_owned(), reads.send(Kind::Read, options.duration).await));
        let beside = reads.send(Kind::Read, options.duration);
        let (beside, logins) = tokio::join!(beside, logins.send(Kind::Login, options.duration));
        outcomes.push((BESIDE.to_owned(), beside));
        outcomes.push(("login, the other half".to_owned(), logins));
    }
    Ok(Loaded { outcomes, soaked: None })
}

/// Half of the workers read, and nobody else asks for anything.
const ALONE: &str = "read, half of the workers";
/// They read while the other half logs in.
const BESIDE: &str = "read, while the other half logs in";

impl Loaded {
    /// Whether reads waited for hashes: the slowest in a hundred took longer than half of the logins did,
    /// while these were under way. `None` where that was not measured.
    #[must_use]
    pub fn is_starved(&self) -> Option<bool> {
        let find = |wanted: &str| self.outcomes.iter().find(|(name, _)| name == wanted);
        let logins = self.outcomes.last().filter(|(name, _)| name.starts_with("login, "))?;
        let (_, beside) = find(BESIDE)?;
        Some(beside.percentile(99) > logins.1.percentile(50))
    }

    /// All of it as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        if !self.outcomes.is_empty() {
            let header = ["requests", "a second", "p50 ms", "p99 ms", "answers"];
            let mut lines = vec![header.map(str::to_owned).to_vec()];
            lines.extend(self.outcomes.iter().map(|(name, outcome)| {
                vec![
                    name.clone(),
                    format!("{:.0}", outcome.per_second()),
                    format!("{:.1}", outcome.percentile(50)),
                    format!("{:.1}", outcome.percentile(99)),
                    outcome.answers(),
                ]
            }));
            text += &markdown(&lines);
        }
        let verdict = match self.is_starved() {
            Some(false) => {
                "Reads are not starved: while others log in, p99 of a read is below p50 of a login.
"
            }
            Some(true) => {
                "Reads are **starved**: while others log in, p99 of a read is above p50 of a login.
"
            }
            None => "",
        };
        text += verdict;
        if let Some(soaked) = &self.soaked {
            writeln!(text, "{}", soaked.told()).expect("a string takes any text");
        }
        text
    }

    /// Whether the memory grew.
    #[must_use]
    pub fn has_grown(&self) -> bool {
        self.soaked.as_ref().is_some_and(Soaked::has_grown)
    }
}
