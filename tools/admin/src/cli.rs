//! The command line. Every command, option, help text and example is said here and nowhere else: the help,
//! the completions and the man pages are all made from it.

#![expect(clippy::doc_markdown, reason = "these comments are the help, which has no backticks")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use tally::domain::bookings::{EVENTS, Event};
use tally::domain::role::Role;

pub use crate::import::{Format, Import};

const EVERYWHERE: &str = "Options of every command";

/// The fields in the JSON of a command that is about one account.
const ABOUT: &str = "account, username, email, found_by";
const ORDER: &str = "account, username, email, found_by, changed, sessions_ended, email_vouched";
const GROUP: &str = "account, username, email, found_by, changed, group, group_id, email_vouched";
const EMAIL: &str = "account, username, email, found_by, email_given, email_lost_by, sessions_ended";
const SHOW: &str = "found_by, number, username, email, email_proven, former_emails, phone, phone_proven, \
                    weixin, first_name, last_name, is_staff, is_superuser, role, charity, standing, groups, \
                    joined, last_login, sessions, key_devices";
const HISTORY: &str =
    "account, at, act, role, group, by, by_account, identity, door, each line has those that apply";
const BOOKINGS: &str = "event, event_name, account, username, email, phone, realname, company_name, booked_at_utc, \
                        on each line";
const MIGRATION: &str = "accounts, dry_run, no_longer_staff, changed_meanwhile, unreadable";
const IMPORT: &str = "created, there, rejected, dry_run, groups, groups_with_permissions, other_models, \
                      users_with_permissions, fields_passed_over, superusers, staff";
const SECRET: &str = "secret, current_since, is_rotating, previous_used_until, previous_accepted_until";

/// Manage Tigertally accounts directly in their DynamoDB table
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(name = "tally-admin", version, args_override_self = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  tally-admin show zhang@example.com
  tally-admin staff zhang on
  tally-admin import users.json --dry-run

'tally-admin COMMAND --help' explains a command and shows examples of it.

Every change is recorded with the identity that AWS reports for you; 'tally-admin history USER' shows it.

Environment: TALLY_TABLE, TALLY_SECRET_ID, and what the AWS SDK reads: AWS_PROFILE, AWS_REGION,
AWS_ACCESS_KEY_ID and so on, and AWS_ENDPOINT_URL for a table that is not on AWS. NO_COLOR turns colour off.

Exit code: 0 done, or already so; 1 failed; 2 wrong usage; 130 stopped by Ctrl-C.")]
pub struct Cli {
    /// The DynamoDB table [default: the variable TALLY_TABLE]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "NAME")]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub table: Option<String>,
    /// Print JSON: one object, or one object per line for lists. Errors stay text on standard error
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Never ask a question, even on a terminal
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub no_input: bool,
    /// With an error, also show its technical causes
    #[arg(long, short, global = true, help_heading = EVERYWHERE)]
    pub verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do, by what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Needs the table.
    #[command(flatten)]
    OnTable(TableCommand),
    /// Look at the server's secret, or rotate it
    Secret {
        /// The secret's name or ARN in Secrets Manager [default: the variable TALLY_SECRET_ID]
        #[arg(long, global = true, value_name = "NAME")]
        secret: Option<String>,
        /// What to do with it.
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Print a completion script for a shell
    #[command(after_help = more(&[
        "completions bash > ~/.local/share/bash-completion/completions/tally-admin",
        "completions fish > ~/.config/fish/completions/tally-admin.fish",
    ], ""))]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page of tally-admin, or of one command
    #[command(after_help = more(&[
        "man > tally-admin.1",
        "man import > tally-admin-import.1",
        "man secret rotate",
    ], ""))]
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        path: Vec<String>,
    },
}

/// What to do in the table.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum TableCommand {
    /// Create a superuser
    ///
    /// The e-mail address counts as proven. On a terminal the password is asked for twice; otherwise it is the first
    /// line of standard input. It is never an argument, which other processes could see.
    #[command(after_help = more(&[
        "create-superuser --username roots --email roots@example.com",
        "create-superuser --username roots < password.txt",
    ], "account, username, email"))]
    CreateSuperuser {
        /// The username
        #[arg(long, value_name = "NAME")]
        username: String,
        /// The e-mail address
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
    },
    /// Let a user into the staff console, or keep them out of it
    ///
    /// This signs the user out everywhere.
    #[command(after_help = more(&["staff zhang on", "staff zhang@example.com on --confirm 51923482"], ORDER))]
    Staff {
        /// The user, and the confirmation.
        #[command(flatten)]
        whom: Confirmed,
        /// Whether the user is staff from now on
        #[arg(action = ArgAction::Set, value_name = "on|off", value_parser = either("on", "off"))]
        switch: bool,
    },
    /// Make a user a superuser, or no longer
    ///
    /// A superuser counts as staff and as an administrator of the charity. When that ends, the user
    /// keeps the staff flag and the role they had. The last superuser who can sign in stays one. This signs the user
    /// out everywhere.
    #[command(after_help = more(&["superuser zhang on", "superuser '#51923482' off"], ORDER))]
    Superuser {
        /// The user, and the confirmation.
        #[command(flatten)]
        whom: Confirmed,
        /// Whether the user is a superuser from now on
        #[arg(action = ArgAction::Set, value_name = "on|off", value_parser = either("on", "off"))]
        switch: bool,
    },
    /// Give a user a role in the charity
    ///
    /// An administrator of the charity is not staff because of that. This signs the user out everywhere.
    #[command(after_help = more(&["role zhang volunteer", "role 51923482 administrator"], ORDER))]
    Role {
        /// The user, and the confirmation.
        #[command(flatten)]
        whom: Confirmed,
        /// The role
        #[arg(value_parser = roles())]
        role: Role,
    },
    /// Put a user into a group, or take one out
    ///
    /// A group gets a number when its name is first used.
    #[command(after_help = more(&["group zhang add finance", "group zhang remove finance"], GROUP))]
    Group {
        /// The user, and the confirmation.
        #[command(flatten)]
        whom: Confirmed,
        /// Whether to put the user into the group or take them out
        #[arg(action = ArgAction::Set, value_name = "add|remove", value_parser = either("add", "remove"))]
        inside: bool,
        /// The name of the group
        name: String,
    },
    /// Keep a user from signing in, and sign them out everywhere
    #[command(after_help = more(&["freeze zhang"], ORDER))]
    Freeze(Whom),
    /// Let a frozen user sign in again
    #[command(after_help = more(&["unfreeze zhang"], ORDER))]
    Unfreeze(Whom),
    /// Clear the counts of wrong passwords for an account
    ///
    /// The next attempt no longer has to wait.
    #[command(after_help = more(&["forgive zhang"], ABOUT))]
    Forgive(Whom),
    /// Sign a user out everywhere, or everybody
    #[command(after_help = more(&[
        "end-sessions zhang",
        "end-sessions --everyone --confirm tigertally",
    ], &format!("{ORDER}; with --everyone: accounts, sessions_ended, unreadable")))]
    EndSessions {
        /// A username, an e-mail address, a mobile number or an account number (#51923482 is always an account number)
        #[arg(value_name = "USER", required_unless_present = "everyone")]
        user: Option<String>,
        /// Sign everybody out, as is needed after the table was restored from a backup
        #[arg(long, conflicts_with = "user")]
        everyone: bool,
        /// The name of the table again, to confirm --everyone. On a terminal it is asked for
        #[arg(long, value_name = "TABLE", conflicts_with = "user")]
        confirm: Option<String>,
    },
    /// Give a user an e-mail address, and vouch for it
    ///
    /// The address counts as proven from then on. Another account that had it and never proved it loses it.
    #[command(after_help = more(&["set-email zhang zhang@example.com"], EMAIL))]
    SetEmail {
        /// The user, and the confirmation.
        #[command(flatten)]
        whom: Confirmed,
        /// The e-mail address
        address: String,
    },
    /// Delete a user for good
    ///
    /// Names, addresses and all data go; only the account number stays taken. The number has to be repeated.
    #[command(after_help = more(&["delete zhang --confirm 51923482"], ORDER))]
    Delete(Confirmed),
    /// Show an account, without its password hash and tokens
    #[command(after_help = more(&["show zhang", "show '#51923482' --json"], SHOW))]
    Show(Whom),
    /// Show what was done to an account in the last 400 days, by whom and through which API
    #[command(after_help = more(&["history zhang", "history zhang --json"], HISTORY))]
    History(Whom),
    /// Rewrite staff and roles that are stored in the form from before there were three kinds of power
    ///
    /// It names everybody who is no longer staff because of it, and can be run again at any time.
    #[command(after_help = more(&["migrate-power --dry-run", "migrate-power"], MIGRATION))]
    MigratePower {
        /// Write nothing; only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// List who booked the events, as CSV
    #[command(after_help = more(&["bookings > bookings.csv", "bookings --event 1 --json"], BOOKINGS))]
    Bookings {
        /// Only this event
        #[arg(long, value_parser = events())]
        event: Option<&'static Event>,
    },
    /// Import users from a file of JSON lines, or from what Django's dumpdata wrote
    ///
    /// The file may be compressed with gzip. An import that was stopped continues when the same command is run again:
    /// users who already exist are recognised.
    #[command(after_help = more(&[
        "import users.json --dry-run",
        "import users.json --rejects rejects.jsonl",
        "import dump.json.gz --user-model staff.user --utc-offset +08:00",
    ], IMPORT))]
    Import(Import),
    /// Export all users as JSON lines, with their password hashes
    ///
    /// Anyone who can read the export can try passwords against it, so a file is readable only by its owner. An
    /// export to a file that was stopped continues when the same command is run again.
    #[command(after_help = more(&[
        "export --output users.jsonl",
        "export | gzip > users.jsonl.gz",
    ], "users, unreadable, with a file as --output"))]
    Export {
        /// The file to write, or - for standard output, which is the default unless it is a terminal
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Whom a command is about.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Whom {
    /// A username, an e-mail address, a mobile number or an account number (#51923482 is always an account number)
    pub user: String,
}

/// Whom a command is about, where the account number may have to be repeated.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// A username, an e-mail address, a mobile number or an account number (#51923482 is always an account number)
    pub user: String,
    /// The account number again, to confirm who is meant. On a terminal it is asked for
    ///
    /// It is needed for 'delete', and if the user is named by an e-mail address that nobody has proven: anybody may
    /// have registered it. A command that gives the user something then also vouches for the address.
    #[arg(long, value_name = "NUMBER")]
    pub confirm: Option<String>,
}

/// What to do with the server's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum SecretCommand {
    /// Show how old the secret is, and whether a rotation is under way
    #[command(after_help = more(&["secret show"], SECRET))]
    Show,
    /// Replace the secret
    ///
    /// What was made with the previous one is accepted for another day.
    #[command(after_help = more(&["secret rotate", "secret rotate --at-once"], SECRET))]
    Rotate {
        /// Do not accept what was made with the previous secret, for instance after a leak
        #[arg(long)]
        at_once: bool,
    },
}

impl Cli {
    /// Reads the arguments, the program's name first. An option that is given twice counts as it is given last, so
    /// that an alias can be overridden. The error is for the terminal, and may be the help that was asked for.
    pub fn read(
        arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let cli = Self::try_parse_from(arguments)?;
        if cli.table.is_some() && matches!(cli.command, Command::Secret { .. }) {
            let told = "the secret is not in a table: leave out --table";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, told));
        }
        Ok(cli)
    }
}

impl TableCommand {
    /// Whether it does something that is recorded with the operator's identity.
    #[must_use]
    pub fn acts(&self) -> bool {
        !matches!(
            self,
            Self::Show(_)
                | Self::History(_)
                | Self::Bookings { .. }
                | Self::Export { .. }
                | Self::MigratePower { dry_run: true }
                | Self::Import(Import { dry_run: true, .. })
        )
    }

    /// Whether it goes through many accounts, and ends in a good place where it is interrupted.
    #[must_use]
    pub fn is_long(&self) -> bool {
        matches!(
            self,
            Self::Import(_)
                | Self::Export { .. }
                | Self::MigratePower { .. }
                | Self::EndSessions { everyone: true, .. }
        )
    }
}

/// What follows the description of a command.
fn more(examples: &[&str], json_fields: &str) -> String {
    let examples: String = examples.iter().map(|example| ["\n  tally-admin ", example].concat()).collect();
    let fields =
        if json_fields.is_empty() { String::new() } else { format!("\n\nJSON fields: {json_fields}") };
    format!("Examples:{examples}{fields}")
}

/// One of two words.
fn either(yes: &'static str, no: &'static str) -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new([yes, no]).map(move |word| word == yes)
}

fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::word))
        .map(|word| Role::with_word(&word).expect("only the words of roles are possible"))
}

fn events() -> impl TypedValueParser<Value = &'static Event> {
    let values = EVENTS.each_ref().map(|event| PossibleValue::new(event.number).help(event.name));
    PossibleValuesParser::new(values)
        .map(|number| Event::numbered(&number).expect("only the numbers of events are possible"))
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use jiff::tz::Offset;

    use super::*;

    fn read(line: &str) -> Result<Cli, clap::Error> {
        Cli::read(std::iter::once("tally-admin").chain(line.split_whitespace()))
    }

    fn on_table(line: &str) -> TableCommand {
        match read(line).unwrap_or_else(|told| panic!("{line}: {told}")).command {
            Command::OnTable(command) => command,
            other @ (Command::Secret { .. } | Command::Completions { .. } | Command::Man { .. }) => {
                panic!("{line}: {other:?}")
            }
        }
    }

    fn whom(confirm: Option<&str>) -> Confirmed {
        Confirmed { user: "zhang".to_owned(), confirm: confirm.map(str::to_owned) }
    }

    /// All commands that do something, each with the words that lead to it.
    fn commands() -> Vec<(String, clap::Command)> {
        let mut all = Cli::command();
        all.build();
        let mut found = Vec::new();
        let mut left = vec![(String::new(), all)];
        while let Some((path, command)) = left.pop() {
            let below = |one: &clap::Command| (format!("{path}{} ", one.get_name()), one.clone());
            let below: Vec<_> =
                command.get_subcommands().filter(|one| one.get_name() != "help").map(below).collect();
            if below.is_empty() {
                found.push((path, command));
            }
            left.extend(below);
        }
        assert!(found.len() > 20, "these cannot be all commands");
        found
    }

    #[test]
    fn the_help_of_every_command_has_examples_that_make_sense() {
        Cli::command().debug_assert();
        for (path, command) in commands() {
            let help = command.get_after_help().unwrap_or_else(|| panic!("{path}has no example")).to_string();
            let examples: Vec<&str> =
                help.lines().filter_map(|line| line.strip_prefix("  tally-admin ")).collect();
            assert!(!examples.is_empty(), "{path}");
            for example in examples {
                let line = example.split([' ']).take_while(|word| !["<", ">", "|"].contains(word));
                let line = line.collect::<Vec<_>>().join(" ").replace('\'', "");
                assert!(format!("{line} ").starts_with(&path), "{path}: {example}");
                read(&line).unwrap_or_else(|told| panic!("{example}: {told}"));
            }
        }
    }

    #[test]
    fn every_command_has_a_page_and_every_shell_knows_every_command() {
        for (path, _) in commands() {
            let words: Vec<String> = path.split_whitespace().map(str::to_owned).collect();
            let page = crate::manual::page(&words).unwrap();
            let name = format!("tally-admin-{}", words.join("-"));
            assert!(page.contains(".SH NAME") && page.contains("Examples:"), "{path}: {page}");
            assert!(page.replace("\\-", "-").contains(&name), "{name}: {page}");
            for shell in Shell::value_variants() {
                let script = crate::manual::completions(*shell);
                let last = words.last().unwrap();
                assert!(script.contains(last), "{shell} does not know {last}");
            }
        }
        assert!(crate::manual::page(&[]).unwrap().contains("import"));
        let told = crate::manual::page(&["promote".to_owned()]).unwrap_err().to_string();
        assert_eq!(told, "There is no command \"promote\". See: tally-admin --help");
    }

    #[test]
    fn options_may_stand_anywhere_and_the_last_one_counts() {
        for line in
            ["--table pool freeze zhang", "freeze --table=pool zhang", "freeze zhang --table a --table pool"]
        {
            assert_eq!(read(line).unwrap().table.as_deref(), Some("pool"), "{line}");
        }
        for line in ["--json show zhang", "show --json zhang", "show zhang --json"] {
            assert!(read(line).unwrap().json, "{line}");
        }
        let secret = |line: &str| match read(line).unwrap().command {
            Command::Secret { secret, command } => (secret, command),
            other @ (Command::OnTable(_) | Command::Completions { .. } | Command::Man { .. }) => {
                panic!("{line}: {other:?}")
            }
        };
        let named = Some("arn:x".to_owned());
        let rotate = |at_once| SecretCommand::Rotate { at_once };
        assert_eq!(secret("secret show"), (None, SecretCommand::Show));
        assert_eq!(secret("secret rotate --secret arn:x"), (named.clone(), rotate(false)));
        assert_eq!(secret("secret --secret arn:x rotate --at-once"), (named, rotate(true)));
    }

    #[test]
    fn what_is_said_is_heard() {
        let staff = |whom, switch| TableCommand::Staff { whom, switch };
        assert_eq!(on_table("staff zhang on"), staff(whom(None), true));
        assert_eq!(on_table("staff zhang off --confirm 51923482"), staff(whom(Some("51923482")), false));
        for role in Role::ALL {
            let line = format!("role zhang {}", role.word());
            assert_eq!(on_table(&line), TableCommand::Role { whom: whom(None), role });
        }
        for (word, inside) in [("add", true), ("remove", false)] {
            let group = TableCommand::Group { whom: whom(None), inside, name: "运营".to_owned() };
            assert_eq!(on_table(&format!("group zhang {word} 运营")), group);
        }
        assert_eq!(on_table("show -- -zhang"), TableCommand::Show(Whom { user: "-zhang".to_owned() }));
        let export = |output: Option<&str>| TableCommand::Export { output: output.map(Into::into) };
        assert_eq!(on_table("export"), export(None));
        assert_eq!(on_table("export --output -"), export(Some("-")));
        let plain = Import {
            file: "-".into(),
            dry_run: false,
            rejects: None,
            user_model: None,
            format: None,
            utc_offset: None,
        };
        assert_eq!(on_table("import -"), TableCommand::Import(plain.clone()));
        let line =
            "import - --format django --utc-offset -03:00 --rejects b --user-model staff.User --dry-run";
        let (rejects, user_model) = (Some("b".into()), Some("staff.user".to_owned()));
        let (format, utc_offset) = (Some(Format::Django), Some(Offset::constant(-3)));
        let wanted = Import { rejects, user_model, format, utc_offset, dry_run: true, ..plain };
        assert_eq!(on_table(line), TableCommand::Import(wanted));
    }

    #[test]
    fn a_mistake_is_named_with_what_was_meant_and_exits_with_2() {
        for (line, words) in [
            ("", "Usage: tally-admin"),
            ("promote zhang", "unrecognized subcommand 'promote'"),
            ("unfreze zhang", "some similar subcommands exist: 'freeze', 'unfreeze'"),
            ("import users --dry-rum", "a similar argument exists: '--dry-run'"),
            ("staff zhang", "<on|off>"),
            ("staff zhang yes", "[possible values: on, off]"),
            ("role zhang boss", "[possible values: administrator, donor, volunteer]"),
            ("role zhang donar", "a similar value exists: 'donor'"),
            ("group zhang join a", "[possible values: add, remove]"),
            ("freeze", "<USER>"),
            ("freeze zhang li", "unexpected argument 'li'"),
            ("freeze zhang --confirm 1", "unexpected argument '--confirm'"),
            ("create-superuser", "--username <NAME>"),
            ("create-superuser --username a --password b", "unexpected argument '--password'"),
            ("end-sessions", "<USER>"),
            ("end-sessions zhang --everyone", "cannot be used with"),
            ("end-sessions zhang --confirm t", "cannot be used with"),
            ("--table= show zhang", "a value is required for '--table <NAME>'"),
            ("import a --format csv", "[possible values: tally, django]"),
            ("import a --utc-offset 8", "write it as +HH:MM or -HH:MM"),
            ("import a --user-model user", "write it as APP.MODEL, such as staff.user"),
            ("bookings --event 3", "[possible values: 1, 2]"),
            ("secret", "Usage: tally-admin secret"),
            ("secret show --at-once", "unexpected argument '--at-once'"),
            ("secret rotate --table t", "the secret is not in a table: leave out --table"),
            ("show zhang --secret x", "unexpected argument '--secret'"),
        ] {
            let told = read(line).expect_err(line);
            assert!(told.exit_code() == 2 && told.to_string().contains(words), "{line}: {told}");
        }
        for line in ["--help", "import --help", "-V", "staff -h"] {
            assert_eq!(read(line).expect_err(line).exit_code(), 0, "{line}");
        }
        let help = read("import --help").unwrap_err().to_string();
        assert!(help.contains("--user-model") && !help.contains("create-superuser"), "{help}");
    }
}
