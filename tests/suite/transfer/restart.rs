//! Runs that are killed or held up go on where they were, and nothing is done twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tally::store::key;
use tests::server::Server;
use tests::table::{self, Item};
use tests::tap::{Action, Fault, Tap, Which};

use super::{Folder, accounts, admin, lines, login, person, person_with, run_well, run_with, tally};

/// How many users a large import has.
const MANY: usize = 700;

/// Every other one has a number.
fn many() -> String {
    let users = (0..MANY).map(|user| {
        let name = format!("user{user}");
        if user % 2 == 0 { person(&name) } else { person_with(&name, "number", 20_000_000 + user) }
    });
    lines(&users.collect::<Vec<_>>())
}

async fn by_key(server: &Server) -> BTreeMap<String, Item> {
    let items = table::items(server).await.into_iter();
    items.map(|item| (table::text(&item, key::PARTITION).to_owned(), item)).collect()
}

/// How many accounts an import has under way at a time.
const UNDER_WAY: usize = 16;

#[tokio::test]
async fn an_import_that_was_killed_is_finished_by_running_it_again() {
    let (server, folder) = (Server::start().await, Folder::new());
    let users = folder.write("users", many());
    let tap = Tap::before(&server.service().aws().url(), Duration::ZERO).await;
    // DynamoDB does the write, and the command dies before it hears of it, with others under way.
    let fault =
        Fault { which: Which::Nth(MANY / 2), ..Fault::every("TransactWriteItems", Action::DropAfter) };
    tap.inject(fault);
    let mut child = admin(tap.url(), &["import", &users]).spawn().expect("the binary can be started");
    tap.broken().await;
    child.kill().await.expect("our own process can be killed");
    drop(tap);
    let there = accounts(&server).await.len();
    assert!((MANY / 4..MANY).contains(&there), "the kill came at a bad moment: {there}");

    // What was under way at the kill may still come in after the count.
    let told = run_well(&server, &["import", &users]).await;
    let fits = |there: usize| told == tally(MANY - there, there, 0);
    assert!((there..=there + UNDER_WAY).any(fits), "{there} were counted: {told}");
    let before = by_key(&server).await;
    // An account and two claims each, and not one more.
    assert_eq!(before.len(), 3 * MANY);
    assert_eq!(run_well(&server, &["import", &users]).await, tally(0, MANY, 0));
    assert_eq!(by_key(&server).await, before);
    assert_eq!((login(&server, "user0").await, login(&server, "user699").await), (200, 200));
}

#[tokio::test]
async fn an_export_that_was_killed_is_finished_by_running_it_again() {
    let (server, folder) = (Server::start().await, Folder::new());
    run_well(&server, &["import", &folder.write("users", many())]).await;
    let out = folder.name("out");
    let tap = Tap::before(&server.service().aws().url(), Duration::ZERO).await;
    // The second page never comes, however often it is asked for.
    for scan in 1..100 {
        tap.inject(Fault { which: Which::Nth(scan), ..Fault::every("Scan", Action::DropBefore) });
    }
    let mut child =
        admin(tap.url(), &["export", "--output", &out]).spawn().expect("the binary can be started");
    tap.broken().await;
    child.kill().await.expect("our own process can be killed");
    drop(tap);
    assert!(folder.read("out.state").contains("partition"));
    // What was written behind the note is cut off.
    let torn = folder.read("out") + "{\"number\":1";
    folder.write("out", torn);

    let ended = run_with(&server.service().aws().url(), &["export", "--output", &out], b"").await;
    assert_eq!(ended.stdout, format!("{MANY} users written.\n"), "{ended:?}");
    assert!(ended.stderr.starts_with("Continuing after "), "{ended:?}");
    assert!(!folder.has("out.state"));
    let text = folder.read("out");
    let names = text.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        line["username"].as_str().expect("it has a name").to_owned()
    });
    assert_eq!((text.lines().count(), names.collect::<BTreeSet<_>>().len()), (MANY, MANY));
}

#[tokio::test]
async fn what_dynamodb_has_no_time_for_is_waited_for() {
    let (server, folder) = (Server::start().await, Folder::new());
    let users: Vec<Value> = (0..30).map(|user| person(&format!("user{user}"))).collect();
    let users = folder.write("users", lines(&users));
    let tap = Tap::before(&server.service().aws().url(), Duration::ZERO).await;
    tap.inject(Fault::every("TransactWriteItems", Action::THROTTLE));
    let child = admin(tap.url(), &["import", &users]).spawn().expect("the binary can be started");
    // More than the tries that the SDK makes of one call.
    for _ in 0..40 {
        tap.broken().await;
    }
    assert!(tap.repair() >= 40);
    let output = child.wait_with_output().await.expect("the binary ends");
    assert_eq!(output.stdout, tally(30, 0, 0).into_bytes(), "{output:?}");
}

#[tokio::test]
async fn a_table_that_cannot_be_used_is_told_at_once() {
    let (server, folder) = (Server::start().await, Folder::new());
    let users = folder.write("users", lines(&[person("zhang")]));
    let aws = server.service().aws().url();
    for arguments in [&["--table", "other", "import", &users][..], &["--table", "other", "export"]] {
        let ended = run_with(&aws, arguments, b"").await;
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.stderr.contains("The table \"other\" cannot be used"), "{ended:?}");
    }
    let tap = Tap::before(&aws, Duration::ZERO).await;
    tap.inject(Fault::every("TransactWriteItems", Action::ErrorBefore(400, "AccessDeniedException")));
    let ended = run_with(tap.url(), &["import", &users], b"").await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("AccessDeniedException"), "{ended:?}");
}
