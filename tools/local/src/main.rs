//! `cargo run`: the whole of Tigertally in one process.

use std::io;
use std::process::ExitCode;

use local::aws::{self, Storage};
use local::docker_bridge::Bridge;
use local::door::Door;
use local::openapi;
use local::options::{Options, site_hint};
use local::secret_file;
use local::service::{self, Service, ServiceOptions};
use local::terminal::{Outcome, complain, say};
use tally::config::{Config, LOCAL};
use tally::domain::address_budget::AddressLimits;

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
    let options = Options::read(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let outcome = if options.openapi { say(openapi::document()) } else { run(options).await };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Outcome {
    let service_options = service_options(&options)?;
    let stop = stop()?;
    let mut aws_door = opened(Door::for_programs(options.aws_port).await, options.aws_port, "--aws-port")?;
    let containers = if options.containers { Some(admit_containers(&mut aws_door).await?) } else { None };
    if options.aws_only {
        let (aws, _app) = service::start_aws(aws_door, &service_options).await?;
        say(&aws_only_banner(&aws.url(), containers.as_deref()))?;
        stop.await?;
        aws.stop().await;
    } else {
        let door = opened(Door::for_browsers(options.port).await, options.port, "--port")?;
        let service = Box::pin(Service::start(door, aws_door, service_options)).await?;
        say(&banner(&service, &options, containers.as_deref()))?;
        stop.await?;
        service.stop().await;
    }
    say("Stopped.\n")
}

fn service_options(options: &Options) -> Result<ServiceOptions, String> {
    let mut config = Config { trusted_origins: options.origins.clone(), ..Config::local() };
    if options.production_limits {
        config.address_limits = AddressLimits::Production;
    }
    let mut service_options =
        ServiceOptions { storage: options.storage(), ..ServiceOptions::in_memory(config) };
    if let Storage::Folder(folder) = &service_options.storage {
        service_options.secret = secret_file::kept_in(folder, &service_options.entropy).map_err(|error| {
            format!("the folder {} cannot be used: {error}; choose another with --data", folder.display())
        })?;
    }
    Ok(service_options)
}

fn opened(door: io::Result<Door>, port: u16, option: &str) -> Result<Door, String> {
    door.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            return format!(
                "port {port} cannot be used: something listens there, perhaps another Tigertally; stop that, or \
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
            format!(
                "{address} is not an address of this system: Docker routes its containers to loopback by itself"
            )
        }
        Err(error) => return Err(format!("Docker's bridge cannot be listened on: {error}").into()),
    };
    Ok(word)
}

/// Ctrl-C, or the word with which process managers end a service.
///
/// They are heard from the moment this is called, which is before anybody is told that we are ready.
#[cfg(unix)]
fn stop() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    })
}

#[cfg(not(unix))]
fn stop() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}

fn banner(service: &Service, options: &Options, containers: Option<&str>) -> String {
    let (url, aws_url) = (service.url(), service.aws().url());
    let data = match options.storage() {
        Storage::Memory => "in memory, lost at the end".to_owned(),
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
    let settings = LOCAL.map(|(variable, value)| format!(" {variable}={value}")).concat();
    format!(
        "The AWS stand-ins are ready.

For functions that run elsewhere:
  export AWS_ENDPOINT_URL={aws_url} AWS_REGION=local
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  export{settings}
  export TALLY_WEIXIN_ENDPOINT={aws_url} TALLY_WEIXIN_APP_ID={} TALLY_WEIXIN_SECRET_ID={}

{containers}Ctrl-C ends them.
",
        aws::weixin::APP_ID,
        aws::WEIXIN_SECRET_ID,
    )
}
