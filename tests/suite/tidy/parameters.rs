//! The template's parameters: what the READMEs say of them, and that a change of one counts.

use std::collections::BTreeMap;

use super::read;

/// The part of the template between two of its lines that are not indented.
fn section<'a>(template: &'a str, name: &str) -> &'a str {
    let (_, rest) = template.split_once(&format!("\n{name}:\n")).expect("the template has that section");
    let end =
        rest.match_indices('\n').find(|(at, _)| rest[at + 1..].starts_with(|c: char| c.is_ascii_uppercase()));
    end.map_or(rest, |(at, _)| &rest[..at])
}

/// The parameters with their defaults.
fn parameters() -> BTreeMap<String, String> {
    let template = read("template.yaml");
    let mut found = BTreeMap::new();
    let mut name = None;
    for line in section(&template, "Parameters").lines() {
        if let Some(word) =
            line.strip_prefix("  ").filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            name = Some(word.trim_end_matches(':').to_owned());
        } else if let Some(default) = line.strip_prefix("    Default: ") {
            let name = name.clone().expect("a default belongs to a parameter");
            found.insert(name, default.trim_matches('"').to_owned());
        }
    }
    assert!(found.len() > 25, "these cannot be all parameters: {found:?}");
    found
}

/// The words between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The parameters and their defaults in the table of a README: the rows whose first cell names one.
fn told(file: &str) -> BTreeMap<String, String> {
    let text = read(file);
    let known = parameters();
    let mut told = BTreeMap::new();
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let names = quoted(cells[1]);
        if !names.iter().any(|name| known.contains_key(name)) {
            continue;
        }
        let defaults: Vec<&str> = cells[2].split([',', '、']).map(str::trim).collect();
        assert_eq!(names.len(), defaults.len(), "{file}: {row}");
        for (name, default) in names.into_iter().zip(defaults) {
            let default =
                if ["none", "空", "无"].contains(&default) { "" } else { default.trim_matches('`') };
            assert!(
                told.insert(name.clone(), default.to_owned()).is_none(),
                "{file}: {name} stands there twice"
            );
        }
    }
    told
}

#[test]
fn both_readmes_tell_every_parameter_and_its_default() {
    for file in ["README.md", "README.zh-CN.md"] {
        assert_eq!(told(file), parameters(), "{file}");
    }
}

#[test]
fn every_parameter_stands_in_the_settings() {
    let template = read("template.yaml");
    let (_, settings) = template.split_once("\n  Settings:\n").expect("the template has settings");
    let (settings, _) = settings.split_once("\n\n").expect("they end");
    let mut listed: Vec<&str> =
        settings.lines().filter_map(|line| Some(line.rsplit_once("- !Ref ")?.1)).collect();
    listed.sort_unstable();
    assert_eq!(listed, parameters().keys().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn preflights_are_the_functions_own() {
    let template = read("template.yaml");
    assert!(!template.contains("CorsConfiguration:"), "the gateway would answer preflights instead");
}
