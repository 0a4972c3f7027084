//! What machines read: the fields that the help names, and the facts that people read.

use std::collections::BTreeSet;

use admin::cli::{Cli, Command};
use admin::commands;
use admin::outcome::Answer;
use admin::secret;
use admin::terminal::Terminal;
use serde_json::Value;
use tally::app::{Basics, SecretAccess};
use tests::server::Server;

use super::{register, told};

const ROOTS: &str = "river stone 77";

/// Changes one account each, in this order.
const ORDERS: [&str; 15] = [
    "create-superuser --username roots --email roots@example.com",
    "staff zhang on",
    "staff zhang on",
    "superuser zhang on",
    "superuser zhang off",
    "role zhang volunteer",
    "group zhang add finance",
    "group zhang remove finance",
    "freeze zhang",
    "unfreeze zhang",
    "forgive zhang",
    "end-sessions zhang",
    "set-email zhang z@example.com",
    "show zhang",
    "history zhang",
];

async fn answer(server: &Server, line: &str) -> Answer {
    let cli = Cli::read(std::iter::once("tally-admin").chain(line.split(' '))).expect("it is a command");
    let terminal = Terminal::nobody(Some(ROOTS));
    let done = match cli.command {
        Command::OnTable(command) => {
            let on = Basics::from(server.app()).acting_as("arn:aws:iam::1:user/li".to_owned());
            Box::pin(commands::carry_out(&on, command, &terminal)).await
        }
        Command::Secret { command, .. } => {
            secret::carry_out(&SecretAccess::from(server.app()), command, &Terminal::nobody(None)).await
        }
        Command::Completions { .. } | Command::Man { .. } => panic!("{line} shows nothing of the table"),
    };
    done.unwrap_or_else(|failure| panic!("{line}: {failure}"))
}

/// The fields that the help of a command names.
fn documented(line: &str) -> BTreeSet<String> {
    let words = line.split(' ').take(if line.starts_with("secret") { 2 } else { 1 });
    let help = Cli::read(std::iter::once("tally-admin").chain(words).chain(["--help"]));
    let help = help.expect_err("help is no command").to_string();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, named) = help.split_once("JSON fields: ").unwrap_or_else(|| panic!("{line}: {help}"));
    let everyone = "with --everyone: ";
    let named = match (named.split_once(everyone), line.contains("--everyone")) {
        (Some((_, named)), true) | (Some((named, _)), false) => named,
        (None, _) => named,
    };
    let words = named.split([',', ';']).map(|name| name.split_whitespace().next().unwrap_or_default());
    words.filter(|word| !["on", "with", ""].contains(word)).map(str::to_owned).collect()
}

fn check(line: &str, Answer { text, json }: &Answer) {
    let known = documented(line);
    for object in json.lines() {
        let object: Value = serde_json::from_str(object).unwrap_or_else(|error| panic!("{line}: {error}"));
        let object = object.as_object().unwrap_or_else(|| panic!("{line}: {object}"));
        let fields: BTreeSet<String> = object.keys().cloned().collect();
        // What a record does not have is left out.
        let is_known = if line.starts_with("history") { fields.is_subset(&known) } else { fields == known };
        assert!(is_known, "{line}: {fields:?}, documented: {known:?}");
        for (name, value) in object {
            let is_told = match value {
                Value::Number(number) if name != "group_id" => {
                    number.as_u64() == Some(0) || text.contains(&number.to_string()) || text.contains("1 ")
                }
                Value::String(word)
                    if ["username", "identity", "standing", "role", "group"].contains(&name.as_str()) =>
                {
                    text.contains(word.as_str())
                }
                Value::Bool(changed) if name == "changed" => {
                    *changed != (text.contains(" already") || text.contains("is not in"))
                }
                Value::Number(_)
                | Value::String(_)
                | Value::Bool(_)
                | Value::Null
                | Value::Array(_)
                | Value::Object(_) => true,
            };
            assert!(is_told, "{line}: {name} is {value} and not told in: {text}");
        }
    }
}

#[tokio::test]
async fn the_json_of_every_command_has_the_fields_of_its_help_and_the_facts_of_its_text() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().expect("there is room for a folder"));
    register(&server.client(), "zhang").await;
    let path = |name: &str| folder.path().join(name).to_str().expect("the name is plain").to_owned();
    let (users, deleted) = (path("users"), path("deleted"));
    std::fs::write(&deleted, "{\"number\":44444444,\"standing\":\"deleted\"}\n").expect("it can be written");
    for line in ORDERS {
        check(line, &answer(&server, line).await);
    }
    let number =
        serde_json::from_str::<Value>(&answer(&server, "show zhang").await.json).expect("it is JSON");
    for line in [
        &format!("import {deleted}"),
        &format!("export --output {users}"),
        "migrate-power",
        "migrate-power --dry-run",
        "bookings --event 1",
        "secret show",
        "secret rotate",
        "secret show",
        "secret rotate --at-once",
        &format!("end-sessions --everyone --confirm {}", local::service::TABLE),
        &format!("delete zhang --confirm {}", number["number"]),
    ] {
        check(line, &answer(&server, line).await);
    }
}

#[tokio::test]
async fn the_binary_prints_one_object_even_where_it_fails_for_somebody() {
    let (server, folder) = (Server::start().await, tempfile::tempdir().expect("there is room for a folder"));
    register(&server.client(), "zhang").await;
    let aws = server.service().aws().url();
    let bad = folder.path().join("bad");
    std::fs::write(&bad, "{}\n").expect("the folder can be written");
    let bad = bad.to_str().expect("the name is plain");
    let run = async |arguments: &[&str]| {
        let child = tests::operator::process(&aws, arguments).output().await;
        told(child.expect("the binary can be started"))
    };
    let (code, out, _) = run(&["staff", "zhang", "on", "--json"]).await;
    let object: Value = serde_json::from_str(&out).expect("it prints JSON");
    assert_eq!((code, &object["username"], &object["changed"]), (Some(0), &"zhang".into(), &true.into()));
    let (code, out, err) = run(&["import", bad, "--json"]).await;
    let object: Value = serde_json::from_str(&out).expect("it prints JSON");
    assert_eq!((code, &object["created"], &object["rejected"]), (Some(1), &0.into(), &1.into()));
    assert!(err.contains("1: password is missing."), "{err}");
    let (code, out, err) = run(&["show", "nobody", "--json"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""), "an error stays text");
    assert!(err.starts_with("There is no user \"nobody\""), "{err}");
}
