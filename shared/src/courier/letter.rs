//! Letters: one subject and one body per purpose and language, from the files in `letters/`.
//!
//! A file's first line is the subject of the letter. Only what we fill in stands in the places marked
//! `{{name}}`; in HTML it is escaped.

use crate::domain::code::{self, Code};

/// What a letter says.
#[derive(Clone, Copy, Debug)]
pub enum Letter<'a> {
    /// The code that resets the password.
    PasswordResetCode(&'a Code),
    /// The address was changed; told to the one before.
    EmailChanged,
    /// The password was reset by a code.
    PasswordReset,
}

/// A letter's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese: the language of the contracts.
    #[default]
    Chinese,
    /// English.
    English,
}

/// A letter ready to go.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

impl std::fmt::Debug for Rendered {
    /// Without the body: a code may stand in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl Language {
    /// The first of our languages that an `Accept-Language` header names, Chinese failing that.
    #[must_use]
    pub fn accepted(header: Option<&str>) -> Self {
        let tags = header.unwrap_or_default().split(',').map(|tag| tag.trim().to_ascii_lowercase());
        let known = tags.filter_map(|tag| match tag.get(..2) {
            Some("zh") => Some(Self::Chinese),
            Some("en") => Some(Self::English),
            Some(_) | None => None,
        });
        known.into_iter().next().unwrap_or_default()
    }
}

impl Letter<'_> {
    /// Fills the letter in.
    #[must_use]
    pub fn render(&self, language: Language) -> Rendered {
        let (plain, html) = self.templates(language);
        let (subject, plain) = plain.split_once('\n').unwrap_or((plain, ""));
        Rendered {
            subject: subject.to_owned(),
            plain: self.fill(plain.trim_start(), str::to_owned),
            html: self.fill(html, escape),
        }
    }

    const fn templates(&self, language: Language) -> (&'static str, &'static str) {
        match (self, language) {
            (Self::PasswordResetCode(_), Language::Chinese) => (
                include_str!("letters/password_reset_code.zh.txt"),
                include_str!("letters/password_reset_code.zh.html"),
            ),
            (Self::PasswordResetCode(_), Language::English) => (
                include_str!("letters/password_reset_code.en.txt"),
                include_str!("letters/password_reset_code.en.html"),
            ),
            (Self::EmailChanged, Language::Chinese) => {
                (include_str!("letters/email_changed.zh.txt"), include_str!("letters/email_changed.zh.html"))
            }
            (Self::EmailChanged, Language::English) => {
                (include_str!("letters/email_changed.en.txt"), include_str!("letters/email_changed.en.html"))
            }
            (Self::PasswordReset, Language::Chinese) => (
                include_str!("letters/password_reset.zh.txt"),
                include_str!("letters/password_reset.zh.html"),
            ),
            (Self::PasswordReset, Language::English) => (
                include_str!("letters/password_reset.en.txt"),
                include_str!("letters/password_reset.en.html"),
            ),
        }
    }

    fn fill(&self, template: &str, write: impl Fn(&str) -> String) -> String {
        match self {
            Self::PasswordResetCode(code) => {
                let minutes = (code::LASTS.as_secs() / 60).to_string();
                template.replace("{{code}}", &write(code.as_str())).replace("{{minutes}}", &write(&minutes))
            }
            Self::EmailChanged | Self::PasswordReset => template.to_owned(),
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_filled_in_and_has_a_subject() {
        let code = Code::stored("087629".to_owned());
        for letter in [Letter::PasswordResetCode(&code), Letter::EmailChanged, Letter::PasswordReset] {
            for language in [Language::Chinese, Language::English] {
                let Rendered { subject, plain, html } = letter.render(language);
                assert!(!subject.is_empty() && !subject.contains("{{"), "{letter:?} {language:?}");
                assert!(!plain.contains("{{") && !html.contains("{{"), "{letter:?} {language:?}");
                let has_code = matches!(letter, Letter::PasswordResetCode(_));
                assert_eq!(plain.contains("087629") && html.contains("087629"), has_code, "{letter:?}");
            }
        }
    }

    #[test]
    fn the_first_language_we_speak_is_taken() {
        assert_eq!(Language::accepted(Some("fr-FR, en-GB;q=0.8, zh;q=0.7")), Language::English);
        assert_eq!(Language::accepted(Some("zh-CN,en")), Language::Chinese);
        assert_eq!(Language::accepted(Some("de, é")), Language::Chinese);
        assert_eq!(Language::accepted(None), Language::Chinese);
    }
}
