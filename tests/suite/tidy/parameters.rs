//! The template's parameters: that a change of one counts, and that what is told to be set lasts.

use std::collections::BTreeMap;

use super::{assert_none, files, has_extension, read};

/// The part of the template between two of its lines that are not indented.
fn section<'a>(template: &'a str, name: &str) -> &'a str {
    let (_, rest) = template.split_once(&format!("\n{name}:\n")).expect("the template has that section");
    let end =
        rest.match_indices('\n').find(|(at, _)| rest[at + 1..].starts_with(|c: char| c.is_ascii_uppercase()));
    end.map_or(rest, |(at, _)| &rest[..at])
}

/// What the template says of a parameter.
#[derive(Debug, Default)]
pub(super) struct Parameter {
    pub(super) default: String,
    pub(super) description: String,
}

/// The parameters.
pub(super) fn parameters() -> BTreeMap<String, Parameter> {
    let template = read("template.yaml");
    let mut found: BTreeMap<String, Parameter> = BTreeMap::new();
    let mut name = String::new();
    let mut is_folded = false;
    for line in section(&template, "Parameters").lines() {
        let said = line.trim_start();
        match line.len() - said.len() {
            2 if said.starts_with(|c: char| c.is_ascii_uppercase()) => {
                said.trim_end_matches(':').clone_into(&mut name);
            }
            4 => {
                let parameter = found.entry(name.clone()).or_default();
                is_folded = said == "Description: >-";
                if let Some(default) = said.strip_prefix("Default: ") {
                    default.trim_matches('"').clone_into(&mut parameter.default);
                } else if let Some(description) = said.strip_prefix("Description: ").filter(|_| !is_folded) {
                    description.clone_into(&mut parameter.description);
                }
            }
            6 if is_folded => {
                let description = &mut found.entry(name.clone()).or_default().description;
                let separator = if description.is_empty() { "" } else { " " };
                description.extend([separator, said]);
            }
            _ => {}
        }
    }
    assert!(found.len() > 25, "these cannot be all parameters: {found:?}");
    found
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

/// What a line tells to do about a parameter that the next deployment would undo.
fn undone(line: &str, names: &[String]) -> Option<String> {
    // A build, or a run on this computer, is nobody's setting; and one sentence says not to use the option.
    let is_local = line.contains("sam build") || line.contains("sam local");
    let is_deployed = line.contains("--parameter-overrides") && !is_local;
    if is_deployed && !["undoes", "the next one sets", "撤销"].iter().any(|word| line.contains(word)) {
        return Some("--parameter-overrides".to_owned());
    }
    // As sam's option has it; a line of the settings has blanks around the sign.
    let is_name = |at: usize| !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let options = names.iter().map(|name| format!("{name}="));
    options
        .filter(|_| !is_local)
        .find(|option| line.match_indices(option.as_str()).any(|(at, _)| is_name(at)))
}

#[test]
fn no_document_tells_a_setting_that_the_next_deployment_undoes() {
    let names: Vec<String> = parameters().into_keys().collect();
    let mut found = Vec::new();
    for file in files().into_iter().filter(|file| has_extension(file, "md") && file != "CHANGELOG.md") {
        for (number, line) in read(&file).lines().enumerate() {
            found.extend(undone(line, &names).map(|what| format!("{file}:{}: {what}", number + 1)));
        }
    }
    assert_none("settings that do not last", &found);
}

#[test]
fn settings_that_do_not_last_are_found() {
    let names = ["MailFrom".to_owned(), "Restart".to_owned()];
    for line in [
        "3. Deploy with `--parameter-overrides MailFrom=accounts@example.com`.",
        "sam deploy --parameter-overrides X=1",
        "`sam deploy` with `Restart=2`",
        "Deploy with MailFrom=… again",
    ] {
        assert!(undone(line, &names).is_some(), "{line}");
    }
    for line in
        ["MailFrom = \"a@b.example\"", "sam build --parameter-overrides Architecture=x86_64", "`MailFrom`"]
    {
        assert_eq!(undone(line, &names), None, "{line}");
    }
}

/// The lines of the settings that set a parameter, commented or not, in the part of one stack.
fn set_in_the_file(environment: &str) -> Vec<String> {
    let settings = read("samconfig.toml");
    let head = format!("[{environment}.deploy.parameters.parameter_overrides]\n");
    let (_, table) = settings.split_once(&head).expect("the settings have a table of parameters");
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let set = lines.filter_map(|line| Some(line.trim_start_matches("# ").split_once(" = ")?.0.to_owned()));
    set.collect()
}

#[test]
fn the_settings_file_names_parameters_that_are_there() {
    let known = parameters();
    let set = set_in_the_file("default");
    assert!(
        set.contains(&"AlarmEmail".to_owned()) && set.iter().all(|name| known.contains_key(name)),
        "{set:?}"
    );
    let front = read("front.yaml");
    let set = set_in_the_file("front");
    let declared = section(&front, "Parameters");
    let is_known = |name: &String| declared.lines().any(|line| line == format!("  {name}:"));
    assert!(set.len() > 1 && set.iter().all(is_known), "{set:?}");
}
