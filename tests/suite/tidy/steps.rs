//! What `.ci/run` names in the tests is there.

use super::{assert_none, files, has_extension, read};

/// The words of an array of the script.
fn array(script: &str, name: &str) -> Vec<String> {
    let begin = format!("readonly {name}=(");
    let (_, rest) = script.split_once(&begin).unwrap_or_else(|| panic!("no {name}"));
    let (words, _) = rest.split_once(')').expect("an array ends");
    words.split_whitespace().map(str::to_owned).collect()
}

/// Whether a part of the suite has that path: modules, and perhaps a test of them, or where one begins.
fn is_there(path: &str) -> bool {
    let (modules, test) = path.rsplit_once("::").expect("a path has modules");
    let place = format!("tests/suite/{}", modules.replace("::", "/"));
    let sources = files().into_iter().filter(|file| has_extension(file, "rs") && file.starts_with(&place));
    let mut sources = sources.peekable();
    let is_module =
        || !test.is_empty() && files().iter().any(|file| file.starts_with(&format!("{place}/{test}")));
    if test.is_empty() {
        return sources.peek().is_some();
    }
    is_module() || sources.any(|file| read(&file).contains(&format!("fn {test}(")))
}

#[test]
fn what_runs_on_lambda_and_what_does_not_is_there() {
    let script = read(".ci/run");
    let named = [array(&script, "ON_LAMBDA"), array(&script, "NOT_ON_LAMBDA")].concat();
    assert!(named.len() > 10, "{named:?}");
    let missing: Vec<String> = named.into_iter().filter(|path| !is_there(path)).collect();
    assert_none("no such tests", &missing);
}
