//! The scoreboard: eleven rows, each a ratio or a count that holds on any computer, all made in one run
//! of the real functions.

pub mod memory;
pub mod operations;
pub mod prices;
pub mod quota;
pub mod report;
pub mod rounds;
pub mod strangers;

use std::io;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::{pools, positive};
use crate::fleet::{Binaries, FleetError, HELLO};
use crate::stage::{Stage, StageError};

use operations::Weighed;
use quota::Throttled;
use rounds::Samples;
use strangers::Pairs;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Options {
    /// How often everything is measured
    #[arg(long, value_name = "N", value_parser = positive)]
    #[arg(default_value = "60", default_value_if("quick", "true", "10"))]
    pub rounds: usize,
    /// 10 rounds, fewer failed logins, and 100,000 users for a million
    #[arg(long)]
    pub quick: bool,
    /// How many users its small and its large pool have
    #[arg(long = "sizes", value_name = "N,N", value_parser = pools)]
    #[arg(default_value = "1000,1000000", default_value_if("quick", "true", "1000,100000"))]
    pub pools: [usize; 2],
    /// Also imitate Lambda's share of a core, where the system lets one (cgroups)
    #[arg(long)]
    pub cpu_quota: bool,
    /// Also write the tables into FILE, between <!-- scoreboard: begin --> and <!-- scoreboard: end -->
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,
    /// Measure DIR/NAME/bootstrap or DIR/NAME instead of building
    #[arg(long, value_name = "DIR")]
    built: Option<PathBuf>,
    /// Measure unoptimised builds, to try the benchmark itself
    #[arg(long)]
    dev: bool,
}

impl Options {
    /// What is measured.
    #[must_use]
    pub fn build(&self) -> Build {
        match &self.built {
            Some(folder) => Build::In(folder.clone()),
            None if self.dev => Build::Dev,
            None => Build::Release,
        }
    }
}

/// Which binaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Build {
    /// Built now, as they are deployed.
    Release,
    /// Built now, unoptimised, to try the benchmark itself.
    Dev,
    /// Those of a folder.
    In(PathBuf),
}

/// Everything that was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// How many rounds.
    pub rounds: usize,
    /// Rows 1 to 5.
    pub samples: Samples,
    /// Row 6: the bytes of each function's binary, by its name.
    pub sizes: Vec<(String, u64)>,
    /// The bytes of the binary that does nothing.
    pub hello_size: u64,
    /// Row 7, in MB.
    pub peak_memory: f64,
    /// Row 8: each operation in the small pool.
    pub small: Vec<Weighed>,
    /// Row 9: the same in the large one.
    pub large: Vec<Weighed>,
    /// How many users the pools have.
    pub pools: [usize; 2],
    /// Row 10.
    pub pairs: Pairs,
    /// Times at Lambda's share of a core, or why there are none; `None` if nobody asked.
    pub throttled: Option<Result<Vec<Throttled>, String>>,
}

/// Why there is no scoreboard.
#[derive(Debug, thiserror::Error)]
pub enum ScoreboardError {
    /// A function does not do what it should.
    #[error("a function cannot be measured")]
    Fleet(#[from] FleetError),
    /// The stand-ins for AWS are missing.
    #[error("there is nothing to measure on")]
    Stage(#[from] StageError),
    /// The system refuses something.
    #[error("the system does not allow measuring it")]
    System(#[from] io::Error),
}

/// How many pairs of failed logins are compared.
const PAIRS: usize = 250;
/// How many where less will do.
const FEW_PAIRS: usize = 40;

/// Builds what is measured, and measures it.
pub async fn run(options: &Options) -> Result<Measured, ScoreboardError> {
    let binaries = match options.build() {
        Build::In(folder) => Binaries::built_in(&folder)?,
        build @ (Build::Release | Build::Dev) => {
            tokio::task::block_in_place(|| Binaries::build(build == Build::Dev))
        }
    };
    let (functions, hello) = sizes(&binaries)?;
    let pairs = if options.quick { FEW_PAIRS } else { PAIRS };
    let [small_pool, large_pool] = options.pools;

    let stage = Stage::with(small_pool).await?;
    let bar = progress("Rows 1 to 5, rounds", options.rounds);
    let samples = rounds::measure(&binaries, &stage, options.rounds, &bar).await?;
    bar.finish_and_clear();
    let bar = progress("Row 10, failed logins", pairs * 2);
    let pairs = strangers::measure(&binaries, &stage, pairs, &bar).await?;
    bar.finish_and_clear();
    let bar = progress("Row 7, requests", memory::REQUESTS);
    let peak_memory = memory::measure(&binaries, &stage, &bar).await?;
    bar.finish_and_clear();
    let throttled = if options.cpu_quota {
        let throttled = quota::measure(&binaries, &stage).await?;
        Some(throttled.map_err(|error| error.to_string()))
    } else {
        None
    };
    let bar = progress("Row 8, operations", operations::OPERATIONS);
    let small = operations::measure(&binaries, &stage, &bar).await?;
    bar.finish_and_clear();
    drop(stage);

    let stage = Stage::with(large_pool).await?;
    let bar = progress("Row 9, operations", operations::OPERATIONS);
    let large = operations::measure(&binaries, &stage, &bar).await?;
    bar.finish_and_clear();
    Ok(Measured {
        rounds: options.rounds,
        samples,
        sizes: functions,
        hello_size: hello,
        peak_memory,
        small,
        large,
        pools: options.pools,
        pairs,
        throttled,
    })
}

type Sizes = (Vec<(String, u64)>, u64);

fn sizes(binaries: &Binaries) -> io::Result<Sizes> {
    let (hello, functions): (Vec<_>, Vec<_>) =
        binaries.sizes()?.into_iter().partition(|(name, _)| *name == HELLO);
    let functions = functions.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    Ok((functions, hello.iter().map(|(_, bytes)| *bytes).sum()))
}

fn progress(what: &'static str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len}, {eta} left");
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar
}
