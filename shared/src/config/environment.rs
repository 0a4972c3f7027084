//! Reading the environment: what is set and makes no sense is a fault, never the default.

use super::settings;

/// Where settings come from, and what was found wrong with them so far.
pub(super) struct Environment<L> {
    lookup: L,
    pub(super) faults: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Environment<L> {
    pub(super) fn new(lookup: L) -> Self {
        Self { lookup, faults: Vec::new() }
    }

    /// A setting, or its default; empty is as good as unset, since a template cannot leave a variable out.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let set = (self.lookup)(name).filter(|value| !value.is_empty());
        set.or_else(|| settings::default(name).map(str::to_owned))
    }

    /// A setting that has to be there.
    pub(super) fn required(&mut self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| {
            self.faults.push(format!("{name} is missing"));
            String::new()
        })
    }

    /// A setting that has to be right if it is there; `what` says what it should have been.
    pub(super) fn checked(
        &mut self,
        name: &str,
        is_right: impl Fn(&str) -> bool,
        what: &str,
    ) -> Option<String> {
        let value = self.text(name)?;
        if is_right(&value) {
            return Some(value);
        }
        self.faults.push(format!("{name} is {value:?}, not {what}"));
        None
    }

    /// A setting that is one of a few words. After a fault nobody asks what it is.
    pub(super) fn choice<T: Copy, const N: usize>(&mut self, name: &str, words: [(&str, T); N]) -> T {
        let known = words.map(|(word, _)| word).join(" or ");
        let word = self.checked(name, |value| words.iter().any(|(word, _)| *word == value), &known);
        let chosen = word.and_then(|value| words.iter().find(|(word, _)| *word == value).copied());
        chosen.unwrap_or(words[0]).1
    }

    /// A setting that is on or off.
    pub(super) fn switch(&mut self, name: &str) -> bool {
        self.choice(name, [("true", true), ("false", false)])
    }

    /// A setting that is a whole number.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let value = self.checked(name, |text| text.parse::<u32>().is_ok(), "a whole number");
        value.and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}
