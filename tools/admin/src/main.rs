//! The operator's command.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use admin::arguments::{self, Invocation, Options};
use admin::{commands, terminal};
use aws_config::BehaviorVersion;
use tally::app::Basics;
use tally::clock::Clock;
use tally::config::OperatorConfig;
use tally::entropy::Entropy;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::builder()
                .with_default_directive(tracing_subscriber::filter::LevelFilter::ERROR.into())
                .from_env_lossy(),
        )
        .init();
    let outcome = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Invocation::Help) => say(arguments::HELP),
        Ok(Invocation::Version) => say(&format!("{}\n", arguments::VERSION)),
        Ok(Invocation::Run(options)) => tokio::select! {
            // Listening for it also lets the prompt mend the terminal before the process ends.
            _ = tokio::signal::ctrl_c() => Err("Interrupted.".into()),
            outcome = run(options) => outcome,
        },
        Err(error) => {
            complain(&error);
            return ExitCode::from(arguments::USAGE_EXIT_CODE);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn Error>>;

async fn run(options: Options) -> Outcome {
    let config = OperatorConfig::from_env(options.table)?;
    let http = tally::aws::http_client(config.ca_bundle.as_deref())?;
    let aws = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    let on = Basics::new(config, &aws, Clock::System, Entropy::System);
    say(&commands::carry_out(&on, options.command, terminal::ask_password).await?)
}

fn say(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Tells on the terminal what went wrong, with everything that caused it.
fn complain(error: &(dyn Error + 'static)) {
    // A terminal that is gone hears nothing.
    _ = writeln!(io::stderr().lock(), "{}", tally::store::chain(error));
}
