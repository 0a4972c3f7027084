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

use crate::arguments::{pools, positive};
use crate::error::BenchError;
use crate::fleet::{Binaries, HELLO};
use crate::pool::progress;
use crate::stage::Stage;

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
    pub built: Option<PathBuf>,
    /// Measure unoptimised builds, to try the benchmark itself
    #[arg(long)]
    pub dev: bool,
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

/// How many pairs of failed logins are compared.
const PAIRS: usize = 250;
/// How many where less will do.
const FEW_PAIRS: usize = 40;

/// Builds what is measured, and measures it.
pub async fn run(options: &Options) -> Result<Measured, BenchError> {
    let binaries = match &options.built {
        Some(folder) => Binaries::built_in(folder)?,
        None => tokio::task::block_in_place(|| Binaries::build(options.dev)),
    };
    let (sizes, hello_size) = sizes(&binaries)?;
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
        sizes,
        hello_size,
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
