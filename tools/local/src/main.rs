//! `cargo run`: the whole of Tigertally in one process.

use std::io::{self, Write};
use std::process::ExitCode;

use local::aws::{self, Storage};
use local::docker_bridge::Bridge;
use local::door::Door;
use local::openapi;
use local::options::{self, Invocation, Options, site_hint};
use local::secret_file;
use local::service::{self, Service, ServiceOptions};
use tally::clock::Clock;
use tally::config::{CODE_ANSWER_TIME, MailSettings, TextSettings};
use tally::domain::account_number::FIRST_DIGITS;
use tally::domain::address_budget::AddressLimits;
use tally::domain::credential::Cost;
use tally::entropy::Entropy;

#[tokio::main]
async fn main() -> ExitCode {
    // Whoever writes a page waits for this line and knows of no RUST_LOG.
    let foreign_pages = "local::foreign_pages=warn".parse().expect("it is a directive");
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::builder()
                .with_default_directive(tracing_subscriber::filter::LevelFilter::ERROR.into())
                .from_env_lossy()
                .add_directive(foreign_pages),
        )
        .init();
    let outcome = match options::parse(std::env::args_os().skip(1)) {
        Ok(Invocation::Help) => say(options::HELP),
        Ok(Invocation::OpenApi) => say(openapi::document()),
        Ok(Invocation::Version) => say(&format!("{}\n", options::VERSION)),
        Ok(Invocation::Run(options)) => run(options).await,
        Err(error) => {
            complain(&error);
            return ExitCode::from(options::USAGE_EXIT_CODE);
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

/// Who the captured mail is from.
const SENDER: &str = "tigertally@example.com";

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn run(options: Options) -> Outcome {
    let entropy = Entropy::System;
    let secret = match &options.storage {
        Storage::Memory => secret_file::fresh(&entropy),
        Storage::Folder(folder) => secret_file::kept_in(folder, &entropy)
            .map_err(|error| format!("the folder {} cannot be used: {error}", folder.display()))?,
    };
    let address_limits =
        if options.production_limits { AddressLimits::Production } else { AddressLimits::Relaxed };
    let service_options = ServiceOptions {
        storage: options.storage.clone(),
        secret,
        trusted_origins: options.origins.clone(),
        front: None,
        address_limits,
        mail: MailSettings { from: SENDER.to_owned(), reply_to: None, configuration_set: None },
        company_redirect_url: "/".to_owned(),
        public_url: None,
        texts: TextSettings::default(),
        code_answer_time: CODE_ANSWER_TIME,
        hash_cost: Cost::PRODUCTION,
        open_administrators: false,
        first_digits: FIRST_DIGITS,
        clock: Clock::System,
        entropy,
    };
    let stop = Stop::listen()?;
    let mut aws_door = opened(Door::for_programs(options.aws_port).await, options.aws_port, "--aws-port")?;
    let containers = if options.containers { Some(admit_containers(&mut aws_door).await?) } else { None };
    if options.aws_only {
        let (aws, _app) = service::start_aws(aws_door, &service_options).await?;
        say(&aws_only_banner(&aws.url(), containers.as_deref()))?;
        stop.heard().await?;
        aws.stop().await;
    } else {
        let door = opened(Door::for_browsers(options.port).await, options.port, "--port")?;
        let service = Box::pin(Service::start(door, aws_door, service_options)).await?;
        say(&banner(&service, &options, containers.as_deref()))?;
        stop.heard().await?;
        service.stop().await;
    }
    say("Stopped.\n")
}

fn opened(door: io::Result<Door>, port: u16, option: &str) -> Result<Door, String> {
    door.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            return format!(
                "port {port} cannot be used: something listens there, perhaps another Tigertally; end that, or \
                 choose another with {option}"
            );
        }
        format!("port {port} cannot be used: {error}; choose another with {option}")
    })
}

/// Lets containers in; tells what a person has to know of it.
async fn admit_containers(door: &mut Door) -> Result<String, Box<dyn std::error::Error>> {
    let bridge = tokio::task::spawn_blocking(Bridge::find).await??;
    let address = bridge.address();
    let word = match door.admit_containers(bridge).await {
        Ok(true) => {
            format!("also on {address}, Docker's bridge: any container here can read and change everything")
        }
        Ok(false) => {
            format!("{address} is not of this system: Docker leads its containers to loopback by itself")
        }
        Err(error) => return Err(format!("Docker's bridge cannot be listened on: {error}").into()),
    };
    Ok(word)
}

/// Ctrl-C, or the word with which process managers end a service.
///
/// They are heard from the moment this is made, which is before anybody is told that we are ready.
struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn heard(mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => Ok(()),
            _ = self.terminate.recv() => Ok(()),
        }
    }

    #[cfg(not(unix))]
    async fn heard(self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}

fn banner(service: &Service, options: &Options, containers: Option<&str>) -> String {
    let (url, aws_url) = (service.url(), service.aws().url());
    let data = match &options.storage {
        Storage::Memory => "in memory, gone at the end".to_owned(),
        Storage::Folder(folder) => format!("kept in {}", folder.display()),
    };
    let containers = containers.map_or_else(String::new, |word| format!("\n  Docker  {word}"));
    let hints = options.origins.iter().filter_map(|origin| site_hint(origin, &url));
    let hints = hints.fold(String::new(), |hints, hint| hints + "Note: " + &hint + "\n\n");
    format!(
        "Tigertally is ready.

  APIs    {url}
  Inbox   {url}/_local/
  OpenAPI {url}/_local/openapi/
  AWS     {aws_url}   (AWS_ENDPOINT_URL for DynamoDB, SES, SNS, Secrets Manager)
  Data    {data}{containers}

Try:
  curl {url}/rest-auth/registration/ -H 'Content-Type: application/json' \\
    -d '{{\"username\":\"zhang\",\"password1\":\"fswxxz1456\",\"password2\":\"fswxxz1456\"}}'

{hints}Ctrl-C ends it.
"
    )
}

fn aws_only_banner(aws_url: &str, containers: Option<&str>) -> String {
    let containers = containers.map_or_else(String::new, |word| format!("Docker: {word}.\n\n"));
    format!(
        "The AWS stand-ins are ready.

For functions that run elsewhere:
  export AWS_ENDPOINT_URL={aws_url} AWS_REGION=local
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  export TALLY_TABLE={} TALLY_SECRET_ID={}
  export TALLY_SECURE_COOKIES=false TALLY_ADDRESS_LIMITS=relaxed
  export TALLY_WEIXIN_ENDPOINT={aws_url} TALLY_WEIXIN_APP_ID={} TALLY_WEIXIN_SECRET_ID={}

{containers}Ctrl-C ends them.
",
        service::TABLE,
        service::SECRET_ID,
        aws::weixin::APP_ID,
        aws::WEIXIN_SECRET_ID,
    )
}

fn say(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Tells on the terminal what went wrong, with everything that caused it.
fn complain(error: &(dyn std::error::Error + 'static)) {
    // A terminal that is gone hears nothing.
    _ = writeln!(io::stderr().lock(), "{}", tally::store::chain(error));
}
