//! What is made from the command line's own description: completions for shells, and man pages.

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::Cli;
use crate::outcome::{Failure, refused};

/// The script that completes commands in a shell.
#[must_use]
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tally-admin", &mut script);
    // For bash, clap_complete 4.6 looks a program with a hyphen up under another name than it sets, so that
    // nothing behind a command would be completed.
    text(script).replace("tally__subcmd__admin__subcmd__", "tally__admin__subcmd__")
}

/// The man page, in roff, of the whole or of the command that these words lead to.
pub fn page(path: &[String]) -> Result<String, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut command: &Command = &command;
    for word in path {
        command = command
            .find_subcommand(word)
            .ok_or_else(|| refused(format!("There is no command {word:?}. See: tally-admin --help")))?;
    }
    let mut page = Vec::new();
    let page_of = Man::new(command.clone());
    page_of.render(&mut page).map_err(|error| refused(format!("The page cannot be written: {error}.")))?;
    Ok(text(page))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("names and help texts are UTF-8")
}
