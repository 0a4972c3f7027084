//! What kind of answer a client accepts. There is only JSON, so the question is whether it will do.

use http::header::ACCEPT;
use tally::http::endpoint::Refusal;
use tally::http::request::Request;

/// The most blanks per level that `indent` may ask for.
const MOST_INDENT: usize = 8;

/// Refuses a request whose answer its client could not read.
///
/// `?format=` overrides the header, as in the framework; a page for people (`api`, `text/html`) is
/// answered in JSON (docs/contracts/rest-auth.md#requests).
pub(crate) fn negotiate(request: &Request) -> Result<(), Refusal> {
    let format = request.query.split('&').find_map(|pair| pair.strip_prefix("format="));
    if format.is_some_and(|format| !["", "json", "api"].contains(&format)) {
        return Err(Refusal::NotFound);
    }
    let accepted = ["*/*", "application/*", "application/json", "text/*", "text/html"];
    let ranges = accept(request);
    if ranges.is_empty() || ranges.iter().any(|(range, _)| accepted.contains(&range.as_str())) {
        Ok(())
    } else {
        Err(Refusal::NotAcceptable)
    }
}

/// The blanks per level that the client asks for, if it asks for any.
pub(crate) fn indent(request: &Request) -> Option<usize> {
    let ranges = accept(request);
    let (_, parameters) = ranges.iter().find(|(range, _)| range == "application/json")?;
    let indent = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("indent="))?;
    indent.parse::<usize>().ok().map(|blanks| blanks.min(MOST_INDENT))
}

/// The media ranges of the `Accept` headers, in lower case, with their parameters.
fn accept(request: &Request) -> Vec<(String, String)> {
    let headers = request.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = headers.flat_map(|header| header.split(',')).map(|range| {
        let (range, parameters) = range.split_once(';').unwrap_or((range, ""));
        (range.trim().to_ascii_lowercase(), parameters.to_ascii_lowercase())
    });
    ranges.filter(|(range, _)| !range.is_empty()).collect()
}
