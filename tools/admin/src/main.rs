//! The operator's command.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use admin::arguments::{self, Invocation, Options, SecretOptions};
use admin::{commands, identity, secret, terminal};
use aws_config::{BehaviorVersion, SdkConfig};
use tally::app::{Basics, SecretAccess};
use tally::clock::Clock;
use tally::config::{OperatorConfig, SecretConfig};
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
        Ok(Invocation::Secret(options)) => run_on_secret(options).await,
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
    let aws = find_aws(config.ca_bundle.as_deref()).await?;
    let mut on = Basics::new(config, &aws, Clock::System, Entropy::System);
    if options.command.acts() {
        on = on.acting_as(identity::ask(&aws).await?);
    }
    say(&commands::carry_out(&on, options.command, terminal::ask_password).await?)
}

async fn run_on_secret(options: SecretOptions) -> Outcome {
    let config = SecretConfig::from_env(options.secret)?;
    let aws = find_aws(config.ca_bundle.as_deref()).await?;
    let on = SecretAccess::new(config, &aws, Clock::System, Entropy::System);
    say(&secret::carry_out(&on, options.command).await?)
}

/// Finds AWS, or what stands in for it, as the SDK's usual environment and files say.
async fn find_aws(ca_bundle: Option<&Path>) -> Result<SdkConfig, Box<dyn Error>> {
    let http = tally::aws::http_client(ca_bundle)?;
    Ok(aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await)
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
