//! No circle of imports among modules that lie side by side.
//!
//! A module and those below it count as one: they may know one another. What a parent passes on by `pub use`
//! counts as imported from where it comes from.

use std::collections::{BTreeMap, BTreeSet};

use super::{assert_none, code, read, rust_files};

/// The folders whose modules are looked at, and what code calls the module that each of them is.
const FOLDERS: [(&str, &str); 9] = [
    ("shared/src/store", "crate::store"),
    ("shared/src/services", "crate::services"),
    ("shared/src/http", "crate::http"),
    ("shared/src/telemetry", "crate::telemetry"),
    ("functions/accounts/src", "crate"),
    ("functions/charity/src", "crate"),
    ("functions/company/src", "crate"),
    ("functions/manage/src", "crate"),
    ("functions/rest-auth/src", "crate"),
];

/// The text of each module, by its path.
type Modules = BTreeMap<String, String>;

#[test]
fn no_modules_side_by_side_import_one_another_in_a_circle() {
    for (folder, name) in FOLDERS {
        let module = |file: &String| {
            let below = file.strip_prefix(folder)?.strip_suffix(".rs")?;
            let below = if below == "/lib" { "" } else { below };
            let is_of_it = below.is_empty() || below.starts_with('/');
            is_of_it.then(|| (format!("{name}{}", below.replace('/', "::")), text(&read(file))))
        };
        let modules: Modules = rust_files(folder).iter().filter_map(module).collect();
        assert!(modules.len() > 3, "{folder} has only {:?}", modules.keys());
        assert_none("a circle of imports", &circles(&modules));
    }
}

/// A module's code without its tests, which may look anywhere.
fn text(file: &str) -> String {
    let file = file.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code(file).map(|(_, line)| line).collect::<Vec<_>>().join(" ")
}

fn circles(modules: &Modules) -> Vec<String> {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, text) in modules {
        for path in imports(module, text) {
            if let Some((from, to)) = side_by_side(module, &origin(path, modules), modules) {
                edges.entry(from).or_default().insert(to);
            }
        }
    }
    let back = |start: &String| way_back(start, start, &edges, &mut BTreeSet::new());
    edges.keys().filter_map(|start| back(start).map(|way| format!("{start} -> {way}"))).collect()
}

/// All paths that a module names from the top or from its parent.
fn imports(module: &str, text: &str) -> Vec<String> {
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let mut paths = Vec::new();
    for (word, from) in [("crate", "crate"), ("super", parent), ("self", module)] {
        for (at, _) in text.match_indices(&format!("{word}::")) {
            let is_begun = text[..at].ends_with(|c: char| c.is_alphanumeric() || "_:$".contains(c));
            if !is_begun {
                expand(&text[at + word.len() + 2..], from, &mut paths);
            }
        }
    }
    paths
}

/// Reads a path, or a tree of them, below another path; what is left of the text.
fn expand<'a>(text: &'a str, below: &str, paths: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut group) = text.strip_prefix('{') {
        while let Some(begin) = group.find(|c: char| c.is_alphanumeric() || c == '}') {
            if group[begin..].starts_with('}') {
                return &group[begin + 1..];
            }
            let rest = expand(&group[begin..], below, paths);
            // Whatever it is called here.
            group = &rest[rest.find([',', '}']).unwrap_or(rest.len())..];
        }
        return "";
    }
    let (word, rest) =
        text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()));
    let path = match word {
        "self" => below.to_owned(),
        "super" => below.rsplit_once("::").map_or("", |(parent, _)| parent).to_owned(),
        name => format!("{below}::{name}"),
    };
    if let Some(more) = rest.strip_prefix("::") {
        expand(more, &path, paths)
    } else {
        paths.push(path);
        rest
    }
}

/// Where something comes from that a module passes on of one below it.
fn origin(path: String, modules: &Modules) -> String {
    let Some((parent, name)) = path.rsplit_once("::") else {
        return path;
    };
    let mut passed_on = Vec::new();
    for (at, _) in modules.get(parent).map(|text| text.match_indices("use ")).into_iter().flatten() {
        expand(&modules[parent][at + 4..], parent, &mut passed_on);
    }
    let is_it = |one: &String| {
        one.rsplit_once("::").is_some_and(|(module, last)| last == name && modules.contains_key(module))
    };
    passed_on.into_iter().find(is_it).unwrap_or(path)
}

/// The two modules side by side that a module and a path lie in, unless one of them holds the other.
fn side_by_side(module: &str, path: &str, modules: &Modules) -> Option<(String, String)> {
    let (from, to): (Vec<&str>, Vec<&str>) = (module.split("::").collect(), path.split("::").collect());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let beginning = |whole: &[&str]| whole.get(..=common).map(|parts| parts.join("::"));
    let (from, to) = (beginning(&from)?, beginning(&to)?);
    (modules.contains_key(&from) && modules.contains_key(&to)).then_some((from, to))
}

/// The way from one module to where it began, through none that comes before that by name: so each circle is
/// told once.
fn way_back(
    at: &str,
    start: &str,
    edges: &BTreeMap<String, BTreeSet<String>>,
    seen: &mut BTreeSet<String>,
) -> Option<String> {
    for next in edges.get(at).into_iter().flatten() {
        if next == start {
            return Some(start.to_owned());
        }
        if next.as_str() > start
            && seen.insert(next.clone())
            && let Some(way) = way_back(next, start, edges, seen)
        {
            return Some(format!("{next} -> {way}"));
        }
    }
    None
}

#[test]
fn a_circle_is_seen_through_trees_and_through_what_a_parent_passes_on() {
    let circles_of = |texts: &[(&str, &str)]| {
        circles(&texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    };
    let parent = ("crate::s", "mod a; mod b; mod c; pub use b::{Bee as B, Other};");
    let straight = [parent, ("crate::s::a", "use super::{Bee, c::{self, See}};"), ("crate::s::b", "")];
    assert_eq!(circles_of(&[&straight[..], &[("crate::s::c", "use super::Own;")]].concat()), [""; 0]);
    let back = ("crate::s::c", "fn f() { crate::s::b::f() }");
    let around = ("crate::s::b", "use super::super::s::a::A;");
    assert_eq!(
        circles_of(&[straight[0], straight[1], around, back]),
        ["crate::s::a -> crate::s::b -> crate::s::a"]
    );
    // A module knows those below it, and they know it.
    let below = ("crate::s::a::d", "use super::A;");
    assert_eq!(circles_of(&[parent, ("crate::s::a", "pub use self::d::D;"), below]), [""; 0]);
}
