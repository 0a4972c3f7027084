//! Moving users in and out: what an export writes, an import lets in, and what neither may do.

mod django;
mod files;
mod reasons;
mod rehearsal;
mod restart;
mod round_trip;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::operator::process as admin;
use tests::process::Ended;
use tests::server::Server;
use tests::table::{self, Item};
use tokio::io::AsyncWriteExt;
use tokio::process::Child;

const PASSWORD: &str = "tiger-tally";

/// [`PASSWORD`], as Django stores it: python3's
/// `hashlib.pbkdf2_hmac("sha256", b"tiger-tally", b"MO32aGo4yQuK", 600000)`.
const DJANGO_HASH: &str = "pbkdf2_sha256$600000$MO32aGo4yQuK$RKCklVSD3r2uiOR+DxCNLdghJd0mCfrZL2IUYqHqusw=";

/// A folder of a test's own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("the system has room for a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).to_str().expect("the folder has a plain name").to_owned()
    }

    /// Writes a file and tells its name.
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), text).expect("the folder can be written");
        self.name(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }
}

/// Runs it to its end with that standard input.
async fn run_with(aws: &str, arguments: &[&str], input: &[u8]) -> Ended {
    let mut child: Child = admin(aws, arguments).spawn().expect("the binary can be started");
    let mut stdin = child.stdin.take().expect("its input is piped");
    // It may have ended without reading.
    _ = stdin.write_all(input).await;
    drop(stdin);
    let output = child.wait_with_output().await.expect("the binary ends");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Ended { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

async fn run(server: &Server, arguments: &[&str]) -> Ended {
    run_with(&server.service().aws().url(), arguments, b"").await
}

/// A run in which everybody came in; the answer is its summary.
async fn run_well(server: &Server, arguments: &[&str]) -> String {
    let ended = run(server, arguments).await;
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""), "{arguments:?}: {ended:?}");
    ended.stdout
}

fn tally(created: usize, there: usize, rejected: usize) -> String {
    let users = if created == 1 { "user" } else { "users" };
    format!("{created} {users} imported, {there} already existed, {rejected} rejected.\n")
}

/// A line of somebody without a number.
fn person(username: &str) -> Value {
    json!({
        "username": username,
        "email": format!("{username}@example.com"),
        "password": DJANGO_HASH,
        "joined": "2016-02-03T04:05:06.789Z",
    })
}

/// The same with one more field, or another value in one.
fn person_with(username: &str, field: &str, value: impl Into<Value>) -> Value {
    let mut person = person(username);
    person[field] = value.into();
    person
}

fn lines(values: &[Value]) -> String {
    values.iter().flat_map(|value| [value.to_string(), "\n".to_owned()]).collect()
}

/// The accounts themselves, without the records that lie beside them.
async fn accounts(server: &Server) -> Vec<Item> {
    let mut items = table::items_of(server, "ACCOUNT#").await;
    items.retain(|item| item.contains_key("credential"));
    items
}

async fn usernames(server: &Server) -> BTreeSet<String> {
    accounts(server).await.iter().map(|item| table::text(item, "username").to_owned()).collect()
}

async fn login(server: &Server, username: &str) -> u16 {
    server.client().login(username, PASSWORD).await.code()
}
