//! The invariants of the source tree that no compiler and no lint checks.

mod architecture;
mod circles;
mod citations;
mod documents;
mod endpoints;
mod parameters;
mod settings;
mod steps;
mod table;
mod telemetry;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files that belong to the repository, by their paths from its top: what git tracks or would,
/// or, where there is no git, all that is there.
fn files() -> Vec<String> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").current_dir(root()).args(arguments).output();
    let listed = listed.ok().filter(|output| output.status.success() && !output.stdout.is_empty());
    let files: BTreeSet<String> = match listed {
        Some(output) => {
            let text = String::from_utf8(output.stdout).expect("our file names are plain");
            text.lines().map(str::to_owned).collect()
        }
        None => walk(Path::new("")).into_iter().collect(),
    };
    // A file may be tracked and just deleted.
    let files: Vec<String> = files.into_iter().filter(|file| root().join(file).is_file()).collect();
    assert!(files.len() > 50, "these cannot be all files: {files:?}");
    files
}

fn walk(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the folder can be read");
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.expect("the folder can be read").file_name();
        let path = folder.join(&name);
        if root().join(&path).is_file() {
            files.push(path.to_str().expect("our file names are plain").to_owned());
        } else if !["target", ".git", ".tigertally", ".aws-sam", ".venv"].iter().any(|hidden| name == *hidden)
        {
            files.extend(walk(&path));
        }
    }
    files
}

/// The Rust files below a folder.
fn rust_files(folder: &str) -> Vec<String> {
    let is_ours = |file: &String| file.starts_with(folder) && has_extension(file, "rs");
    let files: Vec<String> = files().into_iter().filter(is_ours).collect();
    assert!(!files.is_empty(), "there is no Rust below {folder}");
    files
}

fn has_extension(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == extension)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The lines of a Rust file that are not comments, numbered from 1, comments behind code cut off.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(number, line)| (number + 1, line.split(" // ").next().unwrap_or_default()));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Where words stand in the code of files that may not have them.
fn occurrences(files: &[String], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let text = read(file);
        for (number, line) in code(&text) {
            for word in words.iter().filter(|word| has_word(line, word)) {
                found.push(format!("{file}:{number}: {word}"));
            }
        }
    }
    found
}

/// Whether the word stands in the line, and not as the end of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let begins_as_one = word.starts_with(is_letter);
    line.match_indices(word).any(|(at, _)| !(begins_as_one && line[..at].ends_with(is_letter)))
}

#[track_caller]
fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}
