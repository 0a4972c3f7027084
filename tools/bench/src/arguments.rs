//! What the command line may say.

use std::ffi::OsString;

use lexopt::{Arg, ValueExt};
use tally::domain::directory::PageLimit;

use crate::search;

/// Printed for `--help`.
pub const HELP: &str = "\
What the service costs as its pool grows, on the embedded DynamoDB.

Usage: tally-bench BENCHMARK [OPTIONS]

Benchmarks:
  search                 A page of each kind of search, in pools of several sizes

Options:
      --sizes N[,N...]   How many users the pools have [default: 1000,100000,1000000]
      --limits N[,N...]  How many users the pages name [default: 50,1000]
      --rounds N         How often each page is asked for [default: 60]
  -h, --help             Print this help

A million users take about 4 GB of memory. Run it in release mode, on a computer
that does nothing else:

  cargo run --release -p bench -- search

Exit code: 0 done; 1 failed; 2 the command line makes no sense.
";

/// What the process exits with after a [`UsageError`], as is the custom of Unix tools.
pub const USAGE_EXIT_CODE: u8 = 2;

/// What the caller wants of the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// Measure.
    Run(Benchmark),
    /// Print [`HELP`].
    Help,
}

/// What to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Benchmark {
    /// Searching the pool.
    Search(search::Options),
}

/// Why a command line makes no sense; its text is meant for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}\nTry 'tally-bench --help'.")]
pub struct UsageError(String);

/// Reads the arguments that follow the name of the program.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, UsageError> {
    let mut arguments = lexopt::Parser::from_args(arguments.into_iter().collect::<Vec<_>>());
    let mut options = search::Options::default();
    let mut benchmark = None;
    while let Some(argument) = arguments.next().map_err(unreadable)? {
        match argument {
            Arg::Long("sizes") => {
                options.sizes = sizes(&text(arguments.value())?).ok_or_else(|| {
                    UsageError("--sizes needs numbers above 0, such as 1000,100000.".into())
                })?;
            }
            Arg::Long("limits") => {
                options.limits = limits(&text(arguments.value())?)
                    .ok_or_else(|| UsageError("--limits needs numbers from 1 to 1000.".into()))?;
            }
            Arg::Long("rounds") => {
                options.rounds = positive(&text(arguments.value())?)
                    .ok_or_else(|| UsageError("--rounds needs a number above 0.".into()))?;
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            Arg::Value(word) if benchmark.is_none() => benchmark = Some(text(Ok(word))?),
            unknown @ (Arg::Value(_) | Arg::Long(_) | Arg::Short(_)) => {
                return Err(unreadable(unknown.unexpected()));
            }
        }
    }
    match benchmark.as_deref() {
        Some("search") => Ok(Invocation::Run(Benchmark::Search(options))),
        Some(other) => Err(UsageError(format!("There is no benchmark {other:?}."))),
        None => Err(UsageError("A benchmark is missing.".to_owned())),
    }
}

fn sizes(text: &str) -> Option<Vec<usize>> {
    text.split(',').map(positive).collect()
}

fn limits(text: &str) -> Option<Vec<PageLimit>> {
    text.split(',').map(|limit| PageLimit::new(limit.parse().ok()?)).collect()
}

fn positive(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| *number > 0)
}

fn text(value: Result<OsString, lexopt::Error>) -> Result<String, UsageError> {
    value.and_then(ValueExt::string).map_err(unreadable)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unreadable(error: lexopt::Error) -> UsageError {
    UsageError(format!("{error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Invocation, String> {
        parse(words.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_benchmark_has_sizes_and_rounds() {
        let limits = PageLimit::new(50).into_iter().chain([PageLimit::MOST]).collect();
        let options = search::Options { sizes: vec![10, 2000], limits, rounds: 7 };
        let wanted = Ok(Invocation::Run(Benchmark::Search(options)));
        assert_eq!(parsed(&["search", "--sizes", "10,2000", "--rounds=7"]), wanted);
        assert_eq!(parsed(&["--sizes=10,2000", "search", "--rounds", "7"]), wanted);
        assert_eq!(parsed(&["search"]), Ok(Invocation::Run(Benchmark::Search(search::Options::default()))));
        assert_eq!(parsed(&["--help"]), Ok(Invocation::Help));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for words in [
            &[][..],
            &["login"],
            &["search", "again"],
            &["search", "--sizes", "10,"],
            &["search", "--sizes", "0"],
            &["search", "--limits", "50,1001"],
            &["search", "--rounds", "many"],
            &["search", "--fast"],
        ] {
            let error = parsed(words).expect_err("it makes no sense");
            assert!(error.ends_with("Try 'tally-bench --help'."), "{error}");
        }
    }
}
