//! What the command line may say.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use tally::config::{ORIGIN_FORMS, trusted_origin};

use crate::aws::Storage;

/// Tigertally on this computer: the account APIs, an embedded DynamoDB, and an
/// inbox for the mail and text messages they send. No AWS account is used.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(name = "tigertally", version, verbatim_doc_comment, args_override_self = true, term_width = 0, after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Options {
    /// Port of the APIs and the inbox page, 0 for any free one
    #[arg(long, value_name = "N", default_value = "3000", value_parser = port)]
    pub port: u16,
    /// Port of the stand-ins for DynamoDB, SES, SNS and Secrets Manager
    #[arg(long, value_name = "N", default_value = "8000", value_parser = port)]
    pub aws_port: u16,
    /// Folder that keeps the database and the server's secret
    #[arg(long, value_name = "DIR", default_value = ".tigertally", value_parser = folder)]
    pub data: PathBuf,
    /// Keep the database in memory: it is gone at the end
    #[arg(long, conflicts_with = "data")]
    pub memory: bool,
    /// Run the stand-ins alone, for functions started elsewhere
    #[arg(long)]
    pub aws_only: bool,
    /// Let Docker's containers reach the stand-ins, for 'sam local'
    #[arg(long)]
    pub containers: bool,
    /// Let pages of this origin use the APIs with their cookies; may be repeated
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = origin)]
    pub origins: Vec<String>,
    /// Limit what one network address may do as strictly as production
    #[arg(long)]
    pub production_limits: bool,
    /// Print the OpenAPI document of all groups and end
    #[arg(long)]
    pub openapi: bool,
}

const EXAMPLES: &str = "\
Examples:
  tigertally                                  Everything on ports 3000 and 8000, kept in .tigertally
  tigertally --memory --port 0 --aws-port 0   Alongside another one, keeping nothing
  tigertally --origin http://localhost:5173   For a page that a development server serves there
  tigertally --aws-only                       DynamoDB and the rest, for 'cargo lambda watch'
";

/// What is printed for `--help`, without colours.
#[must_use]
pub fn help() -> String {
    Options::command().render_help().to_string()
}

impl Options {
    /// Reads a command line, the name of the program first. An error knows whether it is one, or asked-for help.
    pub fn read(line: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let options = Self::try_parse_from(line)?;
        if options.port == options.aws_port && options.port != 0 {
            let reason = format!("--port and --aws-port are both {}: choose different ones", options.port);
            return Err(Self::command().error(ErrorKind::ArgumentConflict, reason));
        }
        Ok(options)
    }

    /// Where the database lives.
    #[must_use]
    pub fn storage(&self) -> Storage {
        if self.memory { Storage::Memory } else { Storage::Folder(self.data.clone()) }
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "a port is a number from 0 to 65535".to_owned())
}

fn folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("name a folder".to_owned()) } else { Ok(PathBuf::from(text)) }
}

fn origin(text: &str) -> Result<String, String> {
    trusted_origin(text).ok_or_else(|| format!("an origin is {ORIGIN_FORMS}"))
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
        "{origin} and {api} are not the same site: browsers send no session cookie (SameSite=Lax) from its pages. {advice}"
    ))
}

/// The host of an origin whose scheme is that of the APIs here.
fn site(origin: &str) -> Option<&str> {
    let authority = origin.strip_prefix("http://")?;
    let end = authority.rfind(':').filter(|end| !authority[*end..].contains(']'));
    Some(&authority[..end.unwrap_or(authority.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, clap::Error> {
        Options::read(["tigertally"].into_iter().chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn nothing_means_the_usual_ports_and_a_folder() {
        Options::command().debug_assert();
        let options = read("").unwrap();
        assert_eq!((options.port, options.aws_port), (3000, 8000));
        assert_eq!(options.storage(), Storage::Folder(".tigertally".into()));
        assert!(options.origins.is_empty() && !options.aws_only && !options.production_limits);
    }

    #[test]
    fn every_option_is_heard() {
        let line = "--port 0 --aws-port=65535 --data pool/a --aws-only --containers --production-limits --openapi \
                    --origin http://LOCALHOST:5173 --origin capacitor://localhost";
        let expected = Options {
            port: 0,
            aws_port: 65535,
            data: "pool/a".into(),
            memory: false,
            aws_only: true,
            containers: true,
            origins: vec!["http://localhost:5173".to_owned(), "capacitor://localhost".to_owned()],
            production_limits: true,
            openapi: true,
        };
        assert_eq!(read(line).unwrap(), expected);
        let last = read("--memory --port 1 --port 2").unwrap();
        assert_eq!((last.port, last.storage()), (2, Storage::Memory));
        assert!(read("--port 0 --aws-port 0").is_ok());
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
            assert!(hint.starts_with(&format!("{origin} and {api} are not the same site")), "{hint}");
            assert!(hint.contains(advice), "{hint}");
        }
    }

    #[test]
    fn mistakes_are_named_with_what_is_right() {
        for (line, words) in [
            ("--memory --data x", "'--memory' cannot be used with '--data <DIR>'"),
            ("--data=", "name a folder"),
            ("--port x", "invalid value 'x' for '--port <N>': a port is a number from 0 to 65535"),
            ("--port 65536", "a number from 0 to 65535"),
            ("--aws-port=-1", "a number from 0 to 65535"),
            ("--port 8000", "--port and --aws-port are both 8000: choose different ones"),
            ("--port", "a value is required for '--port <N>'"),
            ("--memory=yes", "unexpected value 'yes' for '--memory'"),
            (
                "--origin *",
                "'*' for '--origin <ORIGIN>': an origin is https://host[:port], http://localhost[:port] or",
            ),
            ("--prot 1", "a similar argument exists: '--port'"),
            ("-x", "unexpected argument '-x'"),
            ("serve", "unexpected argument 'serve'"),
        ] {
            let error = read(line).expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
            assert!(error.to_string().contains(words), "{line}: {error}");
        }
    }
}
