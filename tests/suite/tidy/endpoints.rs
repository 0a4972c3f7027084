//! Each endpoint of each function is reachable behind the gateway and shown by a sample event.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::template::{GREEDY, routes};

use super::{files, read};

/// A function: its folder, its prefixes and its endpoints.
struct Group {
    name: &'static str,
    prefixes: Vec<&'static str>,
    paths: Vec<&'static str>,
}

/// All functions. One that is missing here is found by [`every_function_is_in_these_tests`].
fn groups() -> Vec<Group> {
    vec![
        Group { name: "accounts", prefixes: accounts::PREFIXES.to_vec(), paths: accounts::paths().collect() },
        Group { name: "charity", prefixes: charity::PREFIXES.to_vec(), paths: charity::paths().collect() },
        Group { name: "company", prefixes: company::PREFIXES.to_vec(), paths: company::paths().collect() },
        Group { name: "manage", prefixes: manage::PREFIXES.to_vec(), paths: manage::paths().collect() },
        Group {
            name: "rest-auth",
            prefixes: rest_auth::PREFIXES.to_vec(),
            paths: rest_auth::paths().collect(),
        },
    ]
}

/// The sample events of a function, without the file of their answers.
fn events(group: &str) -> BTreeMap<String, Value> {
    let folder = format!("events/{group}/");
    let of_group = |file: &String| file.starts_with(&folder) && !file.ends_with("expected.json");
    let parse = |file: String| {
        let event = serde_json::from_str(&read(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        (file, event)
    };
    files().into_iter().filter(of_group).map(parse).collect()
}

#[test]
fn every_function_is_in_these_tests() {
    let mut folders: Vec<String> = files()
        .iter()
        .filter_map(|file| file.strip_prefix("functions/")?.strip_suffix("/Cargo.toml"))
        .map(str::to_owned)
        .collect();
    folders.sort();
    let mut names: Vec<&str> = groups().iter().map(|group| group.name).collect();
    names.sort_unstable();
    assert_eq!(folders, names);
}

#[test]
fn every_endpoint_is_below_a_prefix_and_every_prefix_is_in_use() {
    for Group { name, prefixes, paths } in groups() {
        for path in &paths {
            assert!(path.starts_with('/') && path.ends_with('/'), "{name}: {path}");
            assert!(prefixes.iter().any(|prefix| path.starts_with(prefix)), "{name}: {path}");
        }
        for prefix in &prefixes {
            assert!(paths.iter().any(|path| path.starts_with(prefix)), "{name}: {prefix}");
        }
        assert!(!paths.is_empty(), "{name}");
    }
}

#[test]
fn the_gateway_has_one_greedy_route_per_prefix_and_no_other() {
    let expected: BTreeMap<String, String> = groups()
        .iter()
        .flat_map(|group| {
            group.prefixes.iter().map(|prefix| (format!("{prefix}{{proxy+}}"), group.name.to_owned()))
        })
        .collect();
    assert_eq!(routes(), expected);
}

#[test]
fn every_endpoint_has_a_sample_event_and_every_event_its_answer() {
    for Group { name, paths, .. } in groups() {
        let events = events(name);
        let shown = |path: &str| {
            let mut raw = events.values().filter_map(|event| event["rawPath"].as_str());
            raw.any(|raw| raw == path)
        };
        let missing: Vec<&&str> = paths.iter().filter(|path| !shown(path)).collect();
        assert!(missing.is_empty(), "{name}: no event for {missing:?}");
        let answers: BTreeMap<String, Value> =
            serde_json::from_str(&read(&format!("events/{name}/expected.json"))).unwrap();
        let answered: Vec<String> = answers.keys().map(|file| format!("events/{name}/{file}")).collect();
        assert_eq!(events.keys().cloned().collect::<Vec<_>>(), answered);
    }
}

#[test]
fn sample_events_agree_with_themselves_and_with_the_routes() {
    let routes = routes();
    for Group { name, .. } in groups() {
        for (file, event) in events(name) {
            let path = event["rawPath"].as_str().expect("an event has a path");
            assert_eq!(event["requestContext"]["http"]["path"], path, "{file}");
            let route = event["routeKey"].as_str().expect("an event has a route");
            assert_eq!(event["requestContext"]["routeKey"], route, "{file}");
            let key = route.strip_prefix("ANY ").expect("all routes take any method");
            assert_eq!(routes.get(key).map(String::as_str), Some(name), "{file}");
            let proxy = event["pathParameters"]["proxy"].as_str().expect("a greedy route has a rest");
            assert_eq!(path, key.replace("{proxy+}", proxy), "{file}");
        }
    }
}

#[test]
fn cargo_lambda_watch_has_the_routes_of_the_gateway() {
    let manifest = read("Cargo.toml");
    let (_, table) =
        manifest.split_once("[workspace.metadata.lambda.watch.router]\n").expect("it has routes");
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let watched: BTreeMap<String, String> = lines
        .map(|line| {
            let mut quoted = line.split('"');
            let (path, name) = (quoted.nth(1), quoted.nth(1));
            let path = path.expect("a route has a path").replace("{*proxy}", GREEDY);
            (path, name.expect("a route leads to a function").to_owned())
        })
        .collect();
    assert_eq!(watched, routes());
}
