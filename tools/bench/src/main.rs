//! The benchmarks' command.

use std::process::ExitCode;

use bench::arguments::{Arguments, Benchmark};
use bench::scoreboard::report;
use bench::{hashes, load, scoreboard, search};
use clap::Parser;
use local::terminal::{Outcome, complain, say};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().benchmark).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn run(benchmark: Benchmark) -> Outcome {
    match benchmark {
        Benchmark::Scoreboard(options) => {
            let text = report::markdown_of(&scoreboard::run(&options).await?);
            say(&text)?;
            options.into.map_or(Ok(()), |file| Ok(report::write_into(&file, &text)?))
        }
        Benchmark::Load(options) => {
            let loaded = load::run(&options).await?;
            say(&loaded.markdown())?;
            if loaded.has_grown() { Err("the memory of the service grows".into()) } else { Ok(()) }
        }
        Benchmark::Search(options) => say(&search::run(&options).await?),
        Benchmark::Hashes { kind } => Ok(hashes::obey(kind)?),
    }
}
