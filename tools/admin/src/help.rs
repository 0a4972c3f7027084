//! What is printed of the command itself.

/// Printed for `--help`.
pub const HELP: &str = "\
What operators do about accounts, straight on the table.

Usage: tally-admin [--table NAME] COMMAND

Commands:
  create-superuser --username NAME [--email ADDRESS]
                            Make a superuser. The address counts as proven. The
                            password is asked for twice on the terminal;
                            elsewhere it is the first line of standard input
  staff USER on|off         Let the user into the staff console, or no longer
  superuser USER on|off     Allow the user everything, or no longer. A superuser
                            counts as staff and as an administrator, and keeps
                            of these what it had when it is one no longer; the
                            last one who can come in stays one
  role USER administrator|donor|volunteer
                            Give the user a role in the charity; administrators
                            are not staff by that
  group USER add NAME       Put the user into a group, which gets a number when
                            its name is used for the first time
  group USER remove NAME    Take the user out of a group
  freeze USER               Keep the user from coming in
  unfreeze USER             Let the user in again
  forgive USER              Clear the counts of wrong passwords at the account,
                            which made whoever tries the next one wait
  end-sessions USER         Sign the user out everywhere
  end-sessions --everyone [--confirm TABLE]
                            Sign everybody out everywhere, as after the table was
                            restored; the table's name has to be repeated
  set-email USER ADDRESS    Give the user an e-mail address and vouch for it;
                            whoever never proved it loses it
  delete USER [--confirm NUMBER]
                            Take everything from the user for ever but the
                            account number, which has to be repeated
  show USER [--json]        Show the account, without password hash and tokens
  history USER [--json]     Tell what was done about the account in the last 400
                            days, by whom and by which door
  migrate-power [--dry-run] Write staff and roles anew where they are written as
                            before 0.2, and name who is staff no longer
  bookings [--event 1|2]    Print who booked the events, or one of them, as CSV
  import FILE               Let users in from a file of JSON lines, or from what
                            Django's dumpdata wrote, packed by gzip or not; - is
                            standard input. Run again, it goes on where it was
                            stopped. With --dry-run it tells what it would do
  export                    Write all users as JSON lines, with their password
                            hashes: whoever reads them can try passwords on them
  secret show               Tell how old the server's secret is, and whether a
                            rotation is under way
  secret rotate [--at-once] Put a new secret in its place. What was made with the
                            one before is accepted for a day more; with
                            --at-once, as after a leak, not at all

USER is a username, an e-mail address, a mobile number or an account number;
#51923482 always is an account number. What leads to two accounts is refused,
and both are named. Whoever is named by an address that nobody has proven may
be somebody else: staff, superuser, role, group and set-email then need the
account number repeated, as --confirm NUMBER. Staff, superuser, role, freeze
and unfreeze sign the user out everywhere, too.

Options:
      --confirm NUMBER      The account number of the user who is meant. Where it
                            gives something to a user, it also vouches for the
                            address by which the user was named
      --dry-run             import, migrate-power: write nothing, and tell all
      --rejects FILE        import: keep what did not come in, to be mended
      --user-model APP.MODEL
                            import: the model of the Django host's users, such
                            as staff.user [default: auth.user]
      --format tally|django import: what the file holds [default: as it looks]
      --utc-offset OFFSET   import: the zone, such as +08:00, of times that name
                            none, as where Django runs without USE_TZ
      --output FILE         export: write to this file, for its owner only; run
                            again, it goes on where it was stopped. - is standard
                            output, as is the default unless that is a terminal
      --table NAME          The DynamoDB table [default: TALLY_TABLE]
      --secret NAME         secret: its name or ARN in Secrets Manager
                            [default: TALLY_SECRET_ID]
  -h, --help                Print this help
  -V, --version             Print the version

What is done is written down with the identity that AWS knows (STS).

Environment: TALLY_TABLE, TALLY_SECRET_ID, and what the AWS SDK reads: AWS_REGION, AWS_PROFILE,
AWS_ACCESS_KEY_ID and so on, AWS_ENDPOINT_URL for a table that is not on AWS.

Exit code: 0 done, or so already; 1 failed; 2 the command line makes no sense.
";

/// Printed for `--version`.
pub const VERSION: &str = concat!("tally-admin ", env!("CARGO_PKG_VERSION"));
