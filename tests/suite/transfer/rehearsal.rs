//! A dry run tells what a run would, and writes nothing.

use serde_json::{Value, json};
use tests::server::Server;
use tests::table;

use super::{Folder, lines, person, person_with, run, run_well};

/// What a run tells of each entry and of all, as a dry run would: an account has no number yet.
fn as_if(told: &str) -> String {
    let numbered = without_number(told);
    numbered
        .replace(" imported,", " would be imported,")
        .replace("already existed", "already exist")
        .replace(" rejected.\n", " would be rejected.\nNothing was written.\n")
}

/// Without the number behind "as account".
fn without_number(told: &str) -> String {
    let mut parts = told.split(" as account ");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        whole.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    whole
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Entries of every fate, in front of residents and of each other.
fn entries() -> Vec<Value> {
    let number = |name: &str, number: u64| person_with(name, "number", number);
    let mut proven = person("proven");
    proven["former_emails"] =
        json!([{"address": "old@example.com", "until": "2999-01-01T00:00:00Z", "proven": true}]);
    vec![
        person("new"),
        person("new"),
        person_with("new", "first_name", "San"),
        person_with("thief", "email", "NEW@example.com"),
        person("resident"),
        person_with("resident", "first_name", "San"),
        person_with("thief", "email", "resident@example.com"),
        number("numbered", 22_222_222),
        number("numbered", 22_222_222),
        number("spare", 22_222_222),
        number("spare", 33_333_333),
        json!({"number": 44_444_444, "standing": "deleted"}),
        json!({"number": 44_444_444, "standing": "deleted"}),
        number("spare", 44_444_444),
        proven,
        person_with("late", "email", "old@example.com"),
        person_with("bad", "password", "md5$x$y"),
        person_with("group", "groups", json!(["a new one"])),
        json!({"password": "!", "joined": "2016-02-03T04:05:06Z"}),
    ]
}

#[tokio::test]
async fn a_dry_run_tells_what_the_run_then_does_and_writes_nothing() {
    let (server, folder) = (Server::start().await, Folder::new());
    let number = person_with("other", "number", 33_333_333);
    let first = folder.write("first", lines(&[person("resident"), number]));
    let foretold = run_well(&server, &["import", &first, "--dry-run"]).await;
    assert!(table::items(&server).await.is_empty());
    assert_eq!(foretold, as_if(&run_well(&server, &["import", &first]).await));

    let users = folder.write("users", lines(&entries()));
    let before = table::items(&server).await;
    let foretold = run(&server, &["import", &users, "--dry-run", "--rejects", &folder.name("rejects")]).await;
    assert_eq!((foretold.status.code(), foretold.stdout.as_str()), (Some(1), ""), "{foretold:?}");
    assert_eq!(table::items(&server).await, before, "something was written");
    assert!(!folder.has("rejects"));
    let done = run(&server, &["import", &users]).await;
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(sorted(&without_number(&foretold.stderr)), sorted(&as_if(&done.stderr)));

    // And once more, when everybody is there.
    let before = table::items(&server).await;
    let foretold = run(&server, &["import", &users, "--dry-run"]).await;
    assert_eq!(table::items(&server).await, before);
    let done = run(&server, &["import", &users]).await;
    assert_eq!(sorted(&without_number(&foretold.stderr)), sorted(&as_if(&done.stderr)));
}
