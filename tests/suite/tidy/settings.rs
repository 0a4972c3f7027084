//! The settings are said in one table of the code and in the template; the documents show them as they are there.

use std::collections::BTreeMap;

use tally::config::{LOCAL, SETTINGS, Setting};

use super::parameters::{Parameter, parameters};
use super::read;

const DOCUMENTS: [(&str, Words); 2] = [
    ("docs/settings.md", Words { required: "required", nothing: "none" }),
    ("docs/settings.zh-CN.md", Words { required: "必填", nothing: "无" }),
];

/// What stands in the place of a default.
#[derive(Clone, Copy)]
struct Words {
    required: &'static str,
    nothing: &'static str,
}

impl Words {
    fn default(self, default: Option<&str>) -> String {
        match default {
            None => self.required.to_owned(),
            Some("") => self.nothing.to_owned(),
            Some(default) => format!("`{default}`"),
        }
    }

    /// The rows of both tables, without what each setting means and with it.
    fn rows(self) -> Vec<(String, String)> {
        let setting = |setting: &Setting| {
            let parameter = setting.parameter.map_or_else(String::new, |name| format!("`{name}` "));
            let default = self.default(setting.default);
            (format!("| `{}` | {parameter}| {default} | ", setting.variable), setting.meaning.to_owned())
        };
        let passed_on = |name: &str| SETTINGS.iter().any(|setting| setting.parameter == Some(name));
        let parameters = parameters();
        let others = parameters.into_iter().filter(|(name, _)| !passed_on(name));
        let parameter = |(name, Parameter { default, description })| {
            (format!("| `{name}` | {} | ", self.default(Some(&default))), description)
        };
        SETTINGS.iter().map(setting).chain(others.map(parameter)).collect()
    }
}

#[test]
fn both_documents_show_every_setting_and_its_default() {
    for (file, words) in DOCUMENTS {
        let text = read(file);
        let shown: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
        let rows = words.rows();
        let beginnings: Vec<&str> = rows.iter().map(|(row, _)| row.as_str()).collect();
        let is_shown = shown.len() == rows.len()
            && shown
                .iter()
                .zip(&beginnings)
                .all(|(line, row)| line.len() > row.len() + 4 && line.starts_with(row));
        assert!(is_shown, "{file} has to have these rows, in this order:\n{}", beginnings.join("…\n"));
    }
}

#[test]
fn the_english_document_says_what_the_code_and_the_template_say() {
    let (file, words) = DOCUMENTS[0];
    let rows: Vec<String> =
        words.rows().into_iter().map(|(row, meaning)| format!("{row}{meaning} |")).collect();
    let text = read(file);
    let shown: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(shown == rows, "{file} has to have these rows:\n{}", rows.join("\n"));
}

#[test]
fn both_documents_show_the_help_of_cargo_run() {
    let help = format!("```text\n{}```\n", local::options::help());
    for (file, _) in DOCUMENTS {
        assert!(read(file).contains(&help), "{file} has to have this:\n{help}");
    }
}

#[test]
fn the_template_passes_parameters_on_with_the_same_defaults_and_words() {
    let (template, parameters) = (read("template.yaml"), parameters());
    for setting in &SETTINGS {
        let Some(name) = setting.parameter else { continue };
        let line = format!("{}: !Ref {name}\n", setting.variable);
        assert!(template.contains(&line), "{line}");
        let Parameter { default, description } = &parameters[name];
        assert_eq!(
            (Some(default.as_str()), description.as_str()),
            (setting.default, setting.meaning),
            "{name}"
        );
    }
}

#[test]
fn the_template_sets_nothing_that_nobody_reads() {
    let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.variable).collect();
    let template = read("template.yaml");
    let set =
        template.lines().filter_map(|line| line.trim().split_once(": ").or(line.trim().split_once(':')));
    let set = set.map(|(name, _)| name).filter(|name| name.starts_with("TALLY_"));
    // That one is there for what Lambda makes of it.
    let unknown: Vec<&str> =
        set.filter(|name| *name != "TALLY_SETTINGS_VERSION" && !known.contains(name)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
}

#[test]
fn functions_that_are_started_elsewhere_get_the_settings_of_cargo_run() {
    let local = BTreeMap::from(LOCAL.map(|(variable, value)| (variable.to_owned(), value.to_owned())));
    let file = read("tools/local/functions.env");
    let lines = file.lines().filter(|line| line.starts_with("TALLY_"));
    let set: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(set, local);
}
