//! Who may know whom, and how large things may grow.

use std::path::Path;

use super::{assert_none, code, files, has_extension, occurrences, read, root, rust_files};

/// The crates of the functions, by the names of their folders.
fn functions() -> Vec<String> {
    let folder = std::fs::read_dir(root().join("functions")).expect("there are functions");
    let names = folder.map(|entry| entry.expect("the folder can be read").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("names are plain")).collect();
    names.sort();
    assert!(names.contains(&"rest-auth".to_owned()), "{names:?}");
    names
}

#[test]
fn the_domain_knows_no_io_no_json_no_aws_no_clock_and_no_chance() {
    let words = [
        "async ",
        ".await",
        "serde",
        "Serialize",
        "axum",
        "http::",
        "aws_",
        "now()",
        "rand::",
        "getrandom",
        "Entropy",
        "Clock",
        "std::fs",
        "std::net::Tcp",
        "std::env",
        "tokio",
        "tracing",
    ];
    assert_none("the domain is not pure", &occurrences(&rust_files("shared/src/domain/"), &words));
    assert_none("the domain is not pure", &occurrences(&["shared/src/domain.rs".to_owned()], &words));
}

#[test]
fn the_domain_depends_on_no_other_layer() {
    let words =
        ["crate::store", "crate::services", "crate::http", "crate::app", "crate::config", "crate::host"];
    assert_none("the domain looks up", &occurrences(&rust_files("shared/src/domain/"), &words));
    assert_none("the domain tells", &occurrences(&rust_files("shared/src/domain/"), &["crate::telemetry"]));
    let words = ["crate::services", "crate::http", "crate::app", "crate::host"];
    assert_none("the store looks up", &occurrences(&rust_files("shared/src/store/"), &words));
    let words = ["crate::store", "crate::services", "crate::http", "crate::app", "crate::host"];
    let telemetry = rust_files("shared/src/telemetry");
    assert_none("what is told knows who tells it", &occurrences(&telemetry, &words));
    let words = ["http::StatusCode", "crate::http::", "axum", "aws_sdk"];
    assert_none("the services speak HTTP", &occurrences(&rust_files("shared/src/services/"), &words));
}

#[test]
fn a_function_never_imports_another() {
    for function in functions() {
        for other in functions().iter().filter(|other| **other != function) {
            let module = other.replace('-', "_");
            let words = [format!("{module}::"), format!("use {module}")];
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let source = rust_files(&format!("functions/{function}/"));
            assert_none("a function imports another", &occurrences(&source, &words));
            let manifest = read(&format!("functions/{function}/Cargo.toml"));
            let depends = manifest.lines().any(|line| line.starts_with(other.as_str()));
            assert!(!depends, "{function} depends on {other}");
        }
    }
}

/// Functions whose name is a word of the domain as well. That the manifest does not have them is all
/// that can be told.
const ORDINARY_WORDS: [&str; 2] = ["charity", "company"];

#[test]
fn the_shared_crate_names_no_function_and_no_tool() {
    let mut names = vec!["local::".to_owned()];
    for function in functions().iter().filter(|function| !ORDINARY_WORDS.contains(&function.as_str())) {
        names.push(function.replace('-', "_"));
        names.push(format!("/{function}"));
        names.push(format!("\"{function}"));
    }
    let words: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_none("the shared crate knows a function", &occurrences(&rust_files("shared/"), &words));
    let manifest = read("shared/Cargo.toml");
    for name in functions().iter().map(String::as_str).chain(["local"]) {
        assert!(!manifest.lines().any(|line| line.starts_with(name)), "the shared crate depends on {name}");
    }
}

#[test]
fn key_patterns_stand_on_one_screen_only() {
    // The tests may look into the table as a stranger would.
    let rust = ["shared/", "functions/", "tools/"].map(rust_files).concat();
    let others: Vec<String> = rust.into_iter().filter(|file| !file.ends_with("store/key.rs")).collect();
    let words = ["ACCOUNT", "GUARD", "ATTEMPTS", "ADDRESS", "CODE", "BUDGET", "REGISTRY", "BOOKING"]
        .map(|kind| format!("{kind}#"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_none("a key is made elsewhere", &occurrences(&others, &words));
    let keys = read("shared/src/store/key.rs");
    for word in words {
        assert!(code(&keys).any(|(_, line)| line.contains(word)), "{word} is no key pattern any more");
    }
}

#[test]
fn files_and_mains_stay_small() {
    let mut found = Vec::new();
    for file in files().iter().filter(|file| has_extension(file, "rs")) {
        let text = read(file);
        let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
        if lines > 400 {
            found.push(format!("{file}: {lines} lines above its tests"));
        }
        let is_main = file.starts_with("functions/") && file.ends_with("/main.rs");
        if is_main && text.lines().count() > 10 {
            found.push(format!("{file}: {} lines", text.lines().count()));
        }
    }
    assert_none("too long", &found);
}

#[test]
fn no_module_is_a_drawer_for_odds_and_ends() {
    let drawers = ["utils", "util", "helpers", "helper", "common", "types", "misc"];
    let is_drawer = |file: &&String| {
        let path = Path::new(file.as_str()).with_extension("");
        path.components().any(|part| drawers.iter().any(|drawer| part.as_os_str() == *drawer))
    };
    let found: Vec<String> =
        files().iter().filter(|file| has_extension(file, "rs")).filter(is_drawer).cloned().collect();
    assert_none("say what is in it", &found);
}

#[test]
fn every_rust_file_opens_with_what_it_is() {
    let is_silent = |file: &&String| has_extension(file, "rs") && !read(file).starts_with("//! ");
    let found: Vec<String> = files().iter().filter(is_silent).cloned().collect();
    assert_none("no comment at the top", &found);
}

#[test]
fn tests_neither_sleep_nor_hide() {
    let words = [
        ["to", "do!("],
        ["dbg", "!("],
        ["#[ig", "nore"],
        ["thread::", "sleep("],
        ["time::", "sleep("],
        ["unimpl", "emented!("],
    ]
    .map(|halves| halves.concat());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_none("a test waits or hides", &occurrences(&rust_files("tests/suite/"), &words));
    let mut found = Vec::new();
    for file in files().iter().filter(|file| has_extension(file, "rs")) {
        let text = read(file);
        let tests = text.split_once("#[cfg(test)]").map(|(_, tests)| tests).unwrap_or_default();
        found
            .extend(words.iter().filter(|word| tests.contains(**word)).map(|word| format!("{file}: {word}")));
    }
    assert_none("a test waits or hides", &found);
}
