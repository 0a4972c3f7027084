//! The search benchmark: a page of each of the eight shapes, in pools of several sizes.
//!
//! The claim it tests: a page costs by its own length and not by the pool. So each cell stands beside
//! those of the other sizes, and the last column says how many times the largest pool's page takes as
//! long as the smallest's.

use std::time::Duration;

use harness::tap::{Tap, reads, round_trips};
use local::service::TABLE;
use tally::clock::Stopwatch;
use tally::domain::directory::{Criteria, FoldedName, PageLimit, Position};
use tally::domain::role::Role;
use tally::services::directory::{self, Search};
use tally::store::Store;

use crate::arguments::{page_limit, positive};
use crate::error::BenchError;
use crate::people::{COMMON_FIRST_NAME, COMMON_LAST_NAME};
use crate::scoreboard::operations::LATENCY;
use crate::stage::Stage;
use crate::table;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Options {
    /// How many users the pools have
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = positive)]
    #[arg(default_value = "1000,100000,1000000")]
    pub sizes: Vec<usize>,
    /// How many users the pages name: a short page, beside the longest
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = page_limit, default_value = "50,1000")]
    pub limits: Vec<PageLimit>,
    /// How often each page is asked for
    #[arg(long, value_name = "N", default_value = "60", value_parser = positive)]
    pub rounds: usize,
}

/// One shape's pages of one length in one pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// How many users a page named.
    pub users: usize,
    /// Half of the pages were answered in this time.
    pub median: Duration,
    /// Nine of ten were.
    pub p90: Duration,
    /// Round trips of one page, in sequence.
    pub trips: usize,
    /// Read units of one page.
    pub reads: f64,
}

/// Pages that are asked for before the clock runs: connections open, caches fill.
const WARM_UP: usize = 3;

/// Measures everything and answers the tables to print.
pub async fn run(options: &Options) -> Result<String, BenchError> {
    let shapes = shapes();
    let names: Vec<&str> = shapes.iter().map(|(name, _)| *name).collect();
    let mut tables = vec![vec![Vec::new(); shapes.len()]; options.limits.len()];
    for size in &options.sizes {
        let stage = Stage::with(*size).await?;
        for (limit, table) in options.limits.iter().zip(&mut tables) {
            for ((_, criteria), row) in shapes.iter().zip(table) {
                row.push(measure(&stage, criteria, *limit, options.rounds).await?);
            }
        }
    }
    let printed = options.limits.iter().zip(&tables);
    Ok(printed.map(|(limit, cells)| table::print(limit.get(), &options.sizes, &names, cells)).collect())
}

fn shapes() -> [(&'static str, Criteria); 8] {
    let (first, last) = (FoldedName::of(COMMON_FIRST_NAME), FoldedName::of(COMMON_LAST_NAME));
    let role = Some(Role::Donor);
    let criteria = |first: &Option<FoldedName>, last: &Option<FoldedName>, role| Criteria {
        first_name: first.clone(),
        last_name: last.clone(),
        role,
    };
    [
        ("everybody", criteria(&None, &None, None)),
        ("role", criteria(&None, &None, role)),
        ("first name", criteria(&first, &None, None)),
        ("first name, role", criteria(&first, &None, role)),
        ("last name", criteria(&None, &last, None)),
        ("last name, role", criteria(&None, &last, role)),
        ("both names", criteria(&first, &last, None)),
        ("both names, role", criteria(&first, &last, role)),
    ]
}

/// Turns over the pages one after the other, from the first again where they end, and times the full
/// ones; where none is full, the first.
async fn measure(
    stage: &Stage,
    criteria: &Criteria,
    limit: PageLimit,
    rounds: usize,
) -> Result<Cell, BenchError> {
    let search = |after: Option<Position>| Search { criteria: criteria.clone(), limit, after };
    let tap = Tap::before(&stage.plain_url(), LATENCY).await;
    let tapped = Store::new(&tally::aws::stand_in(tap.url()), TABLE.to_owned());
    let first = directory::search(&tapped, &search(None)).await?;
    let calls = tap.take_calls();
    let users = first.numbers.len();
    let mut times = Vec::with_capacity(rounds);
    let mut after = None;
    let mut warm_up = WARM_UP;
    while times.len() < rounds {
        let watch = Stopwatch::start();
        let page = directory::search(stage.store(), &search(after)).await?;
        let time = watch.elapsed();
        if page.numbers.len() == users && warm_up == 0 {
            times.push(time);
        }
        warm_up = warm_up.saturating_sub(1);
        after = page.next;
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    Ok(Cell { users, median: at(50), p90: at(90), trips: round_trips(&calls), reads: reads(&calls) })
}
