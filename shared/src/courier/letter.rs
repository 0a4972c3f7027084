//! Letters: one subject and one body per purpose and language, from the files in `letters/`.
//!
//! A file's first line is the subject of the letter. Only what we fill in stands in the places marked
//! `{{name}}`; in HTML it is escaped.

use crate::domain::binding_link::{self, BindingLink};
use crate::domain::code::{self, Code};

/// What a letter says.
#[derive(Clone, Copy, Debug)]
pub enum Letter<'a> {
    /// The code that resets the password.
    PasswordResetCode(&'a Code),
    /// The code that sets and proves an address.
    EmailBindingCode(&'a Code),
    /// The link that proves the account's own address.
    EmailBindingLink(&'a BindingLink),
    /// The address was changed; told to the one before, which still gets codes for a while.
    EmailChanged,
    /// Another address took its place; told to the one before, which gets no codes any more.
    EmailReplaced,
    /// The password was changed by somebody who knew the one before.
    PasswordChanged,
    /// The password was reset by a code.
    PasswordReset,
    /// The mobile number was changed.
    PhoneChanged,
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

/// The text and the HTML of a letter, in Chinese and in English.
macro_rules! templates {
    ($name:literal) => {
        [templates!($name, ".zh"), templates!($name, ".en")]
    };
    ($name:literal, $language:literal) => {
        (
            include_str!(concat!("letters/", $name, $language, ".txt")),
            include_str!(concat!("letters/", $name, $language, ".html")),
        )
    };
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
        let [chinese, english] = match self {
            Self::PasswordResetCode(_) => templates!("password_reset_code"),
            Self::EmailBindingCode(_) => templates!("email_binding_code"),
            Self::EmailBindingLink(_) => templates!("email_binding_link"),
            Self::EmailChanged => templates!("email_changed"),
            Self::EmailReplaced => templates!("email_replaced"),
            Self::PasswordChanged => templates!("password_changed"),
            Self::PasswordReset => templates!("password_reset"),
            Self::PhoneChanged => templates!("phone_changed"),
        };
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    fn fill(&self, template: &str, write: impl Fn(&str) -> String) -> String {
        match self {
            Self::PasswordResetCode(code) | Self::EmailBindingCode(code) => {
                let minutes = (code::LASTS.as_secs() / 60).to_string();
                template.replace("{{code}}", &write(code.as_str())).replace("{{minutes}}", &write(&minutes))
            }
            Self::EmailBindingLink(link) => {
                let hours = (binding_link::LASTS.as_secs() / 3600).to_string();
                template.replace("{{link}}", &write(link.as_str())).replace("{{hours}}", &write(&hours))
            }
            Self::EmailChanged
            | Self::EmailReplaced
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::PhoneChanged => template.to_owned(),
        }
    }
}

/// A text as HTML, in an element or in an attribute between double quotes.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account_number::AccountNumber;

    #[test]
    fn every_letter_is_filled_in_and_has_a_subject() {
        let code = Code::typed("087629");
        let link = BindingLink::new("https://087629.example/", AccountNumber::new(1), 2, &[3; 16]);
        let letters = [
            (Letter::PasswordResetCode(&code), true),
            (Letter::EmailBindingCode(&code), true),
            (Letter::EmailBindingLink(&link), true),
            (Letter::EmailChanged, false),
            (Letter::EmailReplaced, false),
            (Letter::PasswordChanged, false),
            (Letter::PasswordReset, false),
            (Letter::PhoneChanged, false),
        ];
        for (letter, has_code) in letters {
            for language in [Language::Chinese, Language::English] {
                let Rendered { subject, plain, html } = letter.render(language);
                assert!(!subject.is_empty() && !subject.contains("{{"), "{letter:?} {language:?}");
                assert!(!plain.contains("{{") && !html.contains("{{"), "{letter:?} {language:?}");
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
