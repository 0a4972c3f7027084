//! What comments and documents cite is in this repository: documents and their sections, rules, decisions.

use super::documents::{anchor, headings};
use super::{assert_none, files, has_extension, read, root};

/// Where the rules are.
const RULES: &str = "docs/security.md";

/// The comments of a source as one running text, since a citation may go over the end of a line.
fn comments(text: &str) -> String {
    let of_line = |mark: &str, line: &str| line.trim_start().strip_prefix(mark).map(str::to_owned);
    let lines = text.lines().filter_map(|line| {
        let marks = ["//!", "///", "//", "#"];
        let behind = || line.split_once(" // ").map(|(_, comment)| comment.to_owned());
        marks.iter().find_map(|mark| of_line(mark, line)).or_else(behind)
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// The words of a text without the punctuation around them.
fn words(text: &str) -> Vec<&str> {
    let is_around = |c: char| !c.is_alphanumeric();
    text.split_whitespace().map(|word| word.trim_matches(is_around)).collect()
}

/// Whether the text is how a rule is numbered, here or anywhere.
fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase() || c == '-');
    digits.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(',') && word.len() <= 6
}

/// The numbers behind a word such as "rules": one, or several with commas, `and` or `to` between them.
fn numbers<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let listed = words.iter().take_while(|word| is_number(word) || ["and", "to"].contains(word));
    listed.filter(|word| is_number(word)).copied().collect()
}

/// The document, and the section if one is named, are there.
fn is_there(cited: &str) -> bool {
    let (path, section) = cited.split_once('#').unwrap_or((cited, ""));
    let has_section = || headings(&read(path)).into_iter().any(|heading| anchor(heading) == section);
    root().join(path).is_file() && (section.is_empty() || has_section())
}

/// The number of a decision is that of a page.
fn is_decision(number: &str) -> bool {
    files().iter().any(|file| file.starts_with(&format!("docs/adr/{number}-")))
}

/// How the page of the rules marks one of this kind.
fn mark(kind: [&str; 2], number: &str) -> Option<String> {
    match kind {
        ["trust", "rule" | "rules"] => Some(format!("\n### Trust rule {number}\n")),
        ["security", "rule" | "rules"] => Some(format!("\n**{number}. ")),
        _ => None,
    }
}

/// The rules, decisions and contracts that are cited and are not there.
fn unknown_rules(words: &[&str], rules: &str) -> Vec<String> {
    let mut unknown = Vec::new();
    for (at, pair) in words.windows(2).enumerate() {
        let kind = [pair[0], pair[1]];
        for number in numbers(&words[at + 2..]) {
            if mark(kind, number).is_some_and(|mark| !rules.contains(&mark)) {
                unknown.push(format!("{} {number}", kind.join(" ")));
            }
        }
        // The contracts have names, no numbers.
        let is_unknown = match kind {
            ["ADR", number] => is_number(number) && !is_decision(number),
            ["contract" | "contracts", number] => is_number(number) && number.starts_with("00"),
            _ => false,
        };
        if is_unknown {
            unknown.push(kind.join(" "));
        }
    }
    unknown
}

/// The documents and sections that are cited, by their path from the top, and are not there.
fn unknown_documents(words: &[&str]) -> Vec<String> {
    let is_document = |word: &&&str| has_extension(word.split('#').next().unwrap_or_default(), "md");
    words.iter().filter(is_document).filter(|word| !is_there(word)).map(|word| (*word).to_owned()).collect()
}

#[test]
fn what_is_cited_is_there() {
    let rules = read(RULES);
    let mut broken = Vec::new();
    for file in files() {
        let is_text = has_extension(&file, "md");
        let is_source = ["rs", "yaml", "toml", "py", "mts"].iter().any(|kind| has_extension(&file, kind))
            || file.starts_with(".ci/");
        if !is_text && !is_source {
            continue;
        }
        let text = read(&file);
        let cited = if is_text { text } else { comments(&text) };
        let words = words(&cited);
        let mut unknown = unknown_rules(&words, &rules);
        if is_source {
            unknown.extend(unknown_documents(&words));
        }
        broken.extend(unknown.into_iter().map(|what| format!("{file}: {what}")));
    }
    assert_none("citations of what is not there", &broken);
}

#[test]
fn citations_are_read_over_the_ends_of_lines() {
    let text = comments(
        "/// Refused (trust\n    /// rules 1, 2 and 99; security rule Q7).\n//! ADR 9999, see NO.md\n",
    );
    let words = words(&text);
    let rules = read(RULES);
    assert_eq!(unknown_rules(&words, &rules), ["trust rules 99", "security rule Q7", "ADR 9999"]);
    assert_eq!(unknown_documents(&words), ["NO.md"]);
    assert!(is_there("docs/security.md#trust-rule-5") && !is_there("docs/security.md#no-such-rule"));
    assert_eq!(unknown_rules(&["contract", "003"], &rules), ["contract 003"]);
}
