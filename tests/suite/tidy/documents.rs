//! What is written about the service hangs together, and tells nothing of whoever wrote it.

use std::path::{Component, Path, PathBuf};

use super::{assert_none, files, has_extension, read, root};

/// The lines of a Markdown text outside its code blocks.
fn prose(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if is_fence(line) {
            is_code = !is_code;
        } else if !is_code {
            lines.push(line);
        }
    }
    lines
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// The targets of the links of a line, `[text](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

/// A heading's anchor, as GitHub makes it.
pub(super) fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

pub(super) fn headings(text: &str) -> Vec<&str> {
    let is_heading = |line: &&str| line.trim_start_matches('#').starts_with(' ') && line.starts_with('#');
    prose(text).into_iter().filter(is_heading).collect()
}

#[test]
fn every_link_to_a_file_or_a_heading_leads_somewhere() {
    let mut broken = Vec::new();
    for file in files().iter().filter(|file| has_extension(file, "md")) {
        let text = read(file);
        for target in prose(&text).into_iter().flat_map(targets) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let found = if path.is_empty() { Some(file.clone()) } else { resolve(file, path) };
            let Some(found) = found.filter(|found| root().join(found).exists()) else {
                broken.push(format!("{file}: {target}"));
                continue;
            };
            let leads = || headings(&read(&found)).into_iter().any(|line| anchor(line) == heading);
            if !heading.is_empty() && has_extension(&found, "md") && !leads() {
                broken.push(format!("{file}: {target} is no heading"));
            }
        }
    }
    assert_none("broken links", &broken);
}

/// The path from the top of the repository, unless it leads out of it.
fn resolve(file: &str, target: &str) -> Option<String> {
    let folder = Path::new(file).parent().unwrap_or_else(|| Path::new(""));
    let mut resolved = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::Normal(name) => resolved.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !resolved.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    resolved.to_str().map(str::to_owned)
}

/// The documents that operators need, and so can read in Chinese too.
const TRANSLATED: [&str; 10] = [
    "README.md",
    "docs/administering.md",
    "docs/costs.md",
    "docs/deploying.md",
    "docs/limits.md",
    "docs/moving-users.md",
    "docs/observing.md",
    "docs/operating.md",
    "docs/running.md",
    "docs/security.md",
];

/// What a document has in common with its translation: the levels of its headings, and its code blocks.
fn shape(file: &str) -> (Vec<usize>, usize) {
    let text = read(file);
    let levels = headings(&text).into_iter().map(|line| line.split(' ').next().unwrap_or_default().len());
    let fences = text.lines().filter(|line| is_fence(line)).count();
    assert_eq!(fences % 2, 0, "{file}: a code block is not closed");
    (levels.collect(), fences)
}

#[test]
fn a_document_and_its_translation_have_the_same_build() {
    let translations = files().into_iter().filter(|file| file.ends_with(".zh-CN.md"));
    let twins: Vec<(String, String)> = translations
        .map(|file| (file.replace(".zh-CN", ""), file))
        .filter(|(file, _)| root().join(file).is_file())
        .collect();
    for (english, chinese) in &twins {
        assert_eq!(shape(english), shape(chinese), "{chinese}");
    }
    for document in TRANSLATED {
        assert!(twins.iter().any(|(english, _)| english == document), "{document} has no translation");
    }
}

#[test]
fn the_first_documents_stay_short() {
    for (file, most) in [("README.md", 8), ("README.zh-CN.md", 8), ("ARCHITECTURE.md", 15)] {
        let bytes = read(file).len();
        assert!(bytes <= most * 1024, "{file} has {bytes} bytes");
    }
}

#[test]
fn no_file_tells_where_it_was_written() {
    let places = ["work", "root", "tmp", "Users"].map(|name| format!("/{name}/"));
    let mut found = Vec::new();
    for file in files() {
        // What is not text says nothing to a reader.
        let Ok(text) = std::fs::read_to_string(root().join(&file)) else { continue };
        for (number, line) in text.lines().enumerate() {
            for place in places.iter().filter(|place| line.contains(place.as_str())) {
                found.push(format!("{file}:{}: {place}", number + 1));
            }
        }
    }
    assert_none("paths of one computer", &found);
}
