//! Questions on a terminal: asked there and only there, and a wrong answer does nothing.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;

use nix::pty::openpty;
use serde_json::Value;
use tally::app::SecretAccess;
use tests::operator::process;
use tests::server::Server;

use super::register;

/// Runs the command with a terminal as standard input and standard error, types an answer once a question is there,
/// and tells how it ended and what the terminal then shows.
async fn at_terminal(server: &Server, arguments: &[&str], answer: &str) -> (Option<i32>, String) {
    at_terminal_with(server, arguments, answer, ("TERM", "xterm")).await
}

/// The same with another variable in the environment.
async fn at_terminal_with(
    server: &Server,
    arguments: &[&str],
    answer: &str,
    (name, value): (&str, &str),
) -> (Option<i32>, String) {
    let pty = openpty(None, None).expect("the system has a terminal left");
    let end = || Stdio::from(pty.slave.try_clone().expect("the system has a file left"));
    let mut command = process(&server.service().aws().url(), arguments);
    let mut child = command
        .env(name, value)
        .stdin(end())
        .stderr(end())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary can be started");
    drop(command);
    drop(pty.slave);
    let (mut screen, answer) = (File::from(pty.master), format!("{answer}\n"));
    let shown = tokio::task::spawn_blocking(move || {
        let (mut shown, mut is_typed, mut bytes) = (Vec::new(), false, [0; 1024]);
        // A terminal that nobody holds any more has an error of its own for its end.
        while let Ok(read @ 1..) = screen.read(&mut bytes) {
            shown.extend(&bytes[..read]);
            let text = String::from_utf8_lossy(&shown);
            if !is_typed && [": ", "[y/N] ", "number? "].iter().any(|question| text.ends_with(question)) {
                screen.write_all(answer.as_bytes()).expect("somebody can type");
                is_typed = true;
            }
        }
        String::from_utf8(shown).expect("it shows text")
    });
    let status = child.wait().await.expect("the binary ends");
    (status.code(), shown.await.expect("the screen can be read"))
}

async fn number(server: &Server, user: &str) -> String {
    let card = process(&server.service().aws().url(), &["show", user, "--json"]).output().await;
    let card: Value = serde_json::from_slice(&card.expect("it can be started").stdout).expect("it is JSON");
    card["number"].to_string()
}

#[tokio::test]
async fn a_terminal_is_asked_for_the_number_where_a_script_has_to_say_it() {
    let server = Server::start().await;
    register(&server.client(), "zhang").await;
    register(&server.client(), "li").await;
    let zhang = number(&server, "zhang").await;
    for command in [&["delete", "zhang"][..], &["staff", "zhang@example.com", "on"]] {
        let (code, shown) = at_terminal(&server, command, "12345678").await;
        assert!(code == Some(1) && shown.contains(&format!("--confirm {zhang}")), "{command:?}: {shown}");
        assert!(shown.contains(&format!("is not {zhang}; nothing was done.")), "{command:?}: {shown}");
        let without: Vec<&str> = command.iter().copied().chain(["--no-input"]).collect();
        let (code, shown) = at_terminal(&server, &without, &zhang).await;
        assert!(code == Some(1) && !shown.contains("type "), "{command:?}: {shown}");
    }
    let (code, shown) = at_terminal(&server, &["staff", "zhang@example.com", "on"], &zhang).await;
    assert!(code == Some(0) && shown.contains(&format!("To go on, type {zhang}: ")), "{shown}");
    let (code, shown) = at_terminal(&server, &["delete", "zhang"], &zhang).await;
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = at_terminal(&server, &["end-sessions", "--everyone"], local::service::TABLE).await;
    assert_eq!(code, Some(0), "{shown}");
}

#[tokio::test]
async fn an_error_is_red_on_a_terminal_unless_it_shall_not_be() {
    let server = Server::start().await;
    let (code, shown) = at_terminal(&server, &["show", "nobody"], "").await;
    assert!(code == Some(1) && shown.starts_with("\u{1b}[31mThere is no user"), "{shown:?}");
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let (code, shown) = at_terminal_with(&server, &["show", "nobody"], "", variable).await;
        assert!(code == Some(1) && shown.starts_with("There is no user"), "{variable:?}: {shown:?}");
    }
}

#[tokio::test]
async fn a_terminal_is_asked_before_the_secret_is_replaced_at_once() {
    let server = Server::start().await;
    let access = SecretAccess::from(server.app());
    let text = async || access.vault.read().await.expect("there is a secret").text.clone();
    let before = text().await;
    let command = ["secret", "rotate", "--at-once", "--secret", access.vault.id()];
    let (code, shown) = at_terminal(&server, &command, "n").await;
    assert!(code == Some(1) && shown.contains("Nothing was done.") && text().await == before, "{shown}");
    let (code, shown) = at_terminal(&server, &command, "y").await;
    assert!(code == Some(0) && text().await != before, "{shown}");
}
