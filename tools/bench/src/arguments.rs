//! What the command line may say.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, ValueExt};
use tally::domain::directory::PageLimit;

use crate::load::{self, Kind as LoadKind};
use crate::scoreboard::Build;
use crate::{hashes, scoreboard, search};

/// Printed for `--help`.
pub const HELP: &str = "\
What the service costs, measured on the embedded DynamoDB.

Usage: tally-bench BENCHMARK [OPTIONS]

Benchmarks:
  scoreboard             Eleven rows about the real functions, each beside its target:
                         CPU time, cold starts, memory, size, round trips, price
  load                   Requests per second of the one-process host, under load
  search                 A page of each kind of search, in pools of several sizes

Options of scoreboard, which builds the functions by itself and needs Linux:
      --rounds N         How often everything is measured [default: 60]
      --quick            10 rounds, fewer failed logins, 100,000 users for a million
      --sizes N,N        How many users its two pools have [default: 1000,1000000]
      --cpu-quota        Imitate Lambda's share of a core as well, where the system
                         lets one (cgroups)
      --into FILE        Write the tables into FILE as well, between its two lines
                         <!-- scoreboard: begin --> and <!-- scoreboard: end -->
      --built DIR        Measure DIR/NAME/bootstrap or DIR/NAME instead of building
      --dev              Measure unoptimised builds, to try the benchmark itself

Options of load, which builds and starts the host by itself:
      --url URL          Ask a service that runs already
      --workers N        Requests under way at once [default: 8]
      --seconds N        How long each kind of request is sent [default: 10]
      --only KIND[,...]  login, read, register, code, mixed [default: all]
      --soak TIME        Send the mixture so long (90s, 10m, 1h) and watch whether the
                         host's memory grows

Options of search:
      --sizes N[,N...]   How many users the pools have [default: 1000,100000,1000000]
      --limits N[,N...]  How many users the pages name [default: 50,1000]
      --rounds N         How often each page is asked for [default: 60]

  -h, --help             Print this help

A million users take about 4 GB of memory. Run it in release mode, on a computer
that does nothing else:

  cargo run --release -p bench -- scoreboard

Exit code: 0 done; 1 failed, or memory grew under --soak; 2 the command line makes
no sense. A row that misses its target is no failure.
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
    /// The scoreboard, and the file that it goes into.
    Scoreboard(scoreboard::Options, Option<PathBuf>),
    /// Load.
    Load(load::Options),
    /// Searching the pool.
    Search(search::Options),
    /// The scoreboard's own process that hashes.
    Hashes(hashes::Kind),
}

/// Why a command line makes no sense; its text is meant for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}\nTry 'tally-bench --help'.")]
pub struct UsageError(String);

/// Everything that stands on the command line, whichever benchmark it is for.
#[derive(Default)]
struct Given {
    words: Vec<String>,
    /// The options that were given.
    names: Vec<&'static str>,
    sizes: Option<Vec<usize>>,
    limits: Option<Vec<PageLimit>>,
    rounds: Option<usize>,
    into: Option<PathBuf>,
    built: Option<PathBuf>,
    url: Option<String>,
    workers: Option<usize>,
    seconds: Option<usize>,
    only: Option<Vec<LoadKind>>,
    soak: Option<Duration>,
}

/// Reads the arguments that follow the name of the program.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, UsageError> {
    let mut arguments = lexopt::Parser::from_args(arguments.into_iter().collect::<Vec<_>>());
    let mut given = Given::default();
    while let Some(argument) = arguments.next().map_err(unreadable)? {
        let name = match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            Arg::Value(word) => {
                given.words.push(text(Ok(word))?);
                continue;
            }
            Arg::Long(name) => OPTIONS.iter().copied().find(|known| *known == name),
            Arg::Short(_) => None,
        };
        match name {
            Some(name) => given.read(name, &mut arguments)?,
            None => return Err(unreadable(argument.unexpected())),
        }
    }
    given.benchmark().map(Invocation::Run)
}

const OPTIONS: [&str; 13] = [
    "sizes",
    "limits",
    "rounds",
    "quick",
    "cpu-quota",
    "into",
    "built",
    "dev",
    "url",
    "workers",
    "seconds",
    "only",
    "soak",
];

impl Given {
    fn read(&mut self, name: &'static str, arguments: &mut lexopt::Parser) -> Result<(), UsageError> {
        self.names.push(name);
        if ["quick", "cpu-quota", "dev"].contains(&name) {
            return Ok(());
        }
        let value = text(arguments.value())?;
        let wants = |what: &str| UsageError(format!("--{name} needs {what}."));
        match name {
            "sizes" => {
                self.sizes =
                    Some(sizes(&value).ok_or_else(|| wants("numbers above 0, such as 1000,100000"))?);
            }
            "limits" => self.limits = Some(limits(&value).ok_or_else(|| wants("numbers from 1 to 1000"))?),
            "rounds" => self.rounds = Some(positive(&value).ok_or_else(|| wants("a number above 0"))?),
            "workers" => self.workers = Some(positive(&value).ok_or_else(|| wants("a number above 0"))?),
            "seconds" => self.seconds = Some(positive(&value).ok_or_else(|| wants("a number above 0"))?),
            "only" => {
                self.only =
                    Some(kinds(&value).ok_or_else(|| wants("some of login,read,register,code,mixed"))?);
            }
            "soak" => self.soak = Some(time(&value).ok_or_else(|| wants("a time such as 90s, 10m or 1h"))?),
            "url" if value.starts_with("http://") => self.url = Some(value.trim_end_matches('/').to_owned()),
            "url" => return Err(wants("http://host[:port]")),
            "into" => self.into = Some(PathBuf::from(value)),
            "built" => self.built = Some(PathBuf::from(value)),
            other => return Err(UsageError(format!("--{other} is not known."))),
        }
        Ok(())
    }

    fn benchmark(self) -> Result<Benchmark, UsageError> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match words[..] {
            [] => Err(UsageError("A benchmark is missing.".to_owned())),
            ["scoreboard"] => self.scoreboard(),
            ["load"] => self.load(),
            ["search"] => self.search(),
            ["hashes", kind] => match hashes::Kind::of(kind) {
                Some(kind) => Ok(Benchmark::Hashes(kind)),
                None => Err(UsageError(format!("There is no hash {kind:?}."))),
            },
            [name] => Err(UsageError(format!("There is no benchmark {name:?}."))),
            [_, other, ..] => Err(UsageError(format!("Unexpected argument {other:?}."))),
        }
    }

    fn scoreboard(self) -> Result<Benchmark, UsageError> {
        self.only_with(&["rounds", "quick", "sizes", "cpu-quota", "into", "built", "dev"])?;
        let quick = self.names.contains(&"quick");
        let usual = if quick { scoreboard::FEW_ROUNDS } else { scoreboard::ROUNDS };
        let pools = match self.sizes.as_deref() {
            None if quick => scoreboard::SMALLER_POOLS,
            None => scoreboard::POOLS,
            Some([small, large]) if small <= large => [*small, *large],
            Some(_) => return Err(UsageError("--sizes needs a small and a large number.".to_owned())),
        };
        let options = scoreboard::Options {
            rounds: self.rounds.unwrap_or(usual),
            quick,
            cpu_quota: self.names.contains(&"cpu-quota"),
            build: match self.built {
                Some(folder) => Build::In(folder),
                None if self.names.contains(&"dev") => Build::Dev,
                None => Build::Release,
            },
            pools,
        };
        Ok(Benchmark::Scoreboard(options, self.into))
    }

    fn load(self) -> Result<Benchmark, UsageError> {
        self.only_with(&["url", "workers", "seconds", "only", "soak"])?;
        if self.soak.is_some() && (self.only.is_some() || self.seconds.is_some() || self.url.is_some()) {
            let reason =
                "--soak sends the mixture to a host of its own: leave --url, --only and --seconds away.";
            return Err(UsageError(reason.to_owned()));
        }
        let usual = load::Options::default();
        let seconds =
            self.seconds.map(|seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX)));
        Ok(Benchmark::Load(load::Options {
            url: self.url,
            workers: self.workers.unwrap_or(usual.workers),
            duration: seconds.unwrap_or(usual.duration),
            kinds: self.only.unwrap_or(usual.kinds),
            soak: self.soak,
        }))
    }

    fn search(self) -> Result<Benchmark, UsageError> {
        self.only_with(&["sizes", "limits", "rounds"])?;
        let usual = search::Options::default();
        Ok(Benchmark::Search(search::Options {
            sizes: self.sizes.unwrap_or(usual.sizes),
            limits: self.limits.unwrap_or(usual.limits),
            rounds: self.rounds.unwrap_or(usual.rounds),
        }))
    }

    fn only_with(&self, allowed: &[&str]) -> Result<(), UsageError> {
        match self.names.iter().find(|name| !allowed.contains(name)) {
            None => Ok(()),
            Some(name) => Err(UsageError(format!("--{name} is not for {}.", self.words.join(" ")))),
        }
    }
}

fn sizes(text: &str) -> Option<Vec<usize>> {
    text.split(',').map(positive).collect()
}

fn limits(text: &str) -> Option<Vec<PageLimit>> {
    text.split(',').map(|limit| PageLimit::new(limit.parse().ok()?)).collect()
}

fn kinds(text: &str) -> Option<Vec<LoadKind>> {
    text.split(',').map(LoadKind::of).collect()
}

/// A number of seconds, minutes or hours.
fn time(text: &str) -> Option<Duration> {
    let (number, seconds) = [("s", 1), ("m", 60), ("h", 3600)]
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)))?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
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
    fn a_scoreboard_may_be_quick() {
        let options = |rounds, quick, cpu_quota| {
            let pools = if quick { scoreboard::SMALLER_POOLS } else { scoreboard::POOLS };
            scoreboard::Options { rounds, quick, cpu_quota, build: Build::Release, pools }
        };
        let run = |options, file: Option<&str>| {
            Ok(Invocation::Run(Benchmark::Scoreboard(options, file.map(PathBuf::from))))
        };
        assert_eq!(parsed(&["scoreboard"]), run(options(scoreboard::ROUNDS, false, false), None));
        let quick = parsed(&["scoreboard", "--quick", "--cpu-quota"]);
        assert_eq!(quick, run(options(scoreboard::FEW_ROUNDS, true, true), None));
        let written = parsed(&["scoreboard", "--quick", "--rounds", "3", "--into", "x.md"]);
        assert_eq!(written, run(options(3, true, false), Some("x.md")));
    }

    #[test]
    fn load_is_of_some_kinds_or_a_soak() {
        let usual = load::Options::default();
        let some = load::Options {
            url: Some("http://127.0.0.1:3000".to_owned()),
            workers: 2,
            duration: Duration::from_secs(3),
            kinds: vec![LoadKind::Read, LoadKind::Login],
            soak: None,
        };
        let words =
            ["load", "--url", "http://127.0.0.1:3000/", "--workers=2", "--seconds=3", "--only=read,login"];
        assert_eq!(parsed(&words), Ok(Invocation::Run(Benchmark::Load(some))));
        let soak = load::Options { soak: Some(Duration::from_mins(10)), ..usual.clone() };
        assert_eq!(parsed(&["load", "--soak", "10m"]), Ok(Invocation::Run(Benchmark::Load(soak))));
        assert_eq!(parsed(&["load"]), Ok(Invocation::Run(Benchmark::Load(usual))));
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
            &["search", "--quick"],
            &["scoreboard", "--sizes", "10"],
            &["scoreboard", "--sizes", "20,10"],
            &["scoreboard", "--rounds", "0"],
            &["load", "--only", "nothing"],
            &["load", "--soak", "10"],
            &["load", "--soak", "0m"],
            &["load", "--soak", "1m", "--only", "read"],
            &["load", "--url", "localhost"],
            &["hashes", "md5"],
            &["-x"],
        ] {
            let error = parsed(words).expect_err("it makes no sense");
            assert!(error.ends_with("Try 'tally-bench --help'."), "{error}");
        }
    }

    #[test]
    fn the_help_names_every_option() {
        for option in OPTIONS {
            assert!(HELP.contains(&format!("--{option} ")), "{option}");
        }
    }
}
