//! What an import is asked to do.

use std::path::PathBuf;

use jiff::tz::Offset;

/// What to let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The file, or `-` for standard input.
    pub file: PathBuf,
    /// Where to keep what does not come in.
    pub rejects: Option<PathBuf>,
    /// What the file holds, if it is not to be told from its looks.
    pub format: Option<Format>,
    /// The zone of times that name none.
    pub utc_offset: Option<Offset>,
    /// The model of a Django host's users, in small letters, if it is one of its own.
    pub user_model: Option<String>,
    /// Whether nothing is to be written.
    pub dry_run: bool,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The lines of an export.
    Tally,
    /// What Django's `dumpdata` wrote.
    Django,
}

/// The options of an import, as typed.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// `--rejects`.
    pub rejects: Option<&'a str>,
    /// `--format`.
    pub format: Option<&'a str>,
    /// `--utc-offset`.
    pub utc_offset: Option<&'a str>,
    /// `--user-model`.
    pub user_model: Option<&'a str>,
    /// `--dry-run`.
    pub dry_run: bool,
}

impl Import {
    /// Reads the options; what is wrong with them is said for the terminal.
    pub fn read(file: &str, options: Options<'_>) -> Result<Self, String> {
        let format = match options.format {
            None => None,
            Some("tally") => Some(Format::Tally),
            Some("django") => Some(Format::Django),
            Some(other) => return Err(format!("The format is tally or django, not {other:?}.")),
        };
        let utc_offset = options.utc_offset.map(|text| {
            parse_offset(text).ok_or_else(|| "--utc-offset is written +HH:MM or -HH:MM.".to_owned())
        });
        let user_model = options.user_model.map(|text| {
            parse_model(text)
                .ok_or_else(|| "--user-model is written APP.MODEL, such as staff.user.".to_owned())
        });
        Ok(Self {
            file: file.into(),
            rejects: options.rejects.map(Into::into),
            format,
            utc_offset: utc_offset.transpose()?,
            user_model: user_model.transpose()?,
            dry_run: options.dry_run,
        })
    }
}

/// Reads an offset such as `+08:00`.
fn parse_offset(text: &str) -> Option<Offset> {
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
}

/// Reads the label of a model, which a dump writes in small letters.
fn parse_model(text: &str) -> Option<String> {
    let (app, model) = text.split_once('.')?;
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name(app) && is_name(model)).then(|| format!("{app}.{}", model.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_has_a_sign_hours_and_minutes() {
        assert_eq!(parse_offset("+08:00"), Some(Offset::constant(8)));
        assert_eq!(parse_offset("-03:30"), Offset::from_seconds(-12_600).ok());
        for odd in ["", "8", "08:00", "+8:00", "+08", "+08:60", "+24:00", "+0a:00", "+08:00 ", "Z", "é"] {
            assert_eq!(parse_offset(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_model_has_an_app_and_a_name_in_small_letters() {
        assert_eq!(parse_model("staff.User").as_deref(), Some("staff.user"));
        assert_eq!(parse_model("my_Staff.user2").as_deref(), Some("my_Staff.user2"));
        for odd in ["", "user", ".user", "staff.", "a.b.c", "staff user", "staff.us er"] {
            assert_eq!(parse_model(odd), None, "{odd}");
        }
    }
}
