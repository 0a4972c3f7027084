//! The recorded conversations, replayed through Lambda's ways; `.ci/run conformance` replays them
//! against `cargo run`.

use std::path::Path;
use std::process::Stdio;

use tests::server::{self, Server};
use tokio::process::Command;

/// Where they lie, beside the project.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/conformance");

#[tokio::test(flavor = "multi_thread")]
async fn functions_on_lambda_answer_as_the_recorded_cases_do() {
    let script = Path::new(FOLDER).join("run_cases.py");
    if !server::is_on_lambda() || !script.is_file() {
        #[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
        {
            eprintln!("SKIPPED: no TALLY_TEST_HOST or no recorded cases. They were not replayed on Lambda.");
        }
        return;
    }
    let server = Server::builder().real_clock().start().await;
    let folder = std::fs::read_dir(FOLDER).expect("the folder can be read");
    let files = folder.map(|entry| entry.expect("the folder can be read").path());
    let cases = files.filter(|file| file.to_string_lossy().ends_with("_cases.json"));
    let mut faults = Vec::new();
    for cases in cases {
        let replay = Command::new("python3")
            .arg(&script)
            .arg(server.url())
            .arg("--cases")
            .arg(&cases)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .expect("python3 starts");
        if !replay.status.success() {
            faults.push(String::from_utf8_lossy(&replay.stdout).into_owned());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
