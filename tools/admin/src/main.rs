//! The operator's command.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use admin::cli::{Cli, Command, SecretCommand, TableCommand};
use admin::outcome::{Answer, Failure};
use admin::terminal::{Terminal, complain};
use admin::{commands, connection, identity, manual, secret};
use tally::app::{Basics, SecretAccess};
use tally::clock::Clock;
use tally::config::{OperatorConfig, SecretConfig};
use tally::entropy::Entropy;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How long a question that nobody answers any more may take to leave the terminal as it was.
const FAREWELL: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::read(&words) {
        Ok(cli) => cli,
        Err(told) => {
            // A terminal that is gone reads no help.
            _ = told.print();
            return ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2));
        }
    };
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::ERROR.into()).from_env_lossy();
    tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter(filter).init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("the system lets a process wait for its network");
    let again = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    let again: Vec<String> = std::iter::once("tally-admin".to_owned()).chain(again).collect();
    let (json, verbose) = (cli.json, cli.verbose);
    let outcome = runtime.block_on(run(cli, &again));
    // Whoever still reads standard input is not waited for.
    runtime.shutdown_timeout(FAREWELL);
    let printed = match outcome {
        Ok(text) => say(&text),
        Err(Failure::Partly(answer)) if json => say(&answer.json).and(Err(Failure::Partly(answer))),
        Err(failure) => Err(failure),
    };
    let Err(failure) = printed else {
        return ExitCode::SUCCESS;
    };
    complain(&failure.to_string());
    if let Some(causes) = failure.source().filter(|_| verbose) {
        complain(&format!("Caused by: {}", tally::store::chain(causes)));
    }
    ExitCode::from(failure.exit_code())
}

async fn run(cli: Cli, again: &[String]) -> Result<String, Failure> {
    let answer = match cli.command {
        Command::OnTable(command) => {
            Box::pin(on_table(cli.table, command, &Terminal::new(again, cli.no_input))).await?
        }
        Command::Secret { secret, command } => {
            on_secret(secret, command, &Terminal::new(again, cli.no_input)).await?
        }
        Command::Completions { shell } => return Ok(manual::completions(shell)),
        Command::Man { path } => return manual::page(&path),
    };
    Ok(answer.pick(cli.json))
}

async fn on_table(
    table: Option<String>,
    command: TableCommand,
    terminal: &Terminal,
) -> Result<Answer, Failure> {
    let config = OperatorConfig::from_env(table).map_err(|_| {
        Failure::Refused("No table is named. Set TALLY_TABLE, or use --table NAME.".to_owned())
    })?;
    // What goes through many accounts ends by itself in a good place; only who is in a hurry does not wait for that.
    let (acts, patience) = (command.acts(), if command.is_long() { 2 } else { 1 });
    let work = async {
        let aws = connection::find(config.ca_bundle.as_deref()).await?;
        let mut on = Basics::new(config, &aws, Clock::System, Entropy::System);
        if acts {
            on = on.acting_as(identity::ask(&aws).await?);
        }
        commands::carry_out(&on, command, terminal).await
    };
    until_stopped(terminal, patience, acts, Box::pin(work)).await
}

async fn on_secret(
    secret: Option<String>,
    command: SecretCommand,
    terminal: &Terminal,
) -> Result<Answer, Failure> {
    let config = SecretConfig::from_env(secret).map_err(|_| {
        Failure::Refused("No secret is named. Set TALLY_SECRET_ID, or use --secret NAME.".to_owned())
    })?;
    let aws = connection::find(config.ca_bundle.as_deref()).await?;
    let on = SecretAccess::new(config, &aws, Clock::System, Entropy::System);
    let acts = matches!(command, SecretCommand::Rotate { .. });
    until_stopped(terminal, 1, acts, secret::carry_out(&on, command, terminal)).await
}

/// Works until that is done, or Ctrl-C was pressed so many times.
async fn until_stopped(
    terminal: &Terminal,
    patience: u32,
    acts: bool,
    work: impl Future<Output = Result<Answer, Failure>>,
) -> Result<Answer, Failure> {
    tokio::select! {
        outcome = work => outcome,
        () = terminal.interrupted(patience) => {
            let is_unknown = acts && !terminal.is_asking();
            let done = if is_unknown { "whether it was done is not known" } else { "nothing was changed" };
            Err(terminal.stopped(done))
        }
    }
}

fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Refused(format!("Standard output cannot be written: {error}.")))
}
