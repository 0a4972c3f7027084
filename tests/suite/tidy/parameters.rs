//! The template's parameters: what the READMEs say of them, and that a change of one counts.

use std::collections::BTreeMap;

use super::{assert_none, files, has_extension, read};

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
