//! What an import is asked to do.

#![expect(clippy::doc_markdown, reason = "these comments are the help, which has no backticks")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::tz::Offset;

/// What to import, and how.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The file, or - for standard input
    pub file: PathBuf,
    /// Write nothing; only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Keep the entries that do not come in, so that they can be corrected and imported
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// The model of the Django host's users, such as staff.user [default: auth.user]
    #[arg(long, value_name = "APP.MODEL", value_parser = parse_model)]
    pub user_model: Option<String>,
    /// What the file holds [default: what it looks like]
    #[arg(long)]
    pub format: Option<Format>,
    /// The time zone of times that name none, such as +08:00, as Django without USE_TZ writes them
    #[arg(long, value_name = "OFFSET", value_parser = parse_offset, allow_hyphen_values = true)]
    pub utc_offset: Option<Offset>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The lines of an export
    Tally,
    /// What Django's dumpdata wrote
    Django,
}

/// Reads an offset such as `+08:00`.
fn parse_offset(text: &str) -> Result<Offset, &'static str> {
    let parse = || {
        let (sign, digits) = match text.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = digits.split_once(':')?;
        let number = |text: &str, most: i32| {
            let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i32>().ok().filter(|number| is_number && *number <= most)
        };
        Offset::from_seconds(sign * (number(hours, 23)? * 3_600 + number(minutes, 59)? * 60)).ok()
    };
    parse().ok_or("write it as +HH:MM or -HH:MM")
}

/// Reads the label of a model, which a dump writes in small letters.
fn parse_model(text: &str) -> Result<String, &'static str> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match text.split_once('.') {
        Some((app, model)) if is_name(app) && is_name(model) => Ok(format!("{app}.{}", model.to_lowercase())),
        Some(_) | None => Err("write it as APP.MODEL, such as staff.user"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_has_a_sign_hours_and_minutes() {
        assert_eq!(parse_offset("+08:00"), Ok(Offset::constant(8)));
        assert_eq!(parse_offset("-03:30").ok(), Offset::from_seconds(-12_600).ok());
        for odd in ["", "8", "08:00", "+8:00", "+08", "+08:60", "+24:00", "+0a:00", "+08:00 ", "Z", "é"] {
            assert!(parse_offset(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_model_has_an_app_and_a_name_in_small_letters() {
        assert_eq!(parse_model("staff.User").as_deref(), Ok("staff.user"));
        assert_eq!(parse_model("my_Staff.user2").as_deref(), Ok("my_Staff.user2"));
        for odd in ["", "user", ".user", "staff.", "a.b.c", "staff user", "staff.us er"] {
            assert!(parse_model(odd).is_err(), "{odd}");
        }
    }
}
