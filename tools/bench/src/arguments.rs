//! What the command line may say.

use std::time::Duration;

use clap::{Parser, Subcommand};
use tally::domain::directory::PageLimit;

use crate::{hashes, load, scoreboard, search};

/// What the service costs, measured on the embedded DynamoDB.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(name = "tally-bench", after_help = NOTES, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to measure.
    #[command(subcommand)]
    pub benchmark: Benchmark,
}

const NOTES: &str = "\
A million users take about 4 GB of memory. Measure in release mode, on a computer that does nothing else:

  cargo run --release -p bench -- scoreboard --into docs/performance.md
  cargo run --release -p bench -- load --soak 10m

Exit code: 0 done; 1 failed, or memory grew under --soak; 2 the command line makes no sense. A row that
misses its target is no failure.
";

/// What to measure.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(args_override_self = true)]
pub enum Benchmark {
    /// CPU time, cold starts, memory, size and price of the real functions; builds them, needs Linux
    Scoreboard(scoreboard::Options),
    /// Requests per second of the one-process host, which it builds and starts
    Load(load::Options),
    /// A page of each kind of search, in pools of several sizes
    Search(search::Options),
    /// The scoreboard's own process that hashes.
    #[command(hide = true)]
    Hashes {
        /// Which way of hashing.
        kind: hashes::Kind,
    },
}

pub(crate) fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "a number above 0 is needed".to_owned())
}

pub(crate) fn page_limit(text: &str) -> Result<PageLimit, String> {
    text.parse().ok().and_then(PageLimit::new).ok_or_else(|| "a page has from 1 to 1000 users".to_owned())
}

pub(crate) fn pools(text: &str) -> Result<[usize; 2], String> {
    let sizes: Result<Vec<_>, _> = text.split(',').map(positive).collect();
    match sizes?[..] {
        [small, large] if small <= large => Ok([small, large]),
        _ => Err("a small and a large number are needed, such as 1000,1000000".to_owned()),
    }
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    positive(text).map(|number| Duration::from_secs(u64::try_from(number).unwrap_or(u64::MAX)))
}

/// A number of seconds, minutes or hours.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600)];
    let unit = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
    let whole = unit.and_then(|(number, seconds)| number.parse::<u64>().ok()?.checked_mul(seconds));
    let time = whole.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    time.ok_or_else(|| "a time is 90s, 10m or 1h".to_owned())
}

pub(crate) fn url(text: &str) -> Result<String, String> {
    let url = text.starts_with("http://").then(|| text.trim_end_matches('/').to_owned());
    url.ok_or_else(|| "a service is at http://host[:port]".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::load::Kind as LoadKind;

    fn parsed(line: &str) -> Result<Benchmark, clap::Error> {
        let words = ["tally-bench"].into_iter().chain(line.split_whitespace());
        Arguments::try_parse_from(words).map(|arguments| arguments.benchmark)
    }

    fn scoreboard(line: &str) -> scoreboard::Options {
        match parsed(line).expect("it makes sense") {
            Benchmark::Scoreboard(options) => options,
            other @ (Benchmark::Load(_) | Benchmark::Search(_) | Benchmark::Hashes { .. }) => {
                panic!("{other:?}")
            }
        }
    }

    #[test]
    fn a_benchmark_has_sizes_and_rounds() {
        Arguments::command().debug_assert();
        let limits = |some: &[u64]| some.iter().copied().filter_map(PageLimit::new).collect();
        let options = search::Options { sizes: vec![10, 2000], limits: limits(&[50, 1000]), rounds: 7 };
        assert_eq!(parsed("search --sizes 10,2000 --rounds=7").unwrap(), Benchmark::Search(options));
        let usual = search::Options {
            sizes: vec![1000, 100_000, 1_000_000],
            limits: limits(&[50, 1000]),
            rounds: 60,
        };
        assert_eq!(parsed("search").unwrap(), Benchmark::Search(usual));
        assert_eq!(parsed("hashes own").unwrap(), Benchmark::Hashes { kind: hashes::Kind::Own });
    }

    #[test]
    fn a_scoreboard_may_be_quick() {
        let usual = scoreboard("scoreboard");
        assert_eq!((usual.rounds, usual.pools, usual.dev, usual.built), (60, [1000, 1_000_000], false, None));
        let quick = scoreboard("scoreboard --quick --cpu-quota --dev");
        assert_eq!((quick.rounds, quick.pools, quick.dev), (10, [1000, 100_000], true));
        let written = scoreboard("scoreboard --quick --rounds 3 --into x.md --built y --sizes 2,3");
        assert_eq!((written.rounds, written.pools, written.built), (3, [2, 3], Some("y".into())));
        assert_eq!(written.into, Some("x.md".into()));
    }

    #[test]
    fn load_is_of_some_kinds_or_a_soak() {
        let load = |line| match parsed(line).expect("it makes sense") {
            Benchmark::Load(options) => options,
            other @ (Benchmark::Scoreboard(_) | Benchmark::Search(_) | Benchmark::Hashes { .. }) => {
                panic!("{other:?}")
            }
        };
        let some = load::Options {
            url: Some("http://127.0.0.1:3000".to_owned()),
            workers: 2,
            duration: Duration::from_secs(3),
            kinds: vec![LoadKind::Read, LoadKind::Login],
            soak: None,
        };
        let line = "load --url http://127.0.0.1:3000/ --workers=2 --seconds=3 --only=read,login";
        assert_eq!(load(line), some);
        let usual = load("load");
        assert_eq!((usual.workers, usual.duration, usual.kinds.len()), (8, Duration::from_secs(10), 5));
        assert_eq!(load("load --soak 10m"), load::Options { soak: Some(Duration::from_mins(10)), ..usual });
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "",
            "login",
            "search again",
            "search --sizes 10,",
            "search --sizes 0",
            "search --limits 50,1001",
            "search --rounds many",
            "search --fast",
            "search --quick",
            "scoreboard --sizes 10",
            "scoreboard --sizes 20,10",
            "scoreboard --rounds 0",
            "load --only nothing",
            "load --soak 10",
            "load --soak 0m",
            "load --soak 1m --only read",
            "load --url localhost",
            "hashes md5",
            "-x",
        ] {
            assert_eq!(parsed(line).expect_err(line).exit_code(), 2, "{line}");
        }
    }
}
