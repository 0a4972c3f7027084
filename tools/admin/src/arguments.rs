//! What the command line may say.

use std::ffi::OsString;

use lexopt::{Arg, ValueExt};
use tally::domain::administration::Order;
use tally::domain::bookings::Event;
use tally::domain::role::Role;

use crate::export::Target;
pub use crate::help::{HELP, VERSION};
use crate::import::{self, Import};
use crate::secret::SecretCommand;

/// What the process exits with after a [`UsageError`], as is the custom of Unix tools.
pub const USAGE_EXIT_CODE: u8 = 2;

/// What the caller wants of the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// Carry out a command.
    Run(Options),
    /// Do something about the server's secret.
    Secret(SecretOptions),
    /// Print [`HELP`].
    Help,
    /// Print [`VERSION`].
    Version,
}

/// A command, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The table, if not the environment's.
    pub table: Option<String>,
    /// What to do.
    pub command: Command,
}

impl Command {
    /// Whether it does something that is written down with the operator's identity.
    #[must_use]
    pub fn acts(&self) -> bool {
        match self {
            Self::CreateSuperuser { .. }
            | Self::Order { .. }
            | Self::SetEmail { .. }
            | Self::EndAllSessions { .. }
            | Self::Delete { .. }
            | Self::Forgive { .. }
            | Self::Group { .. } => true,
            Self::MigratePower { dry_run } | Self::Import(Import { dry_run, .. }) => !dry_run,
            Self::Show { .. } | Self::History { .. } | Self::Bookings { .. } | Self::Export(_) => false,
        }
    }
}

/// What to do about the secret, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretOptions {
    /// The secret's name or ARN, if not the environment's.
    pub secret: Option<String>,
    /// What to do.
    pub command: SecretCommand,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make a superuser.
    CreateSuperuser {
        /// The name, as typed.
        username: String,
        /// The address, as typed.
        email: Option<String>,
    },
    /// Give an order about a user.
    Order {
        /// Whom it is about, as typed.
        user: String,
        /// What is to be done.
        order: Order,
        /// The account number repeated, as typed.
        confirmed: Option<String>,
    },
    /// Give a user an e-mail address.
    SetEmail {
        /// Whom, as typed.
        user: String,
        /// The address, as typed.
        address: String,
        /// The account number repeated, as typed.
        confirmed: Option<String>,
    },
    /// Sign everybody out.
    EndAllSessions {
        /// The table's name repeated, as typed.
        confirmed: Option<String>,
    },
    /// Delete a user.
    Delete {
        /// Whom, as typed.
        user: String,
        /// The account number repeated, as typed.
        confirmed: Option<String>,
    },
    /// Put a user into a group or take one out.
    Group {
        /// Whom it is about, as typed.
        user: String,
        /// Whether it is to be in the group or outside.
        inside: bool,
        /// The group, as typed.
        name: String,
        /// The account number repeated, as typed.
        confirmed: Option<String>,
    },
    /// Clear the counts of wrong passwords at an account.
    Forgive {
        /// Whose, as typed.
        user: String,
    },
    /// Show an account.
    Show {
        /// Whose, as typed.
        user: String,
        /// Whether a machine reads it.
        json: bool,
    },
    /// Tell what was done about an account.
    History {
        /// Whose, as typed.
        user: String,
        /// Whether a machine reads it.
        json: bool,
    },
    /// Write power anew that is in the former form.
    MigratePower {
        /// Whether nothing is to be written.
        dry_run: bool,
    },
    /// List who booked.
    Bookings {
        /// Which event, if not all of them.
        event: Option<&'static Event>,
    },
    /// Let users in from a file.
    Import(Import),
    /// Write all users down.
    Export(Target),
}

/// Why a command line makes no sense; its text is meant for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}\nTry 'tally-admin --help'.")]
pub struct UsageError(String);

/// Everything that was said, before it is known whether it makes sense together.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
struct Said {
    table: Option<String>,
    username: Option<String>,
    email: Option<String>,
    confirm: Option<String>,
    json: bool,
    event: Option<String>,
    rejects: Option<String>,
    format: Option<String>,
    utc_offset: Option<String>,
    user_model: Option<String>,
    output: Option<String>,
    everyone: bool,
    secret: Option<String>,
    at_once: bool,
    dry_run: bool,
    words: Vec<String>,
}

/// Reads the arguments that follow the name of the program.
///
/// Of an option that is given twice, the last one counts, so that an alias can be overridden.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, UsageError> {
    let mut arguments = lexopt::Parser::from_args(arguments.into_iter().collect::<Vec<_>>());
    let mut said = Said::default();
    while let Some(argument) = arguments.next().map_err(unreadable)? {
        match argument {
            Arg::Long("table") => said.table = Some(text(arguments.value())?),
            Arg::Long("username") => said.username = Some(text(arguments.value())?),
            Arg::Long("email") => said.email = Some(text(arguments.value())?),
            Arg::Long("confirm") => said.confirm = Some(text(arguments.value())?),
            Arg::Long("json") => said.json = true,
            Arg::Long("event") => said.event = Some(text(arguments.value())?),
            Arg::Long("rejects") => said.rejects = Some(text(arguments.value())?),
            Arg::Long("format") => said.format = Some(text(arguments.value())?),
            Arg::Long("utc-offset") => said.utc_offset = Some(text(arguments.value())?),
            Arg::Long("user-model") => said.user_model = Some(text(arguments.value())?),
            Arg::Long("output") => said.output = Some(text(arguments.value())?),
            Arg::Long("everyone") => said.everyone = true,
            Arg::Long("secret") => said.secret = Some(text(arguments.value())?),
            Arg::Long("at-once") => said.at_once = true,
            Arg::Long("dry-run") => said.dry_run = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            Arg::Long("version") | Arg::Short('V') => return Ok(Invocation::Version),
            Arg::Value(word) => said.words.push(text(Ok(word))?),
            unknown @ (Arg::Long(_) | Arg::Short(_)) => return Err(unreadable(unknown.unexpected())),
        }
    }
    if said.table.as_deref() == Some("") {
        return Err(UsageError("--table needs the name of a table.".to_owned()));
    }
    if said.words.first().is_some_and(|word| word == "secret") {
        return about_the_secret(said).map(Invocation::Secret);
    }
    let command = command(&said)?;
    refuse_foreign_options(&said, known_options(&command))?;
    Ok(Invocation::Run(Options { table: said.table, command }))
}

fn about_the_secret(said: Said) -> Result<SecretOptions, UsageError> {
    let words: Vec<&str> = said.words.iter().map(String::as_str).collect();
    let (command, known): (_, &[&str]) = match words[..] {
        ["secret", "show"] => (SecretCommand::Show, &["--secret"]),
        ["secret", "rotate"] => (SecretCommand::Rotate { at_once: said.at_once }, &["--secret", "--at-once"]),
        _ => return refuse("This command is written secret show, or secret rotate [--at-once]."),
    };
    refuse_foreign_options(&said, known)?;
    if said.table.is_some() {
        return refuse("The secret has no --table.");
    }
    Ok(SecretOptions { secret: said.secret, command })
}

fn command(said: &Said) -> Result<Command, UsageError> {
    let words: Vec<&str> = said.words.iter().map(String::as_str).collect();
    let confirmed = || said.confirm.clone();
    let order =
        |user: &str, order| Ok(Command::Order { user: user.to_owned(), order, confirmed: confirmed() });
    match words[..] {
        [] => refuse("A command is missing."),
        ["create-superuser"] => match &said.username {
            Some(username) => {
                Ok(Command::CreateSuperuser { username: username.clone(), email: said.email.clone() })
            }
            None => refuse("create-superuser needs --username NAME."),
        },
        ["staff", user, switch] => order(user, Order::Staff(is_on(switch)?)),
        ["superuser", user, switch] => order(user, Order::Superuser(is_on(switch)?)),
        ["role", user, word] => match Role::with_word(word) {
            Some(role) => order(user, Order::Role(role)),
            None => refuse(&format!("A role is administrator, donor or volunteer, not {word:?}.")),
        },
        ["delete", user] => Ok(Command::Delete { user: user.to_owned(), confirmed: confirmed() }),
        ["freeze", user] => order(user, Order::Freeze),
        ["unfreeze", user] => order(user, Order::Unfreeze),
        ["end-sessions"] if said.everyone => Ok(Command::EndAllSessions { confirmed: confirmed() }),
        ["end-sessions", user] => order(user, Order::EndSessions),
        ["group", user, verb @ ("add" | "remove"), name] => {
            let (user, name) = (user.to_owned(), name.to_owned());
            Ok(Command::Group { user, inside: verb == "add", name, confirmed: confirmed() })
        }
        ["set-email", user, address] => {
            let (user, address) = (user.to_owned(), address.to_owned());
            Ok(Command::SetEmail { user, address, confirmed: confirmed() })
        }
        ["history", user] => Ok(Command::History { user: user.to_owned(), json: said.json }),
        ["migrate-power"] => Ok(Command::MigratePower { dry_run: said.dry_run }),
        ["forgive", user] => Ok(Command::Forgive { user: user.to_owned() }),
        ["show", user] => Ok(Command::Show { user: user.to_owned(), json: said.json }),
        ["bookings"] => Ok(Command::Bookings { event: said.event.as_deref().map(event).transpose()? }),
        ["import", file] => import(said, file),
        ["export"] => Ok(Command::Export(match said.output.as_deref() {
            None => Target::Pipe,
            Some("-") => Target::StandardOutput,
            Some(file) => Target::File(file.into()),
        })),
        [command, ..] => match usage(command) {
            Some(usage) => refuse(&format!("This command is written {usage}.")),
            None => refuse(&format!("There is no command {command:?}.")),
        },
    }
}

fn import(said: &Said, file: &str) -> Result<Command, UsageError> {
    let options = import::Options {
        rejects: said.rejects.as_deref(),
        format: said.format.as_deref(),
        utc_offset: said.utc_offset.as_deref(),
        user_model: said.user_model.as_deref(),
        dry_run: said.dry_run,
    };
    Import::read(file, options).map(Command::Import).map_err(UsageError)
}

/// How a command is written whose name is right.
fn usage(command: &str) -> Option<&'static str> {
    Some(match command {
        "create-superuser" => "create-superuser --username NAME [--email ADDRESS]",
        "staff" => "staff USER on|off [--confirm NUMBER]",
        "superuser" => "superuser USER on|off [--confirm NUMBER]",
        "role" => "role USER administrator|donor|volunteer [--confirm NUMBER]",
        "set-email" => "set-email USER ADDRESS [--confirm NUMBER]",
        "history" => "history USER [--json]",
        "migrate-power" => "migrate-power [--dry-run]",
        "delete" => "delete USER [--confirm NUMBER]",
        "group" => "group USER add|remove NAME [--confirm NUMBER]",
        "freeze" => "freeze USER",
        "unfreeze" => "unfreeze USER",
        "end-sessions" => "end-sessions USER, or end-sessions --everyone",
        "forgive" => "forgive USER",
        "show" => "show USER [--json]",
        "bookings" => "bookings [--event 1|2]",
        "import" => {
            "import FILE [--dry-run] [--rejects FILE] [--user-model APP.MODEL] [--format tally|django] [--utc-offset OFFSET]"
        }
        "export" => "export [--output FILE]",
        _ => return None,
    })
}

fn known_options(command: &Command) -> &'static [&'static str] {
    match command {
        Command::CreateSuperuser { .. } => &["--username", "--email"],
        Command::Show { .. } | Command::History { .. } => &["--json"],
        Command::Delete { .. } | Command::Group { .. } | Command::SetEmail { .. } => &["--confirm"],
        Command::Order { order, .. } => match order {
            Order::Staff(_) | Order::Superuser(_) | Order::Role(_) | Order::Delete => &["--confirm"],
            Order::Freeze | Order::Unfreeze | Order::EndSessions => &[],
        },
        Command::Forgive { .. } => &[],
        Command::MigratePower { .. } => &["--dry-run"],
        Command::Bookings { .. } => &["--event"],
        Command::Import(_) => &["--rejects", "--format", "--utc-offset", "--user-model", "--dry-run"],
        Command::Export(_) => &["--output"],
        Command::EndAllSessions { .. } => &["--everyone", "--confirm"],
    }
}

/// An option that a command does not know was meant for something; it is not passed over.
fn refuse_foreign_options(said: &Said, known: &[&str]) -> Result<(), UsageError> {
    let options = [
        ("--username", said.username.is_some()),
        ("--email", said.email.is_some()),
        ("--json", said.json),
        ("--confirm", said.confirm.is_some()),
        ("--event", said.event.is_some()),
        ("--rejects", said.rejects.is_some()),
        ("--format", said.format.is_some()),
        ("--utc-offset", said.utc_offset.is_some()),
        ("--user-model", said.user_model.is_some()),
        ("--output", said.output.is_some()),
        ("--everyone", said.everyone),
        ("--secret", said.secret.is_some()),
        ("--at-once", said.at_once),
        ("--dry-run", said.dry_run),
    ];
    match options.into_iter().find(|(option, is_given)| *is_given && !known.contains(option)) {
        Some((option, _)) => refuse(&format!("This command has no option {option}.")),
        None => Ok(()),
    }
}

fn event(number: &str) -> Result<&'static Event, UsageError> {
    match Event::numbered(number) {
        Some(event) => Ok(event),
        None => refuse(&format!("--event is 1 or 2, not {number:?}.")),
    }
}

fn is_on(switch: &str) -> Result<bool, UsageError> {
    match switch {
        "on" => Ok(true),
        "off" => Ok(false),
        other => refuse(&format!("It is on or off, not {other:?}.")),
    }
}

fn text(value: Result<OsString, lexopt::Error>) -> Result<String, UsageError> {
    value.and_then(ValueExt::string).map_err(unreadable)
}

/// The library words its messages for the terminal already; they only lack the capital and the full stop.
#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unreadable(error: lexopt::Error) -> UsageError {
    let message = error.to_string();
    let mut letters = message.chars();
    let capital = letters.next().map(|first| first.to_ascii_uppercase());
    UsageError(format!("{}{}.", capital.map_or_else(String::new, String::from), letters.as_str()))
}

fn refuse<T>(message: &str) -> Result<T, UsageError> {
    Err(UsageError(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Invocation, String> {
        let words = line.split_whitespace().map(OsString::from);
        parse(words).map_err(|error| error.to_string().lines().next().unwrap().to_owned())
    }

    fn command(line: &str) -> Command {
        match read(line).unwrap() {
            Invocation::Run(options) => options.command,
            other @ (Invocation::Secret(_) | Invocation::Help | Invocation::Version) => {
                panic!("{line}: {other:?}")
            }
        }
    }

    #[test]
    fn every_command_is_heard() {
        let username = "zhang".to_owned();
        let user = || "zhang".to_owned();
        let order = |order| Command::Order { user: user(), order, confirmed: None };
        let email = Some("z@example.com".to_owned());
        assert_eq!(
            command("create-superuser --username zhang --email z@example.com"),
            Command::CreateSuperuser { username: username.clone(), email }
        );
        assert_eq!(
            command("--username=zhang create-superuser"),
            Command::CreateSuperuser { username, email: None }
        );
        assert_eq!(command("staff zhang on"), order(Order::Staff(true)));
        assert_eq!(command("superuser zhang off"), order(Order::Superuser(false)));
        for role in Role::ALL {
            assert_eq!(command(&format!("role zhang {}", role.word())), order(Order::Role(role)));
        }
        let delete = |confirmed: Option<&str>| Command::Delete {
            user: user(),
            confirmed: confirmed.map(str::to_owned),
        };
        assert_eq!(command("delete zhang"), delete(None));
        assert_eq!(command("delete zhang --confirm 51923482"), delete(Some("51923482")));
        assert_eq!(command("freeze zhang"), order(Order::Freeze));
        assert_eq!(command("unfreeze zhang"), order(Order::Unfreeze));
        assert_eq!(command("end-sessions zhang"), order(Order::EndSessions));
        let everyone =
            |confirmed: Option<&str>| Command::EndAllSessions { confirmed: confirmed.map(str::to_owned) };
        assert_eq!(command("end-sessions --everyone"), everyone(None));
        assert_eq!(command("end-sessions --everyone --confirm pool"), everyone(Some("pool")));
        let number = || Some("51923482".to_owned());
        let confirmed = Command::Order { user: user(), order: Order::Staff(true), confirmed: number() };
        assert_eq!(command("staff zhang on --confirm 51923482"), confirmed);
        let wanted =
            Command::SetEmail { user: user(), address: "z@example.com".to_owned(), confirmed: number() };
        assert_eq!(command("set-email zhang z@example.com --confirm 51923482"), wanted);
        assert_eq!(command("history zhang --json"), Command::History { user: user(), json: true });
        assert_eq!(command("migrate-power --dry-run"), Command::MigratePower { dry_run: true });
        let group =
            |inside| Command::Group { user: user(), inside, name: "运营".to_owned(), confirmed: None };
        assert_eq!(command("group zhang add 运营"), group(true));
        assert_eq!(command("group zhang remove 运营"), group(false));
        assert_eq!(command("forgive zhang"), Command::Forgive { user: user() });
        assert_eq!(command("show --json zhang"), Command::Show { user: user(), json: true });
        assert_eq!(command("export"), Command::Export(Target::Pipe));
        assert_eq!(command("export --output -"), Command::Export(Target::StandardOutput));
        assert_eq!(command("export --output a"), Command::Export(Target::File("a".into())));
        let dashed = Command::Show { user: "-zhang".to_owned(), json: false };
        assert_eq!(command("show -- -zhang"), dashed);
    }

    #[test]
    fn an_import_has_options_of_its_own() {
        let wanted = Import {
            file: "a".into(),
            rejects: None,
            format: None,
            utc_offset: None,
            user_model: None,
            dry_run: false,
        };
        assert_eq!(command("import a"), Command::Import(wanted.clone()));
        let utc_offset = Some(jiff::tz::Offset::constant(8));
        let (rejects, format) = (Some("b".into()), Some(import::Format::Django));
        let user_model = Some("staff.user".to_owned());
        let wanted = Import { rejects, format, utc_offset, user_model, dry_run: true, ..wanted };
        let line =
            "import a --format django --utc-offset +08:00 --rejects b --user-model staff.User --dry-run";
        assert_eq!(command(line), Command::Import(wanted));
        for model in ["user", "staff.", "a.b.c"] {
            let told = read(&format!("import a --user-model {model}")).unwrap_err();
            assert!(told.starts_with("--user-model is written APP.MODEL"), "{told}");
        }
        for line in ["export --user-model a.b", "show a --dry-run"] {
            assert!(read(line).unwrap_err().starts_with("This command has no option --"), "{line}");
        }
    }

    #[test]
    fn the_secret_has_commands_of_its_own() {
        let secret = |line: &str| match read(line) {
            Ok(Invocation::Secret(options)) => Ok((options.secret, options.command)),
            Ok(other) => panic!("{line}: {other:?}"),
            Err(error) => Err(error),
        };
        assert_eq!(secret("secret show"), Ok((None, SecretCommand::Show)));
        let named = Some("arn:x".to_owned());
        assert_eq!(
            secret("secret rotate --secret arn:x"),
            Ok((named.clone(), SecretCommand::Rotate { at_once: false }))
        );
        assert_eq!(
            secret("secret --secret arn:x rotate --at-once"),
            Ok((named, SecretCommand::Rotate { at_once: true }))
        );
        for line in ["secret", "secret turn", "secret show --at-once", "secret rotate --table t"] {
            assert!(secret(line).is_err(), "{line}");
        }
        assert!(read("show zhang --secret x").is_err());
    }

    #[test]
    fn the_table_may_stand_anywhere() {
        for line in ["--table pool freeze zhang", "freeze --table=pool zhang", "freeze zhang --table pool"] {
            match read(line) {
                Ok(Invocation::Run(options)) => assert_eq!(options.table.as_deref(), Some("pool"), "{line}"),
                other @ (Ok(Invocation::Secret(_) | Invocation::Help | Invocation::Version) | Err(_)) => {
                    panic!("{line}: {other:?}")
                }
            }
        }
    }

    #[test]
    fn help_and_version_win_over_what_follows() {
        assert_eq!(read("--help --nonsense"), Ok(Invocation::Help));
        assert_eq!(read("staff -h"), Ok(Invocation::Help));
        assert_eq!(read("-V"), Ok(Invocation::Version));
        let commands = [
            "staff",
            "superuser",
            "role",
            "freeze",
            "unfreeze",
            "forgive",
            "end-sessions",
            "delete",
            "set-email",
            "history",
            "migrate-power",
        ];
        for command in commands {
            let usage = usage(command).unwrap();
            let usage =
                usage.strip_suffix(" [--confirm NUMBER]").filter(|_| command != "delete").unwrap_or(usage);
            let mut ways = usage.split(", or ");
            assert!(ways.all(|way| HELP.contains(way)), "{command}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let mistakes = [
            ("", "A command is missing."),
            ("--json", "A command is missing."),
            ("promote zhang", "There is no command \"promote\"."),
            ("staff zhang", "This command is written staff USER on|off [--confirm NUMBER]."),
            ("staff zhang on --dry-run", "This command has no option --dry-run."),
            ("staff zhang yes", "It is on or off, not \"yes\"."),
            ("role zhang boss", "A role is administrator, donor or volunteer, not \"boss\"."),
            (
                "role zhang",
                "This command is written role USER administrator|donor|volunteer [--confirm NUMBER].",
            ),
            ("delete", "This command is written delete USER [--confirm NUMBER]."),
            ("freeze zhang --confirm 1", "This command has no option --confirm."),
            ("freeze", "This command is written freeze USER."),
            ("freeze zhang li", "This command is written freeze USER."),
            ("group zhang join a", "This command is written group USER add|remove NAME [--confirm NUMBER]."),
            ("create-superuser", "create-superuser needs --username NAME."),
            (
                "create-superuser zhang",
                "This command is written create-superuser --username NAME [--email ADDRESS].",
            ),
            ("create-superuser --username", "Missing argument for option '--username'."),
            ("create-superuser --username a --password b", "Invalid option '--password'."),
            ("freeze zhang --json", "This command has no option --json."),
            ("show zhang --email e", "This command has no option --email."),
            ("--table= show zhang", "--table needs the name of a table."),
            ("export --rejects a", "This command has no option --rejects."),
            ("import a --output b", "This command has no option --output."),
            ("import a --format csv", "The format is tally or django, not \"csv\"."),
            ("import a --utc-offset 8", "--utc-offset is written +HH:MM or -HH:MM."),
            ("-x", "Invalid option '-x'."),
        ];
        for (line, message) in mistakes {
            assert_eq!(read(line), Err(message.to_owned()), "{line}");
        }
    }
}
