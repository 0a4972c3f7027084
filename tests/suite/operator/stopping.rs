//! Ctrl-C: what was done is told, with the command to go on with, and nothing is done twice.

use std::time::Duration;

use serde_json::json;
use tests::operator::process;
use tests::server::Server;
use tests::table;
use tests::tap::{Action, Fault, Tap, Which};
use tokio::process::{Child, Command};

use super::{register, told};

const MANY: usize = 300;

/// Presses Ctrl-C once the tap holds a call, lets the call go, and waits for the end.
async fn interrupt(tap: &Tap, child: Child) -> (Option<i32>, String, String) {
    tap.held().await;
    let id = child.id().expect("it is still running").to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().await;
    assert!(sent.is_ok_and(|status| status.success()), "the signal could not be sent");
    tap.release();
    told(child.wait_with_output().await.expect("the binary ends"))
}

async fn tap(server: &Server, operation: &str, nth: usize) -> Tap {
    let tap = Tap::before(&server.service().aws().url(), Duration::ZERO).await;
    tap.inject(Fault { which: Which::Nth(nth), ..Fault::every(operation, Action::Hold) });
    tap
}

async fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = process(&server.service().aws().url(), arguments).output().await;
    told(output.expect("the binary can be started"))
}

fn users() -> String {
    let user =
        |n: usize| json!({"username": format!("user{n}"), "password": "!", "joined": "2016-02-03T04:05:06Z"});
    (0..MANY).map(|n| user(n).to_string() + "\n").collect()
}

#[tokio::test]
async fn an_import_that_was_interrupted_tells_how_far_it_came_and_goes_on_there() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().expect("there is room for a folder"));
    let file = folder.path().join("the users");
    std::fs::write(&file, users()).expect("the folder can be written");
    let file = file.to_str().expect("the name is plain");
    let tap = tap(&server, "TransactWriteItems", MANY / 3).await;
    let child = process(tap.url(), &["import", file]).spawn().expect("the binary can be started");
    let (code, out, err) = interrupt(&tap, child).await;
    assert_eq!((code, out.as_str()), (Some(130), ""), "{err}");
    let there: usize = err
        .strip_prefix("Stopped: ")
        .and_then(|rest| rest.split_once(" users imported, 0 already existed, 0 rejected. To go on: "))
        .filter(|(_, again)| *again == format!("tally-admin import '{file}'\n"))
        .and_then(|(count, _)| count.parse().ok())
        .unwrap_or_else(|| panic!("{err}"));
    assert!((MANY / 4..MANY).contains(&there), "it was stopped at a bad moment: {there}");
    let (code, out, _) = run(&server, &["import", file]).await;
    let rest = MANY - there;
    let all = format!("{rest} users imported, {there} already existed, 0 rejected.\n");
    assert_eq!((code, out), (Some(0), all));
    let items = table::items_of(&server, "ACCOUNT#").await;
    assert_eq!(items.iter().filter(|item| item.contains_key("credential")).count(), MANY);
}

#[tokio::test]
async fn an_export_that_was_interrupted_goes_on_when_it_is_run_again() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().expect("there is room for a folder"));
    register(&server.client(), "zhang").await;
    let out = folder.path().join("out");
    let out = out.to_str().expect("the name is plain");
    let tap = tap(&server, "Scan", 0).await;
    let child = process(tap.url(), &["export", "--output", out]).spawn().expect("the binary can be started");
    let (code, printed, err) = interrupt(&tap, child).await;
    let words = format!("Stopped: 0 users written. To go on: tally-admin export --output {out}\n");
    assert_eq!((code, printed.as_str(), err), (Some(130), "", words));
    assert_eq!(run(&server, &["export", "--output", out]).await.1, "1 user written.\n");
}

#[tokio::test]
async fn a_short_command_ends_at_once() {
    let server = Server::start().await;
    register(&server.client(), "zhang").await;
    for (line, known) in [
        (["freeze", "zhang"], "whether it was done is not known"),
        (["show", "zhang"], "nothing was changed"),
    ] {
        let tap = tap(&server, "GetItem", 0).await;
        let child = process(tap.url(), &line).spawn().expect("the binary can be started");
        let (code, _, err) = interrupt(&tap, child).await;
        let words = format!("Stopped: {known}. To go on: tally-admin {}\n", line.join(" "));
        assert_eq!((code, err), (Some(130), words));
    }
}
