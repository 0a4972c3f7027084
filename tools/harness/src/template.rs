//! What `template.yaml` deploys: the functions and the gateway's routes to them.

use std::collections::BTreeMap;

/// A function of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedFunction {
    /// Its folder below `functions/`, which is also its binary's name.
    pub name: String,
    /// Its name in the template.
    pub logical_id: String,
    /// The paths of its routes, such as `/rest-auth/{proxy+}`.
    pub routes: Vec<String>,
}

/// The end of a route that takes everything below its prefix.
pub const GREEDY: &str = "{proxy+}";

/// All functions, in the order of the template.
#[must_use]
pub fn functions() -> Vec<DeployedFunction> {
    let template = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml"));
    let template = template.expect("the template can be read");
    let mut functions: Vec<DeployedFunction> = Vec::new();
    let mut resource = "";
    for line in template.lines() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if let Some(name) = line.strip_suffix(':').filter(|_| indent == 2) {
            resource = name;
        }
        if let Some(name) = line.strip_prefix("CodeUri: functions/") {
            let (name, logical_id) = (name.to_owned(), resource.to_owned());
            functions.push(DeployedFunction { name, logical_id, routes: Vec::new() });
        }
        if let Some((_, rest)) = line.split_once("Path: \"") {
            let path = rest.split('"').next().unwrap_or_default();
            assert!(line.contains("Method: ANY") && line.contains("\"2.0\""), "{line}");
            let function = functions.last_mut().expect("a route belongs to the function above it");
            function.routes.push(path.to_owned());
        }
    }
    assert!(!functions.is_empty(), "the template has no functions");
    functions
}

/// The paths of the gateway's routes, each with the function it leads to.
#[must_use]
pub fn routes() -> BTreeMap<String, String> {
    let of = |function: DeployedFunction| {
        let DeployedFunction { name, routes, .. } = function;
        routes.into_iter().map(move |route| (route, name.clone()))
    };
    functions().into_iter().flat_map(of).collect()
}

/// The route that the gateway chooses for a path, the most specific one, and its function.
#[must_use]
pub fn route_of<'a>(routes: &'a BTreeMap<String, String>, path: &str) -> Option<(&'a String, &'a String)> {
    let matching = routes.iter().filter(|(route, _)| path.starts_with(route.trim_end_matches(GREEDY)));
    matching.max_by_key(|(route, _)| route.len())
}
