//! What the command line may say.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::Arg;
use lexopt::ValueExt;

use tally::config::{ORIGIN_FORMS, trusted_origin};

use crate::aws::Storage;

/// Printed for `--help`.
pub const HELP: &str = "\
Tigertally on this computer: the account APIs, an embedded DynamoDB, and an
inbox for the mail and text messages they send. No AWS account is used.

Usage: tigertally [OPTIONS]

Options:
      --port N             Port of the APIs and the inbox page
                           [default: 3000; 0 takes any free port]
      --aws-port N         Port of the stand-ins for DynamoDB, SES, SNS and
                           Secrets Manager [default: 8000; 0 takes any free port]
      --data DIR           Folder that keeps the database [default: .tigertally]
      --memory             Keep the database in memory: it is gone at the end
      --aws-only           Run the stand-ins alone, for functions started elsewhere
      --containers         Let Docker's containers reach the stand-ins: they listen
                           on Docker's own bridge too, for 'sam local'
      --origin ORIGIN      Let pages of this origin use the APIs with their cookies,
                           for example http://localhost:5173; may be repeated
      --production-limits  Limit what one network address may do as strictly as
                           production
      --openapi            Print the OpenAPI document of all groups
  -h, --help               Print this help
  -V, --version            Print the version
";

/// Printed for `--version`.
pub const VERSION: &str = concat!("tigertally ", env!("CARGO_PKG_VERSION"));

/// What the process exits with after a [`UsageError`], as is the custom of Unix tools.
pub const USAGE_EXIT_CODE: u8 = 2;

/// What the caller wants of the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// Serve until told to stop.
    Run(Options),
    /// Print [`HELP`].
    Help,
    /// Print [`VERSION`].
    Version,
    /// Print the document of [`crate::openapi`].
    OpenApi,
}

/// How to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The port of the APIs and the inbox page; 0 for any free one.
    pub port: u16,
    /// The port of the AWS stand-ins; 0 for any free one.
    pub aws_port: u16,
    /// Where the database lives.
    pub storage: Storage,
    /// Whether the functions run elsewhere and only need the stand-ins.
    pub aws_only: bool,
    /// Whether containers reach the stand-ins over Docker's bridge.
    pub containers: bool,
    /// Origins besides the APIs' own whose pages may use the APIs with their cookies.
    pub origins: Vec<String>,
    /// Whether the limits are those of production rather than the patient ones of a developer's day.
    pub production_limits: bool,
}

/// Why a command line makes no sense; its text is meant for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}\nTry 'tigertally --help'.")]
pub struct UsageError(String);

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 3000,
            aws_port: 8000,
            storage: Storage::Folder(PathBuf::from(".tigertally")),
            aws_only: false,
            containers: false,
            origins: Vec::new(),
            production_limits: false,
        }
    }
}

/// Reads the arguments that follow the name of the program.
///
/// Of an option that is given twice, the last one counts, so that an alias can be overridden.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, UsageError> {
    let mut arguments = lexopt::Parser::from_args(arguments.into_iter().collect::<Vec<_>>());
    let mut options = Options::default();
    let mut folder = None;
    let mut memory = false;
    while let Some(argument) = arguments.next().map_err(unreadable)? {
        match argument {
            Arg::Long("port") => options.port = port(&mut arguments, "--port")?,
            Arg::Long("aws-port") => options.aws_port = port(&mut arguments, "--aws-port")?,
            Arg::Long("data") => {
                folder = Some(PathBuf::from(arguments.value().map_err(unreadable)?));
            }
            Arg::Long("memory") => memory = true,
            Arg::Long("aws-only") => options.aws_only = true,
            Arg::Long("containers") => options.containers = true,
            Arg::Long("origin") => options.origins.push(origin(&mut arguments)?),
            Arg::Long("production-limits") => options.production_limits = true,
            Arg::Long("openapi") => return Ok(Invocation::OpenApi),
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            Arg::Long("version") | Arg::Short('V') => return Ok(Invocation::Version),
            unknown @ (Arg::Long(_) | Arg::Short(_) | Arg::Value(_)) => {
                return Err(unreadable(unknown.unexpected()));
            }
        }
    }
    match (memory, folder) {
        (true, Some(_)) => return refuse("--memory and --data contradict each other: choose one."),
        (false, Some(folder)) if folder.as_os_str().is_empty() => {
            return refuse("--data needs the name of a folder.");
        }
        (true, None) => options.storage = Storage::Memory,
        (false, Some(folder)) => options.storage = Storage::Folder(folder),
        (false, None) => {}
    }
    if options.port == options.aws_port && options.port != 0 {
        return refuse(&format!("--port and --aws-port are both {}: choose different ones.", options.port));
    }
    Ok(Invocation::Run(options))
}

fn origin(arguments: &mut lexopt::Parser) -> Result<String, UsageError> {
    let typed = arguments.value().and_then(ValueExt::string).map_err(unreadable)?;
    trusted_origin(&typed).ok_or_else(|| UsageError(format!("--origin takes {ORIGIN_FORMS}, not {typed:?}.")))
}

/// What to know of an origin whose pages get no cookies from the APIs at this URL: browsers send a session's only
/// within one site, which for the names of this computer is one scheme and one name.
#[must_use]
pub fn site_hint(origin: &str, api: &str) -> Option<String> {
    let site = site(origin);
    if site == self::site(api) {
        return None;
    }
    let (_, port) =
        origin.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).unzip();
    let advice = match site {
        Some("127.0.0.1" | "[::1]" | "localhost") => {
            let port = port.map_or_else(String::new, |port| format!(":{port}"));
            format!("Open the page at http://localhost{port} and start with --origin http://localhost{port}.")
        }
        Some(_) | None => "While developing, serve the page at http://localhost; in production, at a name \
             beside the APIs' own. A page that sends a key or token in a header needs no cookie."
            .to_owned(),
    };
    Some(format!(
        "{origin} and {api} are not of one site: browsers send no session cookie (SameSite=Lax) from its pages. {advice}"
    ))
}

/// The host of an origin whose scheme is that of the APIs here.
fn site(origin: &str) -> Option<&str> {
    let authority = origin.strip_prefix("http://")?;
    let end = authority.rfind(':').filter(|end| !authority[*end..].contains(']'));
    Some(&authority[..end.unwrap_or(authority.len())])
}

fn port(arguments: &mut lexopt::Parser, option: &str) -> Result<u16, UsageError> {
    let value = arguments.value().map_err(unreadable)?;
    value.parse().map_err(|_| {
        UsageError(format!("{option} needs a number from 0 to 65535, not {}.", value.to_string_lossy()))
    })
}

/// The library words its messages for the terminal already; they only lack the capital and the full stop.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unreadable(error: lexopt::Error) -> UsageError {
    let message = error.to_string();
    let mut letters = message.chars();
    let capital = letters.next().map(|first| first.to_ascii_uppercase());
    UsageError(format!("{}{}.", capital.map_or_else(String::new, String::from), letters.as_str()))
}

fn refuse(message: &str) -> Result<Invocation, UsageError> {
    Err(UsageError(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Invocation, String> {
        let words = line.split_whitespace().map(OsString::from);
        parse(words).map_err(|error| error.to_string().lines().next().unwrap().to_owned())
    }

    fn run(line: &str) -> Options {
        match read(line).unwrap() {
            Invocation::Run(options) => options,
            other @ (Invocation::Help | Invocation::Version | Invocation::OpenApi) => {
                panic!("{line}: {other:?}")
            }
        }
    }

    #[test]
    fn nothing_means_the_usual_ports_and_a_folder() {
        let expected = Options {
            port: 3000,
            aws_port: 8000,
            storage: Storage::Folder(".tigertally".into()),
            aws_only: false,
            containers: false,
            origins: Vec::new(),
            production_limits: false,
        };
        assert_eq!(run(""), expected);
    }

    #[test]
    fn every_option_is_heard() {
        let expected = Options {
            port: 0,
            aws_port: 65535,
            storage: Storage::Folder("pool/a".into()),
            aws_only: true,
            containers: true,
            origins: vec!["http://localhost:5173".to_owned()],
            production_limits: true,
        };
        let line =
            "--port 0 --aws-port=65535 --data pool/a --aws-only --containers --production-limits --origin";
        assert_eq!(run(&format!("{line} http://LOCALHOST:5173")), expected);
        assert_eq!(
            run("--memory --port 1 --port 2"),
            Options { port: 2, storage: Storage::Memory, ..Options::default() }
        );
        assert_eq!(run("--port 0 --aws-port 0").aws_port, 0);
    }

    #[test]
    fn help_and_version_win_over_what_follows() {
        assert_eq!(read("--help --nonsense"), Ok(Invocation::Help));
        assert_eq!(read("-h"), Ok(Invocation::Help));
        assert_eq!(read("--memory -V"), Ok(Invocation::Version));
        assert_eq!(read("--openapi"), Ok(Invocation::OpenApi));
        for option in [
            "--port",
            "--aws-port",
            "--data",
            "--memory",
            "--aws-only",
            "--containers",
            "--origin",
            "--production-limits",
            "--openapi",
            "--version",
        ] {
            assert!(HELP.contains(option), "{option}");
        }
    }

    #[test]
    fn pages_of_another_site_are_told_that_no_cookie_comes_along() {
        let api = "http://localhost:3000";
        for same in ["http://localhost:5173", "http://localhost", "http://localhost:3000"] {
            assert_eq!(site_hint(same, api), None, "{same}");
        }
        let own = "Open the page at http://localhost:5173 and start with --origin http://localhost:5173.";
        for (origin, advice) in [
            ("http://127.0.0.1:5173", own),
            ("http://[::1]:5173", own),
            ("https://localhost:5173", "serve the page at http://localhost"),
            ("http://app.localhost:5173", "serve the page at http://localhost"),
            ("http://localhost.example.com", "serve the page at http://localhost"),
            ("https://www.example.com", "serve the page at http://localhost"),
        ] {
            let hint = site_hint(origin, api).unwrap_or_else(|| panic!("{origin} needs a hint"));
            assert!(hint.starts_with(&format!("{origin} and {api} are not of one site")), "{hint}");
            assert!(hint.contains(advice), "{hint}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let mistakes = [
            ("--memory --data x", "--memory and --data contradict each other: choose one."),
            ("--data=", "--data needs the name of a folder."),
            ("--port x", "--port needs a number from 0 to 65535, not x."),
            ("--port 65536", "--port needs a number from 0 to 65535, not 65536."),
            ("--aws-port -1", "--aws-port needs a number from 0 to 65535, not -1."),
            ("--port 8000", "--port and --aws-port are both 8000: choose different ones."),
            ("--port", "Missing argument for option '--port'."),
            ("--memory=yes", "Unexpected argument for option '--memory': \"yes\"."),
            (
                "--origin *",
                "--origin takes https://host[:port], http://localhost[:port] or an app's, such as \
                 capacitor://localhost, not \"*\".",
            ),
            ("--verbose", "Invalid option '--verbose'."),
            ("-x", "Invalid option '-x'."),
            ("serve", "Unexpected argument \"serve\"."),
        ];
        for (line, message) in mistakes {
            assert_eq!(read(line), Err(message.to_owned()), "{line}");
        }
    }
}
