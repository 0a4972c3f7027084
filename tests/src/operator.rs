//! The operator's command: without a process, at a table, by any clock and with nobody at the terminal; or as a process.

use std::process::Stdio;

use admin::cli::{self, Cli};
use admin::commands;
use admin::terminal::Terminal;
use tally::app::Basics;
use tokio::process::Command;

use crate::process;

/// What a command line prints, or why it was not carried out; whoever is asked for a password knows that one.
pub async fn tell(on: &Basics, line: &str, password: Option<&str>) -> Result<String, String> {
    let cli = Cli::read(std::iter::once("tally-admin").chain(line.split(' ')));
    let cli = cli.unwrap_or_else(|told| panic!("{line} is no command: {told}"));
    let cli::Command::OnTable(command) = cli.command else { panic!("{line} needs no table") };
    let done = Box::pin(commands::carry_out(on, command, &Terminal::nobody(password))).await;
    done.map(|answer| answer.pick(cli.json)).map_err(|failure| failure.to_string())
}

/// The command as a process at that endpoint, with nothing else in its environment.
#[must_use]
pub fn process(aws: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(process::tally_admin());
    command.args(arguments).env_clear().kill_on_drop(true);
    command.envs([
        ("AWS_ENDPOINT_URL", aws),
        ("AWS_REGION", "local"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("TALLY_TABLE", local::service::TABLE),
    ]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
